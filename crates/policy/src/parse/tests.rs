use proptest::prelude::*;

use crate::catalogue;
use crate::condition::{Quantifier, Test, Values};
use crate::document::{Policy, Principal, Principals, Version};
use crate::pattern::Part;

/// Puts `elements` into a statement that is otherwise complete.
fn with(elements: &str) -> String {
    let mut statement = elements.to_owned();
    for (element, default) in [
        ("Effect", "\"Effect\":\"Allow\""),
        ("Principal\"", "\"Principal\":\"*\""),
        ("Action", "\"Action\":\"s3:GetObject\""),
        ("Resource", "\"Resource\":\"arn:aws:s3:::b/*\""),
    ] {
        if !elements.contains(element) {
            statement = format!("{statement},{default}");
        }
    }
    let statement = statement.trim_start_matches(',');
    format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{{{statement}}}]}}")
}

fn parsed(text: &str) -> Policy {
    Policy::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Gives what is wrong with a document, as the user reads it.
fn refusal(text: &str) -> String {
    Policy::parse(text).expect_err(text).to_string()
}

/// Gives the diagnostics as `pointer: text`.
fn oddities(elements: &str) -> Vec<String> {
    let policy = parsed(&with(elements));
    policy.diagnostics.iter().map(|found| format!("{}: {}", found.pointer, found.kind)).collect()
}

#[test]
fn a_document_without_version_is_of_2008() {
    let text = with("").replace("\"Version\":\"2012-10-17\",", "");
    assert_eq!(parsed(&text).version, Version::V2008);
    assert_eq!(parsed(&with("")).version, Version::V2012);
}

#[test]
fn a_lone_statement_needs_no_list() {
    let text = with("\"Sid\":\"s\"").replace(['[', ']'], "");
    let policy = parsed(&text);
    assert!(policy.lone_statement);
    assert_eq!(policy.pointer(0), "/Statement");
    assert_eq!(policy.statements[0].sid.as_ref().unwrap().as_raw(), "s");
    assert_eq!(parsed("{\"Statement\":[]}").statements, []);
}

#[test]
fn every_form_of_principal_is_told_apart() {
    let principal = |aws: &str| {
        let policy = parsed(&with(&format!("\"Principal\":{{\"AWS\":[\"{aws}\"]}}")));
        match &policy.statements[0].principals {
            Principals::Only(principals) => format!("{:?}", principals[0]),
            Principals::Except(_) => unreachable!("no NotPrincipal here"),
        }
    };
    for (aws, expected) in [
        ("*", "Anyone"),
        ("111122223333", "Account { account: AccountId(\"111122223333\"), partition: None }"),
        (
            "arn:aws-cn:iam::111122223333:root",
            "Account { account: AccountId(\"111122223333\"), partition: Some(AwsCn) }",
        ),
        (
            "arn:aws:iam::111122223333:role/path/r",
            "Arn { account: AccountId(\"111122223333\"), arn: \"arn:aws:iam::111122223333:role/path/r\" }",
        ),
        (
            "arn:aws:sts::111122223333:assumed-role/r/s",
            "Arn { account: AccountId(\"111122223333\"), arn: \"arn:aws:sts::111122223333:assumed-role/r/s\" }",
        ),
        (
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            "OriginAccessIdentity(\"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1\")",
        ),
        ("AROAEXAMPLEEXAMPLE123", "UniqueId(\"AROAEXAMPLEEXAMPLE123\")"),
        ("arn:aws:iam::111122223333:role/*", "Malformed(\"arn:aws:iam::111122223333:role/*\")"),
        ("arn:aws:iam::111122223333:group/g", "Malformed(\"arn:aws:iam::111122223333:group/g\")"),
        ("11112222333", "Malformed(\"11112222333\")"),
        ("", "Malformed(\"\")"),
    ] {
        assert_eq!(principal(aws), expected, "{aws}");
    }
    let kinds = parsed(&with(
        "\"NotPrincipal\":{\"Service\":\"a.amazonaws.com\",\"Federated\":\"f\",\"CanonicalUser\":\"c\"}",
    ));
    let expected = vec![
        Principal::Service("a.amazonaws.com".into()),
        Principal::Federated("f".into()),
        Principal::CanonicalUser("c".into()),
    ];
    assert_eq!(kinds.statements[0].principals, Principals::Except(expected));
}

#[test]
fn not_action_is_the_complement_within_the_catalogue() {
    let actions = |elements: &str| parsed(&with(elements)).statements[0].actions.set;
    let get = catalogue::matching("s3:Get*");
    assert_eq!(actions("\"Action\":[\"s3:get*\"]"), get);
    assert_eq!(actions("\"NotAction\":\"S3:GET*\"").or(get), crate::action::ActionSet::ALL);
    assert!(actions("\"NotAction\":\"S3:GET*\"").and(get).is_empty());
    assert!(actions("\"Action\":[]").is_empty());
}

#[test]
fn operators_have_qualifiers_and_fold_case() {
    let operator = |name: &str| {
        let text = with(&format!("\"Condition\":{{\"{name}\":{{\"aws:SourceIp\":\"x\"}}}}"));
        parsed(&text).statements[0].conditions[0].operator
    };
    let found = operator("forallvalues:stringlikeIFEXISTS");
    assert_eq!((found.test, found.if_exists), (Test::StringLike, true));
    assert_eq!(found.quantifier, Some(Quantifier::ForAllValues));
    assert_eq!(operator("ForAnyValue:ArnEquals").quantifier, Some(Quantifier::ForAnyValue));
    assert_eq!(operator("Null").test, Test::Null);
    for none in ["StringMatches", "NullIfExists", "ForAllValues:Null", "ForSomeValue:Bool", "IfExists", ""] {
        let text = with(&format!("\"Condition\":{{\"{none}\":{{\"aws:SourceIp\":\"x\"}}}}"));
        assert!(refusal(&text).contains("is no condition operator"), "{none}");
    }
}

#[test]
fn values_are_typed_by_their_operator() {
    let values = |entry: &str| {
        let text = with(&format!("\"Condition\":{{{entry}}}"));
        parsed(&text).statements[0].conditions[0].values.clone()
    };
    assert_eq!(
        values("\"NumericLessThan\":{\"s3:max-keys\":[10,\"x\"]}"),
        Values::Number(vec![Some(10.0), None])
    );
    assert_eq!(values("\"Bool\":{\"aws:SecureTransport\":false}"), Values::Bool(vec![Some(false)]));
    assert_eq!(values("\"Null\":{\"aws:SourceIp\":\"True\"}"), Values::Bool(vec![Some(true)]));
    assert_eq!(values("\"BinaryEquals\":{\"k\":\"QQ==\"}"), Values::Binary(vec![Some(b"A".to_vec())]));
    let Values::Text(account) = values("\"StringEquals\":{\"aws:SourceAccount\":111122223333}") else {
        unreachable!("StringEquals has text")
    };
    assert_eq!(account[0].parts, [Part::Literal("111122223333".into())]);
    let Values::Network(ranges) = values("\"IpAddress\":{\"aws:SourceIp\":[\"10.0.0.0/8\",\"all\"]}") else {
        unreachable!("IpAddress has ranges")
    };
    assert_eq!((ranges[0].unwrap().prefix, ranges[1]), (8, None));
}

#[test]
fn what_aws_might_have_stored_is_diagnosed() {
    for (elements, expected) in [
        ("\"Sid\":\"a\",\"Sid\":\"b\"", "/Statement/0/Sid: the key `Sid` occurs more than once"),
        ("\"Comment\":[1,{}]", "/Statement/0/Comment: unknown element `Comment`"),
        ("\"Action\":\"s3:Reed\"", "/Statement/0/Action: no S3 action matches `s3:Reed`"),
        ("\"Resource\":[\"b/*\"]", "/Statement/0/Resource/0: malformed ARN `b/*`"),
        (
            "\"Principal\":{\"AWS\":[\"x\\u001b\"]}",
            "/Statement/0/Principal/AWS/0: principal `x\\u{1b}` names nobody",
        ),
        (
            "\"Condition\":{\"StringEquals\":{\"a/b~c\":\"x\"}}",
            "/Statement/0/Condition/StringEquals/a~1b~0c: no S3 request carries the condition key `a/b~c`",
        ),
        (
            "\"Condition\":{\"DateLessThan\":{\"aws:CurrentTime\":\"soon\"}}",
            "/Statement/0/Condition/DateLessThan/aws:CurrentTime: value `soon` cannot be read by its operator and \
             never matches",
        ),
        (
            "\"Condition\":{\"ArnLike\":{\"aws:SourceArn\":\"b\"}}",
            "/Statement/0/Condition/ArnLike/aws:SourceArn: malformed ARN `b`",
        ),
        (
            "\"NotPrincipal\":{\"AWS\":\"111122223333\"}",
            "/Statement/0/NotPrincipal: NotPrincipal with Allow lets in everybody else",
        ),
    ] {
        assert_eq!(oddities(elements), [expected], "{elements}");
    }
    assert_eq!(oddities("\"Sid\":\"plain\""), [""; 0]);
    let old = with("\"Resource\":\"arn:aws:s3:::b/${aws:username}\"").replace("2012", "2008");
    assert_eq!(parsed(&old).diagnostics.len(), 1);
}

#[test]
fn of_a_key_that_occurs_twice_the_last_counts() {
    let policy =
        parsed(&with("\"Condition\":{\"Bool\":{\"a\":1}},\"Condition\":{\"Null\":{\"b\":true,\"b\":false}}"));
    assert_eq!(policy.statements[0].conditions.len(), 1);
    assert_eq!(policy.statements[0].conditions[0].values, Values::Bool(vec![Some(false)]));
    assert_eq!(policy.diagnostics.iter().filter(|found| found.kind.to_string().contains("once")).count(), 2);
}

#[test]
fn repeated_keys_are_found_among_many() {
    let names: String = (0..200).map(|n| format!("\"k{}\":1,", n % 100)).collect();
    let found = oddities(&format!("{names}\"Sid\":\"s\""));
    assert_eq!(found.iter().filter(|text| text.contains("more than once")).count(), 100);
    assert_eq!(found.iter().filter(|text| text.contains("unknown element")).count(), 100);
}

#[test]
fn what_cannot_be_judged_is_refused_with_its_place() {
    for (text, expected) in [
        ("", "the text is no JSON: EOF while parsing a value at line 1, column 1"),
        ("{\n \"a\": tru}", "the text is no JSON: expected ident at line 2, column 10"),
        ("[]", "`policy` must be an object, and is a list at line 1, column 1"),
        ("{}", "the element `Statement` is missing at line 1, column 1"),
        (
            "{\"Statement\":[],\"Version\":\"2020-01-01\"}",
            "`2020-01-01` is no version of the policy language at line 1, column 27 (`/Version`)",
        ),
        ("{\"statement\":[]}", "`statement` must be spelled `Statement` at line 1, column 14 (`/statement`)"),
        (
            "{\"Statement\":[[]]}",
            "`Statement` must be an object, and is a list at line 1, column 15 (`/Statement/0`)",
        ),
        (
            &with("\"Principal\":[\"*\"]"),
            "`Principal` must be `*` or an object, and is a list at line 1, column 51 (`/Statement/0/Principal`)",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
    for (elements, expected) in [
        ("\"Effect\":\"allow\"", "neither `Allow` nor `Deny`"),
        ("\"Principal\":\"111122223333\"", "must be given as `{\"AWS\": …}`"),
        ("\"Principal\":{\"User\":\"x\"}", "`User` is no kind of principal"),
        ("\"Principal\":\"*\",\"NotPrincipal\":\"*\"", "`Principal` and `NotPrincipal` exclude each other"),
        ("\"Action\":1", "`Action` must be a text or a list of texts, and is a number"),
        ("\"Resource\":[null]", "`Resource` must be a text, and is null"),
        ("\"Condition\":[]", "`Condition` must be an object"),
        ("\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"${a}\"}}", "the policy variable"),
        ("\"Condition\":{\"Bool\":{\"aws:SecureTransport\":[[]]}}", "and is a list"),
        ("\"condition\":{}", "`condition` must be spelled `Condition`"),
        ("\"Sid\":1", "`Sid` must be a text"),
    ] {
        let text = with(elements);
        assert!(refusal(&text).contains(expected), "{elements}: {}", refusal(&text));
    }
    let identity = "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
    assert!(refusal(identity).starts_with("the element `Principal` is missing"));
}

#[test]
fn size_and_depth_are_bounded() {
    assert!(refusal(&" ".repeat(super::MAX_BYTES + 1)).contains("more than the 262144 that are read"));
    assert!(refusal(&"[".repeat(100_000)).contains("recursion limit"));
    assert!(refusal(&format!("{{\"a\":{}", "{\"a\":".repeat(30_000))).contains("recursion limit"));
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".{0,200}") {
        let _ = Policy::parse(&text);
    }

    #[test]
    fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Policy::parse(&String::from_utf8_lossy(&bytes));
    }

    /// A policy with a piece cut out, or replaced, is parsed or refused with a place inside the text.
    #[test]
    fn every_mutation_of_a_policy_has_an_answer(at in 0usize..600, length in 0usize..8, insert in "[\\[\\]{},:\"*$a0 ]{0,4}") {
        let text = with(
            "\"Sid\":\"ü\",\"NotPrincipal\":{\"AWS\":[\"*\",\"111122223333\"]},\"NotAction\":[\"s3:Get*\",\"*\"],\
             \"Condition\":{\"ForAllValues:StringLikeIfExists\":{\"aws:PrincipalTag/a\":[\"${aws:username, 'x'}\",1,true]},\
             \"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"},\"DateLessThan\":{\"aws:CurrentTime\":\"2026-01-01\"}}",
        );
        let chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let end = (at + length).min(chars.len());
        let mutated: String = chars[..at].iter().copied().chain(insert.chars()).chain(chars[end..].iter().copied()).collect();
        if let Err(error) = Policy::parse(&mutated) {
            prop_assert!(error.offset <= mutated.len());
            prop_assert!(error.at.line == 1 && error.at.column >= 1);
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
