//! What waits for a notifier that nobody has any more.

use super::{MANY, Outbox, later};
use crate::state::{Claim, Outcome, Settlement, StateError};

/// Why such a notice is given up.
const REASON: &str = "no notifier of this name is configured any more";

impl Outbox {
    /// Gives up what has waited too long for notifiers that are not among those of this outbox, and gives how many
    /// deliveries that were. They are dead letters then: seen, and sent again once there is such a notifier.
    pub async fn give_up_orphans(&self) -> Result<u64, StateError> {
        let mut given_up = 0;
        for count in self.store.outbox_counts().await? {
            let is_ours = self.notifiers.iter().any(|notifier| notifier.name() == count.notifier);
            let is_late = |oldest| later(oldest, self.options.give_up_after) <= self.clock.now();
            if !is_ours && count.waiting > 0 && count.oldest.is_some_and(is_late) {
                given_up += self.give_up(&count.notifier).await?;
            }
        }
        Ok(given_up)
    }

    async fn give_up(&self, notifier: &str) -> Result<u64, StateError> {
        let (now, mut given_up) = (self.clock.now(), 0);
        loop {
            let (notifier, holder) = (notifier.to_owned(), self.holder.clone());
            let until = later(now, self.options.attempt);
            let claimed = self.store.claim(&Claim { notifier, holder, at: now, until, limit: MANY }).await?;
            let is_last = claimed.len() < MANY;
            let settle = |delivery: crate::state::Claimed| {
                let last = later(delivery.waiting_since, self.options.give_up_after);
                let outcome = if last <= now {
                    given_up += 1;
                    Outcome::Dead { reason: REASON.to_owned() }
                } else {
                    Outcome::Released { retry_at: last }
                };
                Settlement { ticket: delivery.ticket, at: now, outcome }
            };
            self.store.settle(claimed.into_iter().map(settle).collect()).await?;
            if is_last {
                return Ok(given_up);
            }
        }
    }
}
