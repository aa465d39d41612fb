//! A snapshot made ready for judgement: policies parsed, facts in the engine's words.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::Callers;
use bucketwatch_policy::setting::Setting;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::attached::{Attached, Known};
use crate::block::Gate;
use crate::fingerprint::Subject;
use crate::gap::{Datum, Gap};
use crate::observed::Observed;
use crate::public_test;
use crate::snapshot::{AccessPoint, BucketSnapshot, NetworkOrigin, Ownership};

/// Everything that the paths judge by.
#[derive(Debug)]
pub(crate) struct World<'a> {
    pub(crate) snapshot: &'a BucketSnapshot,
    pub(crate) setting: Setting,
    pub(crate) policy: Known,
    /// IsPublic of the bucket policy by the documented rule.
    pub(crate) aws_public: Option<bool>,
    pub(crate) control_policies: Vec<Attached>,
    /// Whether every resource control policy was read.
    pub(crate) controls_known: bool,
    pub(crate) access_points: Vec<Point<'a>>,
    pub(crate) multi_region_access_points: Vec<Point<'a>>,
}

/// An access point with its policy parsed.
#[derive(Debug)]
pub(crate) struct Point<'a> {
    pub(crate) facts: &'a AccessPoint,
    pub(crate) account: Option<AccountId>,
    /// `None` where the bucket's region or the owner is not known.
    pub(crate) arn: Option<Untrusted>,
    pub(crate) policy: Known,
    pub(crate) gate: Gate,
}

/// Who may ask: Requester Pays refuses unsigned requests.
///
/// *Source*: Amazon S3 user guide, "Using Requester Pays buckets", docs/semantics.md B4.
#[derive(Debug)]
pub(crate) enum Asking {
    /// These.
    Known(Callers),
    /// Signed ones for certain; unsigned ones unless the missing fact refuses them.
    SignedAtLeast(Gap),
}

impl<'a> World<'a> {
    /// Gives the world of `snapshot` at the instant `now`.
    pub(crate) fn of(snapshot: &'a BucketSnapshot, now: Timestamp) -> Self {
        let policy = Known::of(Datum::Policy, &snapshot.policy, "/policy");
        let aws_public = policy.there().and_then(|attached| public_test::of_bucket(&attached.policy));
        let texts = snapshot.resource_control_policies.present().map(Vec::as_slice).unwrap_or_default();
        let control_policies: Vec<Attached> = texts
            .iter()
            .enumerate()
            .filter_map(|(index, text)| {
                Attached::parse(text, format!("/resource_control_policies/{index}")).ok()
            })
            .collect();
        Self {
            snapshot,
            setting: snapshot.setting(now),
            policy,
            aws_public,
            controls_known: snapshot.resource_control_policies.is_known()
                && control_policies.len() == texts.len(),
            control_policies,
            access_points: points(snapshot, &snapshot.access_points, false),
            multi_region_access_points: points(snapshot, &snapshot.multi_region_access_points, true),
        }
    }

    /// Gives the gate of the bucket policy.
    pub(crate) fn gate(&self) -> Gate {
        Gate::of(self.aws_public)
    }

    /// Gives who may ask.
    pub(crate) fn asking(&self) -> Asking {
        match &self.snapshot.requester_pays {
            Observed::Present(true) => Asking::Known(Callers::Signed),
            fact => match Gap::in_fact(Datum::RequesterPays, fact) {
                Some(gap) => Asking::SignedAtLeast(gap),
                None => Asking::Known(Callers::All),
            },
        }
    }

    /// Tells whether new objects are encrypted with KMS unless the request says otherwise.
    pub(crate) fn encrypts_with_kms(&self) -> bool {
        self.snapshot.default_encryption.present().is_some_and(|algorithm| algorithm.starts_with("aws:kms"))
    }

    /// Tells whether all objects are certainly the bucket owner's, and ACLs disabled.
    pub(crate) fn owner_enforced(&self) -> bool {
        self.snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced)
    }

    /// Gives which bucket findings are about.
    pub(crate) fn subject(&self) -> Subject<'_> {
        Subject {
            partition: self.snapshot.partition,
            account: self.snapshot.account.as_ref(),
            bucket: self.snapshot.bucket.as_ref(),
        }
    }
}

fn points<'a>(
    snapshot: &BucketSnapshot,
    listed: &'a Observed<Vec<AccessPoint>>,
    multi_region: bool,
) -> Vec<Point<'a>> {
    let place = if multi_region { "/multi_region_access_points" } else { "/access_points" };
    let datum = if multi_region { Datum::MultiRegionAccessPointPolicy } else { Datum::AccessPointPolicy };
    let listed = listed.present().map(Vec::as_slice).unwrap_or_default();
    let point = |(index, facts): (usize, &'a AccessPoint)| {
        let account = facts.account.clone().or_else(|| snapshot.account.clone());
        let policy = Known::of(datum, &facts.policy, format!("{place}/{index}/policy"));
        Point {
            facts,
            arn: arn(snapshot, facts, account.as_ref(), multi_region),
            account,
            gate: gate(facts, &policy),
            policy,
        }
    };
    listed.iter().enumerate().map(point).collect()
}

/// Gives the access point's ARN; that of a multi-Region access point names no region.
fn arn(
    snapshot: &BucketSnapshot,
    facts: &AccessPoint,
    account: Option<&AccountId>,
    multi_region: bool,
) -> Option<Untrusted> {
    let region = if multi_region { "" } else { snapshot.region.as_deref()? };
    let (partition, name) = (snapshot.partition, facts.name.as_raw());
    Some(Untrusted::new(format!("arn:{partition}:s3:{region}:{}:accesspoint/{name}", account?)))
}

/// Gives the gate of an access point's own policy. One that takes requests from a VPC only is never public.
///
/// *Source*: Amazon S3 user guide, "Access points", docs/semantics.md A9.
fn gate(facts: &AccessPoint, policy: &Known) -> Gate {
    match (&facts.origin, policy.there()) {
        (NetworkOrigin::Vpc(_), _) | (_, None) => Gate::NotPublic,
        (_, Some(attached)) => Gate::of(public_test::of_access_point(&attached.policy)),
    }
}
