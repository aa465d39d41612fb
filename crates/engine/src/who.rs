//! Root cause: what CloudTrail's own history says of a bucket that nobody watched.

mod question;

use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::cloudtrail::{Change, Content, Item, Kind, Scope, Target, read_message};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;

use self::question::{above_the_bucket, of_buckets};
use crate::handle::{asked_for, deed, opened};
use crate::notice::Deed;

pub use self::question::{By, Question};

/// How many pages of a bucket's own events are read at most. Reads of a bucket are events too, so a bucket that is scanned
/// often has many.
const PAGES: usize = 40;

/// How many pages of events of one name are read at most.
const PAGES_OF_A_NAME: usize = 10;

/// How many events are named at most.
const NAMED: usize = 20;

/// The port to the events that an account's CloudTrail keeps by itself.
#[async_trait]
pub trait EventHistory: Send + Sync {
    /// Gives one page of the events that `question` asks for, the latest first; the first page for `None`.
    async fn page(&self, question: &Question, next: Option<&str>) -> Result<HistoryPage, LookupError>;

    /// Gives how long to wait before the next page, so that the account's limit is kept.
    fn pause(&self) -> Duration;
}

/// One page of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HistoryPage {
    /// The records, each a JSON text.
    pub records: Vec<String>,
    /// What asks for the next page; `None` on the last one.
    pub next: Option<String>,
}

/// Why the history was not read, for a person, free of secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct LookupError {
    /// What happened.
    pub why: String,
    /// Whether a permission is missing.
    pub denied: bool,
}

/// What the history says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Who did what can have opened the bucket, the latest first.
    pub deeds: Vec<Deed>,
    /// How many events were read.
    pub read: usize,
    /// Whether there are older events that were not read.
    pub cut: bool,
    /// Whether the account's Block Public Access holds now, so that nobody asked for its changes.
    pub account_holds: bool,
    /// Why changes of the account and the organization could not be asked for.
    pub account_unread: Option<LookupError>,
}

/// Gives who opened the bucket of `snapshot`, or took away what held it, as far as its events are kept.
///
/// Where the bucket has more events than are read, the older ones are asked for by the names of those that can open it.
/// Changes of the account's Block Public Access and of the organization name no bucket, and are asked for by their names.
///
/// *Unknowns*: the history holds 90 days of management events of one region and account: nothing of objects, and what an
/// organization's management account did only where that is the account.
pub async fn trace(
    history: &dyn EventHistory,
    snapshot: &BucketSnapshot,
    now: Timestamp,
) -> Result<Trace, LookupError> {
    let mut search = Search { history, snapshot, changes: Vec::new(), trace: Trace::default(), asked: false };
    let Some(bucket) = &snapshot.bucket else { return Ok(search.trace) };
    let region = snapshot.region.clone();
    let of_bucket = Question { by: By::Bucket(bucket.clone()), region, before: None };
    if let Some(oldest) = search.read(&of_bucket, PAGES).await? {
        for question in of_buckets(snapshot, oldest) {
            search.trace.cut |= search.read(&question, PAGES_OF_A_NAME).await?.is_some();
        }
    }
    search.trace.account_holds = account_holds(snapshot);
    if !search.trace.account_holds {
        search.trace.account_unread = search.above_the_bucket().await.err();
    }
    Ok(search.concluded(now))
}

/// A search under way.
struct Search<'a> {
    history: &'a dyn EventHistory,
    snapshot: &'a BucketSnapshot,
    changes: Vec<Change>,
    trace: Trace,
    /// Whether anything was asked, so that the next question has to wait.
    asked: bool,
}

impl Search<'_> {
    /// Reads the answer to `question`, of `pages` pages at most; gives the instant up to which it was read, where there is
    /// more.
    async fn read(&mut self, question: &Question, pages: usize) -> Result<Option<Timestamp>, LookupError> {
        let mut next: Option<String> = None;
        let mut oldest = Timestamp::MAX;
        for _ in 0..pages {
            if std::mem::replace(&mut self.asked, true) {
                tokio::time::sleep(self.history.pause()).await;
            }
            let page = self.history.page(question, next.as_deref()).await?;
            self.trace.read += page.records.len();
            for record in &page.records {
                oldest = oldest.min(instant_of(record).unwrap_or(oldest));
                self.keep(record);
            }
            next = page.next;
            if next.is_none() {
                return Ok(None);
            }
        }
        Ok(Some(oldest))
    }

    fn keep(&mut self, record: &str) {
        for item in read_message(record.as_bytes()) {
            if let Item::Change(change) = item
                && concerns(&change, self.snapshot)
            {
                self.changes.push(*change);
            }
        }
    }

    async fn above_the_bucket(&mut self) -> Result<(), LookupError> {
        for question in above_the_bucket(self.snapshot) {
            self.trace.cut |= self.read(&question, PAGES_OF_A_NAME).await?.is_some();
        }
        Ok(())
    }

    fn concluded(mut self, now: Timestamp) -> Trace {
        self.changes.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
        self.changes.dedup_by(|a, b| a.id == b.id);
        let owner = self.snapshot.account.as_ref();
        let opening = self.changes.iter().filter(|change| can_have_opened(change, self.snapshot, now));
        self.trace.deeds = opening.take(NAMED).map(|change| deed_of(change, owner)).collect();
        self.trace
    }
}

/// Gives the instant of a record, of whatever kind.
fn instant_of(record: &str) -> Option<Timestamp> {
    let record: serde_json::Value = serde_json::from_str(record).ok()?;
    record["eventTime"].as_str()?.parse().ok()
}

/// Tells whether a change is about the bucket, or about its account.
fn concerns(change: &Change, snapshot: &BucketSnapshot) -> bool {
    match (change.kind.scope(), &change.target) {
        (Scope::Organization, Target::Member(member)) => snapshot.account.as_ref() == Some(member),
        (Scope::Account | Scope::Organization, _) => true,
        _ => change.target.bucket().is_some() && change.target.bucket() == snapshot.bucket.as_ref(),
    }
}

/// Tells whether the account's Block Public Access holds every way in of strangers.
fn account_holds(snapshot: &BucketSnapshot) -> bool {
    let holds = snapshot.account_block.present();
    holds.is_some_and(|flags| flags.ignore_public_acls && flags.restrict_public_buckets)
}

fn deed_of(change: &Change, owner: Option<&AccountId>) -> Deed {
    match owner.or(change.account.as_ref()) {
        Some(owner) => deed(change, owner),
        None => Deed {
            event: change.id.clone(),
            name: change.event_name.clone(),
            at: change.at,
            actor: change.actor.describe(None),
            agent: change.agent.describe(),
            address: change.address.clone(),
        },
    }
}

/// Tells whether a change was done and let strangers in, or took away what may have held them.
fn can_have_opened(change: &Change, snapshot: &BucketSnapshot, now: Timestamp) -> bool {
    if !change.outcome.is_done() || opened(change).is_none() {
        return false;
    }
    let lifts = matches!(change.content, Content::Unstated | Content::Block(_) | Content::Ownership(_));
    lifts || change.kind == Kind::BucketCreated || asked_for(assess, change, snapshot.clone(), now).is_any()
}

#[cfg(test)]
mod tests;
