//! The developers' runner: `cargo xtask <task>`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool for developers")]

mod bench;
mod catalogue;
mod emulators;
mod fuzz;
mod lint;
mod mutants;
mod package;
mod test;

use std::path::Path;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The developers' runner")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs every test, after making the virtual environment with the pinned emulators.
    Test(test::Options),
    /// Measures, and prints ratios.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Runs the fuzz targets, started from the corpus (needs cargo-fuzz and a nightly toolchain).
    Fuzz(fuzz::Options),
    /// Judges what is deployed by cfn-lint and checkov, after making the virtual environment with them.
    Lint,
    /// Sows bugs in a copy of the policy crate, one at a time, and runs its tests against each.
    Mutants(mutants::Options),
    /// Builds the zip files that AWS Lambda takes.
    Package,
    /// Writes the table of S3's actions and condition keys (needs npm and the network).
    Catalogue {
        /// Only compare, and fail where the table is out of date.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    match Arguments::parse().task {
        Task::Test(options) => test::run(root, &options),
        Task::Bench(bench) => bench::run(root, &bench),
        Task::Fuzz(options) => fuzz::run(root, &options),
        Task::Lint => lint::run(root),
        Task::Mutants(options) => mutants::run(root, &options),
        Task::Package => package::run(root),
        Task::Catalogue { check } => catalogue::run(root, check),
    }
}
