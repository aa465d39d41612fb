//! Looks that are due: AWS's answers lag behind its writes, and some work does not end in one go.

use std::time::Duration;

use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use tokio::time::Instant;

use super::bucket::{Sighted, failed};
use super::desk::Desk;
use super::{HandleError, later, not_asked};
use crate::cloud::TableAddress;
use crate::identity::id_of;
use crate::notice::{Notice, NoticeBody, Occurrence, OccurrenceKind};
use crate::state::{BucketKey, Commit, OutgoingNotice, Revisit};

/// How often a look is made again that was in vain.
const ATTEMPTS: u32 = 3;

impl Desk {
    /// Makes a look that is due, and gives how many buckets were looked at.
    pub(super) async fn due(
        &self,
        revisit: Revisit,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<usize, HandleError> {
        match revisit.bucket.clone() {
            Some(name) => {
                match TableAddress::parse(name.as_raw()) {
                    Some(table) => self.table_look(revisit, &table, now).await?,
                    None => self.bucket_look(revisit, name, now).await?,
                }
                Ok(1)
            }
            None => {
                self.account_look(revisit, None, now, deadline).await?;
                Ok(0)
            }
        }
    }

    /// Puts off a look in an account that cannot be opened, and tells it where nobody has seen what an event did to the
    /// account, or to the policy of a table, which is then over. After a few times the look is given up.
    pub(super) async fn put_off(
        &self,
        revisit: Revisit,
        why: &str,
        now: Timestamp,
    ) -> Result<(), HandleError> {
        let mut commit = Commit { revisited: vec![revisit.clone()], ..Commit::default() };
        commit.notices.extend(self.unseen_account(&revisit, why, now));
        let unseen_table = self.unseen_table(&revisit, why, now);
        let is_over = unseen_table.is_some();
        commit.notices.extend(unseen_table);
        let attempts = revisit.attempts + 1;
        if !is_over && attempts <= ATTEMPTS {
            commit.revisits.push(Revisit { attempts, due_at: later(now, self.options.settle), ..revisit });
        }
        self.write(commit).await
    }

    /// Gives the notice that nobody can see what an event did to an account; each time the same.
    fn unseen_account(&self, revisit: &Revisit, why: &str, now: Timestamp) -> Option<OutgoingNotice> {
        let deed = revisit.cause.deed().filter(|_| revisit.bucket.is_none() && !revisit.last)?;
        let (event, account) = (deed.event.clone(), revisit.account.clone());
        let id = id_of(&["unseen", account.as_str(), &event]);
        let occurrence = Occurrence {
            kind: OccurrenceKind::Unverified,
            code: Some(not_asked(&account, why).into()),
            account,
            subject: None,
            region: None,
            deed,
            exposures: Vec::new(),
        };
        let body = NoticeBody::Event(occurrence);
        Some(self.observer.addressed(Notice { id, at: now, body, group_key: event }))
    }

    async fn bucket_look(
        &self,
        revisit: Revisit,
        name: Untrusted,
        now: Timestamp,
    ) -> Result<(), HandleError> {
        let key = BucketKey { account: revisit.account.clone(), name };
        let occasion = self.occasion(&key, revisit.cause.clone(), Vec::new(), now).await?;
        let sighted = self.look(&key, revisit.region.as_deref(), &revisit.objects, &occasion).await?;
        let in_vain = match &sighted {
            Sighted::Failed => true,
            Sighted::There(looked) => failed(&looked.objects),
            Sighted::Gone => false,
        };
        let attempts = revisit.attempts + 1;
        let mut commit = Commit { revisited: vec![revisit.clone()], ..Commit::default() };
        if in_vain || !revisit.last {
            let last = attempts > ATTEMPTS;
            let pause = if last { self.options.settle } else { self.pause(attempts) };
            commit.revisits.push(Revisit { attempts, due_at: later(now, pause), last, ..revisit });
        }
        self.write(commit).await
    }

    /// Gives how long to wait after a look that was in vain `attempts` times in a row.
    pub(super) fn pause(&self, attempts: u32) -> Duration {
        match attempts {
            0 => self.options.settle,
            _ => self.options.retry.saturating_mul(1 << (attempts - 1).min(6)).min(self.options.settle),
        }
    }
}
