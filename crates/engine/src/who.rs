//! Root cause: what CloudTrail's own history says of a bucket that nobody watched.

use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::cloudtrail::{Change, Content, Item, Kind, read_message};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use crate::handle::{asked_for, deed, opened};
use crate::notice::Deed;

/// How many pages are read at most. Reads of a bucket are events too, so a bucket that is scanned often has many.
const PAGES: usize = 40;

/// How many events are named at most.
const NAMED: usize = 20;

/// The port to the events that an account's CloudTrail keeps by itself.
#[async_trait]
pub trait EventHistory: Send + Sync {
    /// Gives one page of the events that name `bucket`, the latest first; the first page for `None`.
    async fn page(
        &self,
        bucket: &Untrusted,
        region: Option<&str>,
        next: Option<&str>,
    ) -> Result<HistoryPage, LookupError>;

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
}

/// Gives who opened the bucket of `snapshot`, or took away what held it, as far as its events are kept.
///
/// *Unknowns*: the history holds 90 days of management events of one region: nothing of objects, and nothing of the
/// account's own Block Public Access, which names no bucket.
pub async fn trace(
    history: &dyn EventHistory,
    snapshot: &BucketSnapshot,
    now: Timestamp,
) -> Result<Trace, LookupError> {
    let mut trace = Trace::default();
    let Some(bucket) = &snapshot.bucket else { return Ok(trace) };
    let owner = snapshot.account.clone();
    let mut changes: Vec<Change> = Vec::new();
    let mut next: Option<String> = None;
    for page in 0..PAGES {
        if page > 0 {
            tokio::time::sleep(history.pause()).await;
        }
        let answer = history.page(bucket, snapshot.region.as_deref(), next.as_deref()).await?;
        trace.read += answer.records.len();
        let items = answer.records.iter().flat_map(|record| read_message(record.as_bytes()));
        changes.extend(items.filter_map(|item| match item {
            Item::Change(change) if change.target.bucket() == Some(bucket) => Some(*change),
            _ => None,
        }));
        next = answer.next;
        if next.is_none() {
            break;
        }
    }
    trace.cut = next.is_some();
    changes.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    changes.dedup_by(|a, b| a.id == b.id);
    let opening = changes.iter().filter(|change| can_have_opened(change, snapshot, now));
    trace.deeds = opening.take(NAMED).map(|change| deed_of(change, owner.as_ref())).collect();
    Ok(trace)
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
mod tests {
    use std::sync::Mutex;

    use bucketwatch_exposure::observed::Observed;
    use bucketwatch_exposure::snapshot::Ownership;
    use serde_json::{Value, json};

    use super::*;

    /// A history in pages, and what was asked of it.
    struct Kept {
        pages: Vec<Vec<String>>,
        asked: Mutex<Vec<Option<String>>>,
    }

    #[async_trait]
    impl EventHistory for Kept {
        async fn page(
            &self,
            bucket: &Untrusted,
            region: Option<&str>,
            next: Option<&str>,
        ) -> Result<HistoryPage, LookupError> {
            assert_eq!((bucket.as_raw(), region), ("photos", Some("eu-west-1")));
            self.asked.lock().unwrap().push(next.map(str::to_owned));
            let page: usize = next.map_or(0, |next| next.parse().unwrap());
            let next = (page + 1 < self.pages.len()).then(|| (page + 1).to_string());
            Ok(HistoryPage { records: self.pages[page].clone(), next })
        }

        fn pause(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn event(id: &str, name: &str, day: u8, extra: Value) -> String {
        let mut request = json!({"bucketName": "photos"});
        request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!({"eventID": id, "eventName": name, "eventSource": "s3.amazonaws.com", "awsRegion": "eu-west-1",
            "eventTime": format!("2026-11-{day:02}T06:00:00Z"), "recipientAccountId": "111122223333",
            "sourceIPAddress": "198.51.100.7", "userAgent": "[aws-cli/2.15.0]", "requestParameters": request,
            "userIdentity": {"type": "IAMUser", "userName": "ann", "accountId": "111122223333"}})
        .to_string()
    }

    fn policy(principal: &str) -> Value {
        json!({"bucketPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": {"AWS": principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"}]}})
    }

    fn traced(pages: Vec<Vec<String>>) -> (Trace, usize) {
        let history = Kept { pages, asked: Mutex::default() };
        let snapshot = BucketSnapshot {
            account: AccountId::parse("111122223333"),
            region: Some("eu-west-1".to_owned()),
            policy: Observed::Absent,
            ownership: Observed::Present(Ownership::BucketOwnerEnforced),
            bucket_block: Observed::Absent,
            account_block: Observed::Absent,
            ..BucketSnapshot::unseen(Some("photos".into()))
        };
        let now = "2026-11-23T06:00:00Z".parse().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let trace = runtime.block_on(trace(&history, &snapshot, now)).unwrap();
        let asked = history.asked.lock().unwrap().len();
        (trace, asked)
    }

    #[test]
    fn what_can_have_opened_the_bucket_is_named_the_latest_first_over_all_pages() {
        let (trace, asked) = traced(vec![
            vec![
                event("e-6", "PutBucketPolicy", 20, policy("arn:aws:iam::111122223333:role/own")),
                event("e-5", "PutBucketPolicy", 19, policy("*")),
                event("e-4", "GetBucketAcl", 18, json!({})),
            ],
            vec![
                "{ no JSON".to_owned(),
                event("e-3", "PutBucketTagging", 17, json!({})),
                event("e-2", "DeleteBucketPublicAccessBlock", 16, json!({})),
                event("e-1", "PutBucketPolicy", 15, json!({"bucketName": "another"})),
            ],
        ]);
        let named: Vec<_> = trace.deeds.iter().map(|deed| deed.event.as_str()).collect();
        assert_eq!((named, trace.read, trace.cut, asked), (vec!["e-5", "e-2"], 7, false, 2));
        assert_eq!(trace.deeds[0].actor.as_raw(), "IAM user ann");
    }

    #[test]
    fn a_history_without_end_is_cut_and_that_is_said() {
        let pages = vec![vec![event("e-1", "GetBucketAcl", 18, json!({}))]; PAGES + 5];
        let (trace, asked) = traced(pages);
        assert_eq!((trace.deeds.len(), trace.cut, asked), (0, true, PAGES));
    }
}
