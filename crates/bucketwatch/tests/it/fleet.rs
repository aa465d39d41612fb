//! Differently configured buckets with the verdict that AWS's rules give them, written from the rules.

use serde_json::{Value, json};

/// One bucket of the fleet.
pub(crate) struct Case {
    /// The bucket's name; it says what is special.
    pub(crate) name: &'static str,
    /// The policy, with `BUCKET` for the bucket's name.
    pub(crate) policy: Option<Value>,
    /// The canned ACL, or `group:PERMISSION` grants.
    pub(crate) acl: Option<&'static str>,
    /// Object Ownership in the end.
    pub(crate) ownership: &'static str,
    /// The bucket's Block Public Access in the order of AWS's document.
    pub(crate) block: Option<[bool; 4]>,
    /// Whether a website is configured.
    pub(crate) website: bool,
    /// The verdict and who gets in.
    pub(crate) expect: Expect,
}

/// What the rules say of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Public: an unsigned request gets in.
    Anyone,
    /// Public: only signed requests get in.
    AnyAwsAccount,
    /// Not public.
    NotPublic,
}

impl Expect {
    /// Gives the verdict as documents spell it.
    pub(crate) fn verdict(self) -> &'static str {
        if self == Self::NotPublic { "not_public" } else { "public" }
    }
}

const ENFORCED: &str = "BucketOwnerEnforced";
const WRITER: &str = "ObjectWriter";

impl Case {
    /// Gives the policy's text for this bucket.
    pub(crate) fn policy_text(&self) -> Option<String> {
        self.policy.as_ref().map(|policy| policy.to_string().replace("BUCKET", self.name))
    }

    fn block(mut self, flags: [bool; 4]) -> Self {
        self.block = Some(flags);
        self
    }

    fn ownership(mut self, ownership: &'static str) -> Self {
        self.ownership = ownership;
        self
    }

    fn website(mut self) -> Self {
        self.website = true;
        self
    }

    fn under(mut self, statements: Value) -> Self {
        self.policy = Some(document(&statements));
        self
    }
}

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn policy(name: &'static str, expect: Expect, statements: Value) -> Case {
    let policy = Some(document(&statements));
    Case { name, policy, acl: None, ownership: ENFORCED, block: None, website: false, expect }
}

fn acl(name: &'static str, expect: Expect, acl: &'static str) -> Case {
    Case { name, policy: None, acl: Some(acl), ownership: WRITER, block: None, website: false, expect }
}

fn allow(principal: Value, action: &str, resource: &str) -> Value {
    json!({"Sid": "Opens", "Effect": "Allow", "Principal": principal, "Action": action,
        "Resource": format!("arn:aws:s3:::BUCKET{resource}")})
}

fn everybody(action: &str, resource: &str) -> Value {
    allow(json!("*"), action, resource)
}

fn deny(action: &str, resource: &str) -> Value {
    json!({"Sid": "Shuts", "Effect": "Deny", "Principal": "*", "Action": action,
        "Resource": format!("arn:aws:s3:::BUCKET{resource}")})
}

fn when(mut statement: Value, condition: Value) -> Value {
    statement["Condition"] = condition;
    statement
}

/// Gives the whole fleet.
pub(crate) fn fleet() -> Vec<Case> {
    let mut cases = plain_policies();
    cases.extend(denies());
    cases.extend(conditions());
    cases.extend(named_principals());
    cases.extend(acls());
    cases.extend(blocks());
    cases
}

fn plain_policies() -> Vec<Case> {
    use Expect::{Anyone, NotPublic};
    let mut old_language = policy(
        "old-language-variable-is-text",
        Anyone,
        json!([everybody("s3:GetObject", "/${aws:username}/*")]),
    );
    old_language.policy.as_mut().expect("a policy")["Version"] = json!("2008-10-17");
    vec![
        policy("policy-read", Anyone, json!([everybody("s3:GetObject", "/*")])),
        policy("policy-list", Anyone, json!([everybody("s3:ListBucket", "")])),
        policy("policy-put", Anyone, json!([everybody("s3:PutObject", "/*")])),
        policy("policy-delete", Anyone, json!([everybody("s3:DeleteObject", "/*")])),
        policy("policy-get-acl", Anyone, json!([everybody("s3:GetBucketAcl", "")])),
        policy("policy-everything", Anyone, json!([everybody("s3:*", "*")])),
        policy("policy-aws-star", Anyone, json!([allow(json!({"AWS": "*"}), "s3:GetObject", "/*")])),
        policy("policy-one-prefix", Anyone, json!([everybody("s3:GetObject", "/public/*")])),
        policy("policy-get-star", Anyone, json!([everybody("s3:Get*", "/*")])),
        policy("policy-upper-case-action", Anyone, json!([everybody("S3:GETOBJECT", "/*")])),
        policy(
            "policy-not-action",
            Anyone,
            json!([{"Effect": "Allow", "Principal": "*", "NotAction": "s3:PutObject",
                "Resource": "arn:aws:s3:::BUCKET/*"}]),
        ),
        policy(
            "policy-not-resource",
            Anyone,
            json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject",
                "NotResource": "arn:aws:s3:::BUCKET/private/*"}]),
        ),
        policy("policy-lone-statement", Anyone, everybody("s3:GetObject", "/*")),
        policy("object-action-on-the-bucket", NotPublic, json!([everybody("s3:GetObject", "")])),
        policy("bucket-action-on-objects", NotPublic, json!([everybody("s3:ListBucket", "/*")])),
        policy("website-read", Anyone, json!([everybody("s3:GetObject", "/*")])).website(),
        old_language,
    ]
}

fn denies() -> Vec<Case> {
    use Expect::{Anyone, NotPublic};
    vec![
        policy(
            "deny-covers-all",
            NotPublic,
            json!([everybody("s3:GetObject", "/*"), deny("s3:GetObject", "/*")]),
        ),
        policy("deny-covers-more", NotPublic, json!([everybody("s3:GetObject", "/a/*"), deny("s3:*", "*")])),
        policy(
            "deny-covers-a-part",
            Anyone,
            json!([everybody("s3:GetObject", "/*"), deny("s3:GetObject", "/private/*")]),
        ),
        policy(
            "deny-another-action",
            Anyone,
            json!([everybody("s3:GetObject", "/*"), deny("s3:PutObject", "/*")]),
        ),
        policy(
            "deny-unless-referer",
            Anyone,
            json!([
                everybody("s3:GetObject", "/*"),
                when(
                    deny("s3:GetObject", "/*"),
                    json!({"StringNotEquals": {"aws:Referer": "https://www.example.com/"}})
                )
            ]),
        ),
        policy(
            "deny-encrypted-transport",
            Anyone,
            json!([
                everybody("s3:GetObject", "/*"),
                when(deny("s3:*", "/*"), json!({"Bool": {"aws:SecureTransport": "true"}}))
            ]),
        ),
        policy(
            "deny-outside-a-network",
            NotPublic,
            json!([
                everybody("s3:GetObject", "/*"),
                when(deny("s3:*", "/*"), json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))
            ]),
        ),
        policy(
            "deny-outside-an-organization",
            NotPublic,
            json!([
                everybody("s3:GetObject", "/*"),
                when(deny("s3:*", "/*"), json!({"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}))
            ]),
        ),
        policy(
            "deny-other-prefixes-hits-get",
            NotPublic,
            json!([
                everybody("s3:GetObject", "/*"),
                when(deny("s3:*", "/*"), json!({"StringNotLike": {"s3:prefix": "public/*"}}))
            ]),
        ),
        policy(
            "deny-all-but-one-account",
            NotPublic,
            json!([everybody("s3:GetObject", "/*"), {"Effect": "Deny", "Action": "s3:*",
                "NotPrincipal": {"AWS": "arn:aws:iam::444455556666:root"}, "Resource": "arn:aws:s3:::BUCKET/*"}]),
        ),
        acl("acl-list-under-a-deny", NotPublic, "public-read").under(json!([deny("s3:ListBucket*", "")])),
    ]
}

fn conditions() -> Vec<Case> {
    use Expect::{AnyAwsAccount, Anyone, NotPublic};
    let read = || everybody("s3:GetObject", "/*");
    vec![
        policy(
            "if-referer",
            Anyone,
            json!([when(read(), json!({"StringLike": {"aws:Referer": "https://www.example.com/*"}}))]),
        ),
        policy(
            "if-user-agent",
            Anyone,
            json!([when(read(), json!({"StringEquals": {"aws:UserAgent": "let-me-in"}}))]),
        ),
        policy(
            "if-key-in-other-case",
            Anyone,
            json!([when(read(), json!({"StringEquals": {"AWS:USERAGENT": "let-me-in"}}))]),
        ),
        policy(
            "if-from-everywhere",
            Anyone,
            json!([when(read(), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))]),
        ),
        policy(
            "if-from-half-the-world",
            Anyone,
            json!([when(read(), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}))]),
        ),
        policy(
            "if-from-one-network",
            NotPublic,
            json!([when(read(), json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))]),
        ),
        policy(
            "if-from-one-endpoint",
            NotPublic,
            json!([when(read(), json!({"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}))]),
        ),
        policy(
            "if-from-any-endpoint",
            Anyone,
            json!([when(read(), json!({"StringLike": {"aws:SourceVpce": "vpce-*"}}))]),
        ),
        policy(
            "if-organization",
            NotPublic,
            json!([when(read(), json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}))]),
        ),
        policy(
            "if-organization-exists",
            Anyone,
            json!([when(read(), json!({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}))]),
        ),
        policy(
            "if-for-all-values",
            Anyone,
            json!([when(
                read(),
                json!({"ForAllValues:StringLike":
                {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}})
            )]),
        ),
        policy(
            "if-for-any-value",
            NotPublic,
            json!([when(
                read(),
                json!({"ForAnyValue:StringLike":
                {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}})
            )]),
        ),
        policy(
            "if-prefix",
            Anyone,
            json!([when(everybody("s3:ListBucket", ""), json!({"StringEquals": {"s3:prefix": "public/"}}))]),
        ),
        policy(
            "if-few-keys",
            Anyone,
            json!([when(
                everybody("s3:ListBucket", ""),
                json!({"NumericLessThanEquals": {"s3:max-keys": "10"}})
            )]),
        ),
        policy(
            "if-in-the-past",
            NotPublic,
            json!([when(read(), json!({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))]),
        ),
        policy(
            "if-since-the-past",
            Anyone,
            json!([when(read(), json!({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))]),
        ),
        policy(
            "own-folder-of-every-user",
            AnyAwsAccount,
            json!([everybody("s3:GetObject", "/home/${aws:username}/*")]),
        ),
        policy(
            "if-signed-in",
            AnyAwsAccount,
            json!([when(read(), json!({"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}))]),
        ),
    ]
}

fn named_principals() -> Vec<Case> {
    use Expect::NotPublic;
    let origin_access_identity =
        "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1EXAMPLE12345";
    vec![
        policy("account", NotPublic, json!([allow(json!({"AWS": "444455556666"}), "s3:GetObject", "/*")])),
        policy(
            "account-root",
            NotPublic,
            json!([allow(json!({"AWS": "arn:aws:iam::444455556666:root"}), "s3:*", "*")]),
        ),
        policy(
            "service",
            NotPublic,
            json!([allow(json!({"Service": "cloudtrail.amazonaws.com"}), "s3:PutObject", "/*")]),
        ),
        policy(
            "origin-access-identity",
            NotPublic,
            json!([allow(json!({"AWS": origin_access_identity}), "s3:GetObject", "/*")]),
        ),
        policy(
            "if-principal-account",
            NotPublic,
            json!([when(
                everybody("s3:GetObject", "/*"),
                json!({"StringEquals": {"aws:PrincipalAccount": "444455556666"}})
            )]),
        ),
    ]
}

fn acls() -> Vec<Case> {
    use Expect::{AnyAwsAccount, Anyone, NotPublic};
    vec![
        acl("acl-private", NotPublic, "private"),
        acl("acl-public-read", Anyone, "public-read"),
        acl("acl-public-read-write", Anyone, "public-read-write"),
        acl("acl-authenticated-read", AnyAwsAccount, "authenticated-read"),
        acl("acl-log-delivery", NotPublic, "log-delivery-write"),
        acl("acl-read-acp", Anyone, "AllUsers:READ_ACP"),
        acl("acl-write-acp", Anyone, "AllUsers:WRITE_ACP"),
        acl("acl-write", Anyone, "AllUsers:WRITE"),
        acl("acl-full-control", Anyone, "AllUsers:FULL_CONTROL"),
        acl("acl-preferred", Anyone, "public-read").ownership("BucketOwnerPreferred"),
    ]
}

fn blocks() -> Vec<Case> {
    use Expect::{Anyone, NotPublic};
    let read = || json!([everybody("s3:GetObject", "/*")]);
    vec![
        policy("restrict-public-buckets", NotPublic, read()).block([false, false, false, true]),
        policy("block-public-policy-comes-too-late", Anyone, read()).block([false, false, true, false]),
        policy("ignore-public-acls-is-not-for-policies", Anyone, read()).block([true, true, false, false]),
        acl("ignore-public-acls", NotPublic, "public-read").block([false, true, false, false]),
        acl("block-public-acls-comes-too-late", Anyone, "public-read").block([true, false, false, false]),
        acl("restrict-is-not-for-acls", Anyone, "public-read").block([false, false, false, true]),
        policy("all-blocks", NotPublic, read()).block([true; 4]),
        policy("blocked-in-part", Anyone, read()).block([true, false, true, false]),
    ]
}
