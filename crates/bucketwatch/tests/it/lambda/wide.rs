//! Events above buckets: of the account and of its organization.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::BlockPublicAccess;
use bucketwatch_ingest::cloudtrail::{EVENTS, Scope};
use bucketwatch_sandbox::account::BLOCK_ALL;
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, Hand, Shape, record};
use super::function::Function;
use super::{credentials, sandbox};
use crate::sandbox::Served;

/// A change of the account, before and after it.
struct Row {
    rule: &'static str,
    event: &'static str,
    request: fn() -> Value,
    before: Observed<BlockPublicAccess>,
    after: Observed<BlockPublicAccess>,
    told: &'static str,
}

const OPEN_BLOCK: BlockPublicAccess = BlockPublicAccess {
    block_public_acls: false,
    ignore_public_acls: false,
    block_public_policy: false,
    restrict_public_buckets: false,
};

static ROWS: [Row; 3] = [
    Row {
        rule: "the account's block is deleted",
        event: "DeleteAccountPublicAccessBlock",
        request: || json!({"Host": "111122223333.s3-control.us-east-1.amazonaws.com", "publicAccessBlock": ""}),
        before: Observed::Present(BLOCK_ALL),
        after: Observed::Absent,
        told: "opened",
    },
    Row {
        rule: "the account's block is put without any flag",
        event: "PutAccountPublicAccessBlock",
        request: || json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": {"BlockPublicAcls": "false"}}),
        before: Observed::Present(BLOCK_ALL),
        after: Observed::Present(OPEN_BLOCK),
        told: "opened",
    },
    Row {
        rule: "the account's block is put",
        event: "PutAccountPublicAccessBlock",
        request: || {
            json!({"publicAccessBlock": "", "PublicAccessBlockConfiguration": {"BlockPublicAcls": true,
                "IgnorePublicAcls": true, "BlockPublicPolicy": true, "RestrictPublicBuckets": true}})
        },
        before: Observed::Absent,
        after: Observed::Present(BLOCK_ALL),
        told: "closed",
    },
];

/// Three buckets that a policy opens, and one that nobody can reach.
fn account() -> Served {
    let served = sandbox(&["one", "two", "three", "shut"]);
    for bucket in ["one", "two", "three"] {
        served.open(bucket, &["s3:GetObject"]);
    }
    served
}

/// Gives the events that a row has: service and name.
pub(super) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of_account = ROWS.iter().map(|row| ("s3.amazonaws.com", row.event));
    of_account.chain(of_organization().map(|name| ("organizations.amazonaws.com", name)))
}

/// Gives the names of all events of an organization.
fn of_organization() -> impl Iterator<Item = &'static str> {
    EVENTS.iter().filter(|(_, _, kind)| kind.scope() == Scope::Organization).map(|(_, name, _)| *name)
}

/// Gives the notices about several buckets among those after the first `known`.
fn groups(function: &Function, known: usize) -> Vec<Value> {
    function.notices().into_iter().skip(known).filter(|notice| notice["kind"] == "group").collect()
}

#[test]
fn a_change_of_the_account_is_told_as_one_with_who_did_it() {
    for (index, row) in ROWS.iter().enumerate() {
        for (turn, shape) in [Shape::ALL[index], Shape::ALL[(index + 2) % 5]].into_iter().enumerate() {
            let (served, hand) = (account(), &HANDS[(index + turn) % 4]);
            served.handle().change(|account| account.set_block(row.before.clone()));
            let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
            function.reconcile();
            let known = function.notices().len();
            served.handle().change(|account| account.set_block(row.after.clone()));
            let owner = demo::account_id();
            let event = record("e-1", row.event, owner.as_str(), &(row.request)(), hand);
            function.handle(&shape.payload(&event));
            let rule = format!("{}, {shape:?}", row.rule);
            judge(&function, known, &rule, row.told, hand);
        }
    }
}

/// AWS puts what its policies say into the account's own answer, so it is the account that is looked at.
#[test]
fn whatever_happens_in_the_organization_leads_to_the_account_in_two_shapes() {
    let served = account();
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    let mut shut = false;
    for (index, name) in of_organization().enumerate() {
        for (turn, shape) in [Shape::ALL[index % 5], Shape::ALL[(index + 2) % 5]].into_iter().enumerate() {
            shut = !shut;
            let block = if shut { Observed::Present(BLOCK_ALL) } else { Observed::Absent };
            served.handle().change(|account| account.set_block(block));
            let hand = &HANDS[(index + turn) % 4];
            let request = json!({"policyId": "p-1", "targetId": "r-1"});
            let id = format!("e-{index}-{turn}");
            let mut event = record(&id, name, demo::account_id().as_str(), &request, hand);
            event["eventSource"] = json!("organizations.amazonaws.com");
            let known = function.notices().len();
            function.handle(&shape.payload(&event));
            let rule = format!("{name}, {shape:?}");
            judge(&function, known, &rule, if shut { "closed" } else { "opened" }, hand);
        }
    }
}

/// Expects that the only notice after the first `known` about several buckets tells what became of three, and by whom.
fn judge(function: &Function, known: usize, rule: &str, told: &str, hand: &Hand) {
    let groups = groups(function, known);
    let context = || format!("{rule}: {groups:?}: {}", function.said());
    let [group] = &groups[..] else { panic!("{}", context()) };
    assert_eq!(group["group"]["buckets"], 3, "{}", context());
    let cause = &group["group"]["cause"];
    let by = (&cause["actor"], &cause["agent"]);
    assert_eq!(by, (&json!(hand.actor), &json!(hand.agent)), "{}", context());
    let transitions = group["transitions"].as_array().expect("transitions");
    assert!(transitions.iter().all(|transition| transition["kind"] == told), "{}", context());
}
