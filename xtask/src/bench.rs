//! `cargo xtask bench`: benchmarks that print a ratio to a floor or a peer, measured in the same run.

mod account;
mod lambda;
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
    /// Parsing, IsPublic and reach for each policy of the corpus and of a generated fleet, and for the two of 40 Denies,
    /// against z3.
    Policy,
    /// Reading CloudTrail log files on one core, against a plain JSON parser.
    Ingest,
    /// The packaged function under a stand-in of the Runtime API, against one in JavaScript that does Henry's job.
    Lambda(lambda::Options),
    /// Commits of a scan with `synchronous=FULL`, against the same with NORMAL.
    State,
}

/// Runs a benchmark.
pub(crate) fn run(root: &Path, bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Scan(options) => scan::run(root, options),
        Bench::Policy => policy(root),
        Bench::Ingest => ingest(root),
        Bench::Lambda(options) => lambda::run(root, options),
        Bench::State => state(root),
    }
}

/// How many buckets the fleet has whose policies are judged.
const FLEET: &str = "10000";

fn policy(root: &Path) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let fleet = folder.path().join("fleet.jsonl");
    let written = std::fs::File::create(&fleet)?;
    crate::emulators::run(example(root, "bucketwatch-sandbox", "fleet_policies").arg(FLEET).stdout(written))?;
    let mut bench = example(root, "bucketwatch-policy", "bench_policy");
    match crate::emulators::prepare(root) {
        Ok(environment) => bench.env("BUCKETWATCH_TEST_EMULATORS", environment),
        Err(error) => {
            eprintln!("xtask: without z3: {error:#}");
            bench.env_remove("BUCKETWATCH_TEST_EMULATORS")
        }
    };
    crate::emulators::run(bench.arg("corpus").arg(&fleet))
}

fn ingest(root: &Path) -> anyhow::Result<()> {
    crate::emulators::run(&mut example(root, "bucketwatch-ingest", "bench_ingest"))
}

fn state(root: &Path) -> anyhow::Result<()> {
    // Beside what is built, because the folder for temporary files may be no disk at all.
    let disk = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    crate::emulators::run(example(root, "bucketwatch-powercut", "bench_full").arg(disk))
}

/// Gives the command that runs an example as it is released; its arguments can follow.
fn example(root: &Path, package: &str, name: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root).args(["run", "--release", "--quiet", "--locked", "--package", package]);
    cargo.args(["--example", name, "--"]);
    cargo
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
