//! `cargo xtask bench`: benchmarks that print a ratio to a floor or a peer, measured in the same run.

mod scan;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context as _;
use clap::Subcommand;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// A scan of a generated account on loopback, against `calls × latency / calls in flight`.
    Scan(scan::Options),
    /// Parsing, IsPublic and reach for each policy of the corpus, a generated fleet, and the two policies of 40 Denies.
    Policy,
    /// Reading CloudTrail log files on one core, against a plain JSON parser.
    Ingest,
}

/// Runs a benchmark.
pub(crate) fn run(root: &Path, bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Scan(options) => scan::run(root, options),
        Bench::Policy => policy(root),
        Bench::Ingest => ingest(root),
    }
}

fn policy(root: &Path) -> anyhow::Result<()> {
    for (name, folder) in [("the corpus", Some("corpus")), ("a generated fleet", None)] {
        println!("== {name}");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(root).args(["run", "--release", "--quiet", "--locked", "--package"]);
        cargo.args(["bucketwatch-policy", "--example", "bench_policy", "--"]).args(folder);
        crate::emulators::run(&mut cargo)?;
    }
    Ok(())
}

fn ingest(root: &Path) -> anyhow::Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["run", "--release", "--quiet", "--locked", "--package"]);
    crate::emulators::run(cargo.args(["bucketwatch-ingest", "--example", "bench_ingest"]))
}

/// Builds `package` as it is released and gives the path of its executable.
fn release(root: &Path, package: &str) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["build", "--release", "--locked", "--package", package]);
    cargo.args(["--message-format", "json-render-diagnostics"]).stderr(std::process::Stdio::inherit());
    let output = cargo.output().context("cargo does not start")?;
    anyhow::ensure!(output.status.success(), "the release build failed");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut executables = text.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executables.next_back().context("cargo names no executable")
}

/// Says whether a figure is within its limit.
fn judged(figure: f64, limit: f64) -> String {
    if figure <= limit { format!("met (≤ {limit})") } else { format!("MISSED (≤ {limit})") }
}
