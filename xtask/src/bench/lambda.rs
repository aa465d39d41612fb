//! `cargo xtask bench lambda`: the packaged function under a stand-in of the Runtime API, beside one in JavaScript that
//! does Henry's job.
//!
//! Each event is the first of an open bucket of an account on loopback: the function asks for what decides and what
//! qualifies, judges it, remembers it and tells a topic; the other reads the event and tells a topic. How long AWS takes
//! to answer is no part of either, so what is judged is the processor time of the function's process alone, over hundreds
//! of events: of one event an invocation, and of ten. Part of it is spent in the kernel, which for a call on loopback does
//! the receiver's work too.

mod stand_in;
mod subject;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use self::subject::{Running, Subject};
use super::account::Account;
use super::{judged, release};
use crate::package;

/// What is measured.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How many buckets the account has; about a fifth of them is open, and each of these is one event.
    #[arg(long, default_value_t = 5_000)]
    buckets: u32,
    /// How often each function is started.
    #[arg(long, default_value_t = 15)]
    starts: usize,
}

/// The figures that the function has to reach.
const MOST_INIT_MS: f64 = 15.0;
const MOST_WARM_MS: f64 = 2.0;
const MOST_RSS_MB: f64 = 40.0;
const MOST_ZIP_MB: f64 = 8.0;

/// How many events are handled before the measure begins.
const WARMING: usize = 50;

/// How many events a batch of the queue holds.
const BATCH: usize = 10;

/// The median figures of one function.
struct Measured {
    init: Duration,
    init_cpu: Duration,
    first: Duration,
    warm: Duration,
    single: Spent,
    batched: Spent,
    /// The most memory after the first events.
    rss_mb: f64,
    /// How much more each further bucket takes, where the state is in memory.
    grown_kb: f64,
    published: u64,
}

/// Processor time of one event.
#[derive(Clone, Copy)]
struct Spent {
    all: Duration,
    /// What of it the kernel took.
    kernel: Duration,
}

/// Runs the benchmark and prints a row for each function.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let package = package::build(root, package::host()?)?;
    let whole = release(root, "bucketwatch")?;
    let account = Account::start(&whole, options.buckets, 0)?;
    let open = open_buckets(&whole, account.endpoint())?;
    ensure!(open.len() > 2 * WARMING, "only {} buckets are open", open.len());
    let ours = Subject { name: "bucketwatch", program: package.executable, arguments: Vec::new() };
    println!(
        "{:<12} {:>8} {:>7} {:>9} {:>8} {:>20} {:>20} {:>7} {:>9} {:>9}",
        "function",
        "init ms",
        "CPU ms",
        "first ms",
        "warm ms",
        "CPU ms/ev (kernel)",
        "of 10 (kernel)",
        "RSS MB",
        "KB/bucket",
        "messages"
    );
    let ours = measure(&ours, &account, &open, options.starts)?;
    print_row("bucketwatch", &ours);
    match Command::new("node").arg("--version").output() {
        Ok(_) => {
            let peer = Subject {
                name: "node",
                program: "node".into(),
                arguments: vec![root.join("xtask/src/bench/lambda/peer.mjs")],
            };
            let peer = measure(&peer, &account, &open, options.starts)?;
            print_row("node", &peer);
            let ratio = |peer: Duration, ours: Duration| peer.as_secs_f64() / ours.as_secs_f64();
            println!(
                "node / bucketwatch: init {:.1}, init CPU {:.1}, warm {:.2}, warm CPU {:.2}, of 10 {:.2}, RSS {:.1}",
                ratio(peer.init, ours.init),
                ratio(peer.init_cpu, ours.init_cpu),
                ratio(peer.warm, ours.warm),
                ratio(peer.single.all, ours.single.all),
                ratio(peer.batched.all, ours.batched.all),
                peer.rss_mb / ours.rss_mb
            );
        }
        Err(_) => println!("node is not installed: the function in JavaScript is skipped"),
    }
    let zip_mb = std::fs::metadata(&package.zip)?.len() as f64 / 1e6;
    println!(
        "init {}, an event {}, of a batch {}, RSS {}, zip {zip_mb:.2} MB {}",
        judged(milliseconds(ours.init), MOST_INIT_MS),
        judged(milliseconds(ours.single.all), MOST_WARM_MS),
        judged(milliseconds(ours.batched.all), MOST_WARM_MS),
        judged(ours.rss_mb, MOST_RSS_MB),
        judged(zip_mb, MOST_ZIP_MB)
    );
    Ok(())
}

fn measure(subject: &Subject, account: &Account, open: &[String], starts: usize) -> anyhow::Result<Measured> {
    let endpoint = account.endpoint();
    let (mut inits, mut cpus, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..starts {
        let running = subject.start(endpoint)?;
        inits.push(running.init);
        cpus.push(running.init_cpu);
        firsts.push(running.stand_in.invoke(&event(0, open.first().context("no bucket is open")?))?);
    }
    let running = subject.start(endpoint)?;
    let events: Vec<String> = open.iter().enumerate().map(|(index, bucket)| event(index, bucket)).collect();
    let (warming, measured) = events.split_at(WARMING);
    for event in warming {
        running.stand_in.invoke(event)?;
    }
    let rss_mb = running.peak_rss_mb();
    let (single, batched) = measured.split_at(measured.len() / 2);
    let (published, mut warm) = (running.stand_in.published(), Vec::with_capacity(single.len()));
    let single = spent(&running, single.len(), || {
        for event in single {
            warm.push(running.stand_in.invoke(event)?);
        }
        Ok(())
    })?;
    let batched = spent(&running, batched.len(), || {
        batched.chunks(BATCH).try_for_each(|events| running.stand_in.invoke(&batch(events)).map(drop))
    })?;
    let grown_kb = (running.peak_rss_mb() - rss_mb) * 1e3 / measured.len() as f64;
    Ok(Measured {
        init: median(inits)?,
        init_cpu: median(cpus)?,
        first: median(firsts)?,
        warm: median(warm)?,
        single,
        batched,
        rss_mb,
        grown_kb,
        published: running.stand_in.published() - published,
    })
}

/// Gives the processor time for one of `events` that `work` hands over.
fn spent(
    running: &Running,
    events: usize,
    work: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<Spent> {
    let (all, kernel) = (running.cpu(), running.kernel_cpu());
    work()?;
    let events = u32::try_from(events).context("too many events")?;
    Ok(Spent { all: (running.cpu() - all) / events, kernel: (running.kernel_cpu() - kernel) / events })
}

fn print_row(name: &str, measured: &Measured) {
    println!(
        "{name:<12} {:>8.1} {:>7.1} {:>9.1} {:>8.2} {:>20} {:>20} {:>7.1} {:>9.0} {:>9}",
        milliseconds(measured.init),
        milliseconds(measured.init_cpu),
        milliseconds(measured.first),
        milliseconds(measured.warm),
        in_words(measured.single),
        in_words(measured.batched),
        measured.rss_mb,
        measured.grown_kb,
        measured.published
    );
}

fn in_words(spent: Spent) -> String {
    format!("{:.2} ({:.2})", milliseconds(spent.all), milliseconds(spent.kernel))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

fn median(mut times: Vec<Duration>) -> anyhow::Result<Duration> {
    times.sort_unstable();
    times.get(times.len() / 2).copied().context("nothing was measured")
}

/// Gives an event at which each does all its work: the one in JavaScript sees the ACL in the request, and the other looks
/// at the bucket. Tags say nothing of who gets in, so no answer of the account is older than the event.
fn event(index: usize, bucket: &str) -> String {
    json!({"version": "0", "source": "aws.s3", "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventVersion": "1.11", "eventID": format!("e-{index}-{bucket}"), "eventName": "PutBucketTagging",
        "eventSource": "s3.amazonaws.com", "eventTime": "2026-11-23T06:00:00Z", "awsRegion": "us-east-1",
        "recipientAccountId": "111122223333", "sourceIPAddress": "198.51.100.7", "userAgent": "[aws-cli/2.15.0]",
        "userIdentity": {"type": "IAMUser", "accountId": "111122223333", "userName": "bob",
            "arn": "arn:aws:iam::111122223333:user/bob"},
        "requestParameters": {"bucketName": bucket, "x-amz-acl": "public-read"}}})
    .to_string()
}

/// Gives a batch of a queue that holds `events`.
fn batch(events: &[String]) -> String {
    let message = |(index, body): (usize, &String)| json!({"messageId": format!("m-{index}"), "receiptHandle": "r", "body": body, "eventSource": "aws:sqs"});
    json!({"Records": events.iter().enumerate().map(message).collect::<Vec<_>>()}).to_string()
}

/// Gives the names of the buckets that a scan finds open.
fn open_buckets(executable: &Path, endpoint: &str) -> anyhow::Result<Vec<String>> {
    let home = tempfile::tempdir()?;
    let output = Command::new(executable)
        .args(["scan", "--no-state", "--format", "json", "--only", "public", "--quiet"])
        .env_clear()
        .env("HOME", home.path())
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .context("the scan does not start")?;
    let document: Value = serde_json::from_slice(&output.stdout).context("the scan prints JSON")?;
    let assessments = document["assessments"].as_array().context("the scan lists assessments")?;
    Ok(assessments.iter().filter_map(|one| one["bucket"].as_str().map(str::to_owned)).collect())
}
