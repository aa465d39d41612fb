//! Exceptions that begin or end between two looks at a bucket: what they cover is judged anew by what is known of it.

use bucketwatch_exposure::exception::Exception;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::decide::{self, Decision, Grounds};
use super::{ATTEMPTS, Observer, Occasion};
use crate::exception::lapse;
use crate::identity::id_of;
use crate::notice::TransitionCause;
use crate::state::{BucketKey, BucketRecord, StateError, StatusQuery};

/// Looks through the exceptions now and then. While the same ones count, that costs one question to the state.
pub struct Review {
    observer: Observer,
    /// Those that counted the last time.
    counted: Option<Vec<Exception>>,
}

impl Review {
    /// Gives one of the exceptions that `observer` heeds. Its first turn looks at every bucket that is known.
    pub fn of(observer: Observer) -> Self {
        Self { observer, counted: None }
    }

    /// Judges anew, at the instant `now` and without asking AWS, whatever other exceptions may cover than the last time,
    /// and gives how many buckets that changes something for.
    ///
    /// *Errors*: the next turn does what was not done.
    pub async fn turn(&mut self, now: Timestamp) -> Result<usize, StateError> {
        let mut counting = self.observer.exceptions().await?;
        counting.retain(|exception| lapse(exception, None, now).is_none());
        if self.counted.as_ref() == Some(&counting) {
            return Ok(0);
        }
        let changed = self.observer.review(now).await?;
        self.counted = Some(counting);
        Ok(changed)
    }
}

impl Observer {
    /// Judges every bucket anew that lets anybody in, by what is known of it, and records those for which that changes what
    /// is open or accepted.
    async fn review(&self, now: Timestamp) -> Result<usize, StateError> {
        let cause = TransitionCause::Review { id: id_of(&["review", &now.to_string()]) };
        let occasion = Occasion { cause, at: now, hands: Vec::new() };
        let mut query = StatusQuery { limit: self.store.batch_limit(), ..StatusQuery::default() };
        let mut changed = 0;
        loop {
            let page = self.store.status(&query).await?;
            let open = page.rows.into_iter().filter(|row| {
                row.assessment.document["exposures"].as_array().is_some_and(|exposures| !exposures.is_empty())
            });
            changed += self.review_batch(&occasion, open.map(|row| row.key).collect()).await?;
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
