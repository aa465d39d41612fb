//! Small policies: few keys that several statements speak of, with every operator that suits them.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

/// Which operators suit a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Text,
    Arn,
    Set,
    Number,
    Time,
    Bool,
    Address,
}

/// One key with literals that overlap.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) key: &'static str,
    pub(crate) sort: Sort,
    pub(crate) literals: &'static [&'static str],
}

const fn family(key: &'static str, sort: Sort, literals: &'static [&'static str]) -> Family {
    Family { key, sort, literals }
}

/// Every key that the policies speak of.
pub(crate) const FAMILIES: &[Family] = &[
    family("aws:Referer", Sort::Text, &["a", "a*", "*b", "?", "a?b", "*", "ab", "b*a"]),
    family("aws:UserAgent", Sort::Text, &["a", "a*", "*b", "?", "*"]),
    family("s3:prefix", Sort::Text, &["", "a", "a*", "*b", "${aws:username}"]),
    family("s3:x-amz-acl", Sort::Text, &["private", "public-read", "public-*"]),
    family("s3:ExistingObjectTag/t", Sort::Text, &["a", "a*", "*b"]),
    family("aws:PrincipalOrgID", Sort::Text, &["o-abcdefghij", "o-klmnopqrst", "o-*"]),
    family("aws:PrincipalAccount", Sort::Text, &["444455556666", "anonymous", "*"]),
    family("aws:PrincipalType", Sort::Text, &["User", "AssumedRole", "Account", "A*", "Anonymous"]),
    family("aws:username", Sort::Text, &["admin", "a*", "*"]),
    family("aws:userid", Sort::Text, &["AROA*:*", "AIDA*", "anonymous", "*:admin"]),
    family("aws:SourceVpce", Sort::Text, &["vpce-0aaa", "vpce-0bbb", "vpce-*"]),
    family("aws:SourceVpc", Sort::Text, &["vpc-0aaa", "vpc-*"]),
    family("aws:SourceAccount", Sort::Text, &["444455556666", "*"]),
    family("aws:ResourceAccount", Sort::Text, &["111122223333", "444455556666"]),
    family("s3:authType", Sort::Text, &["REST-HEADER", "REST-QUERY-STRING", "REST-*"]),
    family(
        "aws:PrincipalArn",
        Sort::Arn,
        &[
            "arn:aws:iam::*:role/admin",
            "arn:aws:iam::*:user/*",
            "arn:aws:iam::*:root",
            "arn:aws:iam::444455556666:role/admin",
            "arn:aws:iam::444455556666:*",
            "arn:aws:iam::*:*",
            "*",
            "arn:aws:*",
        ],
    ),
    family("s3:RequestObjectTagKeys", Sort::Set, &["team", "cost*", "t?am", "*"]),
    family("s3:max-keys", Sort::Number, &["10", "11", "100"]),
    family("s3:TlsVersion", Sort::Number, &["1.2", "1.3"]),
    family(
        "aws:CurrentTime",
        Sort::Time,
        &["2020-01-01T00:00:00Z", "2027-06-01T00:00:00Z", "2028-01-01T00:00:00Z"],
    ),
    family("aws:SecureTransport", Sort::Bool, &["true", "false"]),
    family("aws:ViaAWSService", Sort::Bool, &["true", "false"]),
    family("aws:PrincipalIsAWSService", Sort::Bool, &["true", "false"]),
    family(
        "aws:SourceIp",
        Sort::Address,
        &[
            "52.0.0.0/8",
            "52.1.0.0/16",
            "52.1.2.3",
            "0.0.0.0/0",
            "0.0.0.0/1",
            "128.0.0.0/1",
            "10.0.0.0/8",
            "2600::/16",
            "2600:1::/32",
            "::/0",
        ],
    ),
];

const TEXT: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
];
const ARN: &[&str] = &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike", "StringLike", "StringNotLike"];
const NUMBER: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const TIME: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];

const ACTIONS: &[&str] =
    &["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:Get*", "s3:*", "s3:*Object", "s3:List*", "*"];

const RESOURCES: &[&str] = &[
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b/a*",
    "arn:aws:s3:::b/*b",
    "arn:aws:s3:::b/a",
    "arn:aws:s3:::c/*",
    "*",
    "arn:aws:s3:::b/${aws:username}",
];

/// Gives a random small policy.
pub(crate) fn policy(dice: &mut Dice) -> Value {
    let families: Vec<&Family> = (0..=dice.roll(3)).map(|_| dice.one(FAMILIES)).collect();
    let mut statements: Vec<Value> =
        (0..=dice.roll(2)).map(|_| statement(dice, "Allow", &families)).collect();
    for _ in 0..dice.roll(4) {
        let deny = statement(dice, "Deny", &families);
        let place = dice.roll(statements.len() + 1);
        statements.insert(place, deny);
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Gives a random statement that speaks of these keys.
pub(crate) fn statement(dice: &mut Dice, effect: &str, families: &[&Family]) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".into(), json!(effect));
    let (element, principal) = principal(dice, effect);
    statement.insert(element.into(), principal);
    let element = if dice.one_in(8) { "NotAction" } else { "Action" };
    statement.insert(element.into(), json!(dice.some(ACTIONS, 2)));
    let element = if dice.one_in(8) { "NotResource" } else { "Resource" };
    let mut resources = dice.some(RESOURCES, 2);
    if element == "Resource" && dice.one_in(2) {
        resources.push(&"arn:aws:s3:::b*");
    }
    statement.insert(element.into(), json!(resources));
    let mut conditions: Map<String, Value> = Map::new();
    let entries = dice.roll(3);
    for _ in 0..entries {
        let family = *dice.one(families);
        let (operator, values) = entry(dice, family);
        conditions.entry(operator).or_insert_with(|| json!({}))[family.key] = values;
    }
    if !conditions.is_empty() {
        statement.insert("Condition".into(), Value::Object(conditions));
    }
    Value::Object(statement)
}

fn principal(dice: &mut Dice, effect: &str) -> (&'static str, Value) {
    match dice.roll(12) {
        0 if effect == "Deny" => ("NotPrincipal", json!({"AWS": "arn:aws:iam::444455556666:root"})),
        0 => ("NotPrincipal", json!({"AWS": "444455556666"})),
        1 => ("Principal", json!({"AWS": "444455556666"})),
        2 => ("Principal", json!({"AWS": "arn:aws:iam::444455556666:role/admin"})),
        3 => ("Principal", json!({"AWS": ["444455556666", "*"]})),
        _ => ("Principal", json!("*")),
    }
}

/// Tells whether callers or owners choose any text as the key's value.
pub(crate) fn is_free(key: &str) -> bool {
    matches!(
        key,
        "aws:Referer" | "aws:UserAgent" | "s3:prefix" | "s3:ExistingObjectTag/t" | "s3:RequestObjectTagKeys"
    )
}

pub(crate) fn entry(dice: &mut Dice, family: &Family) -> (String, Value) {
    if dice.one_in(10) {
        return ("Null".to_owned(), json!(dice.one(&["true", "false"])));
    }
    let test = match family.sort {
        // S3 knows its canned ACLs in one spelling only.
        Sort::Text if family.key == "s3:x-amz-acl" => dice.one(&TEXT[..4]),
        Sort::Text => dice.one(TEXT),
        Sort::Arn => dice.one(ARN),
        Sort::Set => dice.one(&TEXT[..4]),
        Sort::Number => dice.one(NUMBER),
        Sort::Time => dice.one(TIME),
        Sort::Bool => &"Bool",
        Sort::Address => dice.one(&["IpAddress", "NotIpAddress"]),
    };
    let set = match (family.sort, dice.roll(16)) {
        (Sort::Set, 0..8) | (_, 0) => "ForAllValues:",
        (Sort::Set, _) | (_, 1) => "ForAnyValue:",
        _ => "",
    };
    let suffix = if dice.one_in(4) { "IfExists" } else { "" };
    // Under an exact operator a wildcard is plain text, which no account, name or id has.
    let exact = test.contains("Equals") && !test.starts_with("Arn") && !is_free(family.key);
    let fitting: Vec<&&str> =
        family.literals.iter().filter(|literal| !exact || !literal.contains(['*', '?'])).collect();
    (format!("{set}{test}{suffix}"), json!(dice.some(&fitting, 2)))
}
