//! Access points: their own policy and the bucket's must both let the request in.
//!
//! *Source*: Amazon S3 user guide, "Configuring IAM policies for using access points", docs/semantics.md B2, B3, B13.

mod delegation;

use bucketwatch_policy::reach::{AttachedTo, Audience, Callers, Endpoint};

use crate::assessment::Path;
use crate::attached::{Attached, Known};
use crate::block::{Hold, Level};
use crate::door::{Door, Found, Lock, uncovered};
use crate::findings::Findings;
use crate::gap::{Datum, Gap};
use crate::path::bucket_policy::{restrict, restricted};
use crate::snapshot::NetworkOrigin;
use crate::world::{Point, World};

pub(crate) use delegation::could_matter;

/// What tells the two kinds of access points apart.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) path: Path,
    pub(crate) block: Datum,
}

/// Judges the bucket's access points, and those that other accounts may own.
///
/// `direct` is whom the bucket's policy lets in at the bucket: what an access point adds to it is what counts.
pub(crate) fn judge(world: &World<'_>, direct: &Found, findings: &mut Findings) {
    let kind = Kind { path: Path::AccessPoint, block: Datum::AccessPointBlock };
    for point in &world.access_points {
        judge_point(world, point, kind, direct, findings);
    }
    let unread = Gap::in_fact(Datum::AccessPoints, &world.snapshot.access_points);
    if let Some(gap) = unread.filter(|_| could_matter(world, direct, false)) {
        findings.hang(gap);
    }
    judge_foreign(world, direct, findings);
}

/// Judges one access point.
///
/// *Unknowns*: a policy that was not read matters only if the bucket's policy admits outsiders through this point.
pub(crate) fn judge_point(
    world: &World<'_>,
    point: &Point<'_>,
    kind: Kind,
    direct: &Found,
    findings: &mut Findings,
) {
    let Some(bucket_policy) = world.policy.there() else { return };
    if matches!(point.policy, Known::None) {
        return;
    }
    let (Some(arn), Some(account)) = (&point.arn, &point.account) else {
        let why = "the bucket's region or owner is not known, and so the access point's ARN is not";
        return findings.hang(Gap::new(Datum::Reasoning, why));
    };
    let internet = !matches!(point.facts.origin, NetworkOrigin::Vpc(_));
    let door = |locks| Door {
        world,
        path: kind.path,
        via: Some(point.facts.name.clone()),
        endpoint: Endpoint::AccessPoint { arn, account, internet },
        locks,
        denies: Vec::new(),
    };
    let of_bucket = Lock::Policy(bucket_policy, AttachedTo::Bucket);
    let holds = |_: &[usize], audience: &Audience| point_holds(world, point, kind, audience);
    match &point.policy {
        Known::None => {}
        Known::There(own) => {
            if let Some(gap) = own.ambiguity() {
                findings.hang(gap);
            }
            let both = door(vec![Lock::Policy(own, AttachedTo::AccessPoint), of_bucket]);
            both.judge(findings, &holds, &Found::default());
        }
        Known::Missing(gap) => {
            if adds(&door(vec![of_bucket]).find(Callers::Signed), direct, &holds) {
                findings.hang(gap.clone());
            }
        }
    }
}

/// Tells whether a door lets somebody in, or might, whom the bucket itself does not and no block holds.
fn adds(found: &Found, direct: &Found, holds: &dyn Fn(&[usize], &Audience) -> Vec<Hold>) -> bool {
    let unheld = |sources: &[usize], audience: &Audience| !Hold::any_shut(&holds(sources, audience));
    let opens = found.open.iter().any(|opening| {
        !uncovered(opening, &direct.open).is_empty() && unheld(&opening.sources, &opening.audience)
    });
    opens || found.undecided.iter().any(|branch| unheld(&branch.sources, &branch.audience))
}

/// Gives what holds requests through an access point: RestrictPublicBuckets of all three levels, behind the gates of
/// both policies; and what is not known of the point itself.
///
/// *Source*: Amazon S3 user guide, "Blocking public access", docs/semantics.md A9, B13.
fn point_holds(world: &World<'_>, point: &Point<'_>, kind: Kind, audience: &Audience) -> Vec<Hold> {
    let mut levels = Level::of_bucket(world.snapshot);
    levels.push(Level { name: "access_point", datum: kind.block, flags: &point.facts.block });
    let mut holds = restrict(&levels, point.gate.or(world.gate()), audience);
    if point.facts.origin == NetworkOrigin::NotAsked {
        holds.push(Hold::Maybe(Gap::new(Datum::AccessPointOrigin, "not_asked")));
    }
    if point.account.is_some() && world.snapshot.account.is_some() && point.account != world.snapshot.account
    {
        let why = "the access point belongs to another account, whose Block Public Access is not known";
        if !matches!(audience, Audience::Service { .. }) && point.gate != crate::block::Gate::NotPublic {
            holds.push(Hold::Maybe(Gap::new(kind.block, why)));
        }
    }
    holds
}

/// Judges whether the bucket's policy delegates to access points of other accounts.
fn judge_foreign(world: &World<'_>, direct: &Found, findings: &mut Findings) {
    let Some(policy) = world.policy.there() else { return };
    if !delegation::is_spoken_of(&policy.policy) {
        return;
    }
    foreign_door(world, policy).judge(findings, &|_, audience| restricted(world, audience), direct);
}

fn foreign_door<'w>(world: &'w World<'w>, policy: &'w Attached) -> Door<'w> {
    Door {
        world,
        path: Path::AccessPoint,
        via: None,
        endpoint: Endpoint::ForeignAccessPoint,
        locks: vec![Lock::Policy(policy, AttachedTo::Bucket)],
        denies: Vec::new(),
    }
}
