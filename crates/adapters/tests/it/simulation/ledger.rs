//! What was posted, what arrived, and everything that happened as one digest.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// How many of the last events are kept for whoever reads a failure.
const KEPT: usize = 60;

/// The books of a simulation, which no crash touches.
#[derive(Default)]
pub(super) struct Ledger {
    posted: BTreeSet<String>,
    /// Who has not got which notice, and when it was committed.
    owed: BTreeMap<(&'static str, String), Duration>,
    /// How often a receiver took a notice, and what it was the first time.
    taken: BTreeMap<(&'static str, String), (u64, [u8; 32])>,
    /// How many attempts were broken off, by a crash or a deadline.
    pub(super) broken_off: u64,
    /// What no receiver should ever see.
    pub(super) strange: Vec<String>,
    digest: Sha256,
    last: VecDeque<String>,
}

impl Ledger {
    /// Notes that something happened.
    pub(super) fn note(&mut self, at: Duration, what: &str) {
        let line = format!("{:>12.3} {what}", at.as_secs_f64());
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line);
    }

    /// Notes that a notice is in the state, for each of `receivers`.
    pub(super) fn post(&mut self, at: Duration, id: &str, receivers: &[&'static str]) {
        self.posted.insert(id.to_owned());
        self.owed.extend(receivers.iter().map(|receiver| ((*receiver, id.to_owned()), at)));
        self.note(at, &format!("posted {id}"));
    }

    /// Notes that a receiver has a notice for good.
    pub(super) fn take(&mut self, at: Duration, receiver: &'static str, id: &str, content: &[u8]) {
        let content: [u8; 32] = Sha256::digest(content).into();
        let (count, first) = self.taken.entry((receiver, id.to_owned())).or_insert((0, content));
        *count += 1;
        let strange = match (*first == content, self.posted.contains(id)) {
            (true, true) => None,
            (false, _) => Some(format!("{receiver}: the repeat of {id} is another notice")),
            (_, false) => Some(format!("{receiver}: nobody posted {id}")),
        };
        let count = *count;
        self.owed.remove(&(receiver, id.to_owned()));
        self.strange.extend(strange);
        self.note(at, &format!("{receiver} has {id}, time {count}"));
    }

    /// Gives what was posted before `before` and has not arrived.
    pub(super) fn missing(&self, before: Duration) -> Vec<String> {
        let owed = self.owed.iter().filter(|(_, at)| **at < before);
        owed.map(|((receiver, id), _)| format!("{receiver}: {id}")).collect()
    }

    /// Gives how many notices were posted.
    pub(super) fn posted(&self) -> u64 {
        self.posted.len() as u64
    }

    /// Gives how many deliveries were repeats.
    pub(super) fn repeats(&self) -> u64 {
        self.taken.values().map(|(count, _)| count - 1).sum()
    }

    /// Gives the digest of everything that happened.
    pub(super) fn digest(&self) -> String {
        let digest: [u8; 32] = self.digest.clone().finalize().into();
        digest.iter().take(8).fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
    }

    /// Gives the last events.
    pub(super) fn last(&self) -> String {
        self.last.iter().fold(String::new(), |text, line| format!("{text}{line}\n"))
    }
}
