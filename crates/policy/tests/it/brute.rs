//! Directed brute force: on small policies every request that could matter is tried by the plain evaluator, and the
//! search must say the same of every statement and action, both ways.

mod callers;
mod cover;
mod expect;
pub(crate) mod generate;
mod places;
mod world;

use std::fmt::Write as _;

use bucketwatch_policy::action::Action;
use bucketwatch_policy::catalogue;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::reach::{Audience, Reach, Why};
use bucketwatch_policy::request::Caller;
use serde_json::{Value, json};

use crate::dice::{Dice, cases, seed};
use crate::search::{self, Said};
use cover::Cover;
use expect::Expected;
use world::World;

const ACTIONS: &[&str] = &["s3:GetObject", "s3:PutObject", "s3:ListBucket"];

/// After so many disagreements the run stops.
const ENOUGH: usize = 20;

/// More requests than this are not tried: the policy is passed over, and counted.
const MOST_REQUESTS: usize = 40_000;

#[test]
fn the_search_says_what_trying_every_request_says() {
    let (seed, policies) = (seed(), cases(2_000, 100_000));
    println!("seed {seed}, {policies} policies");
    let (mut cover, mut wrong) = (Cover::default(), Vec::new());
    for number in 0..policies {
        let document = generate::policy(&mut Dice::new(seed, number));
        wrong.extend(judge(&document, &mut cover).map(|complaint| format!("{number}: {complaint}")));
        if wrong.len() == ENOUGH {
            break;
        }
    }
    println!("{cover}");
    assert!(wrong.is_empty(), "{} policies disagree, the shortest first:\n{}", wrong.len(), shortest(&wrong));
    cover.assert_broad();
}

#[test]
fn what_was_missed_once_is_found() {
    let allow = |principal: Value, resource: &str, condition: Value| {
        json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": resource,
            "Condition": condition})
    };
    let named = json!({"AWS": "444455556666"});
    let any_organization = json!({"StringLike": {"aws:PrincipalOrgID": "o-*"}});
    let only_a =
        json!({"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": "arn:aws:s3:::b/a*"});
    let own_folder = allow(json!("*"), "arn:aws:s3:::b/${aws:username}", json!({}));
    let admin = json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}});
    let of_admin = json!({"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::444455556666:role/admin"},
        "Action": "s3:PutObject", "Resource": "*"});
    for (what, statements) in [
        ("a named account may be in any organization", vec![allow(named.clone(), "*", any_organization)]),
        ("whom another statement names is in a named account", vec![allow(named, "*", admin), of_admin]),
        ("a stranger calls its user as a Deny likes it, or nobody knows", vec![own_folder, only_a]),
    ] {
        let document = json!({"Version": "2012-10-17", "Statement": statements});
        assert_eq!(judge(&document, &mut Cover::default()), None, "{what}");
        let answer =
            search::ask(&Policy::parse(&document.to_string()).expect("a policy"), &search::setting("b"));
        assert!(!answer.openings.is_empty() || !answer.undecided.is_empty(), "{what}");
    }
}

fn shortest(wrong: &[String]) -> String {
    let mut wrong: Vec<&String> = wrong.iter().collect();
    wrong.sort_by_key(|text| text.len());
    wrong.into_iter().take(12).fold(String::new(), |mut text, complaint| {
        let _ = writeln!(text, "{complaint}\n");
        text
    })
}

/// Gives what is wrong, if anything is.
fn judge(document: &Value, cover: &mut Cover) -> Option<String> {
    let policy = Policy::parse(&document.to_string()).expect("the generator writes policies");
    let setting = search::setting("b");
    let answer = search::ask(&policy, &setting);
    cover.policy(document, &answer);
    if let Some(undecided) = answer.undecided.iter().find(|undecided| !by_rule(&undecided.why)) {
        return Some(format!("undecided, though no rule is missing: {undecided:?}\n{document}"));
    }
    if let Some(complaint) = unproven(&policy, &answer) {
        return Some(format!("{complaint}\n{document}"));
    }
    for action in ACTIONS.iter().map(|name| catalogue::find(name).expect("a known action")) {
        let world = World::new(document, action);
        if world.size() > MOST_REQUESTS {
            cover.too_large();
            continue;
        }
        let expected = Expected::by_trying(&policy, &world);
        cover.action(&expected);
        for (index, expected) in expected.statements.iter().enumerate() {
            let said = Said::of(&answer, action, |opening| opening.sources == [index]);
            let decided = answer.undecided.iter().all(|undecided| undecided.sources != [index]);
            if let Some(complaint) = expected.contradicts(said, decided, document) {
                return Some(format!(
                    "{} by statement {index}: {complaint}: {said:?}, tried {expected:?}\n{document}",
                    action.name()
                ));
            }
        }
    }
    None
}

/// Tells whether AWS's documentation or the engine's own leaves open what is undecided.
fn by_rule(why: &Why) -> bool {
    match why {
        Why::PolicyVariable(_) => true,
        Why::NoRule(rule) => rule.ends_with("is not documented") || rule.starts_with("a service may ask"),
        _ => false,
    }
}

/// Says which witness does not prove its opening.
fn unproven(policy: &Policy, answer: &Reach) -> Option<String> {
    let setting = search::setting("b");
    for opening in &answer.openings {
        let classes: Vec<_> = opening.actions.iter().map(Action::access).collect();
        for class in classes {
            let proof = opening.witnesses.iter().find(|(access, _)| *access == class);
            let Some((_, witness)) = proof else {
                return Some(format!("no witness of {class:?} by {opening:?}"));
            };
            let request = witness.request(&setting);
            let by = match evaluate(policy, &request) {
                Decision::Allowed { by } => by,
                other => return Some(format!("{other:?} for the witness {witness:?}")),
            };
            let fits = match &opening.audience {
                Audience::Anyone { .. } => request.caller == Caller::Anonymous,
                Audience::AnyAwsAccount { .. } => matches!(request.caller, Caller::Signed(_)),
                _ => true,
            };
            let own = by.contains(&opening.sources[0]) && opening.actions.contains(witness.action);
            if !fits || !own || witness.action.access() != class {
                return Some(format!("{witness:?} proves something else than {opening:?}"));
            }
        }
    }
    None
}
