//! What is kept of objects: those that let strangers in, as many as fit.
//!
//! Of a bucket with more of them than fit, the bucket is public by those that are kept; the others are told one by one.

use std::collections::BTreeMap;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BucketSnapshot, Grantee, ObjectAcl};
use bucketwatch_ingest::document::write_snapshot;
use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::cloud::ObjectName;
use crate::scan::ObjectSight;
use crate::state::{Facet, FacetKind};

/// How many objects of a bucket are kept. Each stands with its exposures in every transition of the bucket.
const KEPT: usize = 32;

/// The member of the facet that says when each object was looked at.
pub(super) const TIMES: &str = "object_times";

/// The group that only AWS's own log delivery is in.
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

/// An object as the facet holds it.
struct Kept {
    name: ObjectName,
    at: Timestamp,
    document: Value,
}

/// Gives the objects that are kept of a bucket.
pub(crate) fn kept(facets: &BTreeMap<FacetKind, Facet>) -> Vec<ObjectName> {
    read(facets).into_iter().map(|kept| kept.name).collect()
}

/// Puts what was seen of objects at `observed_at` to what is kept, and gives those that let strangers in and find no
/// room. An object that was looked at later stays as it is.
pub(super) fn merge(
    facets: &mut BTreeMap<FacetKind, Facet>,
    seen: &[ObjectSight],
    observed_at: Timestamp,
) -> Vec<ObjectAcl> {
    let mut all = read(facets);
    let mut left_out = Vec::new();
    for sight in seen {
        let place = all.iter().position(|kept| kept.name == sight.object);
        let is_later = place.is_some_and(|place| all[place].at > observed_at);
        if is_later || matches!(sight.acl, Observed::NotAsked | Observed::Unreadable(_)) {
            continue;
        }
        let open = open_to_strangers(sight);
        let entry = open.as_ref().map(|acl| Kept {
            name: sight.object.clone(),
            at: observed_at,
            document: written(acl),
        });
        match (place, entry) {
            (Some(place), Some(entry)) => all[place] = entry,
            (Some(place), None) => drop(all.remove(place)),
            (None, Some(entry)) if all.len() < KEPT => all.push(entry),
            (None, Some(_)) => left_out.extend(open),
            (None, None) => {}
        }
    }
    if !all.is_empty() || facets.contains_key(&FacetKind::Objects) {
        facets.insert(FacetKind::Objects, facet(facets, &all, observed_at));
    }
    left_out
}

/// Gives an object whose ACL names a group of strangers, or one that nobody knows.
fn open_to_strangers(sight: &ObjectSight) -> Option<ObjectAcl> {
    let acl = sight.acl.present()?;
    let is_group = |grantee: &Grantee| matches!(grantee, Grantee::Group(uri) if uri.as_raw() != LOG_DELIVERY);
    let ObjectName { key, version_id } = sight.object.clone();
    acl.grants.iter().any(|grant| is_group(&grant.grantee)).then(|| ObjectAcl {
        key,
        version_id,
        owner: acl.owner.clone(),
        grants: Observed::Present(acl.grants.clone()),
    })
}

fn written(acl: &ObjectAcl) -> Value {
    let object_acls = Observed::Present(vec![acl.clone()]);
    let snapshot = BucketSnapshot { object_acls, ..BucketSnapshot::unseen(None) };
    write_snapshot(&snapshot, None)["object_acls"][0].take()
}

fn facet(facets: &BTreeMap<FacetKind, Facet>, all: &[Kept], observed_at: Timestamp) -> Facet {
    let known_at = facets.get(&FacetKind::Objects).map(|facet| facet.observed_at);
    let documents: Vec<&Value> = all.iter().map(|kept| &kept.document).collect();
    let times: Vec<String> = all.iter().map(|kept| kept.at.to_string()).collect();
    Facet {
        observed_at: known_at.map_or(observed_at, |known_at| known_at.max(observed_at)),
        document: json!({ "object_acls": documents, TIMES: times }),
    }
}

fn read(facets: &BTreeMap<FacetKind, Facet>) -> Vec<Kept> {
    let Some(facet) = facets.get(&FacetKind::Objects) else { return Vec::new() };
    let times = facet.document[TIMES].as_array().map_or(&[][..], Vec::as_slice);
    let time = |index: usize| times.get(index)?.as_str()?.parse().ok();
    let entry = |(index, document): (usize, &Value)| {
        let name = ObjectName::deserialize(document).ok()?;
        Some(Kept { name, at: time(index).unwrap_or(facet.observed_at), document: document.clone() })
    };
    let documents = facet.document["object_acls"].as_array();
    documents.into_iter().flatten().enumerate().filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use bucketwatch_exposure::observed::Unreadable;
    use bucketwatch_exposure::snapshot::{Acl, Grant, Permission};

    use super::*;

    fn sight(key: &str, acl: Observed<Option<&str>>) -> ObjectSight {
        let grant = |uri: &str| Grant { grantee: Grantee::Group(uri.into()), permission: Permission::Read };
        let acl =
            acl.map(|uri| Acl { owner: Some("me".into()), grants: uri.map(grant).into_iter().collect() });
        ObjectSight { object: ObjectName { key: key.into(), version_id: None }, acl }
    }

    fn open(key: &str) -> ObjectSight {
        sight(key, Observed::Present(Some("http://acs.amazonaws.com/groups/global/AllUsers")))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn keys(facets: &BTreeMap<FacetKind, Facet>) -> Vec<String> {
        kept(facets).into_iter().map(|name| name.key.as_raw().to_owned()).collect()
    }

    #[test]
    fn an_object_stays_until_a_later_look_finds_it_shut_or_gone() {
        for (rule, second, later, expected) in [
            ("shut", 2, sight("a", Observed::Present(None)), vec!["b"]),
            ("gone", 2, sight("a", Observed::Absent), vec!["b"]),
            (
                "open to the log delivery alone",
                2,
                sight("a", Observed::Present(Some(LOG_DELIVERY))),
                vec!["b"],
            ),
            ("an unknown group", 2, sight("a", Observed::Present(Some("http://x"))), vec!["a", "b"]),
            ("not to be read", 2, sight("a", Observed::Unreadable(Unreadable::denied())), vec!["a", "b"]),
            ("an earlier look", 0, sight("a", Observed::Present(None)), vec!["a", "b"]),
        ] {
            let mut facets = BTreeMap::new();
            assert_eq!(merge(&mut facets, &[open("a"), open("b")], at(1)), []);
            assert_eq!(merge(&mut facets, &[later], at(second)), []);
            assert_eq!(keys(&facets), expected, "{rule}");
        }
    }

    #[test]
    fn what_is_shut_leaves_no_trace_and_what_finds_no_room_is_given_back() {
        let mut facets = BTreeMap::new();
        assert_eq!(merge(&mut facets, &[sight("a", Observed::Present(None))], at(1)), []);
        assert_eq!(facets, BTreeMap::new());
        let many: Vec<ObjectSight> = (0..KEPT + 2).map(|number| open(&format!("{number:02}"))).collect();
        let left: Vec<_> = merge(&mut facets, &many, at(2)).into_iter().map(|acl| acl.key).collect();
        assert_eq!(left, ["32".into(), "33".into()]);
        assert_eq!(keys(&facets).len(), KEPT);
    }
}
