use proptest::prelude::*;

use super::{Decision, Doubt, evaluate};
use crate::catalogue;
use crate::document::Policy;
use crate::name::AccountId;
use crate::request::{Caller, Context, Request, Signed};
use crate::untrusted::Untrusted;

pub(crate) const OWN: &str = "111122223333";
pub(crate) const FOREIGN: &str = "444455556666";

pub(crate) fn user(account: &str, name: &str) -> Caller {
    Caller::Signed(Signed {
        account: AccountId::parse(account).unwrap(),
        arn: format!("arn:aws:iam::{account}:{name}").into(),
        session_arn: None,
        canonical_id: None,
        provider: None,
    })
}

pub(crate) fn session(account: &str, role: &str) -> Caller {
    let Caller::Signed(signed) = user(account, &format!("role/{role}")) else {
        unreachable!("a user is signed")
    };
    let session_arn = Some(format!("arn:aws:sts::{account}:assumed-role/{role}/s").into());
    Caller::Signed(Signed { session_arn, ..signed })
}

pub(crate) fn service(name: &str) -> Caller {
    Caller::Service { name: name.into() }
}

fn request(caller: Caller, action: &str, resource: &str, context: &[(&str, &[&str])]) -> Request {
    let mut keys = Context::default();
    for (key, values) in context {
        keys.set_all(key, values.iter().map(|value| (*value).to_owned()).collect());
    }
    Request { caller, action: catalogue::find(action).unwrap(), resource: resource.into(), context: keys }
}

fn policy(statements: &str) -> Policy {
    Policy::parse(&format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}")).unwrap()
}

fn statement(effect: &str, rest: &str) -> String {
    format!("{{\"Effect\":\"{effect}\",{rest}}}")
}

/// Judges an anonymous GetObject of `arn:aws:s3:::b/k` by an Allow for everybody under `condition`.
fn holds(condition: &str, context: &[(&str, &[&str])]) -> bool {
    let rest = "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":";
    let policy = policy(&statement("Allow", &format!("{rest}{condition}")));
    let request = request(Caller::Anonymous, "s3:GetObject", "arn:aws:s3:::b/k", context);
    match evaluate(&policy, &request) {
        Decision::Allowed { .. } => true,
        Decision::NotAllowed => false,
        other => panic!("{condition}: {other:?}"),
    }
}

#[test]
fn d1_a_deny_outweighs_every_allow_and_the_deciding_statements_are_named() {
    let all = "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/*\"";
    let secret = "\"Principal\":\"*\",\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::b/secret/*\"";
    let two =
        policy(&[statement("Allow", all), statement("Deny", secret), statement("Allow", all)].join(","));
    let decide = |resource| evaluate(&two, &request(Caller::Anonymous, "s3:GetObject", resource, &[]));
    assert_eq!(decide("arn:aws:s3:::b/k"), Decision::Allowed { by: vec![0, 2] });
    assert_eq!(decide("arn:aws:s3:::b/secret/k"), Decision::Denied { by: vec![1] });
    assert_eq!(decide("arn:aws:s3:::c/k"), Decision::NotAllowed);
}

#[test]
fn d1_entries_are_anded_values_ored_and_negated_values_nored() {
    let both = r#"{"StringEquals":{"aws:UserAgent":["a","b"],"aws:Referer":"r"}}"#;
    assert!(holds(both, &[("aws:useragent", &["b"]), ("aws:referer", &["r"])]));
    assert!(!holds(both, &[("aws:useragent", &["b"]), ("aws:referer", &["x"])]));
    let neither = r#"{"StringNotEquals":{"aws:UserAgent":["a","b"]}}"#;
    assert!(holds(neither, &[("aws:useragent", &["c"])]));
    assert!(!holds(neither, &[("aws:useragent", &["b"])]));
    assert!(!holds(r#"{"StringEquals":{"aws:UserAgent":[]}}"#, &[("aws:useragent", &["b"])]));
    assert!(holds(r#"{"StringNotEquals":{"aws:UserAgent":[]}}"#, &[("aws:useragent", &["b"])]));
}

#[test]
fn d2_principals_name_their_callers() {
    let allows = |principal: &str, caller: Caller| {
        let rest = format!("\"Principal\":{principal},\"Action\":\"*\",\"Resource\":\"*\"");
        evaluate(
            &policy(&statement("Allow", &rest)),
            &request(caller, "s3:GetObject", "arn:aws:s3:::b/k", &[]),
        )
        .is_allowed()
    };
    let aws = |text: &str| format!("{{\"AWS\":\"{text}\"}}");
    let alice = || user(OWN, "user/alice");
    for (principal, caller, expected) in [
        ("\"*\"".to_owned(), Caller::Anonymous, true),
        (aws("*"), Caller::Anonymous, true),
        (aws("*"), service("logs.amazonaws.com"), true),
        (aws(OWN), Caller::Anonymous, false),
        (aws(OWN), alice(), true),
        (aws(OWN), session(OWN, "r"), true),
        (aws(OWN), user(OWN, "root"), true),
        (aws(OWN), user(FOREIGN, "root"), false),
        (aws("arn:aws:iam::111122223333:root"), alice(), true),
        (aws("arn:aws-cn:iam::111122223333:root"), alice(), false),
        (aws("arn:aws:iam::111122223333:user/alice"), alice(), true),
        (aws("arn:aws:iam::111122223333:user/Alice"), alice(), false),
        (aws("arn:aws:iam::111122223333:role/r"), session(OWN, "r"), true),
        (aws("arn:aws:sts::111122223333:assumed-role/r/s"), session(OWN, "r"), true),
        (aws("arn:aws:sts::111122223333:assumed-role/r/t"), session(OWN, "r"), false),
        (aws("AIDAEXAMPLEEXAMPLE123"), alice(), false),
        ("{\"Service\":\"logs.amazonaws.com\"}".to_owned(), service("logs.amazonaws.com"), true),
        ("{\"Service\":\"logs.amazonaws.com\"}".to_owned(), service("ec2.amazonaws.com"), false),
        ("{\"Service\":\"logs.amazonaws.com\"}".to_owned(), alice(), false),
        ("{\"Federated\":\"www.amazon.com\"}".to_owned(), alice(), false),
        (aws("arn:aws:iam::cloudfront:user/OAI"), service("arn:aws:iam::cloudfront:user/OAI"), true),
    ] {
        assert_eq!(allows(&principal, caller.clone()), expected, "{principal} {caller:?}");
    }
}

#[test]
fn d2_a_canonical_id_needs_the_callers_own() {
    let rest = "\"Principal\":{\"CanonicalUser\":\"c1\"},\"Action\":\"*\",\"Resource\":\"*\"";
    let decide = |canonical: Option<&str>| {
        let Caller::Signed(signed) = user(OWN, "root") else { unreachable!("a user is signed") };
        let caller = Caller::Signed(Signed { canonical_id: canonical.map(Untrusted::from), ..signed });
        evaluate(
            &policy(&statement("Allow", rest)),
            &request(caller, "s3:GetObject", "arn:aws:s3:::b/k", &[]),
        )
    };
    assert!(decide(Some("c1")).is_allowed());
    assert_eq!(decide(Some("c2")), Decision::NotAllowed);
    assert_eq!(decide(None), Decision::Undetermined { by: vec![0], why: Doubt::CanonicalId });
}

#[test]
fn d3_not_principal_spares_those_that_it_lists_in_full() {
    let allow = statement("Allow", "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"");
    let decide = |listed: &str, caller: Caller| {
        let rest = format!("\"NotPrincipal\":{{\"AWS\":[{listed}]}},\"Action\":\"*\",\"Resource\":\"*\"");
        let policy = policy(&format!("{allow},{}", statement("Deny", &rest)));
        evaluate(&policy, &request(caller, "s3:GetObject", "arn:aws:s3:::b/k", &[]))
    };
    let alice = "\"arn:aws:iam::111122223333:user/alice\"";
    let in_full = format!("{alice},\"arn:aws:iam::111122223333:root\"");
    let doubt = Decision::Undetermined { by: vec![1], why: Doubt::NotPrincipal };
    assert_eq!(decide(alice, Caller::Anonymous), Decision::Denied { by: vec![1] });
    assert_eq!(decide(alice, user(FOREIGN, "root")), Decision::Denied { by: vec![1] });
    assert_eq!(decide(alice, service("logs.amazonaws.com")), Decision::Denied { by: vec![1] });
    assert_eq!(decide(alice, user(OWN, "user/alice")), doubt);
    assert_eq!(decide(alice, user(OWN, "user/bob")), doubt);
    assert!(decide(&in_full, user(OWN, "user/alice")).is_allowed());
    assert_eq!(decide(&in_full, user(OWN, "user/bob")), doubt);
    assert!(decide("\"*\"", user(OWN, "user/bob")).is_allowed());
    let role = "\"arn:aws:iam::111122223333:root\",\"arn:aws:iam::111122223333:role/r\"";
    assert_eq!(decide(role, session(OWN, "r")), doubt, "the session must be listed too");
    let with_session = format!("{role},\"arn:aws:sts::111122223333:assumed-role/r/s\"");
    assert!(decide(&with_session, session(OWN, "r")).is_allowed());
}

#[test]
fn d3_not_principal_with_allow_lets_in_everybody_else() {
    let rest = format!("\"NotPrincipal\":{{\"AWS\":\"{OWN}\"}},\"Action\":\"*\",\"Resource\":\"*\"");
    let policy = policy(&statement("Allow", &rest));
    let allows =
        |caller| evaluate(&policy, &request(caller, "s3:GetObject", "arn:aws:s3:::b/k", &[])).is_allowed();
    assert!(allows(Caller::Anonymous));
    assert!(allows(user(FOREIGN, "root")));
    assert!(!allows(user(OWN, "user/alice")));
}

#[test]
fn d4_not_action_and_not_resource_are_complements() {
    let rest = "\"Principal\":\"*\",\"NotAction\":[\"s3:Get*\",\"s3:List*\"],\"NotResource\":[\"arn:aws:s3:::b/x/*\",\"arn:aws:s3:::b/y\"]";
    let policy = policy(&statement("Allow", rest));
    let allows =
        |action, resource| evaluate(&policy, &request(Caller::Anonymous, action, resource, &[])).is_allowed();
    assert!(allows("s3:PutObject", "arn:aws:s3:::b/k"));
    assert!(!allows("s3:GetObject", "arn:aws:s3:::b/k"));
    assert!(!allows("s3:PutObject", "arn:aws:s3:::b/x/k"));
    assert!(!allows("s3:PutObject", "arn:aws:s3:::b/y"));
}

#[test]
fn d5_values_keep_their_case_where_the_operator_does_not_fold_it() {
    let agent: &[(&str, &[&str])] = &[("AWS:UserAgent", &["Curl"])];
    assert!(holds(r#"{"StringEquals":{"AWS:USERAGENT":"Curl"}}"#, agent));
    assert!(!holds(r#"{"StringEquals":{"aws:UserAgent":"curl"}}"#, agent));
    assert!(holds(r#"{"StringEqualsIgnoreCase":{"aws:UserAgent":"cURL"}}"#, agent));
    assert!(!holds(r#"{"StringNotEqualsIgnoreCase":{"aws:UserAgent":"cURL"}}"#, agent));
    assert!(!holds(r#"{"StringLike":{"aws:UserAgent":"c*"}}"#, agent));
    assert!(holds(r#"{"Bool":{"aws:SecureTransport":"TRUE"}}"#, &[("aws:securetransport", &["true"])]));
}

#[test]
fn d6_wildcards_cross_everything_in_text_but_no_field_of_an_arn() {
    let like = |pattern: &str, value: &str| {
        holds(&format!("{{\"StringLike\":{{\"aws:Referer\":\"{pattern}\"}}}}"), &[("aws:referer", &[value])])
    };
    assert!(like("http*://?.example/*", "https://a.example/b:c/d"));
    assert!(like("*", ""));
    assert!(like("?", "ü"));
    assert!(!like("?", ""));
    assert!(like("*a*b", "xaxbxb") && !like("*a*b", "xaxbx"));
    assert!(!holds(r#"{"StringEquals":{"aws:Referer":"*"}}"#, &[("aws:referer", &["x"])]));
    assert!(holds(r#"{"StringEquals":{"aws:Referer":"*"}}"#, &[("aws:referer", &["*"])]));
    let arn = |operator: &str, pattern: &str, value: &str| {
        let condition = format!("{{\"{operator}\":{{\"aws:SourceArn\":\"{pattern}\"}}}}");
        holds(&condition, &[("aws:sourcearn", &[value])])
    };
    let topic = "arn:aws:sns:eu-west-1:111122223333:a:b";
    assert!(arn("ArnEquals", "arn:aws:sns:*:111122223333:*", topic));
    assert!(arn("ArnLike", "arn:*:s?s:eu-*:*:a:?", topic));
    assert!(!arn("ArnLike", "arn:aws:sns:*:a:b", topic));
    assert!(!arn("ArnLike", "arn:*", topic));
    assert!(!arn("ArnLike", "*", topic));
    assert!(arn("ArnNotLike", "arn:*", topic));
    assert!(!arn("ArnLike", "arn:aws:sns:*:*:*", "no-arn"));
}

#[test]
fn d7_missing_keys_decide_by_operator() {
    for (operator, expected) in [
        ("StringEquals", false),
        ("StringNotEquals", true),
        ("StringEqualsIfExists", true),
        ("StringNotEqualsIfExists", true),
        ("StringLike", false),
        ("StringNotLike", true),
        ("ArnLike", false),
        ("ArnNotEquals", true),
        ("NumericLessThan", false),
        ("NumericNotEquals", true),
        ("DateGreaterThan", false),
        ("DateNotEquals", true),
        ("Bool", false),
        ("BoolIfExists", true),
        ("IpAddress", false),
        ("NotIpAddress", true),
        ("BinaryEquals", false),
        ("ForAllValues:StringEquals", true),
        ("ForAnyValue:StringEquals", false),
        ("ForAnyValue:StringNotEquals", false),
        ("ForAnyValue:StringEqualsIfExists", true),
    ] {
        let condition = format!("{{\"{operator}\":{{\"aws:Referer\":\"1\"}}}}");
        assert_eq!(holds(&condition, &[]), expected, "{operator}");
        assert_eq!(holds(&condition, &[("aws:referer", &[])]), expected, "{operator}, no value");
    }
    let referer: &[(&str, &[&str])] = &[("aws:referer", &["x"])];
    assert!(holds(r#"{"Null":{"aws:Referer":"true"}}"#, &[]));
    assert!(!holds(r#"{"Null":{"aws:Referer":"true"}}"#, referer));
    assert!(holds(r#"{"Null":{"aws:Referer":false}}"#, referer));
    assert!(!holds(r#"{"Null":{"aws:Referer":"maybe"}}"#, &[]));
    assert!(!holds(r#"{"StringNotEqualsIfExists":{"aws:Referer":"x"}}"#, referer));
}

#[test]
fn d8_set_operators_read_every_value() {
    let keys: &[(&str, &[&str])] = &[("s3:requestobjecttagkeys", &["a", "b"])];
    let test = |operator: &str, values: &str| {
        holds(&format!("{{\"{operator}\":{{\"s3:RequestObjectTagKeys\":{values}}}}}"), keys)
    };
    assert!(test("ForAllValues:StringEquals", r#"["a","b","c"]"#));
    assert!(!test("ForAllValues:StringEquals", r#"["a"]"#));
    assert!(test("ForAnyValue:StringEquals", r#"["b"]"#));
    assert!(!test("ForAnyValue:StringEquals", r#"["c"]"#));
    assert!(test("ForAllValues:StringNotEquals", r#"["c"]"#));
    assert!(!test("ForAllValues:StringNotEquals", r#"["a"]"#));
    assert!(test("ForAnyValue:StringNotEquals", r#"["a"]"#));
    assert!(!test("ForAnyValue:StringNotEquals", r#"["a","b"]"#));
}

#[test]
fn d8_a_plain_operator_on_several_values_is_undetermined() {
    let rest = "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"aws:TagKeys\":\"a\"}}";
    let request =
        request(Caller::Anonymous, "s3:GetObject", "arn:aws:s3:::b/k", &[("aws:tagkeys", &["a", "b"])]);
    let decide = |statements: &str| evaluate(&policy(statements), &request);
    let doubtful = statement("Allow", rest);
    assert_eq!(decide(&doubtful), Decision::Undetermined { by: vec![0], why: Doubt::SeveralValues });
    let open = statement("Allow", "\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"");
    assert_eq!(decide(&format!("{doubtful},{open}")), Decision::Allowed { by: vec![1] });
    let both =
        rest.replace("{\"StringEquals\"", "{\"Bool\":{\"aws:SecureTransport\":\"true\"},\"StringEquals\"");
    assert_eq!(decide(&statement("Allow", &both)), Decision::NotAllowed, "another entry fails for certain");
    let after = rest.replace("\"a\"}}", "\"a\"},\"Bool\":{\"aws:SecureTransport\":\"true\"}}");
    assert_eq!(decide(&statement("Allow", &after)), Decision::NotAllowed, "another entry fails for certain");
    let denied = statement("Deny", rest);
    assert_eq!(decide(&denied), Decision::NotAllowed, "nothing allows it in any case");
    assert_eq!(
        decide(&format!("{open},{denied}")),
        Decision::Undetermined { by: vec![1], why: Doubt::SeveralValues }
    );
}

#[test]
fn d9_variables_take_the_requests_value_or_the_default_or_match_nothing() {
    let prefix = |pattern: &str, context: &[(&str, &[&str])]| {
        holds(&format!("{{\"StringLike\":{{\"aws:Referer\":\"{pattern}\"}}}}"), context)
    };
    let alice: &[(&str, &[&str])] = &[("aws:username", &["alice"]), ("aws:referer", &["home/alice/x"])];
    assert!(prefix("home/${aws:UserName}/*", alice));
    assert!(prefix("home/${aws:PrincipalTag/team, 'alice'}/*", alice));
    assert!(!prefix("home/${aws:PrincipalTag/team}/*", alice));
    assert!(!prefix("*${aws:PrincipalTag/team}", alice));
    let star: &[(&str, &[&str])] = &[("aws:username", &["*"]), ("aws:referer", &["home/bob"])];
    assert!(!prefix("home/${aws:username}", star), "a value stands for itself");
    assert!(prefix("a${*}b${?}c${$}", &[("aws:referer", &["a*b?c$"])]));
    assert!(!prefix("a${*}b", &[("aws:referer", &["axb"])]));
    assert!(holds(r#"{"StringNotEquals":{"aws:Referer":"${aws:username}"}}"#, &[("aws:referer", &["x"])]));
    let tags: &[(&str, &[&str])] = &[("aws:tagkeys", &["a"]), ("aws:referer", &["a"])];
    assert!(!prefix("${aws:TagKeys}", tags), "a multi-valued key is no variable");
}

#[test]
fn d9_a_resource_with_a_missing_variable_names_nothing() {
    let decide = |element: &str| {
        let rest = format!(
            "\"Principal\":\"*\",\"Action\":\"*\",\"{element}\":\"arn:aws:s3:::b/${{aws:username}}*\""
        );
        evaluate(
            &policy(&statement("Allow", &rest)),
            &request(Caller::Anonymous, "s3:GetObject", "arn:aws:s3:::b/k", &[]),
        )
    };
    assert_eq!(decide("Resource"), Decision::NotAllowed);
    assert!(decide("NotResource").is_allowed());
}

#[test]
fn d10_variables_are_literal_text_before_2012() {
    let text = r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"arn:aws:s3:::b/${aws:username}"}}"#;
    let policy = Policy::parse(text).unwrap();
    let context: &[(&str, &[&str])] = &[("aws:username", &["k"])];
    let allows = |resource| {
        evaluate(&policy, &request(Caller::Anonymous, "s3:GetObject", resource, context)).is_allowed()
    };
    assert!(allows("arn:aws:s3:::b/${aws:username}"));
    assert!(!allows("arn:aws:s3:::b/k"));
}

#[test]
fn d11_addresses_numbers_dates_and_bytes_compare_as_such() {
    let from = |operator: &str, range: &str, address: &str| {
        let condition = format!("{{\"{operator}\":{{\"aws:SourceIp\":\"{range}\"}}}}");
        holds(&condition, &[("aws:sourceip", &[address])])
    };
    assert!(from("IpAddress", "203.0.113.0/24", "203.0.113.255"));
    assert!(!from("IpAddress", "203.0.113.0/24", "203.0.114.0"));
    assert!(from("IpAddress", "203.0.113.7", "203.0.113.7"));
    assert!(!from("IpAddress", "203.0.113.7", "203.0.113.6"));
    assert!(from("IpAddress", "0.0.0.0/0", "8.8.8.8"));
    assert!(!from("IpAddress", "0.0.0.0/0", "2001:db8::1"));
    assert!(from("NotIpAddress", "0.0.0.0/0", "2001:db8::1"));
    assert!(from("IpAddress", "2001:db8::/32", "2001:db8:ffff::1"));
    assert!(!from("IpAddress", "::/0", "8.8.8.8"));
    assert!(!from("IpAddress", "all", "8.8.8.8"));
    let keys = |operator: &str, value: &str| {
        holds(&format!("{{\"{operator}\":{{\"s3:max-keys\":\"{value}\"}}}}"), &[("s3:max-keys", &["10"])])
    };
    assert!(keys("NumericLessThanEquals", "10") && !keys("NumericLessThan", "10"));
    assert!(keys("NumericGreaterThan", "9.5") && keys("NumericGreaterThanEquals", "1e1"));
    assert!(keys("NumericEquals", "10.0") && !keys("NumericNotEquals", "10"));
    let at = |operator: &str, value: &str| {
        let condition = format!("{{\"{operator}\":{{\"aws:CurrentTime\":\"{value}\"}}}}");
        holds(&condition, &[("aws:currenttime", &["2026-11-22T06:00:00Z"])])
    };
    assert!(at("DateLessThan", "2026-11-22T06:00:01Z") && !at("DateLessThan", "2026-11-22T06:00:00Z"));
    assert!(at("DateGreaterThanEquals", "2026-11-22") && at("DateEquals", "2026-11-22T07:00:00+01:00"));
    assert!(at("DateNotEquals", "soon"), "a value that cannot be read matches nothing");
    assert!(holds(
        r#"{"NumericGreaterThan":{"aws:EpochTime":"1700000000"}}"#,
        &[("aws:epochtime", &["1795327200"])]
    ));
    assert!(holds(r#"{"BinaryEquals":{"k":"QQ=="}}"#, &[("k", &["QQ=="])]));
    assert!(!holds(r#"{"BinaryEquals":{"k":"QQ=="}}"#, &[("k", &["QUI="])]));
}

proptest! {
    /// Whatever stands in conditions, resources and requests, there is an answer, and a Deny never lets anybody in.
    #[test]
    fn every_request_has_an_answer(
        operator in prop::sample::select(vec![
            "StringLike", "ArnLike", "NumericEquals", "DateLessThan", "Bool", "IpAddress", "BinaryEquals",
            "ForAllValues:StringNotLike", "ForAnyValue:StringEqualsIgnoreCaseIfExists", "NotIpAddressIfExists",
        ]),
        value in "[a*?:/${},'. 0-9=]{0,12}",
        resource in "[a*?:/${}ü]{0,12}",
        asked in "[a:/ü]{0,12}",
        given in prop::collection::vec("[a:./ 0-9ü]{0,8}", 0..3),
    ) {
        let text = serde_json::json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": resource,
             "Condition": {operator: {"aws:Referer": value}}},
            {"Effect": "Deny", "Principal": "*", "Action": "*", "NotResource": resource},
        ]});
        let Ok(policy) = Policy::parse(&text.to_string()) else { return Ok(()) };
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        let request = request(Caller::Anonymous, "s3:GetObject", &asked, &[("aws:referer", &given)]);
        let decision = evaluate(&policy, &request);
        prop_assert!(!decision.is_allowed() || decision == Decision::Allowed { by: vec![0] }, "by the Deny");
        let without = Policy { statements: policy.statements[1..].to_vec(), ..policy };
        prop_assert!(!evaluate(&without, &request).is_allowed());
    }

    /// The matcher agrees with the obvious recursive definition.
    #[test]
    fn wildcards_match_as_defined(pattern in "[ab*?]{0,8}", text in "[abc]{0,8}") {
        fn defined(pattern: &[char], text: &[char]) -> bool {
            match pattern.split_first() {
                None => text.is_empty(),
                Some(('*', rest)) => (0..=text.len()).any(|skip| defined(rest, &text[skip..])),
                Some((wanted, rest)) => text
                    .split_first()
                    .is_some_and(|(found, text)| (*wanted == '?' || wanted == found) && defined(rest, text)),
            }
        }
        let condition = format!("{{\"StringLike\":{{\"aws:Referer\":\"{pattern}\"}}}}");
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        prop_assert_eq!(holds(&condition, &[("aws:referer", &[&text])]), defined(&chars(&pattern), &chars(&text)));
        prop_assert_eq!(crate::glob::matches_folded(&pattern, &text.to_uppercase()), defined(&chars(&pattern), &chars(&text)));
    }
}
