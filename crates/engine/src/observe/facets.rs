//! A snapshot apart into its facets, and facets together into a snapshot.

use std::collections::BTreeMap;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{AccessPoint, BlockPublicAccess, BucketSnapshot};
use bucketwatch_ingest::document::{self, Options, SNAPSHOT_SCHEMA, write_snapshot};
use serde::Deserialize as _;
use serde_json::{Map, Value, json};

use super::look::BucketLook;
use super::objects;
use crate::state::{BucketKey, Facet, FacetKind, Source, StateError};

/// Gives the facets that `look` saw.
pub(super) fn split(look: &BucketLook) -> BTreeMap<FacetKind, Facet> {
    let own = BucketSnapshot { account_block: Observed::NotAsked, ..look.snapshot.clone() };
    let mut document = write_snapshot(&own, None);
    keep_texts(&mut document, &look.snapshot);
    let mut part = |keys: &[&str]| {
        let members = document.as_object_mut();
        let mut part = Map::new();
        if let Some(members) = members {
            part.extend(keys.iter().filter_map(|&key| Some((key.to_owned(), members.remove(key)?))));
        }
        Value::Object(part)
    };
    let access_points = part(&["access_points", "multi_region_access_points"]);
    let objects = part(&["object_acls"]);
    part(&["schema"]);
    [
        (FacetKind::Configuration, look.configuration_at, document),
        (FacetKind::AccessPoints, look.access_points_at, access_points),
        (FacetKind::Objects, look.objects_at, objects),
    ]
    .into_iter()
    .filter_map(|(kind, observed_at, document)| Some((kind, Facet { observed_at: observed_at?, document })))
    .collect()
}

/// Puts policies in as the texts that AWS stores, whose places and spelling are shown to people.
fn keep_texts(document: &mut Value, snapshot: &BucketSnapshot) {
    if let Some(text) = snapshot.policy.present() {
        document["policy"] = text.as_str().into();
    }
    for (list, points) in [
        ("access_points", &snapshot.access_points),
        ("multi_region_access_points", &snapshot.multi_region_access_points),
    ] {
        let written = document.get_mut(list).and_then(Value::as_array_mut);
        let points: &[AccessPoint] = points.present().map_or(&[], Vec::as_slice);
        for (written, point) in written.into_iter().flatten().zip(points) {
            if let Some(text) = point.policy.present() {
                written["policy"] = text.as_str().into();
            }
        }
    }
}

/// Tells whether facts of `kind` were refused for a passing reason.
pub(super) fn failed(kind: FacetKind, snapshot: &BucketSnapshot) -> bool {
    match kind {
        FacetKind::Configuration => {
            passing(&snapshot.policy)
                || passing(&snapshot.acl)
                || passing(&snapshot.ownership)
                || passing(&snapshot.bucket_block)
                || passing(&snapshot.requester_pays)
                || passing(&snapshot.tags)
        }
        FacetKind::AccessPoints => {
            [&snapshot.access_points, &snapshot.multi_region_access_points].into_iter().any(|points| {
                let inside = |point: &AccessPoint| passing(&point.policy) || passing(&point.block);
                passing(points) || points.present().is_some_and(|points| points.iter().any(inside))
            })
        }
        FacetKind::Objects => passing(&snapshot.object_acls),
    }
}

/// Tells whether a fact was refused for a passing reason.
pub(super) fn passing<T>(fact: &Observed<T>) -> bool {
    matches!(fact, Observed::Unreadable(why) if why.passing)
}

/// Gives the snapshot that a bucket's facets make together; the account's part in it is not asked.
pub(super) fn join(
    key: &BucketKey,
    facets: &BTreeMap<FacetKind, Facet>,
) -> Result<BucketSnapshot, StateError> {
    let mut document = json!({
        "schema": SNAPSHOT_SCHEMA, "bucket": key.name.as_raw(), "account": key.account.as_str(),
    });
    for members in facets.values().filter_map(|facet| facet.document.as_object()) {
        for (name, value) in members.iter().filter(|(name, _)| *name != objects::TIMES) {
            document[name.as_str()] = value.clone();
        }
    }
    read(&document).map_err(|source| StateError::BadRecord { what: format!("bucket {:?}", key.name), source })
}

fn read(document: &Value) -> Result<BucketSnapshot, Source> {
    let mut subjects = document::parse_input(&document.to_string(), &Options::default())?;
    subjects.pop().map(|subject| subject.snapshot).ok_or_else(|| "no snapshot".into())
}

/// Gives the account's facts as a facet's document: the account's level of a snapshot's `block_public_access`.
pub(super) fn account_document(block: &Observed<BlockPublicAccess>) -> Value {
    match block {
        Observed::Present(flags) => json!({ "account": flags }),
        Observed::Absent => json!({ "account": null }),
        Observed::NotAsked => json!({}),
        Observed::Unreadable(why) => json!({ "account": { "unreadable": why.code } }),
    }
}

/// Reads the account's facts from a facet.
pub(super) fn account_block(facet: &Facet) -> Observed<BlockPublicAccess> {
    let Some(level) = facet.document.get("account") else { return Observed::NotAsked };
    if level.is_null() {
        return Observed::Absent;
    }
    match BlockPublicAccess::deserialize(level) {
        Ok(flags) => Observed::Present(flags),
        Err(_) => {
            let code = level.get("unreadable").and_then(Value::as_str).unwrap_or("BadRecord").to_owned();
            Observed::Unreadable(Unreadable { code, passing: false })
        }
    }
}
