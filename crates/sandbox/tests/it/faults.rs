//! Delays, throttling, errors, resets and silence.

use std::collections::BTreeMap;
use std::time::Duration;

use bucketwatch_sandbox::{Account, Conduct, Faults, Fleet, Handle, Sandbox, SandboxConfig};
use tokio::time::{Instant, timeout};

use crate::client::{get, signed, start, try_send};

async fn with(faults: Faults) -> Handle {
    let account = Account::from_fleet(Fleet::generate(100, 1).in_regions(vec!["us-east-1".into()]));
    let conduct = Conduct { faults, ..Conduct::default() };
    let config = SandboxConfig { conduct, ..SandboxConfig::new(account) };
    Sandbox::start(config).await.expect("a port on loopback is free")
}

async fn outcomes(faults: Faults) -> BTreeMap<String, u16> {
    let sandbox = with(faults).await;
    let names: Vec<String> =
        sandbox.read(|account| account.buckets().map(|bucket| bucket.name().to_owned()).collect());
    let mut outcomes = BTreeMap::new();
    for name in names {
        let path = format!("/{name}?location");
        let status = try_send(&sandbox, "GET", &path, &signed(), "").await.map_or(0, |answer| answer.status);
        outcomes.insert(path, status);
    }
    outcomes
}

#[tokio::test]
async fn the_same_seed_makes_the_same_calls_fail() {
    let faults = Faults { seed: 3, slow_down: 0.2, internal_error: 0.1, reset: 0.1, ..Faults::default() };
    let (once, twice) = (outcomes(faults).await, outcomes(faults).await);
    assert_eq!(once, twice);
    assert_ne!(once, outcomes(Faults { seed: 4, ..faults }).await);
    for status in [0, 200, 500, 503] {
        assert!(once.values().any(|other| *other == status), "{status}");
    }
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let sandbox = with(Faults { reset: 1.0, ..Faults::default() }).await;
    let error = try_send(&sandbox, "GET", "/", &signed(), "").await.expect_err("no answer");
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    assert_eq!(sandbox.counts().unanswered, 1);
}

#[tokio::test]
async fn a_stalled_call_never_ends_and_is_counted_when_its_caller_leaves() {
    let sandbox = with(Faults { stall: 1.0, ..Faults::default() }).await;
    let (path, headers) = ("/?max-buckets=1", signed());
    let call = try_send(&sandbox, "GET", path, &headers, "");
    assert!(timeout(Duration::from_millis(200), call).await.is_err());
    for _ in 0..100 {
        if sandbox.counts().unanswered == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((sandbox.counts().unanswered, sandbox.counts().in_flight), (1, 0));
}

#[tokio::test]
async fn calls_beyond_the_rate_are_slowed_down() {
    let sandbox = with(Faults { calls_per_second: Some(20), ..Faults::default() }).await;
    let mut slowed = 0;
    for _ in 0..30 {
        let answer = get(&sandbox, "/?max-buckets=1").await;
        slowed += u32::from(answer.outcome() == (503, Some("SlowDown")));
    }
    assert!(slowed > 10, "{slowed}");
}

#[tokio::test]
async fn latency_delays_every_call_and_none_for_another() {
    let sandbox = start(Account::from_fleet(Fleet::generate(10, 1))).await;
    sandbox.change_conduct(|conduct| conduct.latency = Duration::from_millis(100));
    let (path, headers) = ("/?max-buckets=5", signed());
    let began = Instant::now();
    let calls: Vec<_> = (0..32).map(|_| try_send(&sandbox, "GET", path, &headers, "")).collect();
    for answer in futures_join(calls).await {
        assert_eq!(answer.expect("an answer").status, 200);
    }
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(98), "{took:?}");
    assert!(took < Duration::from_millis(1_600), "one after the other would take 3.2 s, this took {took:?}");
    assert!(sandbox.counts().most_in_flight >= 16, "{}", sandbox.counts().most_in_flight);
}

/// Waits for all of them at once.
async fn futures_join<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in &mut waiting {
            if output.is_none()
                && let std::task::Poll::Ready(ready) = future.as_mut().poll(context)
            {
                *output = Some(ready);
            }
        }
        if waiting.iter().all(|(_, output)| output.is_some()) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}
