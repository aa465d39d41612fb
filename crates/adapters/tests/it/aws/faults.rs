//! Faults of the other side cost time, never an answer.

use std::time::{Duration, Instant};

use bucketwatch_engine::cloud::{Cause, Cloud as _};
use bucketwatch_sandbox::{Account, Faults, Fleet};
use jiff::Timestamp;

use super::fixture::{account_id, address, sandbox, scanned, to};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scan_through_faults_gives_the_same_verdicts_and_loses_none() {
    const BUCKETS: usize = 120;
    let account = || Account::from_fleet(Fleet::generate(BUCKETS, 3));
    let now = Timestamp::now();
    let calm = sandbox(account()).await;
    let (expected, outcome) = scanned(&to(&calm.endpoint_url())).await;
    let expected = expected.verdicts(now);
    assert_eq!((expected.len(), outcome.partial, outcome.coverage.retries), (BUCKETS, None, 0));

    let stormy = sandbox(account()).await;
    let faults = Faults {
        seed: 5,
        slow_down: 0.2,
        internal_error: 0.05,
        reset: 0.02,
        stall: 0.01,
        ..Faults::default()
    };
    stormy.change_conduct(|conduct| conduct.faults = faults);
    let mut options = to(&stormy.endpoint_url());
    options.attempt_timeout = Duration::from_millis(800);
    let (notebook, outcome) = scanned(&options).await;
    assert_eq!(notebook.verdicts(now), expected);
    assert_eq!(outcome.partial, None);
    assert!(outcome.coverage.retries > outcome.coverage.calls / 10, "{:?}", outcome.coverage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_in_flight_stay_within_the_limit() {
    let sandbox = sandbox(Account::from_fleet(Fleet::generate(100, 3))).await;
    sandbox.change_conduct(|conduct| conduct.latency = Duration::from_millis(5));
    let mut options = to(&sandbox.endpoint_url());
    options.concurrency = 8;
    let (_, outcome) = scanned(&options).await;
    assert_eq!(outcome.most_in_flight, 8);
    assert!(sandbox.counts().most_in_flight <= 8, "{:?}", sandbox.counts());
    assert_eq!(sandbox.counts().total(), outcome.coverage.calls);
}

#[tokio::test]
async fn a_call_that_is_never_answered_is_given_up_at_its_deadline() {
    let sandbox = sandbox(Account::from_fleet(Fleet::generate(1, 3))).await;
    let mut options = to(&sandbox.endpoint_url());
    options.attempt_timeout = Duration::from_millis(200);
    options.call_deadline = Duration::from_millis(1_500);
    let cloud = bucketwatch_adapters::aws::connect(&options).await.unwrap();
    sandbox.change_conduct(|conduct| conduct.faults = Faults { stall: 1.0, ..Faults::default() });
    let began = Instant::now();
    let error = cloud.policy(&address("any", Some("us-east-1"), &account_id())).await.unwrap_err();
    assert_eq!((error.cause, error.code.as_str()), (Cause::Unavailable, "Timeout"));
    assert!(error.unreadable().passing);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert!(cloud.effort().retries >= 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_that_allows_few_calls_a_second_is_scanned_at_that_pace() {
    const BUCKETS: usize = 40;
    let sandbox = sandbox(Account::from_fleet(Fleet::generate(BUCKETS, 4))).await;
    let now = Timestamp::now();
    let (calm, _) = scanned(&to(&sandbox.endpoint_url())).await;
    sandbox.change_conduct(|conduct| {
        conduct.latency = Duration::from_millis(20);
        conduct.faults.calls_per_second = Some(100);
    });
    let (notebook, outcome) = scanned(&to(&sandbox.endpoint_url())).await;
    assert_eq!(notebook.verdicts(now), calm.verdicts(now));
    assert_eq!(outcome.partial, None);
    assert!(outcome.coverage.retries > 0);
}
