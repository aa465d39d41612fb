//! One CloudTrail record.

use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::actor::Actor;
use super::agent::Agent;
use super::change::{Change, Item, Outcome, Target};
use super::content::Content;
use super::dead_letter::{DeadLetter, Reason};
use super::kind::{Kind, Scope, kind_of};
use super::request::Request;
use super::value::Value;

/// What the wrapping of a record says, for records that do not say it themselves.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Envelope<'a> {
    pub(super) account: Option<&'a str>,
    pub(super) region: Option<&'a str>,
}

/// Reads a record that has an `eventSource` and an `eventName`.
pub(super) fn read(value: &Value<'_>, envelope: Envelope<'_>) -> Item {
    let record = Request::of(Some(value));
    let (source, name) =
        (record.text("eventSource").unwrap_or_default(), record.text("eventName").unwrap_or_default());
    let Some(kind) = kind_of(source, name) else { return Item::Skipped };
    match change(record, kind, name, envelope) {
        Ok(change) => Item::Change(Box::new(change)),
        Err(reason) => Item::DeadLetter(Box::new(DeadLetter::new(reason, value.to_string().as_bytes()))),
    }
}

fn change(record: Request<'_>, kind: Kind, name: &str, envelope: Envelope<'_>) -> Result<Change, Reason> {
    let request = record.object("requestParameters");
    let id = record.text("sharedEventID").or_else(|| record.text("eventID"));
    let region = record.text("awsRegion").or(envelope.region);
    let identity = record.object("userIdentity");
    let actor = Actor::read(identity);
    let target = target(kind, record, request)?;
    let invoked_by = identity.text("invokedBy");
    let from_console = record.flag("sessionCredentialFromConsole").unwrap_or(false);
    Ok(Change {
        id: id.ok_or(Reason::Missing("eventID"))?.to_owned(),
        at: instant(record.text("eventTime").ok_or(Reason::Missing("eventTime"))?)?,
        kind,
        event_name: name.into(),
        account: owner(record, request, &target, envelope),
        target,
        partition: partition(region),
        region: region.map(Untrusted::new),
        agent: Agent::of(invoked_by, record.text("userAgent"), &actor, from_console),
        actor,
        address: record.untrusted("sourceIPAddress").unwrap_or_default(),
        outcome: outcome(record),
        content: Content::read(kind, name, request),
    })
}

/// Reads a record's time.
pub(super) fn instant(text: &str) -> Result<Timestamp, Reason> {
    text.parse().map_err(|_| Reason::Malformed("eventTime"))
}

/// Gives the partition of a region.
pub(super) fn partition(region: Option<&str>) -> Partition {
    match region {
        Some(region) if region.starts_with("cn-") => Partition::AwsCn,
        Some(region) if region.starts_with("us-gov-") => Partition::AwsUsGov,
        _ => Partition::Aws,
    }
}

fn outcome(record: Request<'_>) -> Outcome {
    match record.untrusted("errorCode") {
        Some(code) => Outcome::Refused { code, message: record.untrusted("errorMessage") },
        None => Outcome::Done,
    }
}

fn target(kind: Kind, record: Request<'_>, request: Request<'_>) -> Result<Target, Reason> {
    match kind.scope() {
        Scope::Bucket if kind == Kind::Distribution => Ok(distribution(request)),
        Scope::Bucket => bucket(record, request).map(Target::Bucket),
        Scope::Object => Ok(Target::Object {
            bucket: bucket(record, request)?,
            key: request.untrusted("key").unwrap_or_default(),
            version_id: request.untrusted("versionId"),
        }),
        Scope::AccessPoints => access_point(kind, request),
        Scope::Account => Ok(Target::Account),
        Scope::Organization => Ok(member(kind, record, request).map_or(Target::Account, Target::Member)),
        Scope::Watcher => Ok(Target::Watcher(watcher(request))),
        Scope::Table => Ok(table(record, request)),
    }
}

/// Gives the bucket: by its name in the request, or by the record's resources, where the request names an access point.
fn bucket(record: Request<'_>, request: Request<'_>) -> Result<Untrusted, Reason> {
    let named = request.text("bucketName").or_else(|| request.text("bucket"));
    let is_bucket = |name: &&str| !name.starts_with("arn:") && !name.ends_with("-s3alias");
    let by_resource =
        || resource(record, "AWS::S3::Bucket").and_then(|bucket| bucket_of(bucket.text("ARN")?));
    named.filter(is_bucket).or_else(by_resource).or(named).map(Untrusted::new).ok_or(Reason::NoBucket)
}

fn resource<'a>(record: Request<'a>, kind: &str) -> Option<Request<'a>> {
    record.list("resources").into_iter().find(|resource| resource.text("type") == Some(kind))
}

/// Gives the bucket of `arn:PARTITION:s3:::BUCKET`.
fn bucket_of(arn: &str) -> Option<&str> {
    let (_, bucket) = arn.split_once(":s3:::")?;
    bucket.split('/').next().filter(|bucket| !bucket.is_empty())
}

fn access_point(kind: Kind, request: Request<'_>) -> Result<Target, Reason> {
    let layers = request.layers();
    let of = |name: &str| layers.iter().find_map(|layer| layer.untrusted(name));
    let name = of("name").or_else(|| of("accessPointName")).ok_or(Reason::Missing("name"))?;
    if !matches!(kind, Kind::MultiRegionAccessPoint | Kind::MultiRegionAccessPointPolicy) {
        return Ok(Target::AccessPoint { name, bucket: of("bucket") });
    }
    let regions = layers.iter().flat_map(|layer| {
        let nested = layer.object("Regions").list("Region");
        if nested.is_empty() { layer.list("Regions") } else { nested }
    });
    let buckets = regions.filter_map(|region| region.untrusted("Bucket")).collect();
    Ok(Target::Buckets { name, buckets })
}

/// Gives the buckets among a distribution's origins: `BUCKET.s3.REGION.amazonaws.com` and its older spellings.
fn distribution(request: Request<'_>) -> Target {
    let config = request.object("distributionConfig");
    let tagged = request.object("distributionConfigWithTags").object("distributionConfig");
    let origins = [config, tagged].into_iter().flat_map(|config| config.object("origins").list("items"));
    let buckets = origins.filter_map(|origin| {
        let domain = origin.text("domainName")?;
        let (bucket, _) = domain.rsplit_once(".s3.").or_else(|| domain.rsplit_once(".s3-"))?;
        Some(Untrusted::new(bucket))
    });
    Target::Buckets { name: request.untrusted("id").unwrap_or_default(), buckets: buckets.collect() }
}

/// Gives the table bucket, or the table, that an event names; its record's resources may name the bucket, too.
///
/// *Source*: S3 API reference, "PutTableBucketPolicy" and "PutTablePolicy" (read 2026-11-23) for the parameters. No page
/// shows a record of these, so what could be spelled in several ways is read in each.
fn table(record: Request<'_>, request: Request<'_>) -> Target {
    let layers = request.layers();
    let of = |name: &str| layers.iter().find_map(|layer| layer.text(name));
    let by_resource = |kind| resource(record, kind).and_then(|named| named.text("ARN"));
    let arn = of("tableBucketARN")
        .or_else(|| by_resource("AWS::S3Tables::TableBucket"))
        .or_else(|| by_resource("AWS::S3Tables::Table")?.split("/table/").next());
    let Some(arn) = arn else { return Target::Account };
    let bucket = Untrusted::new(plain_arn(arn));
    if record.text("eventName").is_some_and(|name| name.contains("TableBucket")) {
        return Target::TableBucket(bucket);
    }
    let (namespace, name) = (of("namespace"), of("name").or_else(|| of("tableName")));
    let text = |text: Option<&str>| text.map(Untrusted::new).unwrap_or_default();
    Target::Table { bucket, namespace: text(namespace), name: text(name) }
}

/// Gives an ARN as it is, also where it is written as in the path of its request.
fn plain_arn(arn: &str) -> String {
    match arn.starts_with("arn:") {
        true => arn.to_owned(),
        false => arn.replace("%3A", ":").replace("%3a", ":").replace("%2F", "/").replace("%2f", "/"),
    }
}

/// Gives the one account that a change of an organization is about; `None` = a unit or all of it, or nobody can tell. An
/// account that leaves is the caller's own.
///
/// *Source*: Organizations API reference, "AttachPolicy", "MoveAccount", "RemoveAccountFromOrganization",
/// "LeaveOrganization" (read 2026-11-23).
fn member(kind: Kind, record: Request<'_>, request: Request<'_>) -> Option<AccountId> {
    let named = match kind {
        Kind::OrganizationMembership if record.text("eventName") == Some("LeaveOrganization") => {
            record.text("recipientAccountId")
        }
        Kind::OrganizationMembership => request.text("accountId"),
        _ => request.text("targetId"),
    };
    named.and_then(AccountId::parse)
}

fn watcher(request: Request<'_>) -> Untrusted {
    let names = ["name", "trailName", "rule", "queueUrl", "functionName", "uUID"];
    names.iter().find_map(|name| request.untrusted(name)).unwrap_or_default()
}

/// Gives who owns what was touched: the account of the bucket among the record's resources, or of a table bucket's ARN,
/// else the account that the record went to, else the one that the host of S3 Control names.
fn owner(
    record: Request<'_>,
    request: Request<'_>,
    target: &Target,
    envelope: Envelope<'_>,
) -> Option<AccountId> {
    let by_resource = match target {
        Target::Bucket(_) | Target::Object { .. } => {
            resource(record, "AWS::S3::Bucket").and_then(|bucket| bucket.text("accountId"))
        }
        Target::TableBucket(bucket) | Target::Table { bucket, .. } => {
            let account = bucket.as_raw().split(':').nth(4);
            account.filter(|account| AccountId::parse(account).is_some())
        }
        _ => None,
    };
    let by_host = || request.text("Host").and_then(|host| host.split('.').next());
    by_resource
        .or_else(|| record.text("recipientAccountId"))
        .and_then(AccountId::parse)
        .or_else(|| envelope.account.and_then(AccountId::parse))
        .or_else(|| by_host().and_then(AccountId::parse))
}
