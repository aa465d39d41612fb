use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{NetworkOrigin, Ownership};

use super::*;

fn one(text: &str) -> Subject {
    let mut subjects = parse_input(text, &Options::default()).unwrap();
    assert_eq!(subjects.len(), 1);
    subjects.remove(0)
}

fn complaint(text: &str) -> String {
    parse_input(text, &Options::default()).unwrap_err().to_string()
}

/// A snapshot that says nothing but `members`.
fn snapshot(members: &str) -> String {
    format!(r#"{{"schema": "bucketwatch.snapshot/1", "bucket": "b"{members}}}"#)
}

#[test]
fn a_key_left_out_is_not_asked_null_is_absent_and_a_refusal_is_unreadable() {
    assert_eq!(one(&snapshot("")).snapshot, BucketSnapshot::unseen(Some("b".into())));
    assert_eq!(one(&snapshot(r#", "policy": null"#)).snapshot.policy, Observed::Absent);
    let refused = one(&snapshot(r#", "policy": {"unreadable": "AccessDenied"}"#)).snapshot.policy;
    assert_eq!(refused, Observed::Unreadable(Unreadable::denied()));
}

#[test]
fn a_policy_may_be_an_object_or_its_stored_text() {
    let object = one(&snapshot(r#", "policy": {"Statement" : []}"#)).snapshot.policy;
    assert_eq!(object, Observed::Present(r#"{"Statement" : []}"#.to_owned()));
    let text = one(&snapshot(r#", "policy": "{\"Statement\" : []}""#)).snapshot.policy;
    assert_eq!(text, object);
}

#[test]
fn one_refusal_may_speak_of_every_level_of_block_public_access() {
    let all = one(&snapshot(r#", "block_public_access": {"unreadable": "X"}"#)).snapshot;
    assert!(matches!(all.bucket_block, Observed::Unreadable(_)));
    assert!(matches!(all.account_block, Observed::Unreadable(_)));
    let some = one(&snapshot(r#", "block_public_access": {"bucket": null}"#)).snapshot;
    assert_eq!((some.bucket_block, some.account_block), (Observed::Absent, Observed::NotAsked));
}

#[test]
fn the_origin_of_an_access_point_may_be_unknown() {
    let points = r#", "access_points": [{"name": "a", "account": "111122223333"},
        {"name": "b", "account": "111122223333", "origin": "VPC", "vpc": "vpc-1"}]"#;
    let Observed::Present(points) = one(&snapshot(points)).snapshot.access_points else { panic!() };
    assert_eq!(points[0].origin, NetworkOrigin::NotAsked);
    assert_eq!(points[1].origin, NetworkOrigin::Vpc(Some("vpc-1".into())));
}

#[test]
fn an_array_gives_its_snapshots_in_order() {
    let text = format!("[{}, {}]", snapshot(""), snapshot(r#", "ownership": null"#));
    let subjects = parse_input(&text, &Options::default()).unwrap();
    assert_eq!(subjects[0].snapshot.ownership, Observed::NotAsked);
    assert_eq!(subjects[1].snapshot.ownership, Observed::Absent);
    assert_eq!((subjects[0].base.as_str(), subjects[1].base.as_str()), ("/0", "/1"));
    assert_eq!(parse_input("[]", &Options::default()).unwrap(), []);
}

fn bare(resources: &str) -> String {
    format!(
        r#"{{"Statement": [{{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": {resources}}}]}}"#
    )
}

#[test]
fn a_bare_policy_stands_on_a_bucket_without_blocks_or_grants() {
    let subject = one(&bare(r#""arn:aws:s3:::b/*""#));
    assert_eq!(subject.form, Form::BarePolicy);
    assert_eq!(subject.snapshot.ownership, Observed::Present(Ownership::BucketOwnerEnforced));
    assert_eq!(subject.snapshot.account_block, Observed::Absent);
    assert_eq!(subject.localize("/policy/Statement/0"), "/Statement/0");
    assert_eq!(one(&snapshot("")).localize("/policy/Statement/0"), "/policy/Statement/0");
}

#[test]
fn the_bucket_of_a_bare_policy_is_the_one_that_its_resources_name() {
    for (resources, expected) in [
        (r#"["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#, Some("b")),
        (r#"["arn:aws:s3:::b", "*", "arn:aws:s3:::c*/x"]"#, Some("b")),
        (r#"["arn:aws:s3:::b", "arn:aws:s3:::c"]"#, None),
        (r#""arn:aws:s3:::b*""#, None),
        (r#""*""#, None),
    ] {
        assert_eq!(one(&bare(resources)).snapshot.bucket, expected.map(Untrusted::from), "{resources}");
    }
    let said = Options { bucket: Some("mine".into()), ..Options::default() };
    let subjects = parse_input(&bare(r#""arn:aws:s3:::b""#), &said).unwrap();
    assert_eq!(subjects[0].snapshot.bucket, Some("mine".into()));
    let china = one(&bare(r#""arn:aws-cn:s3:::b""#));
    assert_eq!(china.snapshot.partition.as_str(), "aws-cn");
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, expected) in [
        ("", "the document is empty at line 1, column 1"),
        ("{\n  \"schema\": x}", "this is no JSON: unexpected token at line 2, column 13"),
        ("{\"a\": 1,}", "this is no JSON: trailing commas are not allowed at line 1, column 8"),
        ("3", "neither a snapshot (`schema`) nor a policy (`Statement`) at line 1, column 1"),
        ("[[]]", "neither a snapshot (`schema`) nor a policy (`Statement`) at line 1, column 2"),
        (
            r#"{"schema": "bucketwatch.snapshot/9", "bucket": "b"}"#,
            "schema \"bucketwatch.snapshot/9\" is not `bucketwatch.snapshot/1`, the only one that can be judged \
             at line 1, column 12",
        ),
        (
            &snapshot(",\n\"ownrship\": null"),
            "unknown key \"ownrship\", did you mean `ownership`? at line 2, column 1",
        ),
        (&snapshot(",\n\"\u{e9}\": null"), "unknown key \"\\u{e9}\" at line 2, column 1"),
        (&snapshot(",\n\"bucket\": \"c\""), "key \"bucket\" stands twice at line 2, column 1"),
        (&snapshot(",\n\"ownership\": 3"), "expected a string at line 2, column 14"),
        (
            &snapshot(",\n\"ownership\": \"Mine\""),
            "\"Mine\" is not one of `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter` \
             at line 2, column 14",
        ),
        (&snapshot(",\n\"account\": \"1\""), "expected an account id of twelve digits at line 2, column 12"),
        (&snapshot(",\n\"acl\": {}"), "key `grants` is missing at line 2, column 8"),
        (
            "{\n \"Statement\": [{\"Effect\": \"Permit\"}]}",
            "`Permit` is neither `Allow` nor `Deny` at line 2, column 27",
        ),
        (
            "\u{feff}{\n \"Statement\": 3}",
            "`Statement` must be an object, and is a number at line 2, column 15",
        ),
    ] {
        assert_eq!(complaint(text), expected, "{text}");
    }
}

#[test]
fn a_text_nested_without_end_is_refused() {
    assert!(complaint(&"[".repeat(100_000)).contains("nesting"));
}

mod round_trip;
