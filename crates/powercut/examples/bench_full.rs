//! What `synchronous=FULL` costs: the commits of a scan under FULL and under NORMAL, in turn, on the same disk.
//!
//! `cargo xtask bench state` runs it; the argument is a folder on the disk to measure.
#![allow(clippy::print_stdout, reason = "a benchmark for developers")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::state::{
    AssessmentRecord, BucketKey, BucketRecord, Commit, Facet, FacetKind, Look, StateStore as _,
};
use bucketwatch_exposure::assessment::{Objects, Verdict};
use bucketwatch_policy::name::AccountId;
use bucketwatch_powercut::{Honesty, record};
use jiff::Timestamp;
use serde_json::json;

const BUCKETS: usize = 6_400;
/// As many as a scan commits at once.
const BATCH: usize = 64;
const ROUNDS: usize = 5;

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| ".".to_owned());
    let (mut full, mut normal) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        full.push(measure(Path::new(&folder), Honesty::Honest));
        normal.push(measure(Path::new(&folder), Honesty::Normal));
    }
    let (full, normal) = (median(full), median(normal));
    let commits = BUCKETS.div_ceil(BATCH) as u32;
    println!("{BUCKETS} buckets in {commits} commits, the median of {ROUNDS} rounds each:");
    println!("  synchronous=FULL    {:>8.1?}  {:>8.1?} a commit", full, full / commits);
    println!("  synchronous=NORMAL  {:>8.1?}  {:>8.1?} a commit", normal, normal / commits);
    let ratio = full.as_secs_f64() / normal.as_secs_f64();
    let each = full.saturating_sub(normal) / commits;
    println!("  FULL takes {ratio:.3} times as long: {each:.1?} more for each commit");
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn measure(disk: &Path, honesty: Honesty) -> Duration {
    let folder = tempfile::tempdir_in(disk).expect("a folder");
    let mut took = Duration::ZERO;
    record(folder.path(), honesty, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let store = SqliteStore::open(&folder.path().join("state.db")).await.expect("a state");
            let began = Instant::now();
            for first in (0..BUCKETS).step_by(BATCH) {
                let buckets = (first..(first + BATCH).min(BUCKETS)).map(bucket).collect();
                store.commit(Commit { buckets, ..Commit::default() }).await.expect("a commit");
            }
            took = began.elapsed();
        });
    });
    took
}

/// A bucket of usual size: a kilobyte of policy and as much of assessment.
fn bucket(index: usize) -> BucketRecord {
    let at = Timestamp::from_second(1_795_000_000 + index as i64).expect("an instant");
    let account = AccountId::parse("123456789012").expect("an account");
    let policy = format!("{{\"Statement\": [], \"Id\": \"{index} {}\"}}", "p".repeat(1_000));
    let facet = Facet { observed_at: at, document: json!({ "policy": policy }) };
    BucketRecord {
        key: BucketKey { account, name: format!("bucket-{index:06}").into() },
        version: 0,
        region: Some("eu-west-1".to_owned()),
        incarnation: 1,
        first_seen_at: at,
        last_look: Look { at, run: None },
        failed_runs: 0,
        facets: BTreeMap::from([(FacetKind::Configuration, facet)]),
        assessment: Some(AssessmentRecord {
            verdict: Verdict::NotPublic,
            severity: None,
            objects: Objects::CannotMatter,
            observed_at: at,
            document: json!({ "text": "a".repeat(1_000) }),
        }),
        standing: None,
        sight_lost_at: None,
        deleted_at: None,
        account_revision: 0,
    }
}
