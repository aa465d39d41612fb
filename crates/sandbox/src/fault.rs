//! Faults: which calls go wrong, and how, decided by a seed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::time::Instant;

use crate::random;

/// How often calls go wrong. Rates are shares of all calls, `0.0..=1.0`, and add up.
///
/// Whether a call goes wrong follows from the seed, the call itself and how often it has come before, so a retry
/// has a chance of its own and the order among different calls does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// What the choice follows from.
    pub seed: u64,
    /// 503 SlowDown.
    pub slow_down: f64,
    /// 500 InternalError.
    pub internal_error: f64,
    /// The connection is reset.
    pub reset: f64,
    /// There is never an answer.
    pub stall: f64,
    /// More calls than this in a second get 503 SlowDown.
    pub calls_per_second: Option<u32>,
}

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    SlowDown,
    InternalError,
    Reset,
    Stall,
}

impl Faults {
    fn is_quiet(&self) -> bool {
        self.slow_down + self.internal_error + self.reset + self.stall <= 0.0
    }

    fn choose(&self, call: u64, visit: u32) -> Option<Fault> {
        let mut left = random::fraction(&(self.seed, call, visit));
        let shares = [
            (Fault::SlowDown, self.slow_down),
            (Fault::InternalError, self.internal_error),
            (Fault::Reset, self.reset),
            (Fault::Stall, self.stall),
        ];
        for (fault, share) in shares {
            left -= share;
            if left < 0.0 {
                return Some(fault);
            }
        }
        None
    }
}

/// What the faults remember of earlier calls.
#[derive(Debug, Default)]
pub(crate) struct FaultMemory {
    visits: Mutex<BTreeMap<u64, u32>>,
    allowance: Mutex<Option<Allowance>>,
}

/// A token bucket that holds a tenth of a second.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    calls: f64,
    at: Instant,
}

impl FaultMemory {
    /// Says what goes wrong with the call that `identity` stands for.
    pub(crate) fn draw(&self, faults: &Faults, identity: &str) -> Option<Fault> {
        if faults.calls_per_second.is_some_and(|limit| !self.allows(f64::from(limit))) {
            return Some(Fault::SlowDown);
        }
        if faults.is_quiet() {
            return None;
        }
        let call = random::of(identity);
        let visit = {
            let mut visits = self.visits.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let visit = visits.entry(call).or_insert(0);
            *visit += 1;
            *visit
        };
        faults.choose(call, visit)
    }

    fn allows(&self, limit: f64) -> bool {
        let mut allowance = self.allowance.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let now = Instant::now();
        let most = (limit / 10.0).max(1.0);
        let before = allowance.unwrap_or(Allowance { calls: most, at: now });
        let calls = (before.calls + (now - before.at).as_secs_f64() * limit).min(most);
        let allowed = calls >= 1.0;
        *allowance = Some(Allowance { calls: if allowed { calls - 1.0 } else { calls }, at: now });
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAULTS: Faults = Faults {
        seed: 11,
        slow_down: 0.2,
        internal_error: 0.05,
        reset: 0.01,
        stall: 0.01,
        calls_per_second: None,
    };

    fn drawn(faults: &Faults, calls: impl Iterator<Item = u32>) -> BTreeMap<u32, Option<Fault>> {
        let memory = FaultMemory::default();
        calls.map(|call| (call, memory.draw(faults, &format!("GET /b{call}")))).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_faults_in_any_order() {
        let (forth, back) = (drawn(&FAULTS, 0..500), drawn(&FAULTS, (0..500).rev()));
        assert_eq!(forth, back);
        assert_ne!(forth, drawn(&Faults { seed: 12, ..FAULTS }, 0..500));
    }

    #[test]
    fn rates_are_kept() {
        let drawn = drawn(&FAULTS, 0..20_000);
        let share = |wanted| drawn.values().filter(|fault| **fault == Some(wanted)).count() as f64 / 20_000.0;
        for (fault, rate) in [(Fault::SlowDown, 0.2), (Fault::InternalError, 0.05), (Fault::Stall, 0.01)] {
            assert!((share(fault) - rate).abs() < 0.01, "{fault:?}: {}", share(fault));
        }
    }

    #[test]
    fn a_retry_has_a_chance_of_its_own() {
        let memory = FaultMemory::default();
        let faults = Faults { slow_down: 0.5, ..Faults::default() };
        let tries: Vec<bool> = (0..40).map(|_| memory.draw(&faults, "GET /b").is_some()).collect();
        assert!(tries.contains(&true) && tries.contains(&false));
    }
}
