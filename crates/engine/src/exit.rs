//! Exit codes: one enum, one table.

/// What the process says to its caller. Precedence: [`Exit::Usage`], [`Exit::Failed`], [`Exit::Findings`],
/// [`Exit::Undetermined`], [`Exit::Clean`]; except that a file that cannot be judged beside findings gives
/// [`Exit::Findings`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Nothing at or above the threshold.
    Clean = 0,
    /// It did not work.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// No finding, yet something undetermined, or a partial scan.
    Undetermined = 3,
    /// Findings.
    Findings = 10,
}

impl Exit {
    /// Gives the number.
    pub fn code(self) -> u8 {
        self as u8
    }
}
