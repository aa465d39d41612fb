//! The port to whatever carries notices out.

use async_trait::async_trait;

use crate::notice::Notice;

/// Carries notices to one place. One value per configured destination.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// Gives the destination's name: unique in a configuration, and the key of its deliveries in the outbox.
    fn name(&self) -> &str;

    /// Gives how many notices a minute the other side wants at most where nobody says otherwise; `None`: any number.
    fn per_minute(&self) -> Option<u32> {
        None
    }

    /// Tells whether the other side keeps something open for a bucket, an incident or a finding, and so has to hear when
    /// it is shut.
    fn follows(&self) -> bool {
        false
    }

    /// Tells whether it is a list of findings rather than an alarm, and so has to hear of what is open at first sight.
    fn registers(&self) -> bool {
        false
    }

    /// Tells whether people read it, who want many changes of one cause as one message.
    fn groups(&self) -> bool {
        false
    }

    /// Hands `notice` over. `Ok` means that the other side has it; a repeat carries the same id.
    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError>;
}

/// Why a notice was not handed over.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct DeliveryError {
    /// What happened, for a person, free of secrets.
    pub reason: String,
    /// Whether trying again can help.
    pub retry: Retry,
}

/// Whether and when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// With the usual backoff.
    Later,
    /// Not before this long.
    After(std::time::Duration),
    /// Never: the other side refuses this notice for what it is.
    Never,
}
