//! The daily scan: our own account, then every other that is known, each through its role. Whatever events were lost, it
//! finds.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bucketwatch_adapters::aws::AwsAccounts;
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::handle::OutOfReach;
use bucketwatch_engine::scan::{ScanError, ScanOptions, scan};
use bucketwatch_policy::name::AccountId;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use super::parts::Parts;
use crate::failure::explain_failure;

/// With less time than this no scan is begun: it would see little, and its account would come last the next time.
const LEAST: Duration = Duration::from_secs(10);

/// What became of the scan of one account.
struct Scanned {
    buckets: u64,
    /// Why it is not the whole; `None` = it is.
    partial: Option<String>,
}

impl Scanned {
    fn nothing(why: String) -> Self {
        Self { buckets: 0, partial: Some(why) }
    }

    fn log(&self, account: &AccountId) {
        let (account, buckets) = (account.as_str(), self.buckets);
        match &self.partial {
            Some(why) => warn!(account, buckets, "the scan is partial: {why}"),
            None => info!(account, buckets, "the account is scanned"),
        }
    }
}

/// Scans our own account, and the others for as long as there is time.
///
/// # Errors
/// Our own account cannot be scanned, or the state cannot be used; the other accounts are scanned before the first is told.
pub(super) async fn reconcile(parts: &Parts, deadline: Instant) -> Result<Value> {
    let account = parts.cloud.identity().await?.account;
    let own = scanned(parts, Arc::clone(&parts.cloud), deadline).await.inspect(|own| own.log(&account));
    let others = match &parts.accounts {
        Some(accounts) => others(parts, accounts, &account, deadline).await?,
        None => Vec::new(),
    };
    let Scanned { buckets, partial } = own?;
    Ok(json!({"buckets": buckets, "partial": partial, "accounts": others}))
}

/// Scans the accounts beside `own`, the one that was looked at longest ago first. One that cannot be scanned costs no other
/// its scan.
async fn others(
    parts: &Parts,
    accounts: &AwsAccounts,
    own: &AccountId,
    deadline: Instant,
) -> Result<Vec<Value>> {
    let store = &parts.memory.store;
    let mut known = Vec::new();
    for account in store.accounts().await?.into_iter().filter(|account| account != own) {
        let looked_at = store.account(&account).await?.map(|record| record.last_look.at);
        known.push((looked_at, account));
    }
    known.sort();
    let mut told = Vec::new();
    for (_, account) in known {
        let outcome = match reached(accounts, &account, deadline).await {
            Ok(cloud) => match scanned(parts, cloud, deadline).await {
                Err(error @ ScanError::Cloud(_)) => Scanned::nothing(explain_failure(&error.into())),
                outcome => outcome?,
            },
            Err(OutOfReach(why)) => Scanned::nothing(why),
        };
        outcome.log(&account);
        let Scanned { buckets, partial } = outcome;
        told.push(json!({"account": account, "buckets": buckets, "partial": partial}));
    }
    Ok(told)
}

/// Opens another account, where there is time to scan it.
async fn reached(
    accounts: &AwsAccounts,
    account: &AccountId,
    deadline: Instant,
) -> Result<Arc<dyn Cloud>, OutOfReach> {
    let no_time = || OutOfReach("there was no time for it".to_owned());
    let begin_by = deadline.checked_sub(LEAST).ok_or_else(no_time)?;
    if Instant::now() >= begin_by {
        return Err(no_time());
    }
    timeout_at(begin_by, accounts.cloud(account)).await.unwrap_or_else(|_| Err(no_time()))
}

async fn scanned(parts: &Parts, cloud: Arc<dyn Cloud>, deadline: Instant) -> Result<Scanned, ScanError> {
    let options = ScanOptions {
        deadline: Some(deadline.duration_since(Instant::now())),
        buckets_at_once: 48,
        ..ScanOptions::default()
    };
    let outcome = scan(cloud, Arc::new(parts.recorder()), options).await?;
    Ok(Scanned { buckets: outcome.coverage.buckets, partial: outcome.partial.map(|why| why.to_string()) })
}
