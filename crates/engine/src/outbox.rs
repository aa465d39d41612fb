//! Delivery: what waits in the outbox goes to its notifiers, at least once, each notifier by itself.

mod backoff;
mod follow;
mod lane;
mod orphan;
mod pace;
mod parcel;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, sleep_until, timeout_at};

pub use self::backoff::Backoff;

use self::lane::Lane;
use self::pace::Pace;
use self::parcel::{Packed, Packing, Parcel, urgency};

use crate::clock::{Clock, SystemClock};
use crate::notice::Notice;
use crate::notifier::{DeliveryError, Notifier, Retry};
use crate::routing::Routing;
use crate::scan::Stop;
use crate::state::{Claim, Claimed, Outcome, Settlement, StateError, StateStore};
use crate::timing::Timing;

/// How many deliveries are leased at once.
const BATCH: usize = 16;

/// How many are leased at once where several become one message.
const MANY: usize = 500;

/// How long a change waits at most for the others of the run that is under way.
const RUN: SignedDuration = SignedDuration::from_secs(60);

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
    /// More changes of one cause than this are one message to people.
    pub group_over: usize,
    /// When a notifier is told, by its name; others at once.
    pub timing: BTreeMap<String, Timing>,
    /// Who is told what; `None`: everybody everything.
    pub routing: Option<Routing>,
}

impl Default for DeliveryOptions {
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(20),
            backoff: Backoff::default(),
            give_up_after: Duration::from_secs(3 * 24 * 60 * 60),
            per_minute: BTreeMap::new(),
            group_over: 10,
            timing: BTreeMap::new(),
            routing: None,
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
    stop: Stop,
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
        let (clock, stop) = (Arc::new(SystemClock), Stop::default());
        Self { store, notifiers, holder, options, clock, stop }
    }

    /// Gives the same outbox, which ends with `stop`: the attempts under way are finished, and what was not tried is
    /// given back, so that it need not wait for the end of its lease.
    pub fn ending_with(self, stop: Stop) -> Self {
        Self { stop, ..self }
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
        let mut lane = Lane::default();
        let per_minute = self.options.per_minute.get(notifier.name()).copied().or(notifier.per_minute());
        let mut pace = Pace::new(per_minute, Instant::now());
        while self.stop.why().is_none() {
            let free = pace.free_at().max(self.free_at(&lane));
            if free.max(Instant::now()) >= deadline {
                break;
            }
            self.rest_until(free).await;
            let most = pace.batch(BATCH);
            let claimed = self.claim(notifier, if self.is_packing(notifier) { MANY } else { most }).await?;
            if !claimed.is_empty() {
                let mut packed = self.pack(notifier, claimed).await?;
                packed.leave(most, self.clock.now());
                pace.spend(packed.parcels.len(), Instant::now());
                self.deliver(notifier, packed, deadline, &mut lane).await?;
                continue;
            }
            let Some(due) = self.store.next_due(notifier.name()).await? else { break };
            match self.instant_of(due) {
                Some(due) if due < deadline => self.rest_until(due).await,
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

    fn timing(&self, notifier: &dyn Notifier) -> Cow<'_, Timing> {
        self.options.timing.get(notifier.name()).map_or_else(Cow::default, Cow::Borrowed)
    }

    /// Tells whether several deliveries may become one message.
    fn is_packing(&self, notifier: &dyn Notifier) -> bool {
        notifier.groups() || self.timing(notifier).digest.is_some()
    }

    /// Sorts deliveries by when and with what they are handed over.
    async fn pack(&self, notifier: &dyn Notifier, claimed: Vec<Claimed>) -> Result<Packed, StateError> {
        let group_over = notifier.groups().then_some(self.options.group_over);
        let latest = if group_over.is_some() { self.store.runs(1).await? } else { Vec::new() };
        let run = latest.first().filter(|run| run.end.is_none()).map(|run| (run.id.as_str(), RUN));
        let timing = self.timing(notifier);
        Ok(Packing { timing: &timing, group_over, run }.pack(claimed, self.clock.now()))
    }

    /// Tries every parcel, and records how they went: after the attempts, never before. What is held is given back.
    async fn deliver(
        &self,
        notifier: &dyn Notifier,
        packed: Packed,
        deadline: Instant,
        lane: &mut Lane,
    ) -> Result<(), StateError> {
        let mut settlements = Vec::new();
        let settled = |delivery: Claimed, outcome| {
            let (ticket, at) = (delivery.ticket, self.clock.now());
            Settlement { ticket, at, outcome }
        };
        for (delivery, retry_at) in packed.held {
            settlements.push(settled(delivery, Outcome::Released { retry_at }));
        }
        for parcel in packed.parcels {
            let outcome = match lane.hold_until {
                _ if self.stop.why().is_some() => Outcome::Released { retry_at: self.clock.now() },
                Some(retry_at) if retry_at > self.clock.now() => Outcome::Released { retry_at },
                _ => {
                    let later = self.later_changes(notifier, &parcel).await?;
                    self.attempt(notifier, &parcel, &later, deadline).await
                }
            };
            let outcomes: Vec<_> =
                parcel.deliveries.iter().map(|delivery| self.of_each(notifier, delivery, &outcome)).collect();
            lane.learn(&outcomes);
            settlements.extend(
                parcel
                    .deliveries
                    .into_iter()
                    .zip(outcomes)
                    .map(|(delivery, outcome)| settled(delivery, outcome)),
            );
        }
        self.store.settle(settlements).await
    }

    async fn attempt(
        &self,
        notifier: &dyn Notifier,
        parcel: &Parcel,
        later: &[Notice],
        deadline: Instant,
    ) -> Outcome {
        let cut_off = Instant::now() + self.options.attempt;
        if deadline <= Instant::now() {
            return Outcome::Released { retry_at: self.clock.now() };
        }
        let delivery = async {
            notifier.deliver(&parcel.notice).await?;
            for notice in later {
                notifier.deliver(notice).await?;
            }
            Ok::<(), DeliveryError>(())
        };
        match timeout_at(cut_off.min(deadline), delivery).await {
            Ok(Ok(())) => Outcome::Delivered,
            Ok(Err(error)) => self.failure(parcel, error.reason, error.retry),
            Err(_) if deadline < cut_off => Outcome::Released { retry_at: self.clock.now() },
            Err(_) => self.failure(parcel, "no answer in time".to_owned(), Retry::Later),
        }
    }

    fn failure(&self, parcel: &Parcel, reason: String, retry: Retry) -> Outcome {
        let pause = self.options.backoff.pause(parcel.failures(), &parcel.notice.id);
        let pause = match retry {
            Retry::Never => return Outcome::Dead { reason },
            Retry::After(wish) => pause.max(wish),
            Retry::Later => pause,
        };
        Outcome::Failed { retry_at: later(self.clock.now(), pause), reason }
    }

    /// Gives what the outcome of a parcel is for one of its deliveries: one that was tried for too long is given up. The
    /// time in which it was held does not count.
    fn of_each(&self, notifier: &dyn Notifier, delivery: &Claimed, outcome: &Outcome) -> Outcome {
        let Outcome::Failed { reason, .. } = outcome else { return outcome.clone() };
        let (since, severity) = (delivery.waiting_since, urgency(&delivery.notice));
        let tried_since = self.timing(notifier).due(since, severity, since);
        if later(tried_since, self.options.give_up_after) <= self.clock.now() {
            return Outcome::Dead { reason: reason.clone() };
        }
        outcome.clone()
    }

    async fn rest_until(&self, instant: Instant) {
        tokio::select! {
            () = self.stop.stopped() => {}
            () = sleep_until(instant) => {}
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

fn later(instant: Timestamp, duration: Duration) -> Timestamp {
    instant.checked_add(duration).unwrap_or(Timestamp::MAX)
}
