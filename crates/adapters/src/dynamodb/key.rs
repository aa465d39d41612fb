//! Where each kind of record lies in the table: the one place that spells keys.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use bucketwatch_engine::state::{BucketKey, RunId};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::item::Attributes;

/// The table's own keys and those of its index.
pub(super) const PK: &str = "pk";
pub(super) const SK: &str = "sk";
pub(super) const INDEX: &str = "gsi1";
pub(super) const INDEX_PK: &str = "gsi1pk";
pub(super) const INDEX_SK: &str = "gsi1sk";

/// The partition of the index that holds every transition.
pub(super) const HISTORY: &str = "history";

/// The longest name that stands in a key as it is: a sort key has 1,024 bytes at most.
///
/// *Source*: Amazon DynamoDB Developer Guide, "Quotas and limits" (read 2026-11-23).
const LONGEST: usize = 400;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// Gives it to the SDK.
    pub(super) fn attributes(&self) -> Attributes {
        Attributes::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }

    /// The version of the table's layout.
    pub(super) fn layout() -> Self {
        Self::new("meta", "layout")
    }

    /// Up to when events are forgotten.
    pub(super) fn forgotten() -> Self {
        Self::new("meta", "forgotten")
    }

    /// When an event last came, within a quarter of an hour.
    pub(super) fn last_event() -> Self {
        Self::new("meta", "event")
    }

    /// The scan lease.
    pub(super) fn lease() -> Self {
        Self::new("meta", "lease")
    }

    /// A run.
    pub(super) fn run(id: &RunId, started_at: Timestamp) -> Self {
        Self::new("runs", format!("{}#{}", sortable(started_at), part(id.as_str())))
    }

    /// That an account has buckets.
    pub(super) fn known_account(account: &AccountId) -> Self {
        Self::new("accounts", account.as_str())
    }

    /// What is known of an account.
    pub(super) fn account(account: &AccountId) -> Self {
        Self::new(of_account(account), "account")
    }

    /// When somebody was last reminded.
    pub(super) fn reminder(account: &AccountId) -> Self {
        Self::new(of_account(account), "reminder")
    }

    /// What is known of a bucket.
    pub(super) fn bucket(key: &BucketKey) -> Self {
        Self::new(of_account(&key.account), format!("bucket#{}", part(key.name.as_raw())))
    }

    /// A part of the record at `key`, where it is too much for one item.
    pub(super) fn part(key: &Self, number: usize) -> Self {
        Self::new(format!("parts#{}", key.pk), format!("{}#{number:03}", key.sk))
    }

    /// A transition: with those of its cause, in the order in which they were written.
    pub(super) fn transition(group_key: &str, id: &str, sequence: i64) -> Self {
        Self::new(group(group_key), format!("{sequence:019}#{}", part(id)))
    }

    /// An exception.
    pub(super) fn exception(id: &str) -> Self {
        Self::new("exceptions", part(id))
    }

    /// An event.
    pub(super) fn event(id: &str) -> Self {
        Self::new(format!("event#{}", part(id)), "event")
    }

    /// A look to come at a bucket, or at the account as a whole.
    pub(super) fn look(account: &AccountId, bucket: Option<&Untrusted>) -> Self {
        let sk = match bucket {
            Some(bucket) => format!("{account}#{}", part(bucket.as_raw())),
            None => account.to_string(),
        };
        Self::new("looks", sk)
    }

    /// A notice.
    pub(super) fn notice(id: &str) -> Self {
        Self::new(format!("notice#{}", part(id)), "notice")
    }

    /// That a notifier was told something.
    pub(super) fn known_notifier(notifier: &str) -> Self {
        Self::new("notifiers", part(notifier))
    }

    /// A delivery that is to be made.
    pub(super) fn waiting(notifier: &str, sequence: i64, notice: &str) -> Self {
        Self::new(outbox(notifier), format!("{WAITING}{sequence:019}#{}", part(notice)))
    }

    /// A delivery that was given up.
    pub(super) fn dead(notifier: &str, sequence: i64, notice: &str) -> Self {
        Self::new(outbox(notifier), format!("{DEAD}{sequence:019}#{}", part(notice)))
    }
}

/// What the sort keys of deliveries begin with.
pub(super) const WAITING: &str = "waiting#";
pub(super) const DEAD: &str = "dead#";

/// What the sort keys of buckets lie between, from the first name greater than `after`: `#` is followed by `$`.
pub(super) fn buckets_after(after: Option<&Untrusted>) -> (String, String) {
    let first = after.map_or_else(String::new, |after| format!("{}\0", part(after.as_raw())));
    (format!("bucket#{first}"), "bucket$".to_owned())
}

/// The partition of an account.
pub(super) fn of_account(account: &AccountId) -> String {
    format!("account#{account}")
}

/// The partition of the transitions of one cause.
pub(super) fn group(group_key: &str) -> String {
    format!("group#{}", part(group_key))
}

/// The partition of a notifier's deliveries.
pub(super) fn outbox(notifier: &str) -> String {
    format!("outbox#{}", part(notifier))
}

/// The index's partition of the events about a bucket, or about the account as a whole.
pub(super) fn events(account: &AccountId, bucket: Option<&Untrusted>) -> String {
    match bucket {
        Some(bucket) => format!("events#{account}#{}", part(bucket.as_raw())),
        None => format!("events#{account}"),
    }
}

/// The index's sort key of an event: by its own time.
pub(super) fn event_at(at: Timestamp, id: &str) -> String {
    format!("{}#{}", sortable(at), part(id))
}

/// Gives an instant as a text that sorts as it does. What lies before 1970 sorts as 1970.
pub(super) fn sortable(instant: Timestamp) -> String {
    format!("{:021}", instant.as_nanosecond().max(0))
}

/// Gives a text that strangers may choose as a part of a key: as it is, or its beginning and digest where it is longer
/// than any that AWS gives.
fn part(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let mut part = name[..name.floor_char_boundary(LONGEST)].to_owned();
    part.push_str("#sha256:");
    for byte in Sha256::digest(name.as_bytes()) {
        let _ = write!(part, "{byte:02x}");
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_too_long_for_a_key_is_told_from_others_by_its_digest() {
        let long = "é".repeat(700);
        let other = format!("{long}x");
        assert!(part(&long).len() < 500);
        assert_ne!(part(&long), part(&other));
        assert_eq!(part("b\0'"), "b\0'");
    }

    #[test]
    fn instants_sort_as_their_texts() {
        let at = |second| sortable(Timestamp::from_second(second).unwrap());
        assert!(at(-5) <= at(0) && at(0) < at(9) && at(9) < at(10) && at(10) < at(253_402_207_199));
    }

    #[test]
    fn the_buckets_after_a_name_begin_with_the_next_that_is_possible() {
        let (first, end) = buckets_after(Some(&"b".into()));
        let account = AccountId::parse("123456789012").unwrap();
        let of = |name: &str| Key::bucket(&BucketKey { account: account.clone(), name: name.into() }).sk;
        assert!(of("b") < first && first <= of("b\0") && of("b\0") < of("ba") && of("\u{10ffff}") < end);
        let (first, _) = buckets_after(None);
        assert!(first <= of(""));
    }
}
