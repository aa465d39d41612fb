//! The S3 resource policy language: parse it, evaluate it, and reason about it exactly.
//!
//! Four questions have four answers that are never mixed:
//!
//! - What does the text say? [`document::Policy::parse`], with [`diagnostic`]s, and [`position`] for the place of a
//!   finding in the text.
//! - Is this one request let in? [`evaluate::evaluate`], the plain decision.
//! - Who can get in at all? [`reach`], the symbolic search over all requests, whose every claim is a
//!   [`witness::Witness`] that the plain decision accepts.
//! - Does AWS call the policy public? [`aws_public::aws_public`], the documented rule about the text.
//!
//! ```
//! use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
//! use bucketwatch_policy::document::Policy;
//! use bucketwatch_policy::evaluate::evaluate;
//! use bucketwatch_policy::request::{Caller, Context, Request};
//!
//! let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
//!     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop/*"}]}"#;
//! let policy = Policy::parse(text)?;
//! let action = bucketwatch_policy::catalogue::find("s3:GetObject").unwrap();
//! let (caller, resource) = (Caller::Anonymous, "arn:aws:s3:::shop/price-list".into());
//! let request = Request { caller, action, resource, context: Context::default() };
//! assert!(evaluate(&policy, &request).is_allowed());
//! assert_eq!(aws_public(&policy, AttachedTo::Bucket).decided(), Some(true));
//! # Ok::<(), bucketwatch_policy::parse::ParseError>(())
//! ```
//!
//! The crate is total and deterministic: it has no clock, environment, randomness or I/O, no input makes it panic, and
//! work is bounded. It deliberately knows nothing of ACLs, Block Public Access or Object Ownership, which are
//! judgements about a bucket, nor of identity policies and service control policies, which bind the caller's side.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

// The language.
pub mod action;
pub mod catalogue;
pub mod condition;
pub mod diagnostic;
pub mod document;
pub mod name;
pub mod parse;
pub mod pattern;
pub mod position;
pub mod untrusted;

// The questions.
pub mod aws_public;
pub mod evaluate;
pub mod reach;
pub mod request;
pub mod setting;
pub mod witness;

mod glob;
