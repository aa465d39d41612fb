//! The second judge: the search against z3, on random policies, by a translation that shares nothing with the crate.
//!
//! `cargo xtask test` installs z3 and names its folder in `BUCKETWATCH_TEST_EMULATORS`; without it the tests are
//! skipped, by name. `cargo xtask test --nightly` asks about thousands of policies.

mod generate;
mod ground;
mod smt;
mod solver;

use std::path::Path;

use bucketwatch_policy::catalogue;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::reach::Reach;

use crate::corpus;
use crate::dice::{Dice, cases, seed};
use crate::search::{self, Said};
use serde_json::Value;
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
    // These have to be answered, however busy the machine is.
    const PATIENCE_MS: u64 = 60_000;
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
        let answers = solver::ask(&z3, &queries, PATIENCE_MS);
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

/// Says what is wrong with the search's answer, given the solver's two.
fn contradiction(said: Said, anonymous: Answer, foreign: Answer) -> Option<&'static str> {
    if anonymous == Answer::Unsat && said.anyone {
        return Some("an unsigned caller is said to get in, and none can");
    }
    if anonymous == Answer::Unsat && foreign == Answer::Unsat && said.strangers() {
        return Some("somebody is said to get in, and nobody can");
    }
    if anonymous == Answer::Sat && !said.anyone && !said.ranges {
        return Some("an unsigned caller gets in and is not reported");
    }
    (foreign == Answer::Sat && !said.strangers()).then_some("a foreign caller gets in and is not reported")
}

#[derive(Default)]
struct Tally {
    decided: u64,
    reachable: u64,
    cut_off: u64,
    solver_gave_up: u64,
    search_gave_up: u64,
}

#[test]
fn z3_and_the_search_never_disagree() {
    let Some(z3) = solver::installed() else {
        eprintln!("skipped: `z3_and_the_search_never_disagree` needs z3; run it by `cargo xtask test`");
        return;
    };
    let (seed, policies) = (seed(), cases(300, 10_000));
    println!("seed {seed}, {policies} policies");
    let mut tally = Tally::default();
    for number in 0..policies {
        let mut dice = Dice::new(seed, number);
        let act = *dice.one(ACTS);
        let policy = generate::policy(&mut dice, act.0);
        judge(&z3, &policy, act, &mut tally);
    }
    let Tally { decided, reachable, cut_off, solver_gave_up, search_gave_up } = tally;
    println!("{decided} decided by both: {reachable} reachable, {cut_off} with an Allow that Denies cut off");
    println!("z3 gave up on {solver_gave_up}, the search on {search_gave_up}");
    assert!(decided * 10 > policies * 8, "both judges decided only {decided} of {policies} policies");
    assert!(reachable * 5 > decided && cut_off * 50 > decided, "the generator is too strict or too lax");
}

fn judge(z3: &Path, policy: &Value, act: Act, tally: &mut Tally) {
    let parsed = Policy::parse(&policy.to_string()).expect("the generator writes policies");
    let answer = search::ask(&parsed, &search::setting("b"));
    if !answer.undecided.is_empty() {
        tally.search_gave_up += 1;
        return;
    }
    let query = |policy: &Value, caller| smt::query(policy, caller, act, &[]);
    let allows = without_denies(policy);
    let queries = [
        query(policy, Caller::Anonymous),
        query(policy, Caller::Foreign),
        query(&allows, Caller::Anonymous),
        query(&allows, Caller::Foreign),
    ];
    let answers = solver::ask(z3, &queries, 2_000);
    assert_agreement(policy, act, &answer, &answers);
    if answers[..2].contains(&Answer::Unknown) {
        tally.solver_gave_up += 1;
        return;
    }
    tally.decided += 1;
    let open = answers[..2].contains(&Answer::Sat);
    tally.reachable += u64::from(open);
    tally.cut_off += u64::from(!open && answers[2..].contains(&Answer::Sat));
}

/// Fails where the solver's answers for an unsigned and a foreign caller contradict the search.
fn assert_agreement(policy: &Value, act: Act, answer: &Reach, answers: &[Answer]) {
    let said = Said::of(answer, catalogue::find(act.0).expect("a known action"), |_| true);
    let [anonymous, foreign, ..] = answers[..] else { unreachable!("two answers") };
    let wrong = contradiction(said, anonymous, foreign);
    assert_eq!(wrong, None, "{} by {policy}: {said:?}, unsigned {anonymous:?}, signed {foreign:?}", act.0);
}

#[test]
fn z3_and_the_search_agree_on_the_corpus() {
    let Some(z3) = solver::installed() else {
        eprintln!("skipped: `z3_and_the_search_agree_on_the_corpus` needs z3; run it by `cargo xtask test`");
        return;
    };
    let (mut asked, mut gave_up) = (0, 0);
    for case in corpus::policies().into_iter().filter(|case| case.for_z3 && smt::covers(&case.document)) {
        let policy = Policy::parse(&case.document.to_string()).expect("a case that is parsed");
        let answer = search::ask(&policy, &search::setting("b"));
        if !answer.undecided.is_empty() {
            continue;
        }
        for act in ACTS {
            let queries = [Caller::Anonymous, Caller::Foreign]
                .map(|caller| smt::query(&case.document, caller, *act, &[]));
            let answers = solver::ask(&z3, &queries, 2_000);
            assert_agreement(&case.document, *act, &answer, &answers);
            gave_up += u64::from(answers.contains(&Answer::Unknown));
        }
        asked += 1;
    }
    println!("{asked} policies of the corpus, z3 gave up on {gave_up} of their questions");
    assert!(asked >= 100, "z3 was asked about {asked} policies of the corpus only");
    assert!(gave_up * 10 < asked, "z3 gave up on {gave_up} questions");
}

fn without_denies(policy: &Value) -> Value {
    let mut policy = policy.clone();
    if let Some(statements) = policy["Statement"].as_array_mut() {
        statements.retain(|statement| statement["Effect"] == "Allow");
    }
    policy
}
