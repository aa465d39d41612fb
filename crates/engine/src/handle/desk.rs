//! What handles the events of one account.

use std::sync::Arc;

use bucketwatch_ingest::cloudtrail::Change;
use bucketwatch_policy::name::AccountId;
use futures::future::join_all;
use jiff::Timestamp;
use tokio::time::Instant;

use super::affair::Affairs;
use super::{HandleError, HandleOptions};
use crate::judgement::Judge;
use crate::observe::Observer;
use crate::scan::Looker;
use crate::state::{Commit, StateStore};

/// How many buckets are looked at at once.
pub(super) const AT_ONCE: usize = 8;

/// Handles the events of the account that its looker shows.
#[derive(Clone)]
pub(super) struct Desk {
    pub(super) store: Arc<dyn StateStore>,
    pub(super) observer: Arc<Observer>,
    pub(super) looker: Arc<dyn Looker>,
    pub(super) options: Arc<HandleOptions>,
    pub(super) judge: Judge,
}

impl Desk {
    /// Gives the account.
    pub(super) fn account(&self) -> &AccountId {
        &self.looker.identity().account
    }

    /// Gives one that does the same for the account that `looker` shows.
    pub(super) fn of(&self, looker: Arc<dyn Looker>) -> Self {
        Self { looker, ..self.clone() }
    }

    /// Handles events that were not handled before, in the order of their times, and gives how many looks it took.
    pub(super) async fn handle(
        &self,
        changes: Vec<Change>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<usize, HandleError> {
        let mut affairs = Affairs::sorted(changes);
        self.find_buckets(&mut affairs, now).await?;
        if !affairs.account.is_empty() {
            self.account_changed(&affairs.account, now, deadline).await?;
        }
        self.tell(&affairs, now).await?;
        let mut looks = self.tables_changed(&affairs.tables, now).await?;
        let buckets: Vec<_> = affairs.buckets.iter().collect();
        for part in buckets.chunks(AT_ONCE) {
            let work =
                part.iter().map(|(name, group)| self.bucket_changed(name, group, &affairs.account, now));
            for made in join_all(work).await {
                looks += made?;
            }
        }
        Ok(looks)
    }

    /// Writes what needs no record of a bucket or account.
    pub(super) async fn write(&self, commit: Commit) -> Result<(), HandleError> {
        Ok(self.store.commit(commit).await?)
    }
}
