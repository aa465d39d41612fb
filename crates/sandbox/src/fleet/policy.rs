//! The policies of the fleet: shapes that are common in real accounts, filled in by number.

use bucketwatch_policy::name::AccountId;

use super::Make;

/// The open shapes that AWS's documented test for public policies calls public beyond doubt.
const SURELY_PUBLIC: [u64; 6] = [0, 1, 2, 3, 5, 8];

const ORGANIZATION: &str = "o-q1w2e3r4t5";

/// Gives the policy text of a bucket that is made so; `draw` chooses the shape and what stands in it.
pub(super) fn text(make: Make, bucket: &str, draw: u64) -> String {
    let statements = match make {
        Make::PublicByPolicy | Make::PublicByBoth => open(bucket, draw),
        Make::LatentByBlock => open(bucket, SURELY_PUBLIC[(draw % SURELY_PUBLIC.len() as u64) as usize]),
        Make::LatentByDeny => held_by_deny(bucket),
        _ => shut(bucket, draw),
    };
    document(&statements)
}

/// Gives the policy text of an access point that lets one role of the own account read.
pub(super) fn of_access_point(account: &AccountId, region: &str, name: &str) -> String {
    let arn = format!("arn:aws:s3:{region}:{account}:accesspoint/{name}");
    document(&format!(
        r#"{{"Sid":"Readers","Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{account}:role/readers"}},"Action":["s3:GetObject","s3:ListBucket"],"Resource":["{arn}","{arn}/object/*"]}}"#
    ))
}

fn document(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#)
}

/// Statements that let strangers in.
fn open(bucket: &str, draw: u64) -> String {
    let objects = format!("arn:aws:s3:::{bucket}/*");
    let read = |condition: &str| allow("PublicRead", r#""*""#, r#""s3:GetObject""#, &objects, condition);
    match draw % 9 {
        0 => read(""),
        1 => read(r#","Condition":{"StringLike":{"aws:Referer":["https://www.example.com/*"]}}"#),
        2 => format!(
            "{},{}",
            read(""),
            allow(
                "PublicList",
                r#"{"AWS":"*"}"#,
                r#""s3:ListBucket""#,
                &format!("arn:aws:s3:::{bucket}"),
                ""
            )
        ),
        3 => read(r#","Condition":{"IpAddress":{"aws:SourceIp":["0.0.0.0/1","128.0.0.0/1"]}}"#),
        4 => read(&format!(
            r#","Condition":{{"StringEqualsIfExists":{{"aws:PrincipalOrgID":"{ORGANIZATION}"}}}}"#
        )),
        5 => format!("{},{}", read(""), deny_insecure(bucket)),
        6 => read(&format!(
            r#","Condition":{{"ForAllValues:StringEquals":{{"aws:PrincipalOrgPaths":"{ORGANIZATION}/r-ab12/"}}}}"#
        )),
        7 => read(r#","Condition":{"StringLike":{"aws:PrincipalArn":"arn:aws:iam::*:role/*"}}"#),
        _ => allow("Drop", r#""*""#, r#"["s3:PutObject","s3:PutObjectAcl"]"#, &objects, ""),
    }
}

/// A statement that lets strangers in, and a Deny that leaves only the organization.
fn held_by_deny(bucket: &str) -> String {
    let objects = format!("arn:aws:s3:::{bucket}/*");
    let allow = allow("Read", r#""*""#, r#""s3:GetObject""#, &objects, "");
    let deny = format!(
        r#"{{"Sid":"OnlyOurs","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{bucket}","{objects}"],"Condition":{{"StringNotEquals":{{"aws:PrincipalOrgID":"{ORGANIZATION}"}}}}}}"#
    );
    format!("{allow},{deny}")
}

/// Statements that let no stranger in.
fn shut(bucket: &str, draw: u64) -> String {
    let (one, all) = (format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*"));
    let partner = 200_000_000_000 + draw / 16 % 1_000_000_000;
    match draw % 11 {
        0 => deny_insecure(bucket),
        1 => allow(
            "Partner",
            &format!(r#"{{"AWS":"arn:aws:iam::{partner}:role/etl"}}"#),
            r#"["s3:GetObject","s3:GetObjectTagging"]"#,
            &all,
            "",
        ),
        2 => allow("Org", r#""*""#, r#""s3:Get*""#, &all, &only("aws:PrincipalOrgID", ORGANIZATION)),
        3 => allow(
            "Office",
            r#""*""#,
            r#""s3:GetObject""#,
            &all,
            &format!(
                r#","Condition":{{"IpAddress":{{"aws:SourceIp":["203.0.113.{}/32","198.51.100.0/24"]}}}}"#,
                draw / 16 % 256
            ),
        ),
        4 => allow(
            "Endpoint",
            r#""*""#,
            r#""s3:*""#,
            &all,
            &only("aws:SourceVpce", &format!("vpce-{:017x}", draw / 16)),
        ),
        5 => trail(&one, &all, partner),
        6 => allow(
            "Distribution",
            r#"{"Service":"cloudfront.amazonaws.com"}"#,
            r#""s3:GetObject""#,
            &all,
            &only(
                "AWS:SourceArn",
                &format!("arn:aws:cloudfront::{partner}:distribution/E{:013X}", draw >> 16),
            ),
        ),
        7 => allow(
            "Identity",
            &format!(
                r#"{{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E{:013X}"}}"#,
                draw >> 16
            ),
            r#""s3:GetObject""#,
            &all,
            "",
        ),
        8 => format!("{},{}", deny_insecure(bucket), deny_unencrypted(&all)),
        9 => allow(
            "LoadBalancers",
            r#"{"AWS":"arn:aws:iam::127311923021:root"}"#,
            r#""s3:PutObject""#,
            &format!("{one}/elb/*"),
            "",
        ),
        _ => many(bucket, draw),
    }
}

/// Many statements, as grow in shared data lakes: one per partner and prefix, under two Denies.
fn many(bucket: &str, draw: u64) -> String {
    let mut statements = vec![deny_insecure(bucket)];
    for partner in 0..4 + draw / 16 % 12 {
        statements.push(allow(
            &format!("Partner{partner}"),
            &format!(
                r#"{{"AWS":["arn:aws:iam::{0}:root","arn:aws:iam::{0}:role/lake"]}}"#,
                300_000_000_000 + partner
            ),
            r#"["s3:GetObject","s3:PutObject","s3:ListBucket"]"#,
            &format!("arn:aws:s3:::{bucket}/partner={partner}/*"),
            "",
        ));
    }
    statements.push(deny_unencrypted(&format!("arn:aws:s3:::{bucket}/*")));
    statements.join(",")
}

fn trail(one: &str, all: &str, account: u64) -> String {
    let service = r#"{"Service":"cloudtrail.amazonaws.com"}"#;
    let source = only("aws:SourceArn", &format!("arn:aws:cloudtrail:us-east-1:{account}:trail/main"));
    let check = allow("TrailAcl", service, r#""s3:GetBucketAcl""#, one, &source);
    format!("{check},{}", allow("TrailWrite", service, r#""s3:PutObject""#, all, &source))
}

fn deny_insecure(bucket: &str) -> String {
    format!(
        r#"{{"Sid":"TlsOnly","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::{bucket}","arn:aws:s3:::{bucket}/*"],"Condition":{{"Bool":{{"aws:SecureTransport":"false"}}}}}}"#
    )
}

fn deny_unencrypted(objects: &str) -> String {
    format!(
        r#"{{"Sid":"Encrypted","Effect":"Deny","Principal":"*","Action":"s3:PutObject","Resource":"{objects}","Condition":{{"StringNotEquals":{{"s3:x-amz-server-side-encryption":"aws:kms"}}}}}}"#
    )
}

fn allow(sid: &str, principal: &str, action: &str, resource: &str, condition: &str) -> String {
    format!(
        r#"{{"Sid":"{sid}","Effect":"Allow","Principal":{principal},"Action":{action},"Resource":"{resource}"{condition}}}"#
    )
}

fn only(key: &str, value: &str) -> String {
    format!(r#","Condition":{{"StringEquals":{{"{key}":"{value}"}}}}"#)
}
