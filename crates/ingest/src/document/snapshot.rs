//! Reading `bucketwatch.snapshot/1`.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{
    AccessPoint, Acl, BlockPublicAccess, BucketSnapshot, Grant, Grantee, NetworkOrigin, ObjectAcl, Ownership,
    Permission,
};
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::Ranged;

use super::{Problem, SNAPSHOT_SCHEMA};
use crate::json::{
    Reading, boolean, complain, list, member, object, observed, optional, refusal, required, string,
    untrusted,
};

const KEYS: [&str; 20] = [
    "schema",
    "bucket",
    "account",
    "partition",
    "region",
    "organization",
    "observed_at",
    "policy",
    "policy_status",
    "acl",
    "ownership",
    "block_public_access",
    "website",
    "requester_pays",
    "default_encryption",
    "tags",
    "access_points",
    "multi_region_access_points",
    "resource_control_policies",
    "object_acls",
];

/// Gives the snapshot that `value` spells, and when it was taken.
pub(super) fn read(text: &str, value: &Value<'_>) -> Reading<(BucketSnapshot, Option<Timestamp>)> {
    let fields = object(value, &KEYS)?;
    check_schema(required(fields, "schema")?)?;
    let blocks = Blocks::read(member(fields, "block_public_access"))?;
    let policy = |value: &Value<'_>| policy_text(text, value);
    let points = |value: &Value<'_>| list(value, |point| access_point(text, point));
    let multi_region = |value: &Value<'_>| list(value, |point| multi_region_access_point(text, point));
    let region = optional(member(fields, "region"), |value| string(value).map(str::to_owned))?;
    let of_region = region.as_deref().map(Partition::of_region);
    let snapshot = BucketSnapshot {
        bucket: Some(bucket_name(required(fields, "bucket")?)?),
        account: optional(member(fields, "account"), account)?,
        partition: optional(member(fields, "partition"), partition)?.or(of_region).unwrap_or_default(),
        region,
        organization: organization(fields)?,
        policy: observed(member(fields, "policy"), policy)?,
        policy_status: observed(member(fields, "policy_status"), policy_status)?,
        acl: observed(member(fields, "acl"), acl)?,
        ownership: observed(member(fields, "ownership"), ownership)?,
        bucket_block: blocks.bucket,
        account_block: blocks.account,
        website: website(fields)?,
        requester_pays: observed(member(fields, "requester_pays"), boolean)?,
        default_encryption: observed(member(fields, "default_encryption"), encryption)?,
        tags: observed(member(fields, "tags"), tags)?,
        access_points: observed(member(fields, "access_points"), points)?,
        multi_region_access_points: observed(member(fields, "multi_region_access_points"), multi_region)?,
        resource_control_policies: observed(member(fields, "resource_control_policies"), |value| {
            list(value, policy)
        })?,
        object_acls: observed(member(fields, "object_acls"), |value| list(value, object_acl))?,
    };
    Ok((snapshot, optional(member(fields, "observed_at"), instant)?))
}

fn check_schema(value: &Value<'_>) -> Reading<()> {
    match string(value)? {
        SNAPSHOT_SCHEMA => Ok(()),
        other => complain(value, Problem::UnknownSchema(other.into())),
    }
}

fn bucket_name(value: &Value<'_>) -> Reading<Untrusted> {
    let name = untrusted(value)?;
    if name.as_raw().is_empty() { complain(value, Problem::Expected("a bucket name")) } else { Ok(name) }
}

fn account(value: &Value<'_>) -> Reading<AccountId> {
    AccountId::parse(string(value)?)
        .map_or_else(|| complain(value, Problem::Expected("an account id of twelve digits")), Ok)
}

fn partition(value: &Value<'_>) -> Reading<Partition> {
    const POSSIBLE: &str = "`aws`, `aws-cn`, `aws-us-gov`";
    word(value, POSSIBLE, Partition::parse)
}

fn organization(fields: &Object<'_>) -> Reading<Option<String>> {
    let read = observed(member(fields, "organization"), |value| string(value).map(str::to_owned))?;
    Ok(read.present().cloned())
}

fn instant(value: &Value<'_>) -> Reading<Timestamp> {
    string(value)?
        .parse()
        .or_else(|_| complain(value, Problem::Expected("a time such as 2026-11-22T06:00:00Z")))
}

/// Gives a policy's text as stored: of an object the very bytes, of a string what it spells.
fn policy_text(text: &str, value: &Value<'_>) -> Reading<String> {
    match value {
        Value::Object(_) => Ok(value.text(text).to_owned()),
        Value::StringLit(stored) => Ok(stored.value.as_ref().to_owned()),
        _ => complain(value, Problem::Expected("a policy: an object, or its text as a string")),
    }
}

fn policy_status(value: &Value<'_>) -> Reading<bool> {
    boolean(required(object(value, &["IsPublic"])?, "IsPublic")?)
}

fn ownership(value: &Value<'_>) -> Reading<Ownership> {
    const POSSIBLE: &str = "`BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`";
    word(value, POSSIBLE, |word| match word {
        "BucketOwnerEnforced" => Some(Ownership::BucketOwnerEnforced),
        "BucketOwnerPreferred" => Some(Ownership::BucketOwnerPreferred),
        "ObjectWriter" => Some(Ownership::ObjectWriter),
        _ => None,
    })
}

fn encryption(value: &Value<'_>) -> Reading<String> {
    const POSSIBLE: &str = "`AES256`, `aws:kms`, `aws:kms:dsse`";
    word(value, POSSIBLE, |word| {
        matches!(word, "AES256" | "aws:kms" | "aws:kms:dsse").then(|| word.to_owned())
    })
}

/// Gives whether there is a website: `false` and `null` both say that there is none.
fn website(fields: &Object<'_>) -> Reading<Observed<()>> {
    Ok(match observed(member(fields, "website"), boolean)? {
        Observed::Present(true) => Observed::Present(()),
        Observed::Present(false) | Observed::Absent => Observed::Absent,
        Observed::NotAsked => Observed::NotAsked,
        Observed::Unreadable(why) => Observed::Unreadable(why),
    })
}

fn tags(value: &Value<'_>) -> Reading<std::collections::BTreeMap<Untrusted, Untrusted>> {
    let Value::Object(fields) = value else { return complain(value, Problem::Expected("an object")) };
    let read = |property: &jsonc_parser::ast::ObjectProp<'_>| {
        Ok((Untrusted::new(property.name.as_str()), untrusted(&property.value)?))
    };
    fields.properties.iter().map(read).collect()
}

/// The levels of Block Public Access that a document speaks of.
struct Blocks {
    bucket: Observed<BlockPublicAccess>,
    account: Observed<BlockPublicAccess>,
}

impl Blocks {
    fn read(value: Option<&Value<'_>>) -> Reading<Self> {
        let Some(value) = value else {
            return Ok(Self { bucket: Observed::NotAsked, account: Observed::NotAsked });
        };
        if let Some(why) = refusal(value)? {
            return Ok(Self {
                bucket: Observed::Unreadable(why.clone()),
                account: Observed::Unreadable(why),
            });
        }
        let levels = object(value, &["bucket", "account"])?;
        Ok(Self {
            bucket: observed(member(levels, "bucket"), block)?,
            account: observed(member(levels, "account"), block)?,
        })
    }
}

fn block(value: &Value<'_>) -> Reading<BlockPublicAccess> {
    let flags = object(
        value,
        &["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"],
    )?;
    let flag = |name| boolean(required(flags, name)?);
    Ok(BlockPublicAccess {
        block_public_acls: flag("BlockPublicAcls")?,
        ignore_public_acls: flag("IgnorePublicAcls")?,
        block_public_policy: flag("BlockPublicPolicy")?,
        restrict_public_buckets: flag("RestrictPublicBuckets")?,
    })
}

fn acl(value: &Value<'_>) -> Reading<Acl> {
    let fields = object(value, &["owner", "grants"])?;
    Ok(Acl {
        owner: optional(member(fields, "owner"), untrusted)?,
        grants: list(required(fields, "grants")?, grant)?,
    })
}

fn grant(value: &Value<'_>) -> Reading<Grant> {
    let fields = object(value, &["grantee", "permission"])?;
    Ok(Grant {
        grantee: grantee(required(fields, "grantee")?)?,
        permission: permission(required(fields, "permission")?)?,
    })
}

fn grantee(value: &Value<'_>) -> Reading<Grantee> {
    const POSSIBLE: &str = "`Group`, `CanonicalUser`, `AmazonCustomerByEmail`";
    let fields = object(value, &["type", "uri", "id", "email", "display_name"])?;
    let kind = required(fields, "type")?;
    match string(kind)? {
        "Group" => Ok(Grantee::Group(untrusted(required(fields, "uri")?)?)),
        "CanonicalUser" => Ok(Grantee::CanonicalUser(untrusted(required(fields, "id")?)?)),
        "AmazonCustomerByEmail" => Ok(Grantee::Email(untrusted(required(fields, "email")?)?)),
        other => complain(kind, Problem::UnknownWord { found: other.into(), possible: POSSIBLE }),
    }
}

fn permission(value: &Value<'_>) -> Reading<Permission> {
    Ok(match string(value)? {
        "READ" => Permission::Read,
        "WRITE" => Permission::Write,
        "READ_ACP" => Permission::ReadAcp,
        "WRITE_ACP" => Permission::WriteAcp,
        "FULL_CONTROL" => Permission::FullControl,
        other => Permission::Unknown(other.into()),
    })
}

fn access_point(text: &str, value: &Value<'_>) -> Reading<AccessPoint> {
    let keys = ["name", "account", "origin", "vpc", "policy", "block_public_access"];
    let fields = object(value, &keys)?;
    let vpc = optional(member(fields, "vpc"), untrusted)?;
    let origin = match member(fields, "origin") {
        None => NetworkOrigin::NotAsked,
        Some(origin) => word(origin, "`Internet`, `VPC`", |word| match word {
            "Internet" => Some(NetworkOrigin::Internet),
            "VPC" => Some(NetworkOrigin::Vpc(vpc.clone())),
            _ => None,
        })?,
    };
    attached(text, fields, required(fields, "name")?, origin)
}

/// A multi-Region access point is known by its alias, which is also its name in ARNs.
fn multi_region_access_point(text: &str, value: &Value<'_>) -> Reading<AccessPoint> {
    let fields = object(value, &["name", "alias", "account", "policy", "block_public_access"])?;
    let name = required(fields, "name")?;
    string(name)?;
    attached(text, fields, member(fields, "alias").unwrap_or(name), NetworkOrigin::Internet)
}

fn attached(
    text: &str,
    fields: &Object<'_>,
    name: &Value<'_>,
    origin: NetworkOrigin,
) -> Reading<AccessPoint> {
    Ok(AccessPoint {
        name: untrusted(name)?,
        account: optional(member(fields, "account"), account)?,
        origin,
        policy: observed(member(fields, "policy"), |value| policy_text(text, value))?,
        block: observed(member(fields, "block_public_access"), block)?,
    })
}

fn object_acl(value: &Value<'_>) -> Reading<ObjectAcl> {
    let fields = object(value, &["key", "version_id", "owner", "grants"])?;
    Ok(ObjectAcl {
        key: untrusted(required(fields, "key")?)?,
        version_id: optional(member(fields, "version_id"), untrusted)?,
        owner: optional(member(fields, "owner"), untrusted)?,
        grants: observed(Some(required(fields, "grants")?), |value| list(value, grant))?,
    })
}

fn word<T>(value: &Value<'_>, possible: &'static str, read: impl Fn(&str) -> Option<T>) -> Reading<T> {
    let text = string(value)?;
    read(text).map_or_else(|| complain(value, Problem::UnknownWord { found: text.into(), possible }), Ok)
}
