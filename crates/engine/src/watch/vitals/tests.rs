use super::*;
use crate::handle::{HandleError, Handled};
use crate::state::StateError;
use crate::watch::QueueError;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/events";

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
}

fn vitals(scan_every: Option<Duration>) -> Vitals {
    Vitals::new(&[QUEUE.to_owned()], scan_every, at(0))
}

/// Lets every part be well at `now`.
fn all_well(vitals: &Vitals, now: Timestamp) {
    vitals.hear(&Said::Answered { queue: QUEUE.to_owned(), messages: 0 }, now);
    vitals.hear(&Said::Handled(Handled::default()), now);
    vitals.hear(&Said::Looked(0), now);
    vitals.state(Ok(Vec::new()), now);
    vitals.scanned(Ok(()), now);
}

fn waiting(oldest: Timestamp, reason: Option<&str>) -> OutboxCount {
    let reason = reason.map(str::to_owned);
    OutboxCount { notifier: "slack".to_owned(), waiting: 2, dead: 0, oldest: Some(oldest), reason }
}

/// Gives the parts that are not well.
fn ill(vitals: &Vitals, now: Timestamp) -> Vec<&'static str> {
    let health = vitals.health(now);
    let ill: Vec<_> = health.parts.iter().filter(|part| !part.healthy).map(|part| part.part).collect();
    assert_eq!(health.healthy, ill.is_empty());
    assert!(health.parts.iter().all(|part| part.healthy == part.why.is_none()));
    ill
}

#[test]
fn a_part_that_is_silent_or_fails_for_too_long_is_named() {
    type Event = fn(&Vitals);
    let cases: [(&str, Event, &[&str]); 8] = [
        ("everything is well", |_| {}, &[]),
        ("the state fails", |vitals| vitals.state(Err("the disk is full".to_owned()), at(9)), &["state"]),
        (
            "the state failed",
            |vitals| {
                vitals.state(Err("the disk is full".to_owned()), at(8));
                vitals.state(Ok(Vec::new()), at(9));
            },
            &[],
        ),
        ("the scan failed", |vitals| vitals.scanned(Err("denied".to_owned()), at(10)), &["scan"]),
        (
            "the scan failed and another did not",
            |vitals| {
                vitals.scanned(Err("denied".to_owned()), at(9));
                vitals.scanned(Ok(()), at(10));
            },
            &[],
        ),
        (
            "notices fail",
            |vitals| vitals.state(Ok(vec![waiting(at(-6), Some("refused"))]), at(9)),
            &["outbox"],
        ),
        ("notices began to fail", |vitals| vitals.state(Ok(vec![waiting(at(-4), Some("no"))]), at(9)), &[]),
        ("notices are held", |vitals| vitals.state(Ok(vec![waiting(at(-600), None)]), at(9)), &[]),
    ];
    for (rule, event, expected) in cases {
        let vitals = vitals(Some(Duration::from_secs(3600)));
        all_well(&vitals, at(6));
        event(&vitals);
        assert_eq!(ill(&vitals, at(10)), expected, "{rule}");
    }
}

#[test]
fn a_failure_counts_after_five_minutes_and_is_forgotten_when_it_passes() {
    let vitals = vitals(None);
    all_well(&vitals, at(0));
    let fails = |minute| {
        let error = QueueError { queue: QUEUE.to_owned(), why: "no answer in time".to_owned() };
        vitals.hear(&Said::Queue(error), at(minute));
        vitals.hear(&Said::Failed(HandleError::State(StateError::LeaseLost)), at(minute));
        vitals.hear(&Said::Looked(0), at(minute));
        vitals.state(Ok(Vec::new()), at(minute));
    };
    fails(1);
    fails(4);
    assert_eq!(ill(&vitals, at(4)), [""; 0]);
    fails(6);
    assert_eq!(ill(&vitals, at(6)), ["queue", "events"]);
    let why = vitals.health(at(6)).parts[0].why.clone().unwrap();
    assert!(why.ends_with("no answer in time"), "{why}");
    vitals.hear(&Said::Answered { queue: QUEUE.to_owned(), messages: 0 }, at(20));
    assert_eq!(ill(&vitals, at(22)), ["looks", "state"], "what fails no more was given up");
    all_well(&vitals, at(23));
    assert_eq!(ill(&vitals, at(24)), [""; 0]);
}

#[test]
fn what_was_never_heard_of_is_not_well_once_its_time_is_over() {
    let vitals = vitals(Some(Duration::from_secs(24 * 3600)));
    assert_eq!(ill(&vitals, at(4)), [""; 0]);
    assert_eq!(ill(&vitals, at(6)), ["queue", "looks", "state"]);
    assert_eq!(ill(&vitals, at(49 * 60)), ["queue", "looks", "state", "scan"]);
}
