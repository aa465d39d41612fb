//! Events as they are remembered: so that none is handled twice, and so that an alert can name everybody who had a hand
//! in it.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::notice::Deed;

/// An event that was handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The account whose configuration it is about.
    pub account: AccountId,
    /// The bucket; `None` = the account as a whole, or what is no bucket.
    pub bucket: Option<Untrusted>,
    /// When it was handled, which is what its age is counted from.
    pub recorded_at: Timestamp,
    /// What of the bucket it can have opened.
    pub opened: Option<Opened>,
    /// Who did what, and the event's id.
    pub deed: Deed,
}

/// What an event can have opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opened {
    /// The policy lets in whom it names.
    Policy,
    /// The ACL does, or ACLs count again.
    Acl,
    /// Block Public Access no longer holds what the others let in.
    Block,
    /// An access point lets in whom its policy names.
    AccessPoint,
}
