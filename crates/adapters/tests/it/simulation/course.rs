//! The course of a simulation: rounds of troubles, each followed by ten quiet minutes in which everything must drain.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use turmoil::{Builder, Sim};

use super::dice::Dice;
use super::sender::Habits;
use super::trouble::{Trouble, plan};
use super::world::{RECEIVERS, World};
use super::{receiver, sender};

/// The step of time: what crosses the network takes at least one.
const TICK: Duration = Duration::from_secs(2);

/// The longest latency of a link without trouble.
const LATENCY: Duration = Duration::from_secs(1);

/// How long everything may take to drain after the last trouble.
const DRAIN: Duration = Duration::from_secs(10 * 60);

/// How long is waited on before what is missing is lost.
const LONG: Duration = Duration::from_secs(3 * 60 * 60);

/// How a simulation goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) seed: u64,
    pub(super) hours: u64,
    /// Whether anything goes wrong.
    pub(super) troubled: bool,
    /// Whether senders have the bug that the simulation must find.
    pub(super) hasty: bool,
}

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) hours: u64,
    pub(super) posted: u64,
    pub(super) repeats: u64,
    pub(super) troubles: u64,
    /// Attempts that a crash or a deadline broke off.
    pub(super) broken_off: u64,
    /// Notices that did not arrive within ten minutes of the last trouble.
    pub(super) late: Vec<String>,
    /// Notices that never arrived.
    pub(super) lost: Vec<String>,
    /// What no receiver should ever see.
    pub(super) strange: Vec<String>,
    /// The longest time that a round took to drain.
    pub(super) drained: Duration,
    /// Of everything that happened.
    pub(super) digest: String,
    /// The last events, for whoever reads a failure.
    pub(super) last: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { hours, troubles, broken_off, posted, repeats, digest, .. } = self;
        let drained = self.drained.as_secs();
        write!(
            f,
            "{hours} hours, {troubles} troubles, {broken_off} attempts broken off, {posted} notices, {repeats} repeats, drained in {drained} s at most, trace {digest}"
        )
    }
}

impl Course {
    /// Runs it.
    pub(super) fn run(self) -> Outcome {
        let folder = memory();
        let world = Arc::new(World::new(self.seed, folder.path().join("state.db"), self.hasty));
        let mut sim = Builder::new()
            .rng_seed(self.seed)
            .epoch(UNIX_EPOCH + Duration::from_secs(1_795_000_000))
            .tick_duration(TICK)
            .simulation_duration(Duration::MAX)
            .min_message_latency(Duration::ZERO)
            .max_message_latency(LATENCY)
            .tcp_capacity(1_024)
            .ephemeral_ports(1_024..=65_535)
            .enable_random_order()
            .build();
        hosts(&mut sim, &world, self.troubled);
        let mut course = Running { sim, world, dice: Dice::new(!self.seed), outcome: Outcome::default() };
        let end = Duration::from_secs(self.hours * 60 * 60);
        while course.sim.elapsed() < end {
            course.round(self.troubled);
            if !course.outcome.lost.is_empty() {
                break;
            }
        }
        course.outcome()
    }
}

/// Gives a folder in memory where there is such a file system: processes die here, not machines.
fn memory() -> tempfile::TempDir {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a folder")
}

fn hosts(sim: &mut Sim<'_>, world: &Arc<World>, troubled: bool) {
    let shared = || Arc::clone(world);
    let [hook, audit, siem] = RECEIVERS;
    for name in [hook, audit] {
        let world = shared();
        sim.host(name, move || receiver::http(name, Arc::clone(&world)));
    }
    let of_siem = shared();
    sim.host(siem, move || receiver::syslog(siem, Arc::clone(&of_siem)));
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let watch = Habits {
        name: "watch",
        skew: 20,
        deadline: if troubled { Duration::from_secs(30) } else { minutes(30) },
        rest: Duration::from_secs(20),
        pause: (30, 1_500),
        batch: 3,
    };
    let scan = Habits {
        name: "scan",
        skew: -15,
        deadline: if troubled { minutes(2) } else { minutes(30) },
        rest: minutes(3),
        pause: (600, 3_600),
        batch: 10,
    };
    let notifiers = sender::notifiers(world);
    for habits in [watch, scan] {
        let (world, notifiers) = (shared(), notifiers.clone());
        sim.host(habits.name, move || sender::sender(habits, Arc::clone(&world), notifiers.clone()));
    }
}

/// A simulation on its way.
struct Running<'a> {
    sim: Sim<'a>,
    world: Arc<World>,
    dice: Dice,
    outcome: Outcome,
}

impl Running<'_> {
    /// Goes through a round of troubles, and sees that everything drains.
    fn round(&mut self, troubled: bool) {
        let length = self.dice.seconds(20 * 60, 150 * 60);
        let troubles = if troubled { plan(&mut self.dice, length) } else { Vec::new() };
        self.suffer(&troubles, length);
        let quiet = self.sim.elapsed();
        let mut drained = None;
        while self.sim.elapsed() < quiet + DRAIN {
            self.step();
            if drained.is_none() && self.missing(quiet).is_empty() {
                drained = Some(self.sim.elapsed() - quiet);
            }
        }
        self.outcome.drained = self.outcome.drained.max(drained.unwrap_or(DRAIN));
        self.outcome.late.extend(self.missing(quiet));
        while !self.missing(quiet).is_empty() && self.sim.elapsed() < quiet + LONG {
            self.step();
        }
        self.outcome.lost.extend(self.missing(quiet));
    }

    fn suffer(&mut self, troubles: &[Trouble], length: Duration) {
        let begun = self.sim.elapsed();
        self.outcome.troubles += troubles.len() as u64;
        let mut turns: Vec<_> = troubles.iter().flat_map(Trouble::turns).collect();
        turns.sort_by_key(|turn| turn.at);
        let mut turns = turns.into_iter().peekable();
        while self.sim.elapsed() < begun + length + TICK {
            while let Some(turn) = turns.next_if(|turn| begun + turn.at <= self.sim.elapsed()) {
                turn.make(&mut self.sim, &self.world, LATENCY);
            }
            self.step();
        }
    }

    fn step(&mut self) {
        self.sim.step().expect("no host fails");
    }

    fn missing(&self, before: Duration) -> Vec<String> {
        self.world.ledger.lock().unwrap().missing(before)
    }

    fn outcome(self) -> Outcome {
        let ledger = self.world.ledger.lock().unwrap();
        Outcome {
            hours: self.sim.elapsed().as_secs() / 3_600,
            posted: ledger.posted(),
            repeats: ledger.repeats(),
            broken_off: ledger.broken_off,
            strange: ledger.strange.clone(),
            digest: ledger.digest(),
            last: ledger.last(),
            ..self.outcome
        }
    }
}
