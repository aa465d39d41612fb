//! How fast one notifier is delivered to.

use std::time::Duration;

use tokio::time::Instant;

/// How many deliveries may follow each other at once after a pause.
const BURST: u32 = 5;

/// Spaces deliveries so that a minute holds no more than the other side wants; after a pause a few may follow each
/// other at once.
pub(super) struct Pace {
    /// From one delivery to the next; `None`: none.
    interval: Option<Duration>,
    /// When the next delivery would be due if all were spaced evenly.
    next: Instant,
}

impl Pace {
    pub(super) fn new(per_minute: Option<u32>, now: Instant) -> Self {
        let interval = per_minute.map(|count| Duration::from_secs(60) / count.max(1));
        Self { interval, next: now }
    }

    /// Gives how many deliveries may be leased at once: waiting under a lease would outlast it.
    pub(super) fn batch(&self, most: usize) -> usize {
        if self.interval.is_some() { 1 } else { most }
    }

    /// Gives when the next delivery may be made.
    pub(super) fn free_at(&self) -> Instant {
        let ahead = self.interval.unwrap_or_default() * (BURST - 1);
        self.next.checked_sub(ahead).unwrap_or(self.next)
    }

    /// Notes that `count` deliveries are made now.
    pub(super) fn spend(&mut self, count: usize, now: Instant) {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        self.next = self.next.max(now) + self.interval.unwrap_or_default() * count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives when each of `count` deliveries is made, in milliseconds from the first.
    fn made(pace: &mut Pace, begun: Instant, count: usize) -> Vec<u128> {
        let mut now = begun;
        let deliveries = (0..count).map(|_| {
            now = now.max(pace.free_at());
            pace.spend(1, now);
            (now - begun).as_millis()
        });
        deliveries.collect()
    }

    #[test]
    fn after_a_burst_deliveries_are_spaced() {
        let begun = Instant::now();
        let mut pace = Pace::new(Some(60), begun);
        assert_eq!(made(&mut pace, begun, 8), [0, 0, 0, 0, 0, 1000, 2000, 3000]);
        let later = begun + Duration::from_secs(600);
        assert_eq!(
            made(&mut pace, later, 7),
            [0, 0, 0, 0, 0, 1000, 2000],
            "a pause earns no more than a burst"
        );
        assert_eq!(pace.batch(16), 1);
    }

    #[test]
    fn without_a_limit_nothing_waits() {
        let begun = Instant::now();
        let mut pace = Pace::new(None, begun);
        assert_eq!(made(&mut pace, begun, 3), [0, 0, 0]);
        assert_eq!(pace.batch(16), 16);
    }

    #[test]
    fn a_minute_holds_no_more_than_the_limit_and_one_burst() {
        let begun = Instant::now();
        for per_minute in [1, 7, 60, 600] {
            let mut pace = Pace::new(Some(per_minute), begun);
            let first_minute = made(&mut pace, begun, 2_000).into_iter().filter(|at| *at < 60_000).count();
            assert!(first_minute <= (per_minute + BURST) as usize, "{per_minute}: {first_minute}");
        }
    }
}
