//! Multi-Region access points of the account. Their control plane answers in us-west-2 alone.

use bucketwatch_exposure::snapshot::AccessPoint;
use bucketwatch_policy::aws_public::AttachedTo;

use super::access_point::block;
use super::account::named;
use super::bucket::write_block;
use super::policy::{is_public, write_status};
use super::{Answer, Ask, shown};
use crate::account::Account;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Xml;

/// *Source*: S3 user guide, "Multi-Region Access Point restrictions and limitations".
const HOME: &str = "us-west-2";

const NO_POLICY: (&str, &str) =
    ("NoSuchMultiRegionAccessPointPolicy", "The specified Multi-Region Access Point has no policy");

pub(super) fn list(ask: Ask<'_>) -> Answer {
    let account = at_home(ask)?;
    let points = account.multi_region_access_points();
    Ok(Reply::control("ListMultiRegionAccessPointsResult", |xml| {
        xml.nest("AccessPoints", |xml| points.iter().for_each(|point| write(xml, &account, point)));
    }))
}

pub(super) fn get(ask: Ask<'_>) -> Answer {
    let account = at_home(ask)?;
    let point = find(ask, &account)?;
    Ok(Reply::control("GetMultiRegionAccessPointResult", |xml| write(xml, &account, &point)))
}

pub(super) fn get_policy(ask: Ask<'_>) -> Answer {
    let point = find(ask, &*at_home(ask)?)?;
    let text = shown(&point.policy, NO_POLICY)?;
    Ok(Reply::control("GetMultiRegionAccessPointPolicyResult", |xml| {
        xml.nest("Policy", |xml| xml.nest("Established", |xml| xml.leaf("Policy", text)));
    }))
}

pub(super) fn get_policy_status(ask: Ask<'_>) -> Answer {
    let point = find(ask, &*at_home(ask)?)?;
    let text = shown(&point.policy, NO_POLICY)?;
    Ok(Reply::control("GetMultiRegionAccessPointPolicyStatusResult", |xml| {
        xml.nest("Established", |xml| write_status(xml, is_public(text, AttachedTo::AccessPoint)));
    }))
}

fn at_home<'a>(ask: Ask<'a>) -> Result<std::sync::RwLockReadGuard<'a, Account>, Refusal> {
    if ask.call.region().is_some_and(|region| region != HOME) {
        let message = "Multi-Region Access Point requests must be routed to the US West (Oregon) Region.";
        return Err(Refusal::new("InvalidRequest", message));
    }
    named(ask)
}

fn find(ask: Ask<'_>, account: &Account) -> Result<AccessPoint, Refusal> {
    let name = ask.call.key.as_deref().and_then(|path| path.split('/').nth(2)).unwrap_or_default();
    let found = account.multi_region_access_points().into_iter().find(|point| self::name(point) == name);
    let message = "The specified Multi-Region Access Point does not exist";
    found.ok_or_else(|| Refusal::new("NoSuchMultiRegionAccessPoint", message))
}

/// A snapshot knows only the alias; the name is what stands before its suffix.
fn name(point: &AccessPoint) -> &str {
    let alias = point.name.as_raw();
    alias.strip_suffix(".mrap").unwrap_or(alias)
}

fn write(xml: &mut Xml, account: &Account, point: &AccessPoint) {
    xml.nest("AccessPoint", |xml| {
        xml.leaf("Name", name(point));
        xml.leaf("Alias", point.name.as_raw());
        xml.leaf("CreatedAt", "2024-05-06T07:08:09Z");
        if let Ok(block) = block(point) {
            xml.nest("PublicAccessBlock", |xml| write_block(xml, block));
        }
        xml.leaf("Status", "READY");
        xml.nest("Regions", |xml| {
            for (bucket, region) in account.behind(point) {
                xml.nest("Region", |xml| {
                    xml.leaf("Bucket", &bucket);
                    xml.leaf("Region", &region);
                    xml.leaf("BucketAccountId", account.id().as_str());
                });
            }
        });
    });
}
