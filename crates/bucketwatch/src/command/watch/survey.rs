//! What the daemon learns of its state now and then: that it can be written, what waits, how buckets stand.

use std::sync::Arc;
use std::time::Duration;

use bucketwatch_engine::state::{OutboxCount, StateError, StateStore, StatusQuery};
use bucketwatch_engine::watch::Vitals;
use jiff::Timestamp;
use tokio::time::Instant;

use super::meter::Meter;
use crate::command::explain_failure;

/// How often the state is tried and the outbox counted.
pub(super) const EVERY: Duration = Duration::from_secs(15);

/// How often the buckets are counted, which costs more; and after each scan.
const COUNT_EVERY: Duration = Duration::from_secs(60);

/// How many runs are read to find the last one that ended: the newest may still be open.
const RUNS: usize = 2;

/// Asks the state now and then.
pub(super) struct Survey {
    store: Arc<dyn StateStore>,
    notifiers: Vec<String>,
    count_at: Instant,
    scans: u64,
}

impl Survey {
    /// Gives one of `store`, which counts what waits for `notifiers`.
    pub(super) fn new(store: Arc<dyn StateStore>, notifiers: Vec<String>) -> Self {
        Self { store, notifiers, count_at: Instant::now(), scans: 0 }
    }

    /// Asks the state, and notes what it answers.
    pub(super) async fn make(&mut self, vitals: &Vitals, meter: &Meter) {
        let outcome = self.ask(meter).await;
        if outcome.is_err() {
            meter.failed("state");
        }
        let outcome = outcome.map_err(|error| explain_failure(&error.into()));
        vitals.state(outcome, Timestamp::now());
    }

    async fn ask(&mut self, meter: &Meter) -> Result<Vec<OutboxCount>, StateError> {
        // Nothing is so old; yet the state is written to for it.
        self.store.forget(Timestamp::UNIX_EPOCH).await?;
        let outbox = self.store.outbox_counts().await?;
        meter.outbox(&self.notifiers, &outbox);
        if let Some(end) = self.store.runs(RUNS).await?.into_iter().find_map(|run| run.end) {
            meter.last_scan(&end);
        }
        let scans = meter.scans();
        if self.count_at <= Instant::now() || scans != self.scans {
            self.scans = scans;
            self.count_at = Instant::now() + COUNT_EVERY;
            meter.buckets(&self.store.summary(&StatusQuery::default()).await?);
        }
        Ok(outbox)
    }
}
