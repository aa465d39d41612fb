//! The S3 resource policy language: parse, evaluate, and reason exactly.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod action;
pub mod aws_public;
pub mod catalogue;
pub mod condition;
pub mod diagnostic;
pub mod document;
pub mod evaluate;
mod glob;
pub mod name;
pub mod parse;
pub mod pattern;
pub mod position;
pub mod reach;
pub mod request;
pub mod setting;
pub mod untrusted;
pub mod witness;
