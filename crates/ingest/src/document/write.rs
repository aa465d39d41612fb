//! Writing `bucketwatch.snapshot/1`: the reverse of reading.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{
    AccessPoint, Acl, BlockPublicAccess, BucketSnapshot, Grant, Grantee, NetworkOrigin, ObjectAcl, Ownership,
    Permission,
};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::SNAPSHOT_SCHEMA;

/// Gives the snapshot as a document, from which [`super::parse_input`] reads the same snapshot.
///
/// A policy stands as an object where that loses nothing of the stored text, and as a string otherwise. Of a fault
/// only the error code is kept.
pub fn write_snapshot(snapshot: &BucketSnapshot, observed_at: Option<Timestamp>) -> Value {
    let mut document = Members::default();
    document.put("schema", SNAPSHOT_SCHEMA.into());
    document.put("bucket", snapshot.bucket.as_ref().map_or("", Untrusted::as_raw).into());
    document.some("account", snapshot.account.as_ref().map(|id| id.as_str().into()));
    document.put("partition", snapshot.partition.as_str().into());
    document.some("region", snapshot.region.clone().map(Value::from));
    document.some("organization", snapshot.organization.clone().map(Value::from));
    document.some("observed_at", observed_at.map(|at| at.to_string().into()));
    document.fact("policy", &snapshot.policy, |text| policy(text));
    document.fact("policy_status", &snapshot.policy_status, |public| json!({"IsPublic": public}));
    document.fact("acl", &snapshot.acl, acl);
    document.fact("ownership", &snapshot.ownership, |own| ownership(*own).into());
    document.some("block_public_access", blocks(snapshot));
    document.fact("website", &snapshot.website, |()| true.into());
    document.fact("requester_pays", &snapshot.requester_pays, |pays| (*pays).into());
    document.fact("default_encryption", &snapshot.default_encryption, |algorithm| algorithm.as_str().into());
    document.fact("tags", &snapshot.tags, |tags| {
        tags.iter().map(|(key, value)| (key.as_raw().to_owned(), raw(value))).collect::<Map<_, _>>().into()
    });
    document.fact("access_points", &snapshot.access_points, |points| list(points, access_point));
    document.fact("multi_region_access_points", &snapshot.multi_region_access_points, |points| {
        list(points, multi_region_access_point)
    });
    document.fact("resource_control_policies", &snapshot.resource_control_policies, |policies| {
        list(policies, |text| policy(text))
    });
    document.fact("object_acls", &snapshot.object_acls, |acls| list(acls, object_acl));
    document.into()
}

/// The members of an object; what is not known leaves its key out.
#[derive(Default)]
struct Members(Map<String, Value>);

impl Members {
    fn put(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    fn some(&mut self, key: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }

    fn fact<T>(&mut self, key: &str, fact: &Observed<T>, write: impl FnOnce(&T) -> Value) {
        self.some(key, observed(fact, write));
    }
}

impl From<Members> for Value {
    fn from(members: Members) -> Self {
        Self::Object(members.0)
    }
}

fn observed<T>(fact: &Observed<T>, write: impl FnOnce(&T) -> Value) -> Option<Value> {
    match fact {
        Observed::Present(value) => Some(write(value)),
        Observed::Absent => Some(Value::Null),
        Observed::NotAsked => None,
        Observed::Unreadable(why) => Some(json!({"unreadable": why.code})),
    }
}

fn raw(text: &Untrusted) -> Value {
    text.as_raw().into()
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Value) -> Value {
    items.iter().map(write).collect()
}

fn policy(text: &str) -> Value {
    match serde_json::from_str::<Plain>(text) {
        Ok(Plain(object @ Value::Object(_))) => object,
        _ => text.into(),
    }
}

fn ownership(own: Ownership) -> &'static str {
    match own {
        Ownership::BucketOwnerEnforced => "BucketOwnerEnforced",
        Ownership::BucketOwnerPreferred => "BucketOwnerPreferred",
        Ownership::ObjectWriter => "ObjectWriter",
    }
}

fn blocks(snapshot: &BucketSnapshot) -> Option<Value> {
    let mut levels = Members::default();
    levels.fact("bucket", &snapshot.bucket_block, block);
    levels.fact("account", &snapshot.account_block, block);
    (!levels.0.is_empty()).then(|| levels.into())
}

fn block(flags: &BlockPublicAccess) -> Value {
    json!({
        "BlockPublicAcls": flags.block_public_acls,
        "IgnorePublicAcls": flags.ignore_public_acls,
        "BlockPublicPolicy": flags.block_public_policy,
        "RestrictPublicBuckets": flags.restrict_public_buckets,
    })
}

fn acl(acl: &Acl) -> Value {
    let mut document = Members::default();
    document.some("owner", acl.owner.as_ref().map(raw));
    document.put("grants", list(&acl.grants, grant));
    document.into()
}

fn grant(grant: &Grant) -> Value {
    let grantee = match &grant.grantee {
        Grantee::Group(uri) => json!({"type": "Group", "uri": uri.as_raw()}),
        Grantee::CanonicalUser(id) => json!({"type": "CanonicalUser", "id": id.as_raw()}),
        Grantee::Email(email) => json!({"type": "AmazonCustomerByEmail", "email": email.as_raw()}),
    };
    let permission = match &grant.permission {
        Permission::Read => "READ",
        Permission::Write => "WRITE",
        Permission::ReadAcp => "READ_ACP",
        Permission::WriteAcp => "WRITE_ACP",
        Permission::FullControl => "FULL_CONTROL",
        Permission::Unknown(text) => text.as_raw(),
    };
    json!({"grantee": grantee, "permission": permission})
}

fn access_point(point: &AccessPoint) -> Value {
    let mut document = attached(point);
    document.put("name", raw(&point.name));
    match &point.origin {
        NetworkOrigin::Internet => document.put("origin", "Internet".into()),
        NetworkOrigin::Vpc(vpc) => {
            document.put("origin", "VPC".into());
            document.some("vpc", vpc.as_ref().map(raw));
        }
        NetworkOrigin::NotAsked => {}
    }
    document.into()
}

fn multi_region_access_point(point: &AccessPoint) -> Value {
    let mut document = attached(point);
    document.put("name", raw(&point.name));
    document.put("alias", raw(&point.name));
    document.into()
}

fn attached(point: &AccessPoint) -> Members {
    let mut document = Members::default();
    document.some("account", point.account.as_ref().map(|id| id.as_str().into()));
    document.fact("policy", &point.policy, |text| policy(text));
    document.fact("block_public_access", &point.block, block);
    document
}

fn object_acl(object: &ObjectAcl) -> Value {
    let mut document = Members::default();
    document.put("key", raw(&object.key));
    document.some("version_id", object.version_id.as_ref().map(raw));
    document.some("owner", object.owner.as_ref().map(raw));
    document.put("grants", observed(&object.grants, |grants| list(grants, grant)).unwrap_or(Value::Null));
    document.into()
}

/// A JSON value that loses nothing when it is written again: no key stands twice, every number is an integer.
struct Plain(Value);

impl<'de> serde::Deserialize<'de> for Plain {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlainVisitor).map(Self)
    }
}

struct PlainVisitor;

impl<'de> serde::de::Visitor<'de> for PlainVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON that can be written again without loss")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Plain(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Plain(value))) = members.next_entry::<String, Plain>()? {
            if map.insert(key, value).is_some() {
                return Err(serde::de::Error::custom("a key stands twice"));
            }
        }
        Ok(map.into())
    }
}
