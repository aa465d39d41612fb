//! The port to the accounts that can be looked at beside our own.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_policy::name::AccountId;

use crate::scan::Looker;

/// Opens other accounts.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Gives what looks at `account`. What was opened once is kept.
    async fn looker(&self, account: &AccountId) -> Result<Arc<dyn Looker>, OutOfReach>;
}

/// Why an account cannot be looked at, for a person, free of secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OutOfReach(pub String);

/// No account but our own.
pub(super) struct OursAlone;

#[async_trait]
impl Accounts for OursAlone {
    async fn looker(&self, _: &AccountId) -> Result<Arc<dyn Looker>, OutOfReach> {
        Err(OutOfReach("no role is named for other accounts".to_owned()))
    }
}
