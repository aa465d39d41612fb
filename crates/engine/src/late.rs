//! Who brought about what a scan found first: the events that told of it came afterwards.
//!
//! The transition stays as it was recorded and told, and nobody is told of it twice; who reads the history sees who did it.

use crate::notice::{Deed, TransitionCause, TransitionRecord};
use crate::state::{BucketKey, ChangeRecord, HistoryQuery, StateError, StateStore};

/// How many events of a bucket are weighed, and how many are named.
const WEIGHED: usize = 100;
const NAMED: usize = 4;

/// Gives the events that can have brought about what a scan found: those of the bucket that were done between the
/// transition before it and it, the latest first. Nothing of what an event or a person caused.
///
/// *Unknowns*: events are remembered for 90 days.
pub async fn behind(store: &dyn StateStore, found: &TransitionRecord) -> Result<Vec<Deed>, StateError> {
    if !matches!(found.cause, TransitionCause::Scan { .. }) {
        return Ok(Vec::new());
    }
    let key = BucketKey { account: found.account.clone(), name: found.bucket.clone() };
    let events = store.changes(&key, WEIGHED).await?;
    if events.iter().all(|event| event.deed.at > found.at) {
        return Ok(Vec::new());
    }
    let before = before(store, found).await?;
    let in_time = |event: &&ChangeRecord| {
        event.deed.at <= found.at && before.as_ref().is_none_or(|before| event.deed.at > before.at)
    };
    let events = events.iter().filter(in_time);
    Ok(match found.alerts_as() {
        Some("opened" | "widened" | "changed") => opening(events),
        _ => events.take(1).map(|event| event.deed.clone()).collect(),
    })
}

/// Gives of those that opened the same thing the latest.
fn opening<'e>(events: impl Iterator<Item = &'e ChangeRecord>) -> Vec<Deed> {
    let mut taken = Vec::new();
    let mut deeds = Vec::new();
    for event in events {
        let Some(opened) = event.opened.filter(|opened| !taken.contains(opened)) else { continue };
        taken.push(opened);
        deeds.push(event.deed.clone());
    }
    deeds.truncate(NAMED);
    deeds
}

/// Gives the transition of the same bucket before `found`.
async fn before(
    store: &dyn StateStore,
    found: &TransitionRecord,
) -> Result<Option<TransitionRecord>, StateError> {
    let (account, bucket) = (Some(found.account.clone()), Some(found.bucket.clone()));
    let mut query = HistoryQuery { account, bucket, ..HistoryQuery::default() };
    let mut passed = false;
    loop {
        let page = store.history(&query).await?;
        for row in page.rows {
            if passed {
                return Ok(Some(row));
            }
            passed = row.id == found.id;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => return Ok(None),
        }
    }
}
