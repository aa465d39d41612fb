//! Multi-Region access points: the rules of access points, under an ARN without a region.

use crate::assessment::Path;
use crate::door::Found;
use crate::findings::Findings;
use crate::gap::{Datum, Gap};
use crate::path::access_point::{self, Kind};
use crate::world::World;

/// Judges the multi-Region access points that hold the bucket.
///
/// *Unknowns*: a list that was not read matters only where the bucket's policy delegates to them; there it matters
/// even on a public bucket, whose ways in would seem to be fewer than they are.
pub(crate) fn judge(world: &World<'_>, direct: &Found, findings: &mut Findings) {
    let kind = Kind { path: Path::MultiRegionAccessPoint, block: Datum::MultiRegionAccessPointBlock };
    for point in &world.multi_region_access_points {
        access_point::judge_point(world, point, kind, direct, findings);
    }
    let unread = Gap::in_fact(Datum::MultiRegionAccessPoints, &world.snapshot.multi_region_access_points);
    if let Some(gap) = unread.filter(|_| access_point::could_matter(world, direct, true)) {
        findings.hang(gap);
    }
}
