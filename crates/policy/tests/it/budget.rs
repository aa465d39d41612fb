//! Documents made to be hard: the work is bounded, and what was not decided is never "nobody".

use bucketwatch_policy::document::Policy;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::{
    AttachedTo, Budget, Callers, Document, Endpoint, Layer, Question, Reach, Why, reach,
};
use serde_json::{Value, json};

use crate::search::{OWNER, setting};

fn statement(effect: &str, resource: &str, condition: Value) -> Value {
    json!({
        "Effect": effect, "Principal": "*", "Action": "s3:GetObject", "Resource": resource, "Condition": condition,
    })
}

fn policy(statements: Vec<Value>) -> Policy {
    Policy::parse(&json!({ "Version": "2012-10-17", "Statement": statements }).to_string()).expect("a policy")
}

/// Each of `pigeons` tags must have one of fewer values, and no two the same: nobody gets in, and to see that by trying
/// takes factorially long.
fn pigeonhole(pigeons: usize, allows: usize) -> Policy {
    let tag = |pigeon: usize| format!("aws:PrincipalTag/t{pigeon}");
    let holes: Vec<String> = (1..pigeons).map(|hole| format!("v{hole}")).collect();
    let all: serde_json::Map<String, Value> =
        (0..pigeons).map(|pigeon| (tag(pigeon), json!(holes))).collect();
    let mut statements: Vec<Value> = (0..allows)
        .map(|at| statement("Allow", &format!("arn:aws:s3:::b/{at}/*"), json!({ "StringEquals": all })))
        .collect();
    for hole in &holes {
        for second in 0..pigeons {
            for first in 0..second {
                let both = json!({ "StringEquals": { tag(first): hole, tag(second): hole } });
                statements.push(statement("Deny", "arn:aws:s3:::b/*", both));
            }
        }
    }
    policy(statements)
}

fn ask(policy: &Policy, budget: Budget) -> Reach {
    let setting = setting("b");
    let layers = vec![Layer::Policy(Document { policy, attached_to: AttachedTo::Bucket, restricted: false })];
    let question = Question {
        setting: &setting,
        endpoint: Endpoint::Bucket,
        layers,
        denies: Vec::new(),
        callers: Callers::All,
    };
    reach(&question, budget)
}

fn ran_out(answer: &Reach) -> bool {
    answer.undecided.iter().any(|branch| matches!(branch.why, Why::Budget(_)))
}

#[test]
fn a_contradiction_that_takes_too_long_is_undecided_and_a_short_one_is_decided() {
    let small = ask(&pigeonhole(4, 1), Budget::default());
    assert_eq!((small.openings.len(), small.undecided.len()), (0, 0), "three holes are soon tried");
    let budget = Budget { work: 1_000_000, ..Budget::default() };
    let large = ask(&pigeonhole(10, 1), budget);
    assert!(large.openings.is_empty() && ran_out(&large), "{:?}", large.undecided);
    assert_eq!(large.effort.work, budget.work);
}

#[test]
fn the_budget_is_one_for_all_allows_and_each_of_them_is_named() {
    let allows = 40;
    let answer = ask(&pigeonhole(10, allows), Budget { work: 1_000_000, ..Budget::default() });
    for at in 0..allows {
        assert!(answer.undecided.iter().any(|branch| branch.sources == [at]), "statement {at}");
    }
}

#[test]
fn two_layers_of_many_allows_end_soon_and_undecided() {
    let many = |resource: &dyn Fn(usize) -> String| {
        policy((0..300).map(|at| statement("Allow", &resource(at), json!({}))).collect())
    };
    let arn = "arn:aws:s3:eu-west-1:111122223333:accesspoint/p";
    let at_point = many(&|at| format!("{arn}/object/*{at}*"));
    let at_bucket = many(&|at| format!("arn:aws:s3:::b/*{at}*"));
    let setting = setting("b");
    let (point, account) = (arn.into(), AccountId::parse(OWNER).expect("an account"));
    let layer = |policy, attached_to| Layer::Policy(Document { policy, attached_to, restricted: false });
    let question = Question {
        setting: &setting,
        endpoint: Endpoint::AccessPoint { arn: &point, account: &account, internet: true },
        layers: vec![layer(&at_point, AttachedTo::AccessPoint), layer(&at_bucket, AttachedTo::Bucket)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    let answer = reach(&question, Budget { work: 100_000, ..Budget::default() });
    assert!(ran_out(&answer));
    assert!(answer.undecided.len() < 1_000, "90,000 choices are not listed one by one");
}
