//! Bytes become domain types: snapshot documents, policy documents and CloudTrail records.
//!
//! It reads no file and asks no service: text comes in, types or an error with its place go out.
//!
//! ```
//! use bucketwatch_ingest::document::{Options, parse_input};
//!
//! let text = r#"{"schema": "bucketwatch.snapshot/1", "bucket": "photos", "polcy": null}"#;
//! let error = parse_input(text, &Options::default()).unwrap_err();
//! assert_eq!(error.to_string(), "unknown key \"polcy\", did you mean `policy`? at line 1, column 58");
//!
//! let subjects = parse_input(&text.replace("polcy", "policy"), &Options::default())?;
//! let assessment = subjects[0].assess("2026-11-22T06:00:00Z".parse()?);
//! assert_eq!(assessment.undetermined[0].what, "acl");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod cloudtrail;
pub mod document;
mod json;
