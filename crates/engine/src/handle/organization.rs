//! A change of the organization: for every account that it covers, a change of that account.
//!
//! Who is in a unit is not asked: a change of a unit, of the root or of a policy by itself is taken to cover every account
//! that is known here.
//!
//! *Source*: Organizations user guide, "Amazon S3 policies", on what is in effect for an account (read 2026-11-23).

use std::collections::BTreeMap;

use bucketwatch_ingest::cloudtrail::{Change, Scope, Target};
use bucketwatch_policy::name::AccountId;
use futures::future::{join_all, try_join_all};
use jiff::Timestamp;
use tokio::time::Instant;

use super::{HandleError, Handler, attribution};
use crate::state::{ChangeRecord, Commit, Revisit, StateError};

/// How many accounts are looked at at once.
const AT_ONCE: usize = 8;

/// Tells whether `change` was done and concerns more accounts than that of its record.
pub(super) fn is_above_accounts(change: &Change) -> bool {
    change.kind.scope() == Scope::Organization && change.outcome.is_done()
}

impl Handler {
    /// Handles `changes` of the organization, in the order of their times. Every look that they ask for is planned, and
    /// then made until `deadline`; [`Handler::revisit`] makes the rest.
    pub(super) async fn organization_changed(
        &self,
        changes: &[Change],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), HandleError> {
        if changes.is_empty() {
            return Ok(());
        }
        let accounts = self.known_accounts().await?;
        let mut causes: BTreeMap<&AccountId, &Change> = BTreeMap::new();
        for change in changes {
            causes.extend(accounts.iter().filter(|account| covers(change, account)).map(|one| (one, change)));
        }
        let causes: Vec<(&AccountId, &Change)> = causes.into_iter().collect();
        let mut planned = Vec::with_capacity(causes.len());
        for part in causes.chunks(AT_ONCE) {
            let plans = part.iter().map(|(account, cause)| self.own.plan_account_look(account, cause, now));
            planned.extend(try_join_all(plans).await?);
        }
        let changes = changes.iter().map(|change| self.recorded_above(change, &accounts, now)).collect();
        self.own.write(Commit { changes, ..Commit::default() }).await?;
        self.look_at_accounts(planned, now, deadline).await
    }

    async fn look_at_accounts(
        &self,
        planned: Vec<Revisit>,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), HandleError> {
        for part in planned.chunks(AT_ONCE) {
            if Instant::now() >= deadline {
                break;
            }
            let looks = part.iter().map(|planned| self.look_again(planned.clone(), now, deadline));
            for made in join_all(looks).await {
                made?;
            }
        }
        Ok(())
    }

    /// Gives the accounts that are looked at, our own first.
    async fn known_accounts(&self) -> Result<Vec<AccountId>, StateError> {
        let own = self.own.account().clone();
        let others = self.own.store.accounts().await?.into_iter().filter(|account| *account != own);
        Ok([own.clone()].into_iter().chain(others).collect())
    }

    /// Gives what is remembered of `change`: as one of our own account where it is covered, else of the first that is.
    fn recorded_above(&self, change: &Change, accounts: &[AccountId], now: Timestamp) -> ChangeRecord {
        let covered = accounts.iter().find(|account| covers(change, account));
        attribution::record(change, None, covered.unwrap_or(self.own.account()), now)
    }
}

/// Tells whether `change` can change what is in effect for `account`.
fn covers(change: &Change, account: &AccountId) -> bool {
    match &change.target {
        Target::Member(member) => member == account,
        _ => true,
    }
}
