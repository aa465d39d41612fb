//! Access points of the account.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, NetworkOrigin};
use bucketwatch_policy::aws_public::AttachedTo;
use bucketwatch_policy::untrusted::Untrusted;

use super::account::named;
use super::bucket::write_block;
use super::policy::{is_public, write_status};
use super::{Answer, Ask, shown};
use crate::account::{Account, BLOCK_ALL, access_point_alias as alias};
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Xml;

/// How many access points a page has at most.
///
/// *Source*: S3 API reference, "ListAccessPoints".
const PAGE: usize = 1_000;

const NO_POLICY: (&str, &str) = ("NoSuchAccessPointPolicy", "The access point policy does not exist");

pub(super) fn list(ask: Ask<'_>) -> Answer {
    let account = named(ask)?;
    let query = &ask.call.query;
    let most = query.get("maxResults").and_then(|most| most.parse().ok()).unwrap_or(PAGE).clamp(1, PAGE);
    let (bucket, after) = (query.get("bucket"), query.get("nextToken").unwrap_or_default());
    let mut found = account.access_points(ask.call.region());
    found.retain(|(owner, point)| bucket.is_none_or(|bucket| owner == bucket) && point.name.as_raw() > after);
    found.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
    let more = found.len() > most;
    found.truncate(most);
    Ok(Reply::control("ListAccessPointsResult", |xml| {
        xml.nest("AccessPointList", |xml| {
            for (bucket, point) in &found {
                xml.nest("AccessPoint", |xml| write(xml, ask, &account, bucket, point));
            }
        });
        let next = found.last().filter(|_| more).map(|(_, point)| point.name.as_raw());
        xml.leaf_if("NextToken", next);
    }))
}

pub(super) fn get(ask: Ask<'_>) -> Answer {
    let account = named(ask)?;
    let (bucket, point) = find(ask, &account)?;
    let block = block(&point)?;
    Ok(Reply::control("GetAccessPointResult", |xml| {
        write(xml, ask, &account, &bucket, &point);
        xml.nest("PublicAccessBlockConfiguration", |xml| write_block(xml, block));
        xml.leaf("CreationDate", "2024-05-06T07:08:09Z");
    }))
}

pub(super) fn get_policy(ask: Ask<'_>) -> Answer {
    let (_, point) = find(ask, &*named(ask)?)?;
    let text = shown(&point.policy, NO_POLICY)?;
    Ok(Reply::control("GetAccessPointPolicyResult", |xml| xml.leaf("Policy", text)))
}

pub(super) fn get_policy_status(ask: Ask<'_>) -> Answer {
    let (_, point) = find(ask, &*named(ask)?)?;
    let text = shown(&point.policy, NO_POLICY)?;
    let status = if matches!(point.origin, NetworkOrigin::Vpc(_)) {
        Some(false)
    } else {
        is_public(text, AttachedTo::AccessPoint)
    };
    Ok(Reply::control("GetAccessPointPolicyStatusResult", |xml| {
        xml.nest("PolicyStatus", |xml| write_status(xml, status));
    }))
}

/// Gives the switches of an access point; those are all on where nobody set them.
pub(super) fn block(point: &AccessPoint) -> Result<BlockPublicAccess, Refusal> {
    match &point.block {
        Observed::Present(block) => Ok(*block),
        Observed::Absent | Observed::NotAsked => Ok(BLOCK_ALL),
        Observed::Unreadable(_) => Err(Refusal::denied()),
    }
}

fn find(ask: Ask<'_>, account: &Account) -> Result<(String, AccessPoint), Refusal> {
    let name = ask.call.key.as_deref().and_then(|path| path.split('/').nth(1)).unwrap_or_default();
    let name = name.rsplit_once(":accesspoint/").map_or(name, |(_, name)| name);
    let found = account.access_points(ask.call.region()).into_iter();
    let found = { found }.find(|(_, point)| point.name.as_raw() == name);
    found.ok_or_else(|| Refusal::new("NoSuchAccessPoint", "The specified accesspoint does not exist"))
}

fn write(xml: &mut Xml, ask: Ask<'_>, account: &Account, bucket: &str, point: &AccessPoint) {
    let (name, partition) = (point.name.as_raw(), account.partition());
    let owner = point.account.as_ref().unwrap_or(account.id());
    let region = ask.call.region().unwrap_or_default();
    xml.leaf("Name", name);
    xml.leaf("Bucket", bucket);
    match &point.origin {
        NetworkOrigin::Internet | NetworkOrigin::NotAsked => xml.leaf("NetworkOrigin", "Internet"),
        NetworkOrigin::Vpc(vpc) => {
            xml.leaf("NetworkOrigin", "VPC");
            let vpc = vpc.as_ref().map_or("", Untrusted::as_raw);
            xml.nest("VpcConfiguration", |xml| xml.leaf("VpcId", vpc));
        }
    }
    xml.leaf("AccessPointArn", &format!("arn:{partition}:s3:{region}:{owner}:accesspoint/{name}"));
    xml.leaf("Alias", &alias(name));
    xml.leaf("BucketAccountId", account.id().as_str());
}
