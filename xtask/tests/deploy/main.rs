//! What is deployed: which events its rules let through, that every form of it says the same, and that it applies.
//!
//! A test that needs a tool which is not here says so and is skipped, by name: Terraform with its AWS provider, and the
//! emulators that `cargo xtask test` installs.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

mod apply;
mod emulators;
mod events;
mod judge;
mod pattern;
mod patterns;
mod templates;
mod terraform;

use std::path::{Path, PathBuf};

/// Gives the root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Gives a JSON document of the repository.
fn json(path: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}
