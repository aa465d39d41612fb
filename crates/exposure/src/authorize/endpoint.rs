//! A request through an access point.
//!
//! *Source*: Amazon S3 user guide, "Configuring IAM policies for using access points", docs/semantics.md A9, B2, B3.

use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::request::{Caller, Request};
use bucketwatch_policy::untrusted::Untrusted;

use super::{Answer, Authorization, Authorizer, By, Knock, Read, block};
use crate::observed::Observed;
use crate::snapshot::{AccessPoint, NetworkOrigin};

/// What is known of the access point that an ARN names.
enum Named<'s> {
    Listed(&'s AccessPoint),
    /// It is another account's, which alone decides what its policy says.
    Foreign,
    Nothing,
    Unlisted(&'static str),
}

impl Authorizer<'_> {
    /// Gives what becomes of a request that goes through the access point `arn`.
    pub(super) fn through(&self, arn: &Untrusted, knock: &Knock) -> Authorization {
        if knock.request.caller == Caller::Anonymous {
            return Authorization::Refused("access points take signed requests only".to_owned());
        }
        let encrypted = knock.request.context.get("aws:securetransport");
        if encrypted.is_some_and(|values| values.iter().any(|value| value == "false")) {
            return Authorization::Refused("access points take HTTPS only".to_owned());
        }
        if !knock.request.action.through_access_point() {
            return Authorization::Refused("access points do not take this operation".to_owned());
        }
        let answer = match self.named(arn.as_raw()) {
            Named::Nothing => Ok(false),
            Named::Unlisted(what) => Err(what.to_owned()),
            Named::Foreign => self.bucket_lets_through(None, &knock.request),
            Named::Listed(point) => self.point_lets_through(point, arn, &knock.request),
        };
        match answer {
            Ok(true) => Authorization::Allowed(By::AccessPoint),
            Ok(false) => {
                Authorization::Refused("the access point or the bucket does not allow it".to_owned())
            }
            Err(what) => Authorization::Unknown(what),
        }
    }

    fn named(&self, arn: &str) -> Named<'_> {
        let mut fields = arn.splitn(6, ':').skip(3);
        let (region, account) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let name = fields.next().and_then(|rest| rest.strip_prefix("accesspoint/")).unwrap_or_default();
        let (listed, what) = if region.is_empty() {
            (&self.snapshot.multi_region_access_points, "multi_region_access_points")
        } else {
            (&self.snapshot.access_points, "access_points")
        };
        let owner = self.snapshot.account.as_ref().map(|id| id.as_str());
        let is_named = |point: &&AccessPoint| {
            let of = point.account.as_ref().map(|id| id.as_str()).or(owner);
            point.name.as_raw() == name && of == Some(account)
        };
        match (listed.present().and_then(|points| points.iter().find(is_named)), owner) {
            (Some(point), _) => Named::Listed(point),
            (None, Some(owner)) if owner != account => Named::Foreign,
            (None, None) => Named::Foreign,
            _ if listed.is_known() => Named::Nothing,
            _ => Named::Unlisted(what),
        }
    }

    fn point_lets_through(&self, point: &AccessPoint, arn: &Untrusted, request: &Request) -> Answer {
        let own = match Read::of(&point.policy) {
            Read::Is(policy) => policy,
            Read::IsNone => return Ok(false),
            Read::Unknown => return Err("access_points.policy".to_owned()),
        };
        match evaluate(&own, &at_point(arn, request)) {
            Decision::Allowed { .. } => {}
            Decision::Undetermined { why, .. } => return Err(why.to_string()),
            Decision::Denied { .. } | Decision::NotAllowed => return Ok(false),
        }
        let public = match &point.origin {
            NetworkOrigin::Vpc(vpc) => {
                let from = request.context.get("aws:sourcevpc").and_then(|values| values.first());
                match (vpc, from) {
                    (_, None) => return Ok(false),
                    (Some(vpc), Some(from)) if vpc.as_raw() != from => return Ok(false),
                    _ => Some(false),
                }
            }
            NetworkOrigin::NotAsked => return Err("access_points.origin".to_owned()),
            NetworkOrigin::Internet => aws_public(&own, AttachedTo::AccessPoint).decided(),
        };
        let spared = block::spares(&self.levels(Some(point)), public, &request.caller)?;
        Ok(spared && self.bucket_lets_through(Some(point), request)?)
    }

    fn bucket_lets_through(&self, point: Option<&AccessPoint>, request: &Request) -> Answer {
        let Read::Is(policy) = &self.policy else { return Ok(false) };
        if !evaluate(policy, request).is_allowed() {
            return Ok(false);
        }
        let public = aws_public(policy, AttachedTo::Bucket).decided();
        block::spares(&self.levels(point), public, &request.caller)
    }

    fn levels<'l>(
        &'l self,
        point: Option<&'l AccessPoint>,
    ) -> Vec<(&'l Observed<crate::snapshot::BlockPublicAccess>, &'static str)> {
        let mut levels = vec![
            (&self.snapshot.bucket_block, "block_public_access.bucket"),
            (&self.snapshot.account_block, "block_public_access.account"),
        ];
        levels.extend(point.map(|point| (&point.block, "access_points.block_public_access")));
        levels
    }
}

/// Gives the request as the access point's own policy names its resource.
fn at_point(arn: &Untrusted, request: &Request) -> Request {
    let key = request.resource.as_raw().split_once(":::").and_then(|(_, rest)| rest.split_once('/'));
    let resource = match key {
        Some((_, key)) => format!("{}/object/{key}", arn.as_raw()),
        None => arn.as_raw().to_owned(),
    };
    Request { resource: resource.into(), ..request.clone() }
}
