//! Senders: processes that write notices into one state and deliver what waits there.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_adapters::webhook::Webhook;
use bucketwatch_engine::clock::Clock;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::outbox::{DeliveryOptions, Outbox};
use bucketwatch_engine::state::{Commit, OutgoingNotice, StateStore};
use jiff::SignedDuration;
use tokio::time::{Instant, sleep};

use super::network::Simulated;
use super::world::{RECEIVERS, Skewed, World, now};
use crate::hooks::{Vault, configured};
use crate::notifier_contract::sample;

/// How a sender works.
#[derive(Clone, Copy)]
pub(super) struct Habits {
    pub(super) name: &'static str,
    /// How far its clock is off, in seconds.
    pub(super) skew: i64,
    /// How long it delivers at a time, and then rests.
    pub(super) deadline: Duration,
    pub(super) rest: Duration,
    /// From one batch of notices to the next, in seconds, and how many a batch has at most.
    pub(super) pause: (u64, u64),
    pub(super) batch: u64,
}

/// Writes and delivers until it is killed.
pub(super) async fn sender(
    habits: Habits,
    world: Arc<World>,
    notifiers: Vec<Arc<dyn Notifier>>,
) -> turmoil::Result {
    world.note(&format!("{} starts", habits.name));
    let store: Arc<dyn StateStore> = Arc::new(SqliteStore::open_here(&world.state)?);
    let clock: Arc<dyn Clock> = Arc::new(Skewed(SignedDuration::from_secs(habits.skew)));
    tokio::spawn(write(habits, Arc::clone(&world), Arc::clone(&store), Arc::clone(&clock)));
    let options = DeliveryOptions {
        per_minute: [("audit".to_owned(), 30)].into_iter().collect(),
        ..DeliveryOptions::default()
    };
    let holder = format!("{}:1", habits.name);
    let outbox = Outbox::new(store, notifiers, holder, options).with_clock(clock);
    loop {
        let done = outbox.deliver_until(Instant::now() + habits.deadline).await?;
        if done != Default::default() {
            world.note(&format!("{}: {done:?}", habits.name));
        }
        sleep(habits.rest).await;
    }
}

/// Commits a batch of notices now and then.
async fn write(habits: Habits, world: Arc<World>, store: Arc<dyn StateStore>, clock: Arc<dyn Clock>) {
    loop {
        let (least, most) = habits.pause;
        sleep(world.chance(|dice| dice.seconds(least, most))).await;
        let notices: Vec<_> = (0..=world.chance(|dice| dice.below(habits.batch)))
            .map(|number| {
                let id = format!("{}-{}-{number}", habits.name, now().as_millis());
                let buckets = &["photos", "logs", "backups"][..1 + number as usize % 3];
                let notice = Notice { at: clock.now(), ..sample::opened(&id, buckets) };
                OutgoingNotice { notice, notifiers: RECEIVERS.map(str::to_owned).to_vec() }
            })
            .collect();
        let ids: Vec<_> = notices.iter().map(|outgoing| outgoing.notice.id.clone()).collect();
        store.commit(Commit { notices, ..Commit::default() }).await.expect("the state takes notices");
        let mut ledger = world.ledger.lock().unwrap();
        ids.iter().for_each(|id| ledger.post(now(), id, &RECEIVERS));
    }
}

/// Gives a notifier for each receiver.
pub(super) fn notifiers(world: &Arc<World>) -> Vec<Arc<dyn Notifier>> {
    let network = Arc::new(Simulated(Arc::clone(world)));
    let text = "[[notify.webhook]]\nname = \"hook\"\nurl = { env = \"HOOK\" }\nhttp = { allow_private = true }\n\
                [[notify.webhook]]\nname = \"audit\"\nurl = { env = \"AUDIT\" }\nhttp = { allow_private = true }\n\
                [[notify.syslog]]\nname = \"siem\"\ntarget = \"tcp://siem:601\"\nhostname = \"scanner\"\n";
    let config = configured(text);
    let vault = Vault::holding(&[("HOOK", "http://hook/in"), ("AUDIT", "http://audit/in")]);
    let mut list: Vec<Arc<dyn Notifier>> = Vec::new();
    for webhook in &config.webhook {
        let webhook = Webhook::new(webhook, vault.clone()).expect("a webhook");
        list.push(Arc::new(webhook.over(network.clone())));
    }
    list.push(Arc::new(Syslog::new(&config.syslog[0]).expect("a receiver").over(network)));
    let watched = list
        .into_iter()
        .map(|inner| Arc::new(Watched { inner, world: Arc::clone(world) }) as Arc<dyn Notifier>);
    watched.collect()
}

/// A notifier whose work is noted, and slow enough for a crash to fall between any two steps of it.
struct Watched {
    inner: Arc<dyn Notifier>,
    world: Arc<World>,
}

#[async_trait]
impl Notifier for Watched {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn per_minute(&self) -> Option<u32> {
        self.inner.per_minute()
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let mut attempt = Attempt { world: &self.world, over: false };
        sleep(self.world.chance(|dice| dice.seconds(0, 2))).await;
        if self.world.hasty {
            // The planted bug: the outbox hears that the notice is delivered before it is.
            let (inner, notice) = (Arc::clone(&self.inner), notice.clone());
            tokio::spawn(async move { inner.deliver(&notice).await });
            attempt.over = true;
            return Ok(());
        }
        let outcome = self.inner.deliver(notice).await;
        if let Err(error) = &outcome {
            self.world.note(&format!("{} of {}: {error}", self.name(), notice.id));
        }
        sleep(self.world.chance(|dice| dice.seconds(0, 3))).await;
        attempt.over = true;
        outcome
    }
}

/// An attempt under way.
struct Attempt<'a> {
    world: &'a World,
    over: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.world.ledger.lock().unwrap().broken_off += u64::from(!self.over);
    }
}
