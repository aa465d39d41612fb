//! `cargo xtask bench scan`: a whole scan as a process, against the floor that latency and calls in flight set.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use super::account::{Account, Served, cpu};
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
const MOST_RSS_MB: f64 = 48.0;

struct Measured {
    wall: Duration,
    calls: f64,
    retries: f64,
    scan: Usage,
    account: Served,
}

/// What a process used.
#[derive(Clone, Copy, Default)]
struct Usage {
    peak_rss_kib: u64,
    cpu: Duration,
}

/// Runs the benchmark and prints a row for each size.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let executable = release(root, "bucketwatch")?;
    println!(
        "{:>8} {:>7} {:>7} {:>12} {:>7} {:>7} {:>6} {:>7} {:>14} {:>9} {:>11}",
        "buckets",
        "calls",
        "retries",
        "calls/bucket",
        "wall s",
        "floor s",
        "ratio",
        "RSS MB",
        "in flight",
        "CPU scan",
        "CPU account"
    );
    for &buckets in &options.buckets {
        let measured = scan(&executable, buckets, options)?;
        let latency = f64::from(options.latency_ms) / 1_000.0;
        let floor = measured.calls * latency / f64::from(options.concurrency);
        let wall = measured.wall.as_secs_f64();
        let per_bucket = measured.calls / f64::from(buckets);
        let rss = measured.scan.peak_rss_kib as f64 * 1_024.0 / 1e6;
        let (calls, retries, ratio) = (measured.calls, measured.retries, wall / floor);
        let Served { most_at_once, waited, cpu: account } = measured.account;
        let in_flight = format!("{:.1} (max {most_at_once})", waited.as_secs_f64() / wall);
        let (own, account) = (measured.scan.cpu.as_secs_f64(), account.as_secs_f64());
        println!(
            "{buckets:>8} {calls:>7} {retries:>7} {per_bucket:>12.2} {wall:>7.2} {floor:>7.2} {ratio:>6.3} {rss:>7.1} \
             {in_flight:>14} {own:>8.2}s {account:>10.2}s"
        );
        println!(
            "         calls per bucket {}, ratio {}, RSS {}",
            judged(per_bucket, MOST_CALLS_PER_BUCKET),
            judged(ratio, MOST_RATIO),
            judged(rss, MOST_RSS_MB)
        );
    }
    Ok(())
}

fn scan(executable: &Path, buckets: u32, options: &Options) -> anyhow::Result<Measured> {
    let sandbox = Account::start(executable, buckets, options.latency_ms)?;
    let state = tempfile::tempdir()?;
    let started = Instant::now();
    let mut child = Command::new(executable)
        .args(["scan", "--format", "json", "--only", "undetermined", "--quiet", "--state"])
        .arg(state.path().join("state.db"))
        .args(["--concurrency", &options.concurrency.to_string()])
        .env_clear()
        .env("HOME", state.path())
        .env("AWS_ENDPOINT_URL", sandbox.endpoint())
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
    let scan = watch(&mut child)?;
    let wall = started.elapsed();
    let text = reader.join().map_err(|_| anyhow::anyhow!("the reader died"))??;
    let account = sandbox.dismiss()?;
    let document: Value = serde_json::from_str(&text).context("the scan prints JSON")?;
    let coverage = &document["coverage"];
    ensure!(coverage["buckets"] == buckets, "the scan saw {} of {buckets} buckets", coverage["buckets"]);
    ensure!(coverage["complete"] == true, "the scan is not complete: {coverage}");
    let number =
        |name: &str| coverage[name].as_f64().with_context(|| format!("`coverage.{name}` is missing"));
    Ok(Measured { wall, calls: number("calls")?, retries: number("retries")?, scan, account })
}

/// Waits for the process and gives what it used.
fn watch(child: &mut Child) -> anyhow::Result<Usage> {
    let status_file = format!("/proc/{}/status", child.id());
    let mut usage = Usage::default();
    while child.try_wait()?.is_none() {
        let status = std::fs::read_to_string(&status_file).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let now = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        usage.peak_rss_kib = usage.peak_rss_kib.max(now.unwrap_or(0));
        usage.cpu = usage.cpu.max(cpu(child.id()));
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(usage)
}
