//! A run of transitions and notices, and what a store shows of it.

use std::collections::BTreeMap;
use std::path::Path;

use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionCause, TransitionRecord};
use bucketwatch_engine::state::{
    AssessmentRecord, BucketKey, BucketRecord, Claim, Commit, Facet, FacetKind, HistoryQuery, Look, Outcome,
    OutgoingNotice, Settlement, StateStore,
};
use bucketwatch_exposure::assessment::{Objects, Verdict};
use bucketwatch_policy::name::AccountId;
use bucketwatch_powercut::{Honesty, Operation, note, record};
use jiff::Timestamp;
use serde_json::json;

/// The file's name.
pub(crate) const DATABASE: &str = "state.db";

/// After so many rounds the store is closed, which empties the log into the database, and opened again.
const ROUNDS_A_PROCESS: i64 = 6;

/// What a store shows of a run: each of its transactions changes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    transitions: Vec<String>,
    bucket_version: u64,
    policy: Option<String>,
    waiting: u64,
    next_due: Option<Timestamp>,
}

/// Runs `rounds` of commit, claim and settle on a new store; gives what was written, and what the store showed after
/// each transaction.
pub(crate) fn run(honesty: Honesty, rounds: i64) -> (Vec<Operation>, Vec<Seen>) {
    let folder = crate::memory_folder();
    let mut shown = vec![Seen::default()];
    let operations = record(folder.path(), honesty, || {
        on_this_thread(async {
            let path = folder.path().join(DATABASE);
            let mut store = SqliteStore::open(&path).await.unwrap();
            for round in 1..=rounds {
                if round % ROUNDS_A_PROCESS == 0 {
                    drop(store);
                    store = SqliteStore::open(&path).await.unwrap();
                }
                store.commit(commit(round)).await.unwrap();
                note();
                shown.push(see(&store).await.unwrap());
                let (notifier, holder) = ("log".to_owned(), "host:1".to_owned());
                let (now, until) = (at(round), at(round + 1_000_000));
                let claimed =
                    store.claim(&Claim { notifier, holder, at: now, until, limit: 1 }).await.unwrap();
                note();
                shown.push(see(&store).await.unwrap());
                let outcome = match round % 5 {
                    0 => Outcome::Failed { retry_at: at(round + 2_000_000), reason: "refused".to_owned() },
                    _ => Outcome::Delivered,
                };
                let ticket = claimed[0].ticket.clone();
                store.settle(vec![Settlement { ticket, at: now, outcome }]).await.unwrap();
                note();
                shown.push(see(&store).await.unwrap());
            }
        });
    });
    (operations, shown)
}

/// Opens the store in `folder` and gives what it shows.
pub(crate) fn look(folder: &Path) -> Result<Seen, String> {
    on_this_thread(async {
        let store = SqliteStore::open(&folder.join(DATABASE)).await.map_err(|error| error.to_string())?;
        see(&store).await
    })
}

async fn see(store: &SqliteStore) -> Result<Seen, String> {
    let all = HistoryQuery { limit: 10_000, ..HistoryQuery::default() };
    let told = |error: bucketwatch_engine::state::StateError| error.to_string();
    let transitions = store.history(&all).await.map_err(told)?.rows.into_iter().map(|row| row.id).collect();
    let bucket = store.load(&[key()]).await.map_err(told)?.pop();
    let policy = |bucket: &BucketRecord| Some(bucket.facets.values().next()?.document["policy"].to_string());
    Ok(Seen {
        transitions,
        policy: bucket.as_ref().and_then(policy),
        bucket_version: bucket.map_or(0, |bucket| bucket.version),
        waiting: store.outbox_counts().await.map_err(told)?.iter().map(|count| count.waiting).sum(),
        next_due: store.next_due("log").await.map_err(told)?,
    })
}

fn on_this_thread<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn key() -> BucketKey {
    BucketKey { account: AccountId::parse("123456789012").unwrap(), name: "b".into() }
}

/// Gives what one observation writes: a bucket, a transition, a notice.
fn commit(round: i64) -> Commit {
    let policy = format!("{{\"Statement\": [], \"Id\": \"{round}\"}}");
    let facet = Facet { observed_at: at(round), document: json!({ "policy": policy }) };
    let bucket = BucketRecord {
        key: key(),
        version: u64::try_from(round - 1).unwrap(),
        region: None,
        incarnation: 1,
        first_seen_at: at(1),
        last_look: Look { at: at(round), run: None },
        failed_runs: 0,
        facets: BTreeMap::from([(FacetKind::Configuration, facet)]),
        assessment: Some(AssessmentRecord {
            verdict: Verdict::Undetermined,
            severity: None,
            objects: Objects::Unchecked,
            observed_at: at(round),
            document: json!({}),
        }),
        standing: None,
        sight_lost_at: None,
        deleted_at: None,
        account_revision: 0,
    };
    let transition = TransitionRecord {
        id: round.to_string(),
        at: at(round),
        bucket: key().name,
        account: key().account,
        region: None,
        kind: "opened".to_owned(),
        inner: None,
        before: None,
        after: None,
        cause: TransitionCause::Scan { run: "r".to_owned() },
        group_key: "r".to_owned(),
        acceptance: Default::default(),
    };
    let notice = Notice {
        id: format!("n{round}"),
        at: at(round),
        body: NoticeBody::Transitions { transitions: vec![transition.clone()] },
        group_key: "r".to_owned(),
    };
    Commit {
        buckets: vec![bucket],
        transitions: vec![transition],
        notices: vec![OutgoingNotice { notice, notifiers: vec!["log".to_owned()] }],
        ..Commit::default()
    }
}
