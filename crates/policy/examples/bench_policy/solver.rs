//! z3's time for the same policies.

use std::path::Path;
use std::time::{Duration, Instant};

use bucketwatch_policy::catalogue;
use bucketwatch_policy::document::{Effect, Policy};
use serde_json::Value;

use crate::measure::Measured;
use crate::sample::Sample;
use crate::z3::smt::{self, Act, Caller, Kind};
use crate::z3::solver::{self, Answer};

/// The actions of which z3 is asked one: the first that an Allow of the policy grants.
const ACTS: [Act; 4] = [
    ("s3:GetObject", Kind::Object),
    ("s3:PutObject", Kind::Object),
    ("s3:ListBucket", Kind::Bucket),
    ("s3:GetObjectVersion", Kind::Object),
];

/// How long z3 may think about one question.
const PATIENCE: Duration = Duration::from_secs(10);

/// Past this many policies, z3 is asked about evenly spread ones.
const MOST: usize = 500;

/// Asks z3 whether an unsigned, and whether a foreign caller gets in, by one action of each policy, and prints how its
/// time compares with that of parsing and judging all callers and actions.
pub(crate) fn compare(z3: &Path, measured: &[(Sample, Measured)]) {
    let asked: Vec<(&Measured, [String; 2])> = measured
        .iter()
        .filter_map(|(sample, found)| queries(sample).map(|queries| (found, queries)))
        .collect();
    let step = asked.len().div_ceil(MOST).max(1);
    let asked: Vec<_> = asked.into_iter().step_by(step).collect();
    let (mut own, mut theirs, mut gave_up) = (Duration::ZERO, Duration::ZERO, 0);
    // One process at a time for a few policies, so that its start does not count for much.
    for some in asked.chunks(50) {
        let queries: Vec<String> = some.iter().flat_map(|(_, queries)| queries).cloned().collect();
        let start = Instant::now();
        let answers = solver::ask(z3, &queries, PATIENCE.as_millis() as u64);
        theirs += start.elapsed();
        own += some.iter().map(|(found, _)| found.all()).sum::<Duration>();
        gave_up += answers.iter().filter(|answer| **answer == Answer::Unknown).count();
    }
    if asked.is_empty() {
        return;
    }
    let each = |time: Duration| time.as_secs_f64() * 1e6 / asked.len() as f64;
    println!(
        "z3, two questions about one action of {} of them: {:.0} a policy against {:.1} for all questions, {:.0} times as \
         long; it gave up on {gave_up} questions after {} s each",
        asked.len(),
        each(theirs),
        each(own),
        theirs.as_secs_f64() / own.as_secs_f64(),
        PATIENCE.as_secs()
    );
}

/// Gives the questions, where the translation has words for the policy.
fn queries(sample: &Sample) -> Option<[String; 2]> {
    let renamed = sample.text.replace(&format!("arn:aws:s3:::{}", sample.bucket), smt::BUCKET);
    let policy: Value = serde_json::from_str(&renamed).ok()?;
    if !smt::covers(&policy) {
        return None;
    }
    let parsed = Policy::parse(&sample.text).ok()?;
    let granted = |act: &&Act| {
        let action = catalogue::find(act.0);
        let mut allows = parsed.statements.iter().filter(|statement| statement.effect == Effect::Allow);
        action.is_some_and(|action| allows.any(|allow| allow.actions.set.contains(action)))
    };
    let act = ACTS.iter().find(granted).unwrap_or(&ACTS[0]);
    Some([Caller::Anonymous, Caller::Foreign].map(|caller| smt::query(&policy, caller, *act, &[])))
}
