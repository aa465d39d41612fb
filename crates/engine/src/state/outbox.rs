//! Deliveries as the store keeps them.

use jiff::Timestamp;

use crate::notice::Notice;

/// Asks for deliveries to one notifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The notifier's name.
    pub notifier: String,
    /// Who asks: host and process id.
    pub holder: String,
    /// Now.
    pub at: Timestamp,
    /// When the lease ends.
    pub until: Timestamp,
    /// How many at most.
    pub limit: usize,
}

/// A leased delivery.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// What settles it.
    pub ticket: Ticket,
    /// How many attempts have failed.
    pub failures: u32,
    /// When the notice was written, or its delivery revived.
    pub waiting_since: Timestamp,
    /// The notice.
    pub notice: Notice,
}

/// A lease on one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The notice's id.
    pub notice: String,
    /// The notifier's name.
    pub notifier: String,
    /// Counts the leases of this delivery; a later one makes this ticket void.
    pub lease: u64,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Which delivery.
    pub ticket: Ticket,
    /// When.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

/// How a delivery went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has it.
    Delivered,
    /// It failed.
    Failed {
        /// When to try again.
        retry_at: Timestamp,
        /// Why, for a person, free of secrets.
        reason: String,
    },
    /// It was not tried.
    Released {
        /// When to try.
        retry_at: Timestamp,
    },
    /// It failed and is not tried again by itself.
    Dead {
        /// Why, for a person, free of secrets.
        reason: String,
    },
}

/// The outbox of one notifier in numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxCount {
    /// The notifier's name.
    pub notifier: String,
    /// Deliveries that wait or are under way.
    pub waiting: u64,
    /// Dead letters.
    pub dead: u64,
    /// When the oldest notice that waits was written.
    pub oldest: Option<Timestamp>,
    /// Why the last attempt failed of one that waits.
    pub reason: Option<String>,
}

/// A delivery that was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The notifier's name.
    pub notifier: String,
    /// When it was given up.
    pub at: Timestamp,
    /// How many attempts failed.
    pub failures: u32,
    /// Why the last one did.
    pub reason: String,
    /// The notice.
    pub notice: Notice,
}
