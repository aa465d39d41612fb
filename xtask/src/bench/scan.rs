//! `cargo xtask bench scan`: a whole scan as a process, against the floor that latency and calls in flight set.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::{judged, release};

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The sizes of the fleet.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    buckets: Vec<u32>,
    /// How long the account takes to answer each call, in milliseconds.
    #[arg(long, default_value_t = 30)]
    latency_ms: u32,
    /// Calls in flight.
    #[arg(long, default_value_t = 64)]
    concurrency: u32,
}

/// The figures that a scan has to reach.
const MOST_RATIO: f64 = 1.2;
const MOST_CALLS_PER_BUCKET: f64 = 5.0;
const MOST_RSS_MIB: f64 = 48.0;

struct Measured {
    wall: Duration,
    calls: f64,
    retries: f64,
    peak_rss_kib: u64,
}

/// Runs the benchmark and prints a row for each size.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let executable = release(root, "bucketwatch")?;
    println!(
        "{:>8} {:>9} {:>8} {:>13} {:>9} {:>9} {:>7} {:>9}",
        "buckets", "calls", "retries", "calls/bucket", "wall s", "floor s", "ratio", "RSS MiB"
    );
    for &buckets in &options.buckets {
        let measured = scan(&executable, buckets, options)?;
        let latency = f64::from(options.latency_ms) / 1_000.0;
        let floor = measured.calls * latency / f64::from(options.concurrency);
        let wall = measured.wall.as_secs_f64();
        let per_bucket = measured.calls / f64::from(buckets);
        let rss = measured.peak_rss_kib as f64 / 1_024.0;
        let (calls, retries, ratio) = (measured.calls, measured.retries, wall / floor);
        println!(
            "{buckets:>8} {calls:>9} {retries:>8} {per_bucket:>13.2} {wall:>9.2} {floor:>9.2} {ratio:>7.3} {rss:>9.1}"
        );
        println!(
            "         calls per bucket {}, ratio {}, RSS {}",
            judged(per_bucket, MOST_CALLS_PER_BUCKET),
            judged(ratio, MOST_RATIO),
            judged(rss, MOST_RSS_MIB)
        );
    }
    Ok(())
}

fn scan(executable: &Path, buckets: u32, options: &Options) -> anyhow::Result<Measured> {
    let (mut sandbox, endpoint) = sandbox(executable, buckets, options)?;
    let state = tempfile::tempdir()?;
    let started = Instant::now();
    let mut child = Command::new(executable)
        .args(["scan", "--format", "json", "--only", "undetermined", "--quiet", "--state"])
        .arg(state.path().join("state.db"))
        .args(["--concurrency", &options.concurrency.to_string()])
        .env_clear()
        .env("HOME", state.path())
        .env("AWS_ENDPOINT_URL", &endpoint)
        .env("AWS_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the scan does not start")?;
    let mut stdout = child.stdout.take().context("its standard output")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let peak_rss_kib = watch(&mut child)?;
    let wall = started.elapsed();
    let text = reader.join().map_err(|_| anyhow::anyhow!("the reader died"))??;
    sandbox.kill()?;
    sandbox.wait()?;
    let document: Value = serde_json::from_str(&text).context("the scan prints JSON")?;
    let coverage = &document["coverage"];
    ensure!(coverage["buckets"] == buckets, "the scan saw {} of {buckets} buckets", coverage["buckets"]);
    ensure!(coverage["complete"] == true, "the scan is not complete: {coverage}");
    let number =
        |name: &str| coverage[name].as_f64().with_context(|| format!("`coverage.{name}` is missing"));
    Ok(Measured { wall, calls: number("calls")?, retries: number("retries")?, peak_rss_kib })
}

/// Starts the account in a process of its own and gives its endpoint.
fn sandbox(executable: &Path, buckets: u32, options: &Options) -> anyhow::Result<(Child, String)> {
    let mut child = Command::new(executable)
        .args(["sandbox", "--buckets", &buckets.to_string()])
        .args(["--latency-ms", &options.latency_ms.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("the sandbox does not start")?;
    let stdout = child.stdout.take().context("its standard output")?;
    for line in BufReader::new(stdout).lines() {
        let line = line?;
        if let Some((_, rest)) = line.split_once("AWS_ENDPOINT_URL=") {
            return Ok((child, rest.trim().trim_matches(['"', '\'']).to_owned()));
        }
    }
    anyhow::bail!("the sandbox ended without telling its endpoint")
}

/// Waits for the process and gives the most memory that it held, in KiB.
fn watch(child: &mut Child) -> anyhow::Result<u64> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let status = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(now.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(peak)
}
