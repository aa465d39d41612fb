//! Buckets: what questions ask for as attributes, everything else as one compressed record.

use std::borrow::Cow;
use std::collections::BTreeMap;

use bucketwatch_engine::state::{
    AssessmentRecord, BucketKey, BucketRecord, Facet, FacetKind, Look, RunId, StandingRecord, StateError,
};
use bucketwatch_exposure::assessment::{Objects, Severity, Verdict};
use bucketwatch_exposure::standing::Standing;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::account::of_version;
use super::item::{BadItem, Item};
use super::key::Key;
use super::large::{self, VERSION};
use super::rank::class_of;
use super::table::{ATTEMPTS, Table};
use super::transaction::{Guard, Write};

/// What cannot be read where it cannot.
const WHAT: &str = "a bucket";

/// A bucket as stored.
#[derive(Serialize, Deserialize)]
struct Stored<'r> {
    key: (AccountId, Untrusted),
    region: Option<String>,
    incarnation: u32,
    first_seen_at: Timestamp,
    looked_at: Timestamp,
    looked_run: Option<RunId>,
    failed_runs: u32,
    facets: BTreeMap<String, StoredFacet<'r>>,
    assessment: Option<StoredAssessment<'r>>,
    standing: Option<StoredStanding<'r>>,
    sight_lost_at: Option<Timestamp>,
    deleted_at: Option<Timestamp>,
    account_revision: u64,
}

#[derive(Serialize, Deserialize)]
struct StoredFacet<'r> {
    observed_at: Timestamp,
    document: Cow<'r, Value>,
}

#[derive(Serialize, Deserialize)]
struct StoredAssessment<'r> {
    verdict: Verdict,
    severity: Option<Severity>,
    objects: Objects,
    observed_at: Timestamp,
    document: Cow<'r, Value>,
}

#[derive(Serialize, Deserialize)]
struct StoredStanding<'r> {
    verdict: Verdict,
    since: Timestamp,
    standing: Cow<'r, Standing>,
    side: Cow<'r, Value>,
}

impl<'r> Stored<'r> {
    fn of(record: &'r BucketRecord) -> Self {
        let facet = |(kind, facet): (&FacetKind, &'r Facet)| {
            let document = Cow::Borrowed(&facet.document);
            (kind.as_str().to_owned(), StoredFacet { observed_at: facet.observed_at, document })
        };
        Self {
            key: (record.key.account.clone(), record.key.name.clone()),
            region: record.region.clone(),
            incarnation: record.incarnation,
            first_seen_at: record.first_seen_at,
            looked_at: record.last_look.at,
            looked_run: record.last_look.run.clone(),
            failed_runs: record.failed_runs,
            facets: record.facets.iter().map(facet).collect(),
            assessment: record.assessment.as_ref().map(|shown| StoredAssessment {
                verdict: shown.verdict,
                severity: shown.severity,
                objects: shown.objects,
                observed_at: shown.observed_at,
                document: Cow::Borrowed(&shown.document),
            }),
            standing: record.standing.as_ref().map(|standing| StoredStanding {
                verdict: standing.verdict,
                since: standing.since,
                standing: Cow::Borrowed(&standing.standing),
                side: Cow::Borrowed(&standing.side),
            }),
            sight_lost_at: record.sight_lost_at,
            deleted_at: record.deleted_at,
            account_revision: record.account_revision,
        }
    }

    fn into_record(self, version: u64) -> Result<BucketRecord, BadItem> {
        let facet = |(word, StoredFacet { observed_at, document }): (String, StoredFacet<'_>)| {
            let kind = FacetKind::parse(&word).ok_or(BadItem::Attribute("facets"))?;
            Ok((kind, Facet { observed_at, document: document.into_owned() }))
        };
        let (account, name) = self.key;
        Ok(BucketRecord {
            key: BucketKey { account, name },
            version,
            region: self.region,
            incarnation: self.incarnation,
            first_seen_at: self.first_seen_at,
            last_look: Look { at: self.looked_at, run: self.looked_run },
            failed_runs: self.failed_runs,
            facets: self.facets.into_iter().map(facet).collect::<Result<_, BadItem>>()?,
            assessment: self.assessment.map(|shown| AssessmentRecord {
                verdict: shown.verdict,
                severity: shown.severity,
                objects: shown.objects,
                observed_at: shown.observed_at,
                document: shown.document.into_owned(),
            }),
            standing: self.standing.map(|stored| StandingRecord {
                verdict: stored.verdict,
                since: stored.since,
                standing: stored.standing.into_owned(),
                side: stored.side.into_owned(),
            }),
            sight_lost_at: self.sight_lost_at,
            deleted_at: self.deleted_at,
            account_revision: self.account_revision,
        })
    }
}

/// Writes `record` over the version that it was loaded with.
pub(super) fn write(table: &Table, record: &BucketRecord) -> Result<Vec<Write>, StateError> {
    let mut item = Item::new(&Key::bucket(&record.key))
        .number(VERSION, record.version + 1)
        .number("revision", record.account_revision)
        .instant("looked", record.last_look.at);
    if let Some(run) = &record.last_look.run {
        item = item.text("run", run.as_str());
    }
    if let Some(deleted_at) = record.deleted_at {
        item = item.instant("deleted", deleted_at);
    }
    if let Some(shown) = &record.assessment {
        item = item.text("class", class_of(shown.verdict, shown.severity));
        if shown.objects == Objects::Unchecked {
            item = item.number("unchecked", 1);
        }
    }
    let whole = large::with_body(item, &Stored::of(record));
    let (item, parts) = whole.map_err(|error| table.place.bad_record(WHAT, error))?;
    let guard = Guard::Version(record.key.name.clone());
    let head = Write::put(item).only_if(of_version(record.version), guard);
    Ok(std::iter::once(head).chain(parts).collect())
}

/// Gives what is known of `keys`.
pub(super) async fn load(table: &Table, keys: &[BucketKey]) -> Result<Vec<BucketRecord>, StateError> {
    let items = table.get_all(keys.iter().map(Key::bucket).collect()).await?;
    read_all(table, items).await
}

/// Reads records, with the parts of those that lie in several items.
pub(super) async fn read_all(table: &Table, items: Vec<Item>) -> Result<Vec<BucketRecord>, StateError> {
    let mut records = Vec::with_capacity(items.len());
    for item in items {
        records.push(read(table, item).await?);
    }
    Ok(records)
}

/// Reads a record. One that is written while its parts are read is read again.
async fn read(table: &Table, mut item: Item) -> Result<BucketRecord, StateError> {
    for attempt in 0..ATTEMPTS {
        table.pause(attempt, "reads of a large record").await?;
        if let Some(stored) = large::body::<Stored<'_>>(table, WHAT, &item).await? {
            return table.read(WHAT, &item, |item| stored.into_record(item.read_number(VERSION)?));
        }
        let key = table.read(WHAT, &item, Item::key)?;
        item = table.get(&key).await?.ok_or_else(|| table.place.failed("a bucket's record has vanished"))?;
    }
    Err(table.place.failed("the parts of a bucket's record do not belong together"))
}
