//! Bytes become domain types: snapshot documents and policy documents.
//!
//! It reads no file and asks no service: text comes in, types or an error with its place go out.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod document;
mod json;
