//! Multi-Region access points: the rules of access points, under an ARN without a region.

use crate::assessment::Path;
use crate::door::Found;
use crate::findings::Findings;
use crate::gap::{Datum, Gap};
use crate::observed::Observed;
use crate::path::access_point::{self, Kind};
use crate::world::World;

/// Judges the multi-Region access points that hold the bucket.
///
/// *Unknowns*: a list that was not read matters only where the bucket's policy delegates to them; one that nobody
/// asked for only as long as nothing else makes the bucket public.
pub(crate) fn judge(world: &World<'_>, direct: &Found, findings: &mut Findings) {
    let kind = Kind { path: Path::MultiRegionAccessPoint, block: Datum::MultiRegionAccessPointBlock };
    for point in &world.multi_region_access_points {
        access_point::judge_point(world, point, kind, direct, findings);
    }
    let listed = &world.snapshot.multi_region_access_points;
    let Some(gap) = Gap::in_fact(Datum::MultiRegionAccessPoints, listed) else { return };
    let is_public = findings.exposures.iter().any(crate::assessment::Exposure::is_to_strangers);
    let nobody_cares = matches!(listed, Observed::NotAsked) && is_public;
    if !nobody_cares && access_point::could_matter(world, direct, true) {
        findings.hang(gap);
    }
}
