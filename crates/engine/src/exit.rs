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
    /// Every exit code, by number.
    pub const ALL: [Self; 5] = [Self::Clean, Self::Failed, Self::Usage, Self::Undetermined, Self::Findings];

    /// Gives the number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Gives what it means, as the documentation and `--help` say it.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Clean => "nothing at or above the threshold",
            Self::Failed => "it did not work, or an input could not be judged",
            Self::Usage => "the command line is wrong",
            Self::Undetermined => "no finding, yet something is undetermined, or the scan was cut short",
            Self::Findings => "findings",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_exactly_these_codes() {
        let page = include_str!("../../../docs/exit-codes.md");
        let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| `")).collect();
        let expected: Vec<String> =
            Exit::ALL.iter().map(|exit| format!("| `{}` | {} |", exit.code(), exit.meaning())).collect();
        assert_eq!(rows, expected);
    }
}
