//! How much work a question has cost, so that none can take forever.

use std::cell::Cell;

use crate::reach::Budget;

/// The work that is left of a question, shared by everything that answers it.
///
/// A unit is roughly one comparison: some nanoseconds. Whoever loops over something that a document can make long
/// spends what the turn costs, and gives up as soon as nothing is left.
#[derive(Debug)]
pub(super) struct Meter {
    budget: Budget,
    left: Cell<u64>,
}

impl Meter {
    /// Gives a meter that has all of `budget` left.
    pub(super) fn new(budget: Budget) -> Self {
        Self { budget, left: Cell::new(budget.work) }
    }

    /// Spends `units`; `false` = nothing is left.
    pub(super) fn spend(&self, units: usize) -> bool {
        let left = self.left.get().saturating_sub(u64::try_from(units).unwrap_or(u64::MAX));
        self.left.set(left);
        left > 0
    }

    /// Tells whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.left.get() == 0
    }

    /// Gives what was spent.
    pub(super) fn spent(&self) -> u64 {
        self.budget.work - self.left.get()
    }

    /// Gives how much may be spent in all.
    pub(super) fn budget(&self) -> Budget {
        self.budget
    }

    /// Gives how many classes one key may be divided into.
    pub(super) fn classes(&self) -> usize {
        usize::try_from(self.budget.classes).unwrap_or(usize::MAX)
    }
}
