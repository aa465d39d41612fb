//! The judgement: a bucket snapshot becomes an assessment, two assessments become a transition.
//!
//! [`assess::assess`] says who gets in, by what, what holds the rest, and what could not be decided.
//! [`authorize::authorize`] answers one concrete request and shares no code with it. [`standing::Standing`] is what is
//! stored of an assessment, and [`transition::diff`] names what changed since. Nothing here reads a clock, a file or
//! the network, and nothing collects, stores or prints.
//!
//! ```
//! use bucketwatch_exposure::assess::assess;
//! use bucketwatch_exposure::assessment::Verdict;
//! use bucketwatch_exposure::observed::Observed;
//! use bucketwatch_exposure::snapshot::{BucketSnapshot, Ownership};
//!
//! let now = "2026-11-22T06:00:00Z".parse()?;
//! let mut snapshot = BucketSnapshot::unseen(Some("photos".into()));
//! assert_eq!(assess(&snapshot, now).verdict, Verdict::Undetermined);
//!
//! snapshot.policy = Observed::Absent;
//! snapshot.ownership = Observed::Present(Ownership::BucketOwnerEnforced);
//! assert_eq!(assess(&snapshot, now).verdict, Verdict::NotPublic);
//! # Ok::<(), jiff::Error>(())
//! ```
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
pub mod exception;
mod findings;
mod fingerprint;
mod gap;
pub mod glob;
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
