//! What all hosts of a simulation share, and no crash touches: the disk, chance, and the books.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use bucketwatch_engine::clock::Clock;
use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;
use super::ledger::Ledger;

/// The hosts that deliver, by the command that they run.
pub(super) const SENDERS: [&str; 2] = ["watch", "scan"];

/// The hosts that receive; also the names of their notifiers.
pub(super) const RECEIVERS: [&str; 3] = ["hook", "audit", "siem"];

/// What lasts.
pub(super) struct World {
    /// The file of the state, which both senders use.
    pub(super) state: PathBuf,
    /// Whether senders have the bug that the simulation must find.
    pub(super) hasty: bool,
    /// What happened.
    pub(super) ledger: Mutex<Ledger>,
    /// Receivers that misbehave now.
    pub(super) rude: Mutex<BTreeSet<&'static str>>,
    /// Connections, by the sender's address, that were closed before everything was read.
    pub(super) resets: Mutex<BTreeSet<SocketAddr>>,
    dice: Mutex<Dice>,
}

impl World {
    pub(super) fn new(seed: u64, state: PathBuf, hasty: bool) -> Self {
        Self {
            state,
            hasty,
            ledger: Mutex::default(),
            rude: Mutex::default(),
            resets: Mutex::default(),
            dice: Mutex::new(Dice::new(seed)),
        }
    }

    /// Throws dice.
    pub(super) fn chance<T>(&self, throw: impl FnOnce(&mut Dice) -> T) -> T {
        throw(&mut self.dice.lock().unwrap())
    }

    /// Notes, on a host, that something happened.
    pub(super) fn note(&self, what: &str) {
        self.ledger.lock().unwrap().note(now(), what);
    }

    /// Notes, on a receiver, that it has a notice for good.
    pub(super) fn take(&self, receiver: &'static str, id: &str, content: &[u8]) {
        self.ledger.lock().unwrap().take(now(), receiver, id, content);
    }
}

/// Gives how long the simulation has run, on a host.
pub(super) fn now() -> Duration {
    turmoil::sim_elapsed().expect("it is asked on a host")
}

/// A host's clock, which is not exactly another's.
pub(super) struct Skewed(pub(super) SignedDuration);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        let since = turmoil::since_epoch().expect("it is asked on a host");
        Timestamp::UNIX_EPOCH + SignedDuration::try_from(since).expect("this century") + self.0
    }
}
