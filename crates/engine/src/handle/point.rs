//! The buckets of access points that an event names without their bucket.

use bucketwatch_ingest::cloudtrail::{Change, Kind, Target};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde_json::Value;

use super::affair::Affairs;
use super::desk::Desk;
use super::{HandleError, attribution};
use crate::cloud::{Cause, CloudError};
use crate::notice::OccurrenceKind;
use crate::state::{BucketRecord, Commit, FacetKind, StateError};

impl Desk {
    /// Finds the buckets of access points: by what AWS lists, and of one that is gone, or may not be listed, by what the
    /// state knows. One that could not be found for want of a permission is told.
    pub(super) async fn find_buckets(
        &self,
        affairs: &mut Affairs,
        now: Timestamp,
    ) -> Result<(), HandleError> {
        for change in std::mem::take(&mut affairs.points) {
            let (listed, refused) = match self.listed(&change).await {
                Ok(buckets) => (buckets, None),
                Err(error) if matches!(error.cause, Cause::Denied | Cause::NotFound | Cause::Bug) => {
                    (Vec::new(), Some(error.code))
                }
                Err(error) => return Err(error.into()),
            };
            let of_all = is_multi_region(&change);
            let known =
                if listed.is_empty() || of_all { self.known_behind(&change).await? } else { listed.clone() };
            let buckets: Vec<Untrusted> =
                listed.into_iter().filter(|bucket| !known.contains(bucket)).chain(known.clone()).collect();
            if !buckets.is_empty() {
                affairs.found(&change, buckets);
                continue;
            }
            if let Some(code) = refused.filter(|_| attribution::opened(&change).is_some()) {
                let code = Some(code.into());
                let notice = self.event_notice(OccurrenceKind::Unverified, &change, code, Vec::new(), now);
                self.write(Commit { notices: vec![notice], ..Commit::default() }).await?;
            }
            affairs.points.push(change);
        }
        Ok(())
    }

    async fn listed(&self, change: &Change) -> Result<Vec<Untrusted>, CloudError> {
        if is_multi_region(change) {
            return self.looker.buckets_behind_multi_region().await;
        }
        let (Target::AccessPoint { name, .. }, Some(region)) = (&change.target, &change.region) else {
            return Ok(Vec::new());
        };
        Ok(self.looker.bucket_behind(name, region.as_raw()).await?.into_iter().collect())
    }

    /// Gives the buckets that the state knows behind the access point: of a multi-Region one, whose name it does not hold,
    /// those behind any.
    async fn known_behind(&self, change: &Change) -> Result<Vec<Untrusted>, StateError> {
        let account = self.account();
        // INVARIANT: no bucket was judged with a revision that is still to come, so these are all of them.
        let revision = self.store.account(account).await?.map_or(0, |facts| facts.revision) + 1;
        let mut found = Vec::new();
        let mut after = None;
        loop {
            let limit = self.store.batch_limit();
            let page = self.store.outdated(account, revision, after.as_ref(), limit).await?;
            let Some(last) = page.last().map(|record| record.key.name.clone()) else { return Ok(found) };
            after = Some(last);
            found.extend(
                page.into_iter().filter(|record| is_behind(record, change)).map(|record| record.key.name),
            );
        }
    }
}

fn is_multi_region(change: &Change) -> bool {
    matches!(change.kind, Kind::MultiRegionAccessPoint | Kind::MultiRegionAccessPointPolicy)
}

fn is_behind(record: &BucketRecord, change: &Change) -> bool {
    let Some(facet) = record.facets.get(&FacetKind::AccessPoints) else { return false };
    let points = |list: &str| facet.document[list].as_array().map_or(&[][..], Vec::as_slice);
    let Target::AccessPoint { name, .. } = &change.target else {
        return is_multi_region(change) && !points("multi_region_access_points").is_empty();
    };
    let region = change.region.as_ref().map(Untrusted::as_raw);
    let in_region = record.region.is_none() || region.is_none() || record.region.as_deref() == region;
    let is_named = |point: &Value| point["name"].as_str() == Some(name.as_raw());
    in_region && points("access_points").iter().any(is_named)
}
