//! What came in and what went out.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use crate::operation::Operation;

/// The running counts.
#[derive(Debug)]
pub(crate) struct Counters {
    calls: Vec<AtomicU64>,
    unknown: AtomicU64,
    in_flight: AtomicU64,
    most_in_flight: AtomicU64,
    waited_micros: AtomicU64,
    unanswered: AtomicU64,
    faults: AtomicU64,
}

/// The counts at one instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls that came in, by operation; operations that nobody asked for are left out.
    pub calls: BTreeMap<Operation, u64>,
    /// Calls that are none of the sandbox's operations.
    pub unknown: u64,
    /// Calls that are waiting for their answer.
    pub in_flight: u64,
    /// The most calls that waited at one time.
    pub most_in_flight: u64,
    /// How long all calls together waited for their answers.
    pub waited: Duration,
    /// Calls that never got an answer: stalled, reset, or given up by the caller.
    pub unanswered: u64,
    /// Calls that a fault was made of, those of `unanswered` that stalled or were reset among them.
    pub faults: u64,
}

impl Counts {
    /// Gives the number of calls of all operations.
    pub fn total(&self) -> u64 {
        self.calls.values().sum::<u64>() + self.unknown
    }

    /// Gives the number of calls of one operation.
    pub fn of(&self, operation: Operation) -> u64 {
        self.calls.get(&operation).copied().unwrap_or(0)
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            calls: Operation::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            unknown: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            most_in_flight: AtomicU64::new(0),
            waited_micros: AtomicU64::new(0),
            unanswered: AtomicU64::new(0),
            faults: AtomicU64::new(0),
        }
    }
}

impl Counters {
    pub(crate) fn count(&self, operation: Option<Operation>) {
        let counter = operation.map_or(&self.unknown, |operation| &self.calls[operation as usize]);
        counter.fetch_add(1, Relaxed);
    }

    pub(crate) fn count_fault(&self) {
        self.faults.fetch_add(1, Relaxed);
    }

    /// Notes that a call waits for its answer, until what it gives is dropped.
    pub(crate) fn arrive(&self) -> Waiting<'_> {
        let waiting = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.most_in_flight.fetch_max(waiting, Relaxed);
        Waiting { counters: self, since: Instant::now(), answered: false }
    }

    pub(crate) fn read(&self) -> Counts {
        let calls = Operation::ALL.iter().zip(&self.calls);
        let calls = calls.map(|(operation, count)| (*operation, count.load(Relaxed)));
        Counts {
            calls: calls.filter(|(_, count)| *count > 0).collect(),
            unknown: self.unknown.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            most_in_flight: self.most_in_flight.load(Relaxed),
            waited: Duration::from_micros(self.waited_micros.load(Relaxed)),
            unanswered: self.unanswered.load(Relaxed),
            faults: self.faults.load(Relaxed),
        }
    }
}

/// A call that waits for its answer.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    counters: &'a Counters,
    since: Instant,
    answered: bool,
}

impl Waiting<'_> {
    /// Notes that the call has its answer.
    pub(crate) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.counters.in_flight.fetch_sub(1, Relaxed);
        let micros = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.counters.waited_micros.fetch_add(micros, Relaxed);
        if !self.answered {
            self.counters.unanswered.fetch_add(1, Relaxed);
        }
    }
}
