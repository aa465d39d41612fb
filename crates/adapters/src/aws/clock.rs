//! How far AWS's clock is ahead of the local one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

/// An estimate of the clock's offset that moves only when an answer contradicts it.
///
/// A `Date` header has whole seconds, so one answer gives an interval. Zero is kept as long as it fits: a local
/// clock that is right is not disturbed by rounding.
#[derive(Debug, Default)]
pub(super) struct Clock {
    offset_ms: AtomicI64,
}

impl Clock {
    /// Takes the `Date` header of an answer to a request that was sent at `sent` and answered at `received`.
    pub(super) fn learn(&self, date: &str, sent: Timestamp, received: Timestamp) {
        let Ok(date) = jiff::fmt::rfc2822::parse(date) else { return };
        let date = date.timestamp().as_millisecond();
        let least = date - received.as_millisecond();
        let most = date + 1_000 - sent.as_millisecond();
        let offset = self.offset_ms.load(Ordering::Relaxed);
        if (least..=most).contains(&offset) {
            return;
        }
        let estimate = if (least..=most).contains(&0) { 0 } else { least.midpoint(most) };
        self.offset_ms.store(estimate, Ordering::Relaxed);
    }

    /// Gives what AWS's clock shows, by which signatures are made.
    pub(super) fn aws_now(&self) -> SystemTime {
        SystemTime::from(Timestamp::now().saturating_add(self.offset()).unwrap_or(Timestamp::MAX))
    }

    /// Gives the estimate.
    pub(super) fn offset(&self) -> SignedDuration {
        SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(date: &str, sent: &str, received: &str) -> SignedDuration {
        let clock = Clock::default();
        clock.learn(date, sent.parse().unwrap(), received.parse().unwrap());
        clock.offset()
    }

    #[test]
    fn rounding_to_seconds_is_no_offset() {
        let offset =
            learned("Sun, 22 Nov 2026 06:00:00 GMT", "2026-11-22T06:00:00.900Z", "2026-11-22T06:00:00.950Z");
        assert_eq!(offset, SignedDuration::ZERO);
    }

    #[test]
    fn a_late_local_clock_is_corrected() {
        let offset = learned("Sun, 22 Nov 2026 06:01:00 GMT", "2026-11-22T06:00:00Z", "2026-11-22T06:00:00Z");
        assert_eq!(offset, SignedDuration::from_millis(60_500));
    }

    #[test]
    fn an_unreadable_date_changes_nothing() {
        assert_eq!(learned("soon", "2026-11-22T06:00:00Z", "2026-11-22T06:00:00Z"), SignedDuration::ZERO);
    }
}
