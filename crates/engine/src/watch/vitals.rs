//! Whether a daemon lives: each of its parts is either well or says since when it is not, and why.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::Said;
use crate::state::OutboxCount;

/// For how long a part may fail, or be silent, before the daemon is not well.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// After how long without another a failure is forgotten: what failed was given up by its queue.
const FORGOTTEN: Duration = Duration::from_secs(15 * 60);

/// For how long the state may fail: another process may hold it.
const MOMENT: Duration = Duration::from_secs(60);

/// For how long a notice may fail to be told.
const STUCK: Duration = Duration::from_secs(15 * 60);

/// How long the first scan, and one beyond its time, may take at least.
const SCAN: Duration = Duration::from_secs(60 * 60);

/// What is known of a daemon's parts.
pub struct Vitals {
    began: Timestamp,
    scan_every: Option<Duration>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    queues: BTreeMap<String, Pulse>,
    events: Pulse,
    looks: Pulse,
    state: Pulse,
    scan: Pulse,
    outbox: Vec<OutboxCount>,
}

/// When something last went well, and what went wrong since.
#[derive(Default)]
struct Pulse {
    well_at: Option<Timestamp>,
    trouble: Option<Trouble>,
}

struct Trouble {
    since: Timestamp,
    last: Timestamp,
    why: String,
}

/// How a daemon is at an instant; what `/healthz` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Whether every part is well.
    pub healthy: bool,
    /// The parts.
    pub parts: Vec<Part>,
}

/// A part of a daemon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// What it is: `queue`, `events`, `looks`, `state`, `scan`, `outbox`.
    pub part: &'static str,
    /// Which of them, where there are several.
    pub name: Option<String>,
    /// Whether it is well.
    pub healthy: bool,
    /// Why it is not.
    pub why: Option<String>,
}

impl Vitals {
    /// Gives what is known at the beginning of a daemon that listens to `queues` and scans so often; `None`: never.
    pub fn new(queues: &[String], scan_every: Option<Duration>, began: Timestamp) -> Self {
        let queues = queues.iter().map(|queue| (queue.clone(), Pulse::default())).collect();
        Self { began, scan_every, known: Mutex::new(Known { queues, ..Known::default() }) }
    }

    /// Takes note of what the daemon says.
    pub fn hear(&self, said: &Said, now: Timestamp) {
        self.with(|known| match said {
            Said::Answered { queue, .. } => known.queue(queue).well(now),
            Said::Queue(error) => known.queue(&error.queue).ill(now, error.why.clone()),
            Said::Handled(_) => known.events.well(now),
            Said::Failed(error) => known.events.ill(now, with_cause(error)),
            Said::Looked(_) => known.looks.well(now),
            Said::NotLooked(error) => known.looks.ill(now, with_cause(error)),
            Said::Done(_) | Said::DeadLetter { .. } => {}
        });
    }

    /// Takes note of whether the state could be read and written, and what waits in it.
    pub fn state(&self, outcome: Result<Vec<OutboxCount>, String>, now: Timestamp) {
        self.with(|known| match outcome {
            Ok(outbox) => {
                known.outbox = outbox;
                known.state.well(now);
            }
            Err(why) => known.state.ill(now, why),
        });
    }

    /// Takes note of the end of a scan.
    pub fn scanned(&self, outcome: Result<(), String>, now: Timestamp) {
        self.with(|known| match outcome {
            Ok(()) => known.scan.well(now),
            Err(why) => known.scan.ill(now, why),
        });
    }

    /// Gives how the daemon is at the instant `now`.
    pub fn health(&self, now: Timestamp) -> Health {
        let parts = self.with(|known| {
            let queues = known.queues.iter();
            let mut parts: Vec<Part> = queues
                .map(|(name, pulse)| Part::new("queue", Some(name), pulse.silent(self.began, now, PATIENCE)))
                .collect();
            parts.push(Part::new("events", None, known.events.failing_on(now)));
            parts.push(Part::new("looks", None, known.looks.silent(self.began, now, PATIENCE)));
            let silent = || known.state.silent(self.began, now, PATIENCE);
            parts.push(Part::new("state", None, known.state.failing(now, MOMENT).or_else(silent)));
            if let Some(every) = self.scan_every {
                let late = || known.scan.silent(self.began, now, every + every.max(SCAN));
                parts.push(Part::new("scan", None, known.scan.failing(now, Duration::ZERO).or_else(late)));
            }
            let stuck = known.outbox.iter().filter_map(|count| Some((count, stuck(count, now)?)));
            parts.extend(stuck.map(|(count, why)| Part::new("outbox", Some(&count.notifier), Some(why))));
            if parts.iter().all(|part| part.part != "outbox") {
                parts.push(Part::new("outbox", None, None));
            }
            parts
        });
        Health { healthy: parts.iter().all(|part| part.healthy), parts }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Known) -> T) -> T {
        work(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Known {
    fn queue(&mut self, name: &str) -> &mut Pulse {
        self.queues.entry(name.to_owned()).or_default()
    }
}

impl Pulse {
    fn well(&mut self, now: Timestamp) {
        *self = Self { well_at: Some(now), trouble: None };
    }

    /// Notes a failure; the time of the first since it was well stands, the last one's reason.
    fn ill(&mut self, now: Timestamp, why: String) {
        let since = self.trouble.take().map_or(now, |trouble| trouble.since);
        self.trouble = Some(Trouble { since, last: now, why });
    }

    /// Gives why it is not well where it has failed for longer than `patience`.
    fn failing(&self, now: Timestamp, patience: Duration) -> Option<String> {
        let Trouble { since, why, .. } = self.trouble.as_ref()?;
        is_over(*since, now, patience).then(|| format!("since {since:.0}: {why}"))
    }

    /// Does the same as long as it goes on failing.
    fn failing_on(&self, now: Timestamp) -> Option<String> {
        let last = self.trouble.as_ref()?.last;
        if is_over(last, now, FORGOTTEN) { None } else { self.failing(now, PATIENCE) }
    }

    /// Gives why it is not well where it has not been so for longer than `patience`.
    fn silent(&self, began: Timestamp, now: Timestamp, patience: Duration) -> Option<String> {
        let since = self.well_at.unwrap_or(began);
        if !is_over(since, now, patience) {
            return None;
        }
        let why = self.trouble.as_ref().map_or("nothing was heard of it", |trouble| &trouble.why);
        Some(format!("since {since:.0}: {why}"))
    }
}

impl Part {
    fn new(part: &'static str, name: Option<&String>, why: Option<String>) -> Self {
        Self { part, name: name.cloned(), healthy: why.is_none(), why }
    }
}

/// Gives why the notices of a notifier are stuck: what is held for quiet hours or a digest has not failed.
fn stuck(count: &OutboxCount, now: Timestamp) -> Option<String> {
    let (since, why) = (count.oldest?, count.reason.as_ref()?);
    let is_stuck = count.waiting > 0 && is_over(since, now, STUCK);
    is_stuck.then(|| format!("{} wait, the oldest since {since:.0}: {why}", count.waiting))
}

fn is_over(since: Timestamp, now: Timestamp, patience: Duration) -> bool {
    Duration::try_from(now.duration_since(since)).is_ok_and(|past| past >= patience)
}

/// Gives an error with its causes.
fn with_cause(error: &dyn std::error::Error) -> String {
    let mut texts = vec![error.to_string()];
    texts.extend(std::iter::successors(error.source(), |error| error.source()).map(ToString::to_string));
    texts.dedup();
    texts.join(": ")
}

#[cfg(test)]
mod tests;
