//! Traps of docs/engine.md that take more than one key, value or statement to fall into; the corpus has the others.

use bucketwatch_policy::catalogue;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::reach::Note;
use serde_json::{Value, json};

use crate::search::{self, Said};

/// Who gets in by the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Anyone,
    AnyAwsAccount,
    Ranges,
    Named,
    Nobody,
    /// Strangers do, or it is left open: what must not be said is that nobody does.
    NotClean,
}

#[track_caller]
fn check(action: &str, statements: Value, expected: Expect) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let policy = Policy::parse(&document.to_string()).expect("a policy");
    let answer = search::ask(&policy, &search::setting("b"));
    let said = Said::of(&answer, catalogue::find(action).expect("a known action"), |_| true);
    let decided = answer.undecided.is_empty();
    let found = match said {
        Said { anyone: true, .. } => Expect::Anyone,
        Said { any_account: true, .. } => Expect::AnyAwsAccount,
        Said { ranges: true, .. } => Expect::Ranges,
        Said { named: true, .. } => Expect::Named,
        _ => Expect::Nobody,
    };
    if expected == Expect::NotClean {
        assert!(said.strangers() || !decided, "nobody gets in by {document}");
    } else {
        assert_eq!((found, decided), (expected, true), "{document}: {:?}", answer.undecided);
    }
}

fn allow(action: &str, resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource, "Condition": condition})
}

fn deny(condition: Value) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition})
}

#[test]
fn a_variable_of_what_the_caller_chooses_is_no_bar() {
    let prefix = |text: &str| json!({"StringLike": {"s3:prefix": text}});
    let list = |text: &str| json!([allow("s3:ListBucket", "arn:aws:s3:::b", prefix(text))]);
    check("s3:ListBucket", list("${aws:PrincipalTag/team}/*"), Expect::AnyAwsAccount);
    check("s3:ListBucket", list("${aws:username}"), Expect::AnyAwsAccount);
}

#[test]
fn a_variable_that_unsigned_callers_have_is_put_in() {
    let prefix = json!({"StringLike": {"s3:prefix": "${aws:PrincipalAccount}/*"}});
    check("s3:ListBucket", json!([allow("s3:ListBucket", "arn:aws:s3:::b", prefix)]), Expect::Anyone);
}

#[test]
fn a_variable_that_unsigned_callers_lack_lets_none_of_them_in() {
    let signed = deny(json!({"Null": {"aws:PrincipalArn": "false"}}));
    let own = allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}", json!({}));
    check("s3:GetObject", json!([own, signed]), Expect::Nobody);
}

#[test]
fn a_variable_in_two_places_is_never_called_clean() {
    let tag = json!({"StringEquals": {"s3:ExistingObjectTag/owner": "${aws:username}"}});
    let own = allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}", tag);
    check("s3:GetObject", json!([own]), Expect::NotClean);
}

#[test]
fn one_request_has_as_many_values_as_it_takes() {
    let keys = |all: Value| {
        json!({"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "a"},
            "ForAnyValue:StringLike": {"s3:RequestObjectTagKeys": "b*"},
            "ForAllValues:StringLike": {"s3:RequestObjectTagKeys": all}})
    };
    let put = |all: Value| json!([allow("s3:PutObject", "arn:aws:s3:::b/*", keys(all))]);
    check("s3:PutObject", put(json!(["a", "b*"])), Expect::Anyone);
    check("s3:PutObject", put(json!(["b*"])), Expect::Nobody);
}

#[test]
fn all_values_of_none_are_as_a_deny_wants_them() {
    let put = allow("s3:PutObject", "arn:aws:s3:::b/*", json!({}));
    let all = deny(json!({"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": "a"}}));
    check("s3:PutObject", json!([put, all]), Expect::Anyone);
    let some = deny(json!({"Null": {"s3:RequestObjectTagKeys": "false"}}));
    check("s3:PutObject", json!([put, all, some]), Expect::Nobody);
}

#[test]
fn all_values_but_at_least_one_cannot_escape_a_deny_of_any() {
    let tagged = json!({"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": "a"},
        "Null": {"s3:RequestObjectTagKeys": "false"}});
    let put = allow("s3:PutObject", "arn:aws:s3:::b/*", tagged);
    let any = deny(json!({"ForAnyValue:StringEquals": {"s3:RequestObjectTagKeys": "a"}}));
    check("s3:PutObject", json!([put, any]), Expect::Nobody);
}

#[test]
fn a_literal_cannot_be_forged_and_a_pattern_can_be_met() {
    let get = |key: &str, value: &str| {
        json!([allow("s3:GetObject", "arn:aws:s3:::b/*", json!({"StringLike": {key: value}}))])
    };
    check("s3:GetObject", get("aws:PrincipalOrgID", "o-klmnopqrst"), Expect::Named);
    check("s3:GetObject", get("aws:PrincipalOrgID", "o-k*"), Expect::AnyAwsAccount);
    check("s3:GetObject", get("aws:PrincipalAccount", "444455556666"), Expect::Named);
    check("s3:GetObject", get("aws:SourceVpce", "vpce-0aaa"), Expect::Named);
    check("s3:GetObject", get("aws:SourceVpce", "vpce-0*"), Expect::Anyone);
}

#[test]
fn the_path_decides_which_network_keys_are_there() {
    let get = allow("s3:GetObject", "arn:aws:s3:::b/*", json!({}));
    let internet = deny(json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}));
    check("s3:GetObject", json!([get, internet]), Expect::Ranges);
    let endpoints = deny(json!({"Null": {"aws:SourceVpce": "false"}}));
    let addresses = deny(json!({"Null": {"aws:SourceIp": "false"}}));
    check("s3:GetObject", json!([get, addresses]), Expect::Anyone);
    check("s3:GetObject", json!([get, addresses, endpoints]), Expect::Nobody);
}

#[test]
fn a_key_of_some_actions_is_absent_from_the_others() {
    let all = |condition: Value| json!([allow("s3:*", "arn:aws:s3:::b*", condition)]);
    let not_private = json!({"StringNotLike": {"s3:prefix": "*"}});
    check("s3:GetObject", all(not_private.clone()), Expect::Anyone);
    check("s3:GetObject", all(json!({"StringLike": {"s3:prefix": "*"}})), Expect::Nobody);
    check("s3:GetObject", json!([all(json!({}))[0], deny(not_private)]), Expect::Nobody);
}

#[test]
fn the_facts_of_one_caller_agree() {
    let get = |condition: Value| json!([allow("s3:GetObject", "arn:aws:s3:::b/*", condition)]);
    let user = json!({"StringEquals": {"aws:PrincipalType": "User"}, "Null": {"aws:username": "true"}});
    check("s3:GetObject", get(user), Expect::Nobody);
    let root = json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"},
        "StringEquals": {"aws:PrincipalType": "Account"}});
    check("s3:GetObject", get(root), Expect::AnyAwsAccount);
    let of_one = json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::444455556666:*"},
        "StringNotEquals": {"aws:PrincipalAccount": "444455556666"}});
    check("s3:GetObject", get(of_one), Expect::Nobody);
}

#[test]
fn whoever_assumes_a_named_role_chooses_the_name_of_the_session() {
    let session = |principal: &str, id: &str| {
        json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*", "Condition": {"StringLike": {"aws:userid": id}}}])
    };
    let role = "arn:aws:iam::444455556666:role/admin";
    check("s3:GetObject", session(role, "*:admin"), Expect::Named);
    check("s3:GetObject", session(role, "AIDA*"), Expect::Nobody);
    let one = "arn:aws:sts::444455556666:assumed-role/admin/one";
    check("s3:GetObject", session(one, "*:one"), Expect::Named);
    check("s3:GetObject", session(one, "*:two"), Expect::Nobody);
}

#[test]
fn nobody_is_in_an_organization_whose_id_cannot_be() {
    let members_of = |operator: &str, id: &str| {
        json!([{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::b/*", "Condition": {operator: {"aws:PrincipalOrgID": id}}}])
    };
    check("s3:GetObject", members_of("StringEquals", "o-klmnopqrst"), Expect::Named);
    check("s3:GetObject", members_of("StringEqualsIgnoreCase", "O-KLMNOPQRST"), Expect::Named);
    check("s3:GetObject", members_of("StringEquals", "O-KLMNOPQRST"), Expect::Nobody);
    check("s3:GetObject", members_of("StringEquals", "o-*"), Expect::Nobody);
}

#[test]
fn tags_are_told_of_only_where_they_are_needed() {
    let tagged = |entries: [(&str, Value); 2]| {
        let [first, second] = entries.map(|(operator, value)| format!("\"{operator}\": {value}"));
        let deny =
            deny(json!("CONDITION")).to_string().replace("\"CONDITION\"", &format!("{{{first}, {second}}}"));
        let allow = allow("s3:GetObject", "arn:aws:s3:::b/*", json!({}));
        let policy = format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{allow}, {deny}]}}");
        let answer = search::ask(&Policy::parse(&policy).expect("a policy"), &search::setting("b"));
        answer.openings.iter().any(|opening| opening.notes.contains(&Note::OnlyTaggedObjects))
    };
    let tag = |operator| (operator, json!({"s3:ExistingObjectTag/t": "a"}));
    let version = || ("NumericNotEquals", json!({"s3:TlsVersion": "1.2"}));
    let if_exists = "StringNotEqualsIfExists";
    assert!(!tagged([tag(if_exists), version()]), "an object without tags is had by the version of TLS");
    assert!(!tagged([version(), tag(if_exists)]), "the same in another order");
    let always = || ("StringLike", json!({"s3:authType": "*"}));
    assert!(!tagged([tag(if_exists), always()]), "nobody who does not sign has an authType");
    let insecure = ("Null", json!({"aws:SecureTransport": "false"}));
    assert!(tagged([tag(if_exists), insecure]), "nothing but the tag escapes");
}

#[test]
fn a_named_account_reaches_what_a_named_network_spares() {
    let from_elsewhere = json!({"StringNotLike": {"aws:SourceVpc": "vpc-11111111"}});
    let document = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "s3:GetObject",
            "Resource": ["arn:aws:s3:::b/x", "arn:aws:s3:::b/xy"]},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/?y*",
            "Condition": from_elsewhere},
    ]});
    let policy = Policy::parse(&document.to_string()).expect("a policy");
    let answer = search::ask(&policy, &search::setting("b"));
    let resources: Vec<&str> =
        answer.openings.iter().flat_map(|opening| &opening.resources).map(|arn| arn.as_raw()).collect();
    assert_eq!(resources, ["arn:aws:s3:::b/x", "arn:aws:s3:::b/xy"]);
}
