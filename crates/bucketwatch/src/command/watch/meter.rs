//! What a daemon counts, for Prometheus. No label says more than the configuration names: no bucket, no account.

mod shelf;

use std::time::Duration;

use bucketwatch_engine::cloud::CallEffort;
use bucketwatch_engine::handle::HandleError;
use bucketwatch_engine::state::{OutboxCount, RunEnd, Summary};
use bucketwatch_engine::watch::{Health, Said};
use jiff::Timestamp;
use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGaugeVec, Registry, TextEncoder,
};

use self::shelf::Shelf;

/// How a scan can end.
const SCANS: [&str; 3] = ["complete", "partial", "failed"];

/// The media type of what [`Meter::text`] gives.
pub(super) const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters.
pub(super) struct Meter {
    registry: Registry,
    events: IntCounterVec,
    unreadable: IntCounter,
    messages: IntCounterVec,
    looks: IntCounterVec,
    failures: IntCounterVec,
    answered: GaugeVec,
    event_age: Histogram,
    deliveries: IntCounterVec,
    told_age: HistogramVec,
    scans: IntCounterVec,
    scan_end: Gauge,
    scan_complete: Gauge,
    buckets: IntGaugeVec,
    outbox: IntGaugeVec,
    outbox_oldest: GaugeVec,
    calls: IntCounter,
    retries: IntCounter,
    healthy: IntGaugeVec,
}

impl Meter {
    /// Gives counters at zero.
    ///
    /// # Errors
    /// Two of them have one name, or one that is none: a mistake in this file.
    pub(super) fn new() -> prometheus::Result<Self> {
        let shelf = Shelf::new()?;
        let build = shelf.wholes("build_info", "The version that runs.", &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let meter = Self {
            events: shelf.counts("events_total", "Events taken off queues.", &["outcome"])?,
            event_age: shelf.age("event_age_seconds", "From an event to the end of its handling.")?,
            unreadable: shelf.count("unreadable_records_total", "Records that nobody can read.")?,
            messages: shelf.counts("messages_total", "Messages that a queue handed over.", &["queue"])?,
            answered: shelf.gauges(
                "queue_answered_timestamp_seconds",
                "When a queue last answered.",
                &["queue"],
            )?,
            looks: shelf.counts("looks_total", "Looks at buckets.", &["why"])?,
            failures: shelf.counts("failures_total", "What failed and is tried again.", &["kind"])?,
            deliveries: shelf.counts(
                "deliveries_total",
                "Attempts to hand a notice over.",
                &["notifier", "outcome"],
            )?,
            told_age: shelf.ages(
                "told_age_seconds",
                "From an event to its notice being told.",
                &["notifier"],
            )?,
            scans: shelf.counts("scans_total", "Scans that ended.", &["outcome"])?,
            scan_end: shelf.gauge("scan_end_timestamp_seconds", "When the last scan ended.")?,
            scan_complete: shelf.gauge("scan_complete", "Whether the last scan looked at every bucket.")?,
            buckets: shelf.wholes("buckets", "Buckets as they stand.", &["verdict"])?,
            outbox: shelf.wholes("outbox", "Notices in the outbox.", &["notifier", "what"])?,
            outbox_oldest: shelf.gauges(
                "outbox_oldest_timestamp_seconds",
                "When the oldest notice that waits was written.",
                &["notifier"],
            )?,
            calls: shelf.count("aws_calls_total", "Calls to S3 and STS.")?,
            retries: shelf.count("aws_retries_total", "Attempts of such calls beyond the first.")?,
            healthy: shelf.wholes("healthy", "Whether a part of the daemon is well.", &["part"])?,
            registry: shelf.registry,
        };
        meter.show_zeros();
        Ok(meter)
    }

    /// Makes what has not happened yet a zero, so that its first time is seen as one.
    fn show_zeros(&self) {
        let known = [
            (&self.events, &["handled", "known"][..]),
            (&self.looks, &["event", "planned"]),
            (&self.failures, &["aws", "configuration", "queue", "scan", "state"]),
            (&self.scans, &SCANS),
        ];
        for (counter, values) in known {
            values.iter().for_each(|value| drop(counter.with_label_values(&[value])));
        }
    }

    /// Counts what the daemon says.
    pub(super) fn hear(&self, said: &Said, now: Timestamp) {
        match said {
            Said::Answered { queue, messages } => {
                self.messages.with_label_values(&[queue]).inc_by(*messages as u64);
                self.answered.with_label_values(&[queue]).set(seconds(now));
            }
            Said::Handled(handled) => {
                self.events.with_label_values(&["handled"]).inc_by(handled.events as u64);
                self.events.with_label_values(&["known"]).inc_by(handled.known as u64);
                self.looks.with_label_values(&["event"]).inc_by(handled.looks as u64);
            }
            Said::Done(times) => times.iter().for_each(|at| self.event_age.observe(age(*at, now))),
            Said::DeadLetter { .. } => self.unreadable.inc(),
            Said::Looked(looks) => self.looks.with_label_values(&["planned"]).inc_by(*looks as u64),
            Said::Failed(error) | Said::NotLooked(error) => self.failed(kind_of(error)),
            Said::Queue(_) => self.failed("queue"),
        }
    }

    /// Counts a failure.
    pub(super) fn failed(&self, kind: &str) {
        self.failures.with_label_values(&[kind]).inc();
    }

    /// Counts an attempt to hand over a notice of something that was done at `done_at`, where that is known.
    pub(super) fn delivered(
        &self,
        notifier: &str,
        succeeded: bool,
        done_at: Option<Timestamp>,
        now: Timestamp,
    ) {
        let outcome = if succeeded { "delivered" } else { "failed" };
        self.deliveries.with_label_values(&[notifier, outcome]).inc();
        if let (true, Some(done_at)) = (succeeded, done_at) {
            self.told_age.with_label_values(&[notifier]).observe(age(done_at, now));
        }
    }

    /// Counts a scan: `outcome` is `complete`, `partial` or `failed`.
    pub(super) fn scanned(&self, outcome: &str) {
        self.scans.with_label_values(&[outcome]).inc();
    }

    /// Gives how many scans ended.
    pub(super) fn scans(&self) -> u64 {
        SCANS.iter().map(|outcome| self.scans.with_label_values(&[outcome]).get()).sum()
    }

    /// Notes the last scan that the state knows.
    pub(super) fn last_scan(&self, end: &RunEnd) {
        self.scan_end.set(seconds(end.at));
        self.scan_complete.set(if end.partial.is_none() { 1.0 } else { 0.0 });
    }

    /// Notes how buckets stand.
    pub(super) fn buckets(&self, summary: &Summary) {
        let counts = [
            ("public", summary.public),
            ("undetermined", summary.undetermined),
            ("not_public", summary.not_public),
        ];
        for (verdict, count) in counts {
            self.buckets.with_label_values(&[verdict]).set(signed(count));
        }
    }

    /// Notes what waits for each notifier and what was given up; `notifiers` are there even where nothing does.
    pub(super) fn outbox(&self, notifiers: &[String], counts: &[OutboxCount]) {
        self.outbox.reset();
        self.outbox_oldest.reset();
        for notifier in notifiers {
            self.outbox_of(notifier, 0, 0);
        }
        for count in counts {
            self.outbox_of(&count.notifier, count.waiting, count.dead);
            if let Some(oldest) = count.oldest {
                self.outbox_oldest.with_label_values(&[&count.notifier]).set(seconds(oldest));
            }
        }
    }

    fn outbox_of(&self, notifier: &str, waiting: u64, dead: u64) {
        self.outbox.with_label_values(&[notifier, "waiting"]).set(signed(waiting));
        self.outbox.with_label_values(&[notifier, "dead"]).set(signed(dead));
    }

    /// Notes what the calls cost so far.
    pub(super) fn effort(&self, effort: CallEffort) {
        self.calls.inc_by(effort.calls.saturating_sub(self.calls.get()));
        self.retries.inc_by(effort.retries.saturating_sub(self.retries.get()));
    }

    /// Gives everything in Prometheus's text format, with how the daemon is.
    pub(super) fn text(&self, health: &Health) -> String {
        self.healthy.reset();
        for part in &health.parts {
            let gauge = self.healthy.with_label_values(&[part.part]);
            // Of several queues the worst counts.
            gauge.set(1);
        }
        for part in health.parts.iter().filter(|part| !part.healthy) {
            self.healthy.with_label_values(&[part.part]).set(0);
        }
        TextEncoder::new().encode_to_string(&self.registry.gather()).unwrap_or_default()
    }
}

fn kind_of(error: &HandleError) -> &'static str {
    match error {
        HandleError::State(_) => "state",
        HandleError::Cloud(_) => "aws",
    }
}

fn seconds(instant: Timestamp) -> f64 {
    instant.as_millisecond() as f64 / 1_000.0
}

/// Gives how long ago `at` was; an event whose clock is ahead is new.
fn age(at: Timestamp, now: Timestamp) -> f64 {
    Duration::try_from(now.duration_since(at)).unwrap_or_default().as_secs_f64()
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
