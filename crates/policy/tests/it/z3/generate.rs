//! Random policies in the shapes that S3 policies have, with literals that overlap on purpose.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:GetObject",
    "s3:PutObject",
    "s3:ListBucket",
    "s3:DeleteObject",
    "s3:GetObjectVersion",
    "s3:*",
    "s3:Get*",
    "s3:*Object",
    "s3:List*",
    "s3:GetBucketLocation",
    "s3:getobject",
    "s3:?etObject",
];

const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/public/*",
    "arn:aws:s3:::b/public/a?",
    "arn:aws:s3:::b/*.jpg",
    "arn:aws:s3:::b/p*c/*",
    "arn:aws:s3:::*",
    "arn:aws:s3:::b/a",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:PrincipalAccount}/*",
];

/// Keys of one text with values that overlap, by where they suit.
pub(super) const TEXT_KEYS: &[(&str, &[&str])] = &[
    ("aws:Referer", &["https://x.example/*", "https://x.example/", "https://*", "x"]),
    ("aws:UserAgent", &["agent", "agent*", "*gent", "a?ent", "other"]),
    ("s3:prefix", &["public/", "public/*", "*", "", "pub?ic/", "${aws:username}/"]),
    ("s3:VersionId", &["v1", "v*", "v?"]),
    ("s3:x-amz-acl", &["public-read", "public-*", "private", "bucket-owner-full-control"]),
    ("aws:PrincipalOrgID", &["o-abcdefghij", "o-klmnopqrst", "o-*"]),
    ("aws:PrincipalAccount", &["444455556666", "777788889999", "anonymous"]),
    ("aws:PrincipalType", &["User", "AssumedRole", "Anonymous", "A*"]),
    ("aws:SourceVpce", &["vpce-0aaa", "vpce-0bbb", "vpce-*"]),
    ("aws:SourceArn", &["arn:aws:s3:::other", "arn:*"]),
];

const TEXT_TESTS: &[&str] = &[
    "StringEquals",
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];

/// Patterns of `aws:PrincipalArn`: of anybody's, of a named account's, and one that is no ARN.
pub(super) const ARNS: &[&str] = &[
    "arn:aws:iam::*:role/admin",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:root",
    "arn:aws:iam::444455556666:role/admin",
    "arn:aws:iam::*:*",
    "arn:aws:*",
    "*",
];

const ARN_TESTS: &[&str] =
    &["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike", "StringNotLike", "StringEquals"];

/// Values of the multi-valued `s3:RequestObjectTagKeys`.
pub(super) const TAGS: &[&str] = &["team", "cost*", "cost-centre", "t?am"];

const SET_TESTS: &[&str] = &["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];

pub(super) const RANGES: &[&str] = &[
    "52.0.0.0/8",
    "52.1.0.0/16",
    "52.1.2.0/24",
    "52.1.2.3",
    "0.0.0.0/0",
    "8.8.8.0/24",
    "0.0.0.0/1",
    "2600::/16",
    "::/0",
];

pub(super) const TIMES: &[&str] =
    &["2020-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "2028-01-01T00:00:00Z", "2030-12-31T23:59:59Z"];

/// Gives a random policy document; more often than not its statements speak of `action`.
pub(crate) fn policy(dice: &mut Dice, action: &str) -> Value {
    let mut statements = vec![statement(dice, "Allow", action)];
    for _ in 0..dice.roll(2) {
        statements.push(statement(dice, "Allow", action));
    }
    for _ in 0..dice.roll(5) {
        statements.push(statement(dice, "Deny", action));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn statement(dice: &mut Dice, effect: &str, action: &str) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), json!(effect));
    principal(dice, effect, &mut statement);
    let (element, mut actions) = match dice.roll(8) {
        0 => ("NotAction", Vec::new()),
        1..=4 => ("Action", vec![action]),
        _ => ("Action", Vec::new()),
    };
    actions.extend(dice.some(ACTIONS, 2));
    statement.insert(element.into(), json!(actions));
    let (element, mut resources) = match dice.roll(8) {
        0 => ("NotResource", Vec::new()),
        1..=3 => ("Resource", vec!["arn:aws:s3:::b*"]),
        _ => ("Resource", Vec::new()),
    };
    resources.extend(dice.some(RESOURCES, 2));
    statement.insert(element.into(), json!(resources));
    let mut conditions: Map<String, Value> = Map::new();
    for _ in 0..dice.roll(3) {
        let (operator, key, values) = condition(dice);
        let entry = conditions.entry(operator).or_insert_with(|| json!({}));
        entry[key] = values;
    }
    if !conditions.is_empty() {
        statement.insert("Condition".into(), Value::Object(conditions));
    }
    Value::Object(statement)
}

fn principal(dice: &mut Dice, effect: &str, statement: &mut Map<String, Value>) {
    match dice.roll(10) {
        0 if effect == "Deny" => {
            statement.insert("NotPrincipal".into(), json!({"AWS": ["arn:aws:iam::444455556666:root"]}));
        }
        0 => {
            statement.insert("Principal".into(), json!({"AWS": "444455556666"}));
        }
        1 => {
            statement.insert("Principal".into(), json!({"AWS": ["*", "444455556666"]}));
        }
        _ => {
            statement.insert("Principal".into(), json!("*"));
        }
    }
}

fn condition(dice: &mut Dice) -> (String, &'static str, Value) {
    let suffix = if dice.one_in(4) { "IfExists" } else { "" };
    let truth = |dice: &mut Dice| json!(dice.one(&["true", "false"]));
    match dice.roll(16) {
        0..=5 => {
            let (key, values) = dice.one(TEXT_KEYS);
            let set = match dice.roll(12) {
                0 => "ForAllValues:",
                1 => "ForAnyValue:",
                _ => "",
            };
            let test = dice.one(TEXT_TESTS);
            let folded = test.ends_with("IgnoreCase");
            let plain: Vec<&&str> = values.iter().filter(|value| !value.contains("${")).collect();
            let values = if folded { json!(dice.some(&plain, 2)) } else { json!(dice.some(values, 2)) };
            (format!("{set}{test}{suffix}"), key, values)
        }
        6 | 7 => {
            let test = dice.one(&["IpAddress", "NotIpAddress"]);
            (format!("{test}{suffix}"), "aws:SourceIp", json!(dice.some(RANGES, 2)))
        }
        8 => (format!("Bool{suffix}"), "aws:SecureTransport", truth(dice)),
        9 => {
            let key = dice.one(&[
                "aws:Referer",
                "s3:prefix",
                "s3:RequestObjectTagKeys",
                "aws:PrincipalArn",
                "aws:PrincipalOrgID",
                "aws:SourceIp",
                "aws:SourceVpce",
            ]);
            ("Null".to_owned(), key, truth(dice))
        }
        10 => {
            let test = dice.one(&[
                "NumericLessThan",
                "NumericGreaterThanEquals",
                "NumericEquals",
                "NumericNotEquals",
            ]);
            (format!("{test}{suffix}"), "s3:max-keys", json!(dice.one(&["10", "0", "1000"])))
        }
        11 => {
            let test = dice.one(&["DateLessThan", "DateGreaterThan", "DateGreaterThanEquals"]);
            (format!("{test}{suffix}"), "aws:CurrentTime", json!(dice.one(TIMES)))
        }
        12 | 13 => {
            (format!("{}{suffix}", dice.one(ARN_TESTS)), "aws:PrincipalArn", json!(dice.some(ARNS, 2)))
        }
        _ => {
            let set = dice.one(&["ForAllValues", "ForAnyValue"]);
            let test = dice.one(SET_TESTS);
            (format!("{set}:{test}{suffix}"), "s3:RequestObjectTagKeys", json!(dice.some(TAGS, 2)))
        }
    }
}
