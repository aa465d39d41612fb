//! Weeks of delivering on a simulated network: two processes share one state, crash at any moment and have clocks that
//! differ; links are cut, held up and slow; receivers are slow, fail and lie. The outbox, the state, the webhook and
//! syslog are the real ones; time and TCP are turmoil's, so the same seed gives the same course.
//!
//! `BUCKETWATCH_TEST_SEED` replays one seed.

mod course;
mod dice;
mod ledger;
mod network;
mod receiver;
mod sender;
mod trouble;
mod world;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use self::course::{Course, Outcome};

/// How many hours a seed is followed.
const HOURS: u64 = 25;

fn troubled(seed: u64) -> Course {
    Course { seed, hours: HOURS, troubled: true, hasty: false }
}

/// Follows seeds, each to its end, on as many threads as there are processors, and gives a line for each.
fn follow(seeds: RangeInclusive<u64>) -> String {
    let one = std::env::var("BUCKETWATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = one.map_or(seeds, |seed| seed..=seed);
    let next = AtomicU64::new(*seeds.start());
    let outcomes = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let seed = next.fetch_add(1, Ordering::Relaxed)
                    && seeds.contains(&seed)
                {
                    let outcome = troubled(seed).run();
                    outcomes.lock().unwrap().insert(seed, outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap();
    assert_eq!(outcomes.len() as u64, seeds.end() - seeds.start() + 1);
    for (seed, outcome) in &outcomes {
        let Outcome { late, lost, strange, last, .. } = outcome;
        let fine = lost.is_empty() && late.is_empty() && strange.is_empty();
        assert!(fine, "seed {seed}: lost {lost:?}, late {late:?}, strange {strange:?}\n{last}");
    }
    let sum = |of: fn(&Outcome) -> u64| outcomes.values().map(of).sum::<u64>();
    let (hours, troubles) = (sum(|outcome| outcome.hours), sum(|outcome| outcome.troubles));
    let broken_off = sum(|outcome| outcome.broken_off);
    assert!(hours >= HOURS * outcomes.len() as u64, "{hours}");
    assert!(troubles > hours && broken_off > hours, "{troubles} troubles, {broken_off} attempts broken off");
    let mut report: String =
        outcomes.iter().map(|(seed, outcome)| format!("seed {seed}: {outcome}\n")).collect();
    let (posted, repeats) = (sum(|outcome| outcome.posted), sum(|outcome| outcome.repeats));
    report.push_str(&format!(
        "{hours} hours, {troubles} troubles, {broken_off} attempts broken off: {posted} notices to three receivers, 0 lost, {repeats} repeats"
    ));
    report
}

#[test]
fn nothing_is_lost_and_everything_drains_in_ten_minutes() {
    let nightly = std::env::var_os("BUCKETWATCH_TEST_NIGHTLY").is_some();
    println!("{}", follow(1..=if nightly { 200 } else { 8 }));
}

#[test]
fn the_same_seed_gives_the_same_course() {
    let course = Course { hours: 3, ..troubled(20_261_123) };
    let (one, two) = (course.run(), course.run());
    assert_eq!(one, two);
    assert_ne!(one.digest, Course { seed: 20_261_124, ..course }.run().digest);
}

#[test]
fn without_troubles_nothing_is_repeated() {
    let outcome = Course { troubled: false, hours: 12, ..troubled(1) }.run();
    assert!(outcome.posted > 80, "{outcome:?}");
    assert_eq!((outcome.repeats, outcome.lost, outcome.late), (0, Vec::new(), Vec::new()));
}

#[test]
fn an_outbox_that_acknowledges_before_it_delivers_is_found_out() {
    let outcome = Course { hasty: true, ..troubled(1) }.run();
    assert!(!outcome.lost.is_empty(), "{outcome:?}");
}
