//! How the time of an invocation is spent.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

/// When the parts of an invocation have to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deadline {
    /// Until when there is work on events; what is left then comes again.
    pub(super) work: Instant,
    /// Until when notices are delivered; the rest waits.
    pub(super) delivery: Instant,
}

/// The most that is kept for the answer.
const ANSWER: Duration = Duration::from_secs(2);

/// The most that is kept for the delivery of notices.
const DELIVERY: Duration = Duration::from_secs(20);

impl Deadline {
    /// Gives the deadlines of an invocation that the service ends at `end`: a tenth of its time is kept for the answer, a
    /// fifth for delivery, and no more than these need.
    pub(super) fn before(end: SystemTime, now: SystemTime) -> Self {
        let time = end.duration_since(now).unwrap_or_default();
        let (answer, delivery) = ((time / 10).min(ANSWER), (time / 5).min(DELIVERY));
        let start = Instant::now();
        Self { work: start + (time - answer - delivery), delivery: start + (time - answer) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_kept_for_delivery_and_for_the_answer() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        for (seconds, work, delivery) in [(0, 0, 0), (10, 7, 9), (30, 22, 28), (900, 878, 898)] {
            let start = Instant::now();
            let deadline = Deadline::before(now + Duration::from_secs(seconds), now);
            let after = |instant: Instant| instant.duration_since(start).as_secs();
            assert_eq!((after(deadline.work), after(deadline.delivery)), (work, delivery), "{seconds} s");
        }
        let late = Deadline::before(now - Duration::from_secs(5), now);
        assert!(late.delivery <= Instant::now());
    }
}
