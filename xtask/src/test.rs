//! `cargo xtask test`: all tests, with everything they need.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;

use crate::emulators;

/// What property tests draw their cases from: fixed, so that a change is judged by the same cases as the one before; a
/// nightly run draws anew.
const PROPTEST_SEED: &str = "PROPTEST_RNG_SEED";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run many more random cases, as a nightly run does.
    #[arg(long)]
    nightly: bool,
    /// Passed on to `cargo test`: package selection, filters.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    cargo: Vec<String>,
}

/// Runs the tests.
///
/// # Errors
/// The emulators cannot be installed, or a test fails.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let emulators = emulators::prepare(root)?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).arg("test");
    if options.cargo.is_empty() {
        cargo.args(["--workspace", "--locked"]);
    }
    cargo
        .args(&options.cargo)
        .env("BUCKETWATCH_TEST_EMULATORS", &emulators)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    if options.nightly {
        cargo.env("BUCKETWATCH_TEST_NIGHTLY", "1");
    } else if std::env::var_os(PROPTEST_SEED).is_none() {
        cargo.env(PROPTEST_SEED, "20261122");
    }
    emulators::run(&mut cargo).context("the tests failed")
}
