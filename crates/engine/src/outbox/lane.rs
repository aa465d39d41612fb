//! What is known of one notifier while it is delivered to.

use jiff::Timestamp;

use super::Delivered;
use crate::state::Outcome;

/// After so many failures in a row the rest waits too: the other side is down, not the notice bad.
const FAILURES_IN_A_ROW: u32 = 3;

/// What is known of one notifier while it is delivered to.
#[derive(Default)]
pub(super) struct Lane {
    pub(super) sum: Delivered,
    failures_in_a_row: u32,
    /// The other side is down until then, as far as one can tell.
    pub(super) hold_until: Option<Timestamp>,
}

impl Lane {
    /// Takes in what became of the deliveries of one message.
    pub(super) fn learn(&mut self, outcomes: &[Outcome]) {
        let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count() as u64;
        let delivered = count(|outcome| matches!(outcome, Outcome::Delivered));
        self.sum.delivered += delivered;
        self.sum.dead += count(|outcome| matches!(outcome, Outcome::Dead { .. }));
        if delivered > 0 {
            self.failures_in_a_row = 0;
            self.hold_until = None;
        }
        let failed = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Failed { retry_at, .. } => Some(*retry_at),
            _ => None,
        });
        if let Some(retry_at) = failed {
            self.sum.failed += 1;
            self.failures_in_a_row += 1;
            if self.failures_in_a_row >= FAILURES_IN_A_ROW {
                self.hold_until = Some(retry_at);
            }
        }
    }
}
