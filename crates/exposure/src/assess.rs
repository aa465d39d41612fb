//! The judgement of one bucket.

use jiff::Timestamp;

use crate::assessment::{Assessment, Diagnosis, Discrepancy, Exposure};
use crate::attached::Attached;
use crate::findings::Findings;
use crate::observed::Observed;
use crate::path::{access_point, acl, bucket_policy, multi_region, object_acl};
use crate::snapshot::BucketSnapshot;
use crate::world::World;

/// Gives who gets in, by what, what holds the rest, and what could not be decided.
///
/// Total and deterministic: every snapshot has an assessment, and the same snapshot and instant give the same one.
///
/// *Unknowns*: a fact that was not read and that could change the answer is an element of
/// [`Assessment::undetermined`]; one that cannot is not mentioned. What certainly lets strangers in makes the verdict
/// `public` whatever else is unknown; what is unknown of named accounts alone does not decide the verdict.
pub fn assess(snapshot: &BucketSnapshot, now: Timestamp) -> Assessment {
    let world = World::of(snapshot, now);
    let mut findings = Findings::default();
    let direct = bucket_policy::judge(&world, &mut findings);
    acl::judge(&world, &mut findings);
    object_acl::judge(&world, &mut findings);
    access_point::judge(&world, &direct, &mut findings);
    multi_region::judge(&world, &direct, &mut findings);
    let verdict = findings.verdict();
    let undetermined = findings.undetermined();
    findings.exposures.sort_by(|a, b| order(a).cmp(&order(b)));
    findings.latent.sort_by(|a, b| order(&a.exposure).cmp(&order(&b.exposure)));
    Assessment {
        bucket: snapshot.bucket.clone(),
        account: snapshot.account.clone(),
        region: snapshot.region.clone(),
        verdict,
        aws_public: world.aws_public,
        discrepancy: discrepancy(&world),
        exposures: findings.exposures,
        latent: findings.latent,
        latent_unknown: acl::hidden(&world),
        ineffective: findings.ineffective,
        objects: object_acl::known(&world),
        undetermined,
        diagnostics: diagnostics(&world),
    }
}

/// The order in which findings are shown: the worst first, then by path and place.
fn order(exposure: &Exposure) -> impl Ord {
    (
        std::cmp::Reverse(exposure.severity),
        exposure.path,
        exposure.pointers.clone(),
        exposure.audience.clone(),
        exposure.fingerprint.clone(),
    )
}

fn discrepancy(world: &World<'_>) -> Option<Discrepancy> {
    let Observed::Present(aws) = world.snapshot.policy_status else { return None };
    let computed = world.aws_public;
    let differs = match (computed, &world.snapshot.policy) {
        (Some(computed), _) => computed != aws,
        (None, Observed::Absent) => aws,
        (None, _) => false,
    };
    differs.then_some(Discrepancy { aws, computed })
}

fn diagnostics(world: &World<'_>) -> Vec<Diagnosis> {
    let points = world.access_points.iter().chain(&world.multi_region_access_points);
    let policies = world.policy.there().into_iter().chain(points.filter_map(|point| point.policy.there()));
    policies.chain(&world.control_policies).flat_map(Attached::diagnoses).collect()
}
