//! How failed attempts are spaced.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

/// Doubles the pause with each failure, and spreads the pauses so that many do not come back at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The pause after the first failure.
    pub first: Duration,
    /// The longest pause: who is back is told within it.
    pub longest: Duration,
    /// What the spread is drawn from: the same seed gives the same pauses.
    pub seed: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(2), longest: Duration::from_secs(5 * 60), seed: 0 }
    }
}

impl Backoff {
    /// Gives the pause before `notice` is tried again that failed `failures` times before: between half and all of
    /// what doubling gives.
    pub fn pause(&self, failures: u32, notice: &str) -> Duration {
        let doubled = self.first.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
        let whole = doubled.min(self.longest);
        whole / 2 + (whole / 2).mul_f64(self.share(failures, notice))
    }

    /// Gives a number from 0 to 1.
    fn share(&self, failures: u32, notice: &str) -> f64 {
        let mut hash = Sha256::new();
        hash.update(self.seed.to_be_bytes());
        hash.update(failures.to_be_bytes());
        hash.update(notice.as_bytes());
        let digest = hash.finalize();
        let number = digest.iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        f64::from(number) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread_over_their_upper_half() {
        let backoff = Backoff::default();
        for (failures, whole) in [(0, 2), (1, 4), (5, 64), (9, 300), (31, 300), (4_000, 300)] {
            let whole = Duration::from_secs(whole);
            for notice in ["a", "b", "c"] {
                let pause = backoff.pause(failures, notice);
                assert!(whole / 2 <= pause && pause <= whole, "{failures} {notice} {pause:?}");
            }
        }
        assert_ne!(backoff.pause(3, "a"), backoff.pause(3, "b"));
        assert_eq!(backoff.pause(3, "a"), backoff.pause(3, "a"));
        assert_ne!(backoff.pause(3, "a"), Backoff { seed: 1, ..backoff }.pause(3, "a"));
    }
}
