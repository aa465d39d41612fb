//! Every event about one bucket that no emulator has, or lets anybody make: against the sandbox, in two shapes each.

mod access_point;
mod acl;
mod directory;
mod effect;

use bucketwatch_sandbox::account::Bucket;
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, Hand, Shape, record};
use super::function::Function;
use super::{credentials, sandbox};
use crate::sandbox::Served;

/// An event, and what it is about.
struct Row {
    rule: &'static str,
    source: &'static str,
    event: &'static str,
    /// The request's parameters, by the bucket's name.
    request: fn(&str) -> Value,
    /// How the bucket was before.
    before: fn(&mut Bucket),
    /// What was done to it.
    after: fn(&mut Bucket),
    told: Told,
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// A transition of the bucket.
    Transition(&'static str),
    /// Nothing.
    Nothing,
}

/// A row in one shape, on a bucket of its own.
struct Case {
    row: &'static Row,
    bucket: String,
    shape: Shape,
    hand: &'static Hand,
}

impl Case {
    fn is_of_directory(&self) -> bool {
        self.row.source.starts_with("s3express")
    }
}

/// Where S3 and its control plane are recorded.
const S3: &str = "s3.amazonaws.com";

fn rows() -> impl Iterator<Item = &'static Row> {
    access_point::ROWS.iter().chain(&acl::ROWS).chain(&effect::ROWS).chain(&directory::ROWS)
}

/// Gives the events that a row has: service and name.
pub(super) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows().map(|row| (row.source, row.event)).chain(acl::ENDS.map(|(name, _)| (S3, name)))
}

/// Leaves a bucket as it is.
fn as_it_is(_: &mut Bucket) {}

/// Gives every row in two shapes; together they are in all of them.
fn cases() -> Vec<Case> {
    let shaped = |(index, row): (usize, &'static Row)| {
        let directory = if row.source.starts_with("s3express") { "--use1-az4--x-s3" } else { "" };
        [0, 1].map(|turn| Case {
            row,
            bucket: format!("b-{index}-{turn}{directory}"),
            shape: Shape::ALL[(index * 2 + turn) % Shape::ALL.len()],
            hand: &HANDS[(index + turn) % HANDS.len()],
        })
    };
    rows().enumerate().flat_map(shaped).collect()
}

/// Gives the record of what a case does.
fn record_of(Case { row, bucket, hand, .. }: &Case) -> Value {
    let id = format!("e-{bucket}");
    let mut event = record(&id, row.event, demo::account_id().as_str(), &(row.request)(bucket), hand);
    event["eventSource"] = json!(row.source);
    if row.event.contains("MultiRegion") {
        event["awsRegion"] = json!("us-west-2");
    }
    event
}

fn change(served: &Served, bucket: &str, change: impl Fn(&mut Bucket)) {
    assert!(served.handle().change(|account| account.change(bucket, |bucket| change(bucket))), "{bucket}");
}

#[test]
fn every_event_about_one_bucket_is_told_with_who_did_it_in_two_shapes() {
    let cases = cases();
    // No listing shows a directory bucket, so nobody knows one before its events.
    let (hidden, listed): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.is_of_directory());
    let served = sandbox(&listed.iter().map(|case| case.bucket.as_str()).collect::<Vec<_>>());
    for case in listed {
        change(&served, &case.bucket, case.row.before);
    }
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    let scanned = function.reconcile();
    assert_eq!(scanned["partial"], Value::Null, "{scanned}");
    served.handle().change(|account| {
        hidden.iter().for_each(|case| account.insert(account.new_bucket(&case.bucket, "us-east-1")));
    });
    for case in &cases {
        let known = function.notices().len();
        change(&served, &case.bucket, case.row.after);
        function.handle(&case.shape.payload(&record_of(case)));
        judge(&function, known, case);
    }
}

/// Expects what the case says to be all that was told after the first `known` notices.
fn judge(function: &Function, known: usize, case: &Case) {
    let Case { row, bucket, shape, hand } = case;
    let notices = function.notices().split_off(known);
    let context = || format!("{}, {shape:?}: {notices:?}: {}", row.rule, function.said());
    let deed = match (&notices[..], row.told) {
        ([], Told::Nothing) => return,
        ([notice], Told::Transition(kind)) => {
            let transition = &notice["transitions"][0];
            let told = (&transition["bucket"], &transition["kind"]);
            assert_eq!(told, (&json!(bucket), &json!(kind)), "{}", context());
            transition["cause"].clone()
        }
        _ => panic!("{}", context()),
    };
    let said = (&deed["name"], &deed["actor"], &deed["agent"]);
    assert_eq!(said, (&json!(row.event), &json!(hand.actor), &json!(hand.agent)), "{}", context());
}
