//! The policies of the demonstration. `BUCKET` stands for the bucket's name.

use bucketwatch_policy::name::AccountId;

/// Gives the text of a policy for `bucket`.
pub(super) fn text(template: &str, bucket: &str) -> String {
    template.replace("BUCKET", bucket)
}

pub(super) const PUBLIC_READ: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "PublicRead", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/*"}
  ]
}"#;

pub(super) const PUBLIC_READ_AND_LIST: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Everything", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:GetObject", "s3:ListBucket"],
     "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"]}
  ]
}"#;

pub(super) const HALF_THE_INTERNET: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "KnownNetworks", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::BUCKET/*", "Condition": {"IpAddress": {"aws:SourceIp": "128.0.0.0/1"}}}
  ]
}"#;

pub(super) const OFFICE: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Office", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::BUCKET/*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
  ]
}"#;

pub(super) const ORGANIZATION: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Organization", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::BUCKET/*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-acmecorp00"}}}
  ]
}"#;

pub(super) const PARTNER: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
     "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::BUCKET/*"}
  ]
}"#;

pub(super) const DISTRIBUTION: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Distribution", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"},
     "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/*",
     "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/E1ACMEEXAMPLE"}}}
  ]
}"#;

pub(super) const UNSCOPED_TRAIL: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "TrailAcl", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
     "Action": "s3:GetBucketAcl", "Resource": "arn:aws:s3:::BUCKET"},
    {"Sid": "TrailWrite", "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"},
     "Action": "s3:PutObject", "Resource": "arn:aws:s3:::BUCKET/*"}
  ]
}"#;

pub(super) const ESCAPABLE_DENY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::BUCKET/*"},
    {"Sid": "NoHotlinks", "Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::BUCKET/*",
     "Condition": {"StringNotLike": {"aws:Referer": "https://www.example.com/*"}}}
  ]
}"#;

pub(super) const HOLDING_DENY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "Read", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::BUCKET/*"},
    {"Sid": "OnlyOurs", "Effect": "Deny", "Principal": "*", "Action": "s3:*",
     "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"],
     "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-acmecorp00"}}}
  ]
}"#;

/// Leaves the decision to access points of the own account.
pub(super) const DELEGATES: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {"Sid": "AccessPoints", "Effect": "Allow", "Principal": "*", "Action": "s3:*",
     "Resource": ["arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/*"],
     "Condition": {"StringEquals": {"s3:DataAccessPointAccount": "111122223333"}}}
  ]
}"#;

/// Gives the policy of an access point that lets every AWS account read.
pub(super) fn of_open_access_point(account: &AccountId, region: &str, name: &str) -> String {
    let arn = format!("arn:aws:s3:{region}:{account}:accesspoint/{name}");
    format!(
        r#"{{
  "Version": "2012-10-17",
  "Statement": [
    {{"Sid": "AnyReader", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "{arn}/object/*"}}
  ]
}}"#
    )
}
