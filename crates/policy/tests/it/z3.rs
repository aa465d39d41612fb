//! The second judge: z3, on random policies, by a translation that shares nothing with the crate.
//!
//! `cargo xtask test` installs z3 and names its folder in `BUCKETWATCH_TEST_EMULATORS`; without it the tests are
//! skipped, by name. `cargo xtask test --nightly` asks about thousands of policies.

mod generate;
mod ground;
mod smt;
mod solver;

use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};

use crate::dice::{Dice, cases, seed};
use smt::{Act, Caller, Kind};
use solver::Answer;

/// The actions that are asked about, one of them for each policy.
const ACTS: &[Act] = &[
    ("s3:GetObject", Kind::Object),
    ("s3:PutObject", Kind::Object),
    ("s3:ListBucket", Kind::Bucket),
    ("s3:GetObjectVersion", Kind::Object),
];

#[test]
fn the_translation_says_of_single_requests_what_the_evaluator_says() {
    const AT_ONCE: u64 = 50;
    let Some(z3) = solver::installed() else {
        eprintln!("skipped: `the_translation_says_of_single_requests_what_the_evaluator_says` needs z3");
        return;
    };
    let (seed, requests) = (seed(), cases(1_000, 40_000));
    println!("seed {seed}, {requests} requests");
    let mut allowed = 0;
    for batch in 0..requests / AT_ONCE {
        let (mut queries, mut expected) = (Vec::new(), Vec::new());
        for number in batch * AT_ONCE..(batch + 1) * AT_ONCE {
            let mut dice = Dice::new(seed, number);
            let (act, caller) = (*dice.one(ACTS), *dice.one(&[Caller::Anonymous, Caller::Foreign]));
            let policy = generate::policy(&mut dice, act.0);
            let ground = ground::request(&mut dice, caller, act);
            let parsed = Policy::parse(&policy.to_string()).expect("the generator writes policies");
            let decision = evaluate(&parsed, &ground.request);
            assert!(!matches!(decision, Decision::Undetermined { .. }), "{number}: {decision:?} by {policy}");
            queries.push(smt::query(&policy, caller, act, &ground.facts));
            expected.push((decision.is_allowed(), policy, ground));
        }
        let answers = solver::ask(&z3, &queries, 5_000);
        for ((answer, query), (is_allowed, policy, ground)) in answers.iter().zip(&queries).zip(&expected) {
            let wanted = if *is_allowed { Answer::Sat } else { Answer::Unsat };
            assert_eq!(*answer, wanted, "{policy}\n{:?}\n{query}", ground.request);
            allowed += u64::from(*is_allowed);
        }
    }
    println!("{allowed} of them allowed");
    assert!(
        allowed * 10 > requests,
        "only {allowed} of {requests} requests are allowed: the test is too easy"
    );
}
