//! The bucket's own endpoint, opened by the bucket's policy.

use bucketwatch_policy::reach::{AttachedTo, Audience, Endpoint};

use crate::assessment::Path;
use crate::attached::Attached;
use crate::block::{Gate, Hold, Level, restricting};
use crate::door::{Door, Found, Lock};
use crate::findings::Findings;
use crate::world::World;

/// Judges the bucket's policy and gives whom it lets in at the bucket.
///
/// *Unknowns*: without the policy's text nothing can be said, whatever blocks it: a policy that is not public may
/// still admit strangers by something that only they can choose.
pub(crate) fn judge(world: &World<'_>, findings: &mut Findings) -> Found {
    if let Some(gap) = world.policy.missing() {
        findings.hang(gap.clone());
    }
    let Some(policy) = world.policy.there() else { return Found::default() };
    if let Some(gap) = policy.ambiguity() {
        findings.hang(gap);
    }
    let door = door(world, policy);
    door.judge(findings, &|_, audience| restricted(world, audience), &Found::default())
}

fn door<'w>(world: &'w World<'w>, policy: &'w Attached) -> Door<'w> {
    Door {
        world,
        path: Path::BucketPolicy,
        via: None,
        endpoint: Endpoint::Bucket,
        locks: vec![Lock::Policy(policy, AttachedTo::Bucket)],
        denies: Vec::new(),
    }
}

/// Gives what RestrictPublicBuckets holds at the bucket's levels.
pub(crate) fn restricted(world: &World<'_>, audience: &Audience) -> Vec<Hold> {
    restrict(&Level::of_bucket(world.snapshot), world.gate(), audience)
}

/// Gives what RestrictPublicBuckets holds from `audience`: everybody but AWS service principals. An origin access
/// identity of CloudFront is a user by its ARN, and no service principal.
///
/// *Source*: Amazon S3 user guide, "Blocking public access", docs/semantics.md A6.
pub(crate) fn restrict(levels: &[Level<'_>], gate: Gate, audience: &Audience) -> Vec<Hold> {
    match audience {
        Audience::Service { names, .. } if !names.iter().any(|name| name.as_raw().starts_with("arn:")) => {
            Vec::new()
        }
        _ => restricting(levels, gate),
    }
}
