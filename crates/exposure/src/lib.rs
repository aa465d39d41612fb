//! The judgement: a bucket snapshot becomes an assessment, two assessments become a transition.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod assessment;
pub mod containment;
mod fingerprint;
mod glob;
pub mod observed;
mod ranges;
pub mod severity;
pub mod snapshot;
pub mod standing;
pub mod transition;
pub mod words;
