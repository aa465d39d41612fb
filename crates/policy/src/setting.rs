//! What is known of the bucket and the world around a policy.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::name::{AccountId, Partition};
use crate::untrusted::Untrusted;

/// Facts that a policy's meaning depends on and that do not stand in its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// The partition of the bucket.
    pub partition: Partition,
    /// The bucket's name; `None` stands for a bucket that every pattern of the policy's resources can name
    /// (a bare policy document that is judged without a bucket).
    pub bucket: Option<Untrusted>,
    /// The account that owns the bucket. *Unknowns*: without it every account that a policy names is foreign.
    pub account: Option<AccountId>,
    /// The bucket's region.
    pub region: Option<String>,
    /// The owner's organization (`o-…`).
    pub organization: Option<String>,
    /// The bucket's tags; `None` = nobody looked.
    pub bucket_tags: Option<BTreeMap<Untrusted, Untrusted>>,
    /// The instant that time conditions are judged at.
    pub now: Timestamp,
}
