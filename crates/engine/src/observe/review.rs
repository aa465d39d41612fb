//! Exceptions that begin or end between two looks at a bucket: what they cover is judged anew by what is known of it.

use std::collections::BTreeSet;

use bucketwatch_exposure::exception::{Exception, Subject};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::decide::{self, Decision, Grounds};
use super::{ATTEMPTS, Observer, Occasion};
use crate::identity::id_of;
use crate::notice::TransitionCause;
use crate::state::{BucketKey, BucketRecord, StateError, StatusQuery, StatusRow};

/// Looks through the exceptions now and then. While the same ones count, that costs one question to the state.
pub struct Review {
    observer: Observer,
    /// When somebody else looked, before the first turn.
    since: Option<Timestamp>,
    /// Those that counted the last time.
    counted: Option<Vec<Exception>>,
}

impl Review {
    /// Gives one of the exceptions that `observer` heeds. Its first turn judges every bucket that is known.
    pub fn of(observer: Observer) -> Self {
        Self { observer, since: None, counted: None }
    }

    /// Gives one whose first turn judges no more than what has ended, or was taken back, since `instant`. What was taken out
    /// of a configuration before the first turn it cannot know.
    pub fn since(self, instant: Timestamp) -> Self {
        Self { since: Some(instant), ..self }
    }

    /// Judges anew, at the instant `now` and without asking AWS, whatever other exceptions may cover than the last time,
    /// and gives how many buckets that changes something for.
    ///
    /// *Errors*: the next turn does what was not done.
    pub async fn turn(&mut self, now: Timestamp) -> Result<usize, StateError> {
        let all = self.observer.exceptions().await?;
        let counting = counting_at(&all, now);
        let before = self.counted.clone().or_else(|| Some(counting_at(&all, self.since?)));
        let changed = match before {
            Some(before) => self.observer.review(now, &in_one_alone(&before, &counting)).await?,
            None => self.observer.review_where(now, |_| true).await?,
        };
        self.counted = Some(counting);
        Ok(changed)
    }
}

/// Gives those of `all` that count at an instant, whatever buckets they are about.
fn counting_at(all: &[Exception], at: Timestamp) -> Vec<Exception> {
    let is_revoked = |exception: &Exception| exception.revoked.as_ref().is_some_and(|act| act.at <= at);
    all.iter().filter(|exception| at < exception.until && !is_revoked(exception)).cloned().collect()
}

/// Gives those that are in one of two lists alone.
fn in_one_alone(before: &[Exception], after: &[Exception]) -> Vec<Exception> {
    let ended = before.iter().filter(|exception| !after.contains(exception));
    let begun = after.iter().filter(|exception| !before.contains(exception));
    ended.chain(begun).cloned().collect()
}

impl Observer {
    /// Judges the buckets anew that `turned` may be about, by what is known of them, and records those for which that changes
    /// what is open or accepted. Where each names its bucket, no other is read.
    async fn review(&self, now: Timestamp, turned: &[Exception]) -> Result<usize, StateError> {
        let is_name = |exception: &Exception| !exception.bucket.as_raw().contains(['*', '?']);
        if !turned.iter().all(is_name) {
            let is_meant = |row: &StatusRow| {
                let (account, bucket) = (Some(&row.key.account), Some(&row.key.name));
                let subject = Subject { account, bucket, incarnation: None, tags: &[] };
                turned.iter().any(|exception| exception.concerns(&subject))
            };
            return self.review_where(now, is_meant).await;
        }
        let key = |exception: &Exception| BucketKey {
            account: exception.account.clone(),
            name: exception.bucket.clone(),
        };
        let named: Vec<BucketKey> = turned.iter().map(key).collect::<BTreeSet<_>>().into_iter().collect();
        let (occasion, mut changed) = (reviewing(now), 0);
        for batch in named.chunks(self.store.batch_limit().max(1)) {
            changed += self.review_batch(&occasion, batch.to_vec()).await?;
        }
        Ok(changed)
    }

    /// Does the same for every bucket that lets anybody in and that `is_meant`.
    async fn review_where(
        &self,
        now: Timestamp,
        is_meant: impl Fn(&StatusRow) -> bool,
    ) -> Result<usize, StateError> {
        let occasion = reviewing(now);
        let is_open = |row: &StatusRow| {
            row.assessment.document["exposures"].as_array().is_some_and(|exposures| !exposures.is_empty())
        };
        let mut query = StatusQuery { limit: self.store.batch_limit(), ..StatusQuery::default() };
        let mut changed = 0;
        loop {
            let page = self.store.status(&query).await?;
            let meant = page.rows.into_iter().filter(|row| is_open(row) && is_meant(row));
            changed += self.review_batch(&occasion, meant.map(|row| row.key).collect()).await?;
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(changed),
            }
        }
    }

    async fn review_batch(&self, occasion: &Occasion, keys: Vec<BucketKey>) -> Result<usize, StateError> {
        if keys.is_empty() {
            return Ok(0);
        }
        for _ in 0..ATTEMPTS {
            let records = self.store.load(&keys).await?;
            let exceptions = self.exceptions().await?;
            let grounds = Grounds { occasion, judge: self.judge, exceptions: &exceptions };
            let mut decisions = Vec::new();
            for record in records.into_iter().filter(|record| record.deleted_at.is_none()) {
                decisions.extend(self.reviewed(record, grounds).await?);
            }
            let changed = decisions.len();
            if self.committed(self.commit_of(occasion, decisions)).await? {
                return Ok(changed);
            }
        }
        let subject = keys.first().map_or_else(Untrusted::default, |key| key.name.clone());
        Err(StateError::Conflict { subject })
    }

    /// Gives the decision on a bucket; `None`: nothing changes, or what is known of its account has changed, which whoever
    /// saw that has yet to judge it by.
    async fn reviewed(
        &self,
        record: BucketRecord,
        grounds: Grounds<'_>,
    ) -> Result<Option<Decision>, StateError> {
        let Some(account) = self.store.account(&record.key.account).await? else { return Ok(None) };
        if account.revision != record.account_revision {
            return Ok(None);
        }
        let decision = decide::anew(record, &account, grounds)?;
        Ok(decision.transition.is_some().then_some(decision))
    }
}

fn reviewing(now: Timestamp) -> Occasion {
    let cause = TransitionCause::Review { id: id_of(&["review", &now.to_string()]) };
    Occasion { cause, at: now, hands: Vec::new() }
}
