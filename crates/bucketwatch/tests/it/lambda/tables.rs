//! Policies of tables and of their buckets, stored in an independent emulator: whom they name is told.

use serde_json::{Value, json};

use super::event::{HANDS, Shape, record};
use super::function::Function;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{calls, environment};
use crate::program::Credentials;

const TABLES: &str = "s3tables.amazonaws.com";

const OTHER: &str = "444455556666";

/// An event of a table bucket that has one table, `eu.orders`.
struct Row {
    rule: &'static str,
    event: &'static str,
    /// Whom the policy names that the request shows; `None` = it shows none.
    shown: Option<&'static str>,
    /// Whom the policy names that is stored before the event comes; `None` = none is.
    stored: Option<&'static str>,
    /// What the notice says; `None` = there is none.
    told: Option<&'static str>,
}

impl Row {
    fn is_of_bucket(&self) -> bool {
        self.event.contains("TableBucket")
    }
}

static ROWS: [Row; 7] = [
    Row {
        rule: "a bucket's policy is put that names another account",
        event: "PutTableBucketPolicy",
        shown: Some(OTHER),
        stored: Some(OTHER),
        told: Some("as it is stored now, it names 444455556666"),
    },
    Row {
        rule: "a bucket's policy is put that names its own account",
        event: "PutTableBucketPolicy",
        shown: None,
        stored: Some(calls::ACCOUNT),
        told: None,
    },
    Row {
        rule: "a bucket's policy is deleted",
        event: "DeleteTableBucketPolicy",
        shown: None,
        stored: None,
        told: None,
    },
    Row {
        rule: "a bucket's policy is deleted and another one is put",
        event: "DeleteTableBucketPolicy",
        shown: None,
        stored: Some(OTHER),
        told: Some("as it is stored now, it names 444455556666"),
    },
    Row {
        rule: "a table's policy is put whose record leaves it out",
        event: "PutTablePolicy",
        shown: None,
        stored: Some("*"),
        told: Some("as it is stored now, it names anybody"),
    },
    Row {
        rule: "a table's policy is put and taken back",
        event: "PutTablePolicy",
        shown: Some(OTHER),
        stored: None,
        told: Some("none is stored now: taken back since, or not visible yet"),
    },
    Row {
        rule: "a table's policy is deleted",
        event: "DeleteTablePolicy",
        shown: None,
        stored: None,
        told: None,
    },
];

/// Gives the events that a row has: service and name.
pub(super) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
    ROWS.iter().map(|row| (TABLES, row.event))
}

fn policy(principal: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal},
        "Action": "s3tables:GetTableData", "Resource": "*"}]})
    .to_string()
}

/// Gives what names a row's policy in a request: the ARN of `bucket`, and the table's name.
fn place(row: &Row, bucket: &str) -> Value {
    let arn = arn(bucket);
    match row.is_of_bucket() {
        true => json!({"tableBucketARN": arn}),
        false => json!({"tableBucketARN": arn, "namespace": "eu", "name": "orders"}),
    }
}

fn arn(bucket: &str) -> String {
    format!("arn:aws:s3tables:us-east-1:{}:bucket/{bucket}", calls::ACCOUNT)
}

fn with_policy(mut request: Value, principal: Option<&str>) -> Value {
    if let Some(principal) = principal {
        request["resourcePolicy"] = json!(policy(principal));
    }
    request
}

/// Gives the calls that make `bucket` with its table, and store the row's policy.
fn setup(row: &Row, bucket: &str) -> Vec<Value> {
    let of = |operation: &str, params: Value| calls::call("s3tables", operation, params);
    let in_bucket = |extra: Value| {
        let mut params = json!({"tableBucketARN": arn(bucket)});
        params.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        params
    };
    let mut made = vec![
        of("create_table_bucket", json!({"name": bucket})),
        of("create_namespace", in_bucket(json!({"namespace": ["eu"]}))),
        of("create_table", in_bucket(json!({"namespace": "eu", "name": "orders", "format": "ICEBERG"}))),
    ];
    if row.stored.is_some() {
        let put = if row.is_of_bucket() { "put_table_bucket_policy" } else { "put_table_policy" };
        made.push(of(put, with_policy(place(row, bucket), row.stored)));
    }
    made
}

#[test]
fn what_is_stored_of_a_table_is_told_with_who_did_it_in_two_shapes() {
    let Some(environment) = environment("what_is_stored_of_a_table_is_told_with_who_did_it_in_two_shapes")
    else {
        return;
    };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let cases = || {
        let rows = ROWS.iter().enumerate();
        rows.flat_map(|(index, row)| [0, 1].map(|turn| (index, turn, row, format!("tables-{index}-{turn}"))))
    };
    let all: Vec<Value> = cases().flat_map(|(_, _, row, bucket)| setup(row, &bucket)).collect();
    calls::make(&environment, front.address(), &all);
    let mut function = Function::start(&format!("http://{}", front.address()), &credentials);
    for (index, turn, row, bucket) in cases() {
        let known = function.notices().len();
        let hand = &HANDS[(index + turn) % HANDS.len()];
        let shape = Shape::ALL[(index * 2 + turn) % Shape::ALL.len()];
        let request = with_policy(place(row, &bucket), row.shown);
        let mut event = record(&format!("e-{bucket}"), row.event, calls::ACCOUNT, &request, hand);
        event["eventSource"] = json!(TABLES);
        function.handle(&shape.payload(&event));
        function.handle(&shape.payload(&event));
        let notices = function.notices().split_off(known);
        let context = || format!("{}, {shape:?}: {notices:?}: {}", row.rule, function.said());
        let (notice, told) = match (&notices[..], row.told) {
            ([], None) => continue,
            ([notice], Some(told)) => (&notice["event"], told),
            _ => panic!("{}", context()),
        };
        let said = (&notice["why"], &notice["deed"]["actor"], &notice["deed"]["agent"]);
        assert_eq!(said, (&json!("unverified"), &json!(hand.actor), &json!(hand.agent)), "{}", context());
        let table =
            if row.is_of_bucket() { arn(&bucket) } else { format!("{}, table eu.orders", arn(&bucket)) };
        assert_eq!(notice["subject"], table, "{}", context());
        assert!(notice["code"].as_str().is_some_and(|why| why.contains(told)), "{}", context());
    }
}
