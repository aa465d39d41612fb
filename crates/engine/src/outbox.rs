//! Delivery: what waits in the outbox goes to its notifiers, at least once, each notifier by itself.

mod backoff;
mod pace;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until, timeout_at};

pub use self::backoff::Backoff;

use self::pace::Pace;

use crate::clock::{Clock, SystemClock};
use crate::notifier::{Notifier, Retry};
use crate::state::{Claim, Claimed, Outcome, Settlement, StateError, StateStore};

/// How many deliveries are leased at once.
const BATCH: usize = 16;

/// After so many failures in a row the rest waits too: the other side is down, not the notice bad.
const FAILURES_IN_A_ROW: u32 = 3;

/// How deliveries are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryOptions {
    /// How long one attempt may take.
    pub attempt: Duration,
    /// How failed attempts are spaced.
    pub backoff: Backoff,
    /// How long a notice is tried before it becomes a dead letter.
    pub give_up_after: Duration,
    /// How many notices a minute a notifier gets at most, by its name; others as they say themselves.
    pub per_minute: BTreeMap<String, u32>,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(20),
            backoff: Backoff::default(),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
            per_minute: BTreeMap::new(),
        }
    }
}

/// Delivers what waits in a store's outbox.
pub struct Outbox {
    store: Arc<dyn StateStore>,
    notifiers: Vec<Arc<dyn Notifier>>,
    holder: String,
    options: DeliveryOptions,
    clock: Arc<dyn Clock>,
}

/// What came of delivering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Deliveries made.
    pub delivered: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Deliveries given up.
    pub dead: u64,
}

impl Outbox {
    /// Gives the outbox of `store`, delivered by `notifiers`; `holder` says to other processes who does it.
    pub fn new(
        store: Arc<dyn StateStore>,
        notifiers: Vec<Arc<dyn Notifier>>,
        holder: String,
        options: DeliveryOptions,
    ) -> Self {
        Self { store, notifiers, holder, options, clock: Arc::new(SystemClock) }
    }

    /// Gives the same outbox by another clock than the machine's.
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Delivers until nothing waits or `deadline` comes, and gives what came of it. What is left waits for the next
    /// time; a notifier that is slow or dead delays no other.
    pub async fn deliver_until(&self, deadline: Instant) -> Result<Delivered, StateError> {
        let lanes = self.notifiers.iter().map(|notifier| self.lane(&**notifier, deadline));
        let mut sum = Delivered::default();
        for lane in join_all(lanes).await {
            let lane = lane?;
            sum.delivered += lane.delivered;
            sum.failed += lane.failed;
            sum.dead += lane.dead;
        }
        Ok(sum)
    }

    async fn lane(&self, notifier: &dyn Notifier, deadline: Instant) -> Result<Delivered, StateError> {
        let mut lane = Lane { sum: Delivered::default(), failures_in_a_row: 0, hold_until: None };
        let per_minute = self.options.per_minute.get(notifier.name()).copied().or(notifier.per_minute());
        let mut pace = Pace::new(per_minute, Instant::now());
        loop {
            let free = pace.free_at().max(self.free_at(&lane));
            if free.max(Instant::now()) >= deadline {
                break;
            }
            sleep_until(free).await;
            let claimed = self.claim(notifier, pace.batch(BATCH)).await?;
            if !claimed.is_empty() {
                pace.spend(claimed.len(), Instant::now());
                self.deliver(notifier, claimed, deadline, &mut lane).await?;
                continue;
            }
            let Some(due) = self.store.next_due(notifier.name()).await? else { break };
            match self.instant_of(due) {
                Some(due) if due < deadline => sleep_until(due).await,
                _ => break,
            }
        }
        Ok(lane.sum)
    }

    async fn claim(&self, notifier: &dyn Notifier, limit: usize) -> Result<Vec<Claimed>, StateError> {
        // The lease outlasts every attempt of the batch, so that nobody else makes them meanwhile.
        let (at, lease) = (self.clock.now(), self.options.attempt * (BATCH as u32 + 1));
        let (notifier, holder) = (notifier.name().to_owned(), self.holder.clone());
        self.store.claim(&Claim { notifier, holder, at, until: later(at, lease), limit }).await
    }

    /// Tries every delivery of a batch, and records how they went: after the attempts, never before.
    async fn deliver(
        &self,
        notifier: &dyn Notifier,
        claimed: Vec<Claimed>,
        deadline: Instant,
        lane: &mut Lane,
    ) -> Result<(), StateError> {
        let mut settlements = Vec::with_capacity(claimed.len());
        for delivery in claimed {
            let outcome = match lane.hold_until {
                Some(retry_at) if retry_at > self.clock.now() => Outcome::Released { retry_at },
                _ => self.attempt(notifier, &delivery, deadline).await,
            };
            lane.learn(&outcome);
            settlements.push(Settlement { ticket: delivery.ticket, at: self.clock.now(), outcome });
        }
        self.store.settle(settlements).await
    }

    async fn attempt(&self, notifier: &dyn Notifier, delivery: &Claimed, deadline: Instant) -> Outcome {
        let cut_off = Instant::now() + self.options.attempt;
        if deadline <= Instant::now() {
            return Outcome::Released { retry_at: self.clock.now() };
        }
        match timeout_at(cut_off.min(deadline), notifier.deliver(&delivery.notice)).await {
            Ok(Ok(())) => Outcome::Delivered,
            Ok(Err(error)) => self.failure(delivery, error.reason, error.retry),
            Err(_) if deadline < cut_off => Outcome::Released { retry_at: self.clock.now() },
            Err(_) => self.failure(delivery, "no answer in time".to_owned(), Retry::Later),
        }
    }

    fn failure(&self, delivery: &Claimed, reason: String, retry: Retry) -> Outcome {
        let now = self.clock.now();
        let pause = self.options.backoff.pause(delivery.failures, &delivery.ticket.notice);
        let pause = match retry {
            Retry::Never => return Outcome::Dead { reason },
            Retry::After(wish) => pause.max(wish),
            Retry::Later => pause,
        };
        let last = later(delivery.waiting_since, self.options.give_up_after);
        if last <= now {
            Outcome::Dead { reason }
        } else {
            Outcome::Failed { retry_at: later(now, pause), reason }
        }
    }

    /// Gives when the next attempt makes sense.
    fn free_at(&self, lane: &Lane) -> Instant {
        lane.hold_until.and_then(|time| self.instant_of(time)).unwrap_or_else(Instant::now)
    }

    /// Gives the instant of a time; `None`: too far away.
    fn instant_of(&self, time: Timestamp) -> Option<Instant> {
        let wait = Duration::try_from(time.duration_since(self.clock.now())).unwrap_or_default();
        Instant::now().checked_add(wait)
    }
}

/// What is known of one notifier while it is delivered to.
struct Lane {
    sum: Delivered,
    failures_in_a_row: u32,
    /// The other side is down until then, as far as one can tell.
    hold_until: Option<Timestamp>,
}

impl Lane {
    fn learn(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Delivered => {
                self.sum.delivered += 1;
                self.failures_in_a_row = 0;
                self.hold_until = None;
            }
            Outcome::Failed { retry_at, .. } => {
                self.sum.failed += 1;
                self.failures_in_a_row += 1;
                if self.failures_in_a_row >= FAILURES_IN_A_ROW {
                    self.hold_until = Some(*retry_at);
                }
            }
            Outcome::Dead { .. } => self.sum.dead += 1,
            Outcome::Released { .. } => {}
        }
    }
}

fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}
