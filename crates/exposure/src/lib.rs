//! The judgement: a bucket snapshot becomes an assessment, two assessments become a transition.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod assess;
pub mod assessment;
mod attached;
pub mod authorize;
mod block;
pub mod containment;
mod door;
mod findings;
mod fingerprint;
mod gap;
mod glob;
pub mod observed;
mod path;
mod pointers;
mod proof;
mod public_test;
mod ranges;
pub mod severity;
pub mod snapshot;
pub mod standing;
pub mod transition;
pub mod words;
mod world;
