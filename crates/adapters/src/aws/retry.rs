//! Which calls are made again, and when.
//!
//! *Source*: AWS SDKs and Tools Reference Guide, "Retry behavior" (read 2026-11-23), on the standard mode: what may pass,
//! exponential pauses with full jitter, and a budget that failures use up and successes refill.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::failure::Failure;

/// Measured against an endpoint that refuses one call in five: three attempts lost 10 to 15 of 3,000 calls, eight and ten
/// lost none.
pub(super) const MOST_ATTEMPTS: u32 = 10;

/// The pause after the first attempt is no longer than this; each further one may be twice as long.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// No pause is longer.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(8);

/// What all calls together may spend on attempts that fail: many more than AWS's own clients have, which a scan under
/// throttling would use up, and few enough that an endpoint which died is given up within a minute.
const BUDGET: u32 = 10_000;

const PRICE: u32 = 5;
const PRICE_OF_SILENCE: u32 = 10;

/// The budget of all calls.
#[derive(Debug)]
pub(super) struct Retries {
    left: AtomicU32,
}

impl Default for Retries {
    fn default() -> Self {
        Self { left: AtomicU32::new(BUDGET) }
    }
}

impl Retries {
    /// Gives how long to wait before a call is made again whose attempt number `attempt`, counted from one, failed;
    /// `None`: the failure is final.
    pub(super) fn pause(&self, failure: &Failure, attempt: u32) -> Option<Duration> {
        if attempt >= MOST_ATTEMPTS || !failure.may_pass(attempt) {
            return None;
        }
        let price = if failure.is_silence() { PRICE_OF_SILENCE } else { PRICE };
        let pay = |left: u32| left.checked_sub(price);
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay).ok()?;
        let most = FIRST_PAUSE.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST_PAUSE);
        Some(most.mul_f64(fastrand::f64()))
    }

    /// Refills the budget: attempt number `attempt` was answered.
    pub(super) fn answered(&self, attempt: u32) {
        let refund = if attempt > 1 { PRICE } else { 1 };
        let refill = |left: u32| (left < BUDGET).then(|| (left + refund).min(BUDGET));
        let _ = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, refill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: &str) -> Failure {
        Failure::refused(status, Some(code.to_owned()))
    }

    #[test]
    fn what_may_pass_is_tried_again_and_a_refusal_is_final() {
        let retries = Retries::default();
        for failure in [
            refused(503, "SlowDown"),
            refused(500, "InternalError"),
            refused(400, "ThrottlingException"),
            refused(400, "RequestTimeout"),
            refused(403, "RequestTimeTooSkewed"),
            Failure::refused(502, None),
            Failure::refused(429, None),
            Failure::timeout(),
        ] {
            assert!(retries.pause(&failure, 1).is_some(), "{failure:?}");
        }
        for failure in [
            refused(403, "AccessDenied"),
            refused(404, "NoSuchBucketPolicy"),
            refused(400, "ExpiredToken"),
            refused(301, "PermanentRedirect"),
            refused(501, "NotImplemented"),
        ] {
            assert_eq!(retries.pause(&failure, 1), None, "{failure:?}");
        }
    }

    #[test]
    fn a_clock_that_answers_have_not_set_right_is_not_tried_for_ever() {
        assert_eq!(Retries::default().pause(&refused(403, "RequestTimeTooSkewed"), 2), None);
    }

    #[test]
    fn pauses_grow_to_a_limit_and_the_attempts_end() {
        let slow = refused(503, "SlowDown");
        for _ in 0..100 {
            let retries = Retries::default();
            let pauses: Vec<_> =
                (1..MOST_ATTEMPTS).filter_map(|attempt| retries.pause(&slow, attempt)).collect();
            assert_eq!(pauses.len(), 9);
            assert!(pauses[0] <= FIRST_PAUSE && pauses[1] <= 2 * FIRST_PAUSE);
            assert!(pauses.iter().all(|pause| *pause <= LONGEST_PAUSE));
            assert_eq!(retries.pause(&slow, MOST_ATTEMPTS), None);
        }
    }

    #[test]
    fn a_budget_that_is_used_up_ends_all_retries_until_calls_are_answered() {
        let retries = Retries::default();
        let paid = (0..5_000).filter(|_| retries.pause(&Failure::timeout(), 1).is_some()).count();
        assert_eq!(paid, 1_000);
        for _ in 0..4 {
            retries.answered(1);
        }
        assert_eq!(retries.pause(&refused(503, "SlowDown"), 1), None);
        retries.answered(1);
        assert!(retries.pause(&refused(503, "SlowDown"), 1).is_some());
        for _ in 0..20_000 {
            retries.answered(2);
        }
        assert_eq!(retries.left.load(Ordering::Relaxed), BUDGET);
    }
}
