//! What is to be looked at again, because AWS's answers lag behind its writes.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::cloud::ObjectName;
use crate::notice::TransitionCause;

/// A look that is due at an instant. There is one at most for a bucket, and one for an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Revisit {
    /// The account.
    pub account: AccountId,
    /// The bucket, or the text of a [`crate::cloud::TableAddress`]; `None` = the account's own facts, and then every bucket that they decide.
    pub bucket: Option<Untrusted>,
    /// The bucket's region, where an event named it.
    pub region: Option<String>,
    /// When it is due.
    pub due_at: Timestamp,
    /// When the first of the looks that this one belongs to was asked for.
    pub since: Timestamp,
    /// How often it was looked in vain: the answers were older than the event, or there were none.
    pub attempts: u32,
    /// Whether this is the last look, some time after everything seemed settled.
    pub last: bool,
    /// What to name as the cause of what the look finds.
    pub cause: TransitionCause,
    /// Objects of the bucket that are to be looked at with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectName>,
}
