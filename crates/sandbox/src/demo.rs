//! The account of the demonstration.

use bucketwatch_policy::name::AccountId;

/// Gives the number of the account that the demonstration and generated fleets use.
pub fn account_id() -> AccountId {
    AccountId::parse("111122223333").unwrap_or_else(|| unreachable!("it has twelve digits"))
}
