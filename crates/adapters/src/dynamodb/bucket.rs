//! Buckets: what questions ask for as attributes, everything else as one compressed record.

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
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
use super::item::{BODY, BadItem, Item, pack, unpack};
use super::key::Key;
use super::rank::class_of;
use super::table::{ATTEMPTS, Table};
use super::transaction::{Guard, Write};

/// How many bytes of a record one item holds; a larger record lies in several.
///
/// *Source*: Amazon DynamoDB Developer Guide, "Quotas and limits": an item has 400 KB at most (read 2026-11-23).
const PART: usize = 300_000;

/// The attribute that says in how many items beside it a record lies.
const PARTS: &str = "parts";

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
    let packed = pack(&Stored::of(record)).map_err(|error| table.place.bad_record("a bucket", error))?;
    let version = record.version + 1;
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    let mut item = Item::new(&Key::bucket(&record.key))
        .number("version", version)
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
    let mut parts = Vec::new();
    if packed.len() <= PART {
        item = item.with(BODY, bytes(&packed));
    } else {
        for (number, part) in packed.chunks(PART).enumerate() {
            let part = Item::new(&Key::part(&record.key, number)).with(BODY, bytes(part));
            parts.push(Write::put(part.number("version", version)));
        }
        item = item.number(PARTS, parts.len());
    }
    let guard = Guard::Version(record.key.name.clone());
    let mut writes = vec![Write::put(item).only_if(of_version(record.version), guard)];
    writes.extend(parts);
    Ok(writes)
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
        let record = match item.get(PARTS) {
            None => table.read("a bucket", &item, read)?,
            Some(_) => gather(table, item).await?,
        };
        records.push(record);
    }
    Ok(records)
}

fn read(item: &Item) -> Result<BucketRecord, BadItem> {
    item.read_body::<Stored<'_>>()?.into_record(item.read_number("version")?)
}

/// Reads a record that lies in several items. One that is written meanwhile is read again.
async fn gather(table: &Table, mut item: Item) -> Result<BucketRecord, StateError> {
    for attempt in 0..ATTEMPTS {
        table.pause(attempt, "reads of a large record").await?;
        let key = item.key().map_err(|error| table.place.bad_record("a bucket", error))?;
        if item.get(PARTS).is_none() {
            return table.read("a bucket", &item, read);
        }
        let count: usize = table.read("a bucket", &item, |item| item.read_number(PARTS))?;
        let parts = table.get_all((0..count).map(|number| Key::part_of(&key, number)).collect()).await?;
        if let Some(packed) = joined(&item, parts, count) {
            let version = table.read("a bucket", &item, |item| item.read_number("version"))?;
            let record = unpack::<Stored<'_>>(&packed).and_then(|stored| stored.into_record(version));
            return record.map_err(|error| table.place.bad_record("a bucket", error));
        }
        item = table.get(&key).await?.ok_or_else(|| table.place.failed("a bucket's record has vanished"))?;
    }
    Err(table.place.failed("the parts of a bucket's record do not belong together"))
}

/// Puts `count` parts together; `None` = they are not all of the version of `item`.
fn joined(item: &Item, parts: Vec<Item>, count: usize) -> Option<Vec<u8>> {
    let same = |part: &Item| part.get("version") == item.get("version");
    let mut parts: Vec<(String, Vec<u8>)> = parts
        .into_iter()
        .filter(same)
        .filter_map(|part| Some((part.key().ok()?.sk, part.get(BODY)?.as_b().ok()?.as_ref().to_vec())))
        .collect();
    parts.sort();
    (parts.len() == count).then(|| parts.into_iter().flat_map(|(_, bytes)| bytes).collect())
}
