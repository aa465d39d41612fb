//! Floods: ten thousand events in batches of ten, shuffled, some of them twice.

use std::time::{Duration, Instant};

use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, batch, record, rule};
use super::function::Function;
use super::{credentials, sandbox};
use crate::program::{bucketwatch, document};

const EVENTS: u64 = 10_000;

const BUCKETS: u64 = 4;

/// An event: its number, and its bucket's. Each batch is a burst on one bucket.
type Numbers = (u64, u64);

/// The events in no order that anybody would expect.
fn shuffled() -> Vec<Numbers> {
    (0..EVENTS).map(|turn| ((turn * 7_919 + 13) % EVENTS, turn / 10 % BUCKETS)).collect()
}

/// An event of a flood that came about within the ten seconds before `now`.
fn event((number, bucket): Numbers, now: jiff::Timestamp) -> Value {
    let owner = demo::account_id();
    let request = json!({"bucketName": format!("b-{bucket}"), "policy": ""});
    let hand = &HANDS[number as usize % HANDS.len()];
    let mut event = record(&format!("e-{number}"), "PutBucketPolicy", owner.as_str(), &request, hand);
    let at = now - jiff::SignedDuration::from_millis(number as i64);
    event["eventTime"] = json!(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    event
}

#[test]
fn ten_thousand_events_in_any_order_and_some_twice_end_in_one_state() {
    let names: Vec<String> = (0..BUCKETS).map(|index| format!("b-{index}")).collect();
    let served = sandbox(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    for name in &names {
        served.open(name, &["s3:GetObject"]);
    }
    let (begun, now) = (Instant::now(), jiff::Timestamp::now());
    let flood = shuffled();
    let mut longest = Duration::ZERO;
    for (turn, part) in flood.chunks(10).enumerate() {
        // Some come twice in a batch, and some again much later.
        let repeats = [part[0], part[9], flood[turn * 10 / 2]];
        let bodies = part.iter().chain(&repeats).map(|numbers| rule(&event(*numbers, now)).to_string());
        let started = Instant::now();
        function.handle(&batch(bodies));
        longest = longest.max(started.elapsed());
    }
    eprintln!("{EVENTS} events took {:?}, the longest batch {longest:?}", begun.elapsed());
    for name in &names {
        let told = function.told_of(name);
        assert!(matches!(&told[..], [only] if only["kind"] == "opened"), "{name}: {told:?}");
    }
    let home = function.home().to_owned();
    let history = document(
        bucketwatch(&home).args(["history", "--format", "json", "--limit", "1000", "--state", "state.db"]),
    );
    let transitions = history.0.as_array().expect("transitions").len();
    assert_eq!(transitions, BUCKETS as usize);
}
