use super::{AttachedTo, IsPublic, Question, aws_public};
use crate::document::Policy;

fn judge(statements: &str, attached_to: AttachedTo) -> IsPublic {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}");
    aws_public(&Policy::parse(&text).unwrap(), attached_to)
}

fn allow(principal: &str, condition: &str) -> String {
    format!(
        "{{\"Effect\":\"Allow\",{principal},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b/*\",\
         \"Condition\":{condition}}}"
    )
}

/// Judges a bucket policy that grants to everybody under `condition`.
fn under(condition: &str) -> IsPublic {
    judge(&allow("\"Principal\":\"*\"", condition), AttachedTo::Bucket)
}

/// Judges a bucket policy that grants to `principal` without a condition.
fn to(principal: &str) -> Option<bool> {
    judge(&allow(principal, "{}"), AttachedTo::Bucket).decided()
}

const NOT_PUBLIC: IsPublic = IsPublic::NotPublic { unverified: vec![] };

fn public() -> IsPublic {
    IsPublic::Public { by: vec![0] }
}

fn open(question: Question) -> IsPublic {
    IsPublic::Open { by: vec![0], question }
}

#[test]
fn a8_only_fixed_principals_limit() {
    for (principal, expected) in [
        ("\"Principal\":\"*\"", true),
        ("\"Principal\":{\"AWS\":[\"111122223333\",\"*\"]}", true),
        ("\"Principal\":{\"AWS\":\"111122223333\"}", false),
        ("\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/r\"}", false),
        ("\"Principal\":{\"Service\":\"logs.amazonaws.com\"}", false),
        ("\"Principal\":{\"CanonicalUser\":\"c\"}", false),
        ("\"Principal\":{\"Federated\":\"graph.facebook.com\"}", true),
        ("\"NotPrincipal\":{\"AWS\":\"111122223333\"}", true),
    ] {
        assert_eq!(to(principal), Some(expected), "{principal}");
    }
}

#[test]
fn a8_listed_keys_limit_to_fixed_values() {
    for (key, value) in [
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("aws:SourceArn", "arn:aws:sns:eu-west-1:111122223333:t"),
        ("aws:SourceVpc", "vpc-91237329"),
        ("aws:SourceVpce", "vpce-1"),
        ("aws:SourceOwner", "111122223333"),
        ("AWS:sourceaccount", "111122223333"),
        ("s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:111122223333:key/k"),
        ("aws:userid", "AIDAEXAMPLEEXAMPLE123"),
        ("s3:DataAccessPointAccount", "111122223333"),
    ] {
        let with =
            |operator: &str, value: &str| under(&format!("{{\"{operator}\":{{\"{key}\":\"{value}\"}}}}"));
        assert_eq!(with("StringEquals", value), NOT_PUBLIC, "{key}");
        assert_eq!(with("StringLike", value), NOT_PUBLIC, "{key}");
        assert_eq!(with("ForAnyValue:StringEquals", value), NOT_PUBLIC, "{key}");
        assert_eq!(with("StringLike", &format!("{value}*")), public(), "{key}");
        assert_eq!(with("StringEquals", "${aws:username}"), public(), "{key}");
        assert_eq!(with("StringEquals", &format!("{value}*")), open(Question::LiteralWildcard), "{key}");
        for weak in ["StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringEquals"] {
            assert_eq!(with(weak, value), public(), "{weak} {key}");
        }
        assert_eq!(under(&format!("{{\"Null\":{{\"{key}\":\"false\"}}}}")), public(), "{key}");
        let two = format!("{{\"StringLike\":{{\"{key}\":[\"{value}\",\"*\"]}}}}");
        assert_eq!(under(&two), public(), "one open value of {key} is enough");
    }
    for other in ["aws:Referer", "aws:UserAgent", "aws:SourceOrgID", "s3:prefix"] {
        assert_eq!(under(&format!("{{\"StringEquals\":{{\"{other}\":\"x\"}}}}")), public(), "{other}");
    }
    assert_eq!(under(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), public());
}

#[test]
fn a8_one_open_grant_makes_the_document_public() {
    let limited = allow("\"Principal\":{\"AWS\":\"111122223333\"}", "{}");
    let open = allow("\"Principal\":\"*\"", "{}");
    let both = judge(&format!("{limited},{open}"), AttachedTo::Bucket);
    assert_eq!(both, IsPublic::Public { by: vec![1] });
    assert_eq!(judge("", AttachedTo::Bucket), NOT_PUBLIC);
}

#[test]
fn a8a_source_ranges_have_a_widest_size() {
    let from = |ranges: &str| under(&format!("{{\"IpAddress\":{{\"aws:SourceIp\":[{ranges}]}}}}"));
    for narrow in [
        "\"12.0.0.0/8\"",
        "\"203.0.113.7\"",
        "\"10.0.0.0/8\",\"12.0.0.0/8\",\"172.16.0.0/12\"",
        "\"2600:1f00::/32\"",
    ] {
        assert_eq!(from(narrow), NOT_PUBLIC, "{narrow}");
    }
    for wide in [
        "\"12.0.0.0/7\"",
        "\"0.0.0.0/0\"",
        "\"::/0\"",
        "\"2600:1e00::/31\"",
        "\"0.0.0.0/1\",\"128.0.0.0/1\"",
        "\"10.0.0.0/7\"",
    ] {
        assert_eq!(from(wide), public(), "{wide}");
    }
    assert_eq!(from("\"12.0.0.0/8\",\"12.1.0.0/16\",\"12.0.0.0/8\""), NOT_PUBLIC, "overlaps count once");
    assert_eq!(from("\"12.0.0.0/8\",\"16.0.0.1/32\""), open(Question::RangesTogether));
    assert_eq!(from("\"2600:1f00::/32\",\"2600:1f01::/32\""), open(Question::RangesTogether));
    assert_eq!(
        under(r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#),
        open(Question::OnlyNotIpAddress)
    );
    let beside =
        r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"},"StringEquals":{"aws:SourceVpc":"vpc-1"}}"#;
    assert_eq!(under(beside), NOT_PUBLIC);
}

#[test]
fn a8b_and_a9_access_point_arns_limit_a_bucket_policy_only() {
    let by = |value: &str, attached_to| {
        let condition = format!("{{\"ArnLike\":{{\"s3:DataAccessPointArn\":\"{value}\"}}}}");
        judge(&allow("\"Principal\":\"*\"", &condition), attached_to)
    };
    let any_name = "arn:aws:s3:eu-west-1:111122223333:accesspoint/*";
    assert_eq!(by(any_name, AttachedTo::Bucket), NOT_PUBLIC);
    assert_eq!(by(any_name, AttachedTo::AccessPoint), public());
    assert_eq!(by("arn:aws:s3:*:*:accesspoint/*", AttachedTo::Bucket), public());
    assert_eq!(
        by("arn:aws:s3:*:111122223333:accesspoint/*", AttachedTo::Bucket),
        open(Question::PartlyFixed)
    );
}

#[test]
fn a8_sessions_of_roles_are_no_fixed_user() {
    assert_eq!(under(r#"{"StringLike":{"aws:userid":"AROAEXAMPLEEXAMPLE123:*"}}"#), public());
    assert_eq!(
        under(r#"{"StringEquals":{"aws:userid":"AROAEXAMPLEEXAMPLE123:bob"}}"#),
        open(Question::SessionUserId)
    );
}

#[test]
fn a8f_unlisted_keys_limit_unverified() {
    let unverified = IsPublic::NotPublic { unverified: vec![0] };
    for condition in [
        r#"{"StringEquals":{"aws:PrincipalAccount":"111122223333"}}"#,
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/*"}}"#,
        r#"{"Bool":{"aws:PrincipalIsAWSService":"true"}}"#,
        r#"{"StringEquals":{"aws:PrincipalServiceName":"logs.amazonaws.com"}}"#,
        r#"{"ForAnyValue:StringEquals":{"aws:PrincipalOrgPaths":"o-a/r-b/"}}"#,
    ] {
        assert_eq!(under(condition), unverified, "{condition}");
    }
    for condition in [
        r#"{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/admin"}}"#,
        r#"{"StringLike":{"aws:PrincipalArn":"*"}}"#,
        r#"{"Bool":{"aws:PrincipalIsAWSService":"false"}}"#,
        r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"*"}}"#,
    ] {
        assert_eq!(under(condition), public(), "{condition}");
    }
    let paths = r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-a/r-b/*"}}"#;
    assert_eq!(under(paths), open(Question::PartlyFixed));
}

#[test]
fn a8g_denies_do_not_count() {
    let deny = allow("\"Principal\":\"*\"", "{}").replace("Allow", "Deny");
    assert_eq!(judge(&deny, AttachedTo::Bucket), NOT_PUBLIC);
    let covered = format!("{},{deny}", allow("\"Principal\":\"*\"", "{}"));
    assert_eq!(judge(&covered, AttachedTo::Bucket), public());
}

#[test]
fn a8h_actions_that_do_not_exist_yet_count() {
    let future = allow("\"Principal\":\"*\"", "{}").replace("s3:GetObject", "s3:GetFuture*");
    assert_eq!(judge(&future, AttachedTo::Bucket), public());
}

#[test]
fn a_public_grant_outweighs_an_open_question() {
    let asks = allow("\"Principal\":\"*\"", r#"{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}"#);
    let open = allow("\"Principal\":\"*\"", "{}");
    assert_eq!(judge(&format!("{asks},{open}"), AttachedTo::Bucket), IsPublic::Public { by: vec![1] });
}
