//! How urgent a message is.

use bucketwatch_engine::report::wire::{Exposure, Severity};

/// A severity of syslog. *Source*: RFC 5424, section 6.2.1, table 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SyslogSeverity {
    /// Action must be taken immediately.
    Alert = 1,
    /// Critical conditions.
    Critical = 2,
    /// Error conditions.
    Error = 3,
    /// Warning conditions.
    Warning = 4,
    /// Normal but significant.
    Notice = 5,
}

impl SyslogSeverity {
    /// Gives the severity of a transition of this `kind` (the inner one of a `regained_sight` or `lapsed`) whose worst
    /// way in is `worst`.
    pub(super) fn of_transition(kind: &str, worst: Option<&Exposure>) -> Self {
        match kind {
            "opened" | "widened" | "changed" => {
                worst.map_or(Self::Warning, |exposure| Self::of_opening(exposure.severity))
            }
            "lost_sight" => Self::Warning,
            _ => Self::Notice,
        }
    }

    /// Gives the severity of the first run's summary.
    pub(super) fn of_baseline(unaccepted: u64, undetermined: u64) -> Self {
        if unaccepted > 0 || undetermined > 0 { Self::Warning } else { Self::Notice }
    }

    /// Gives the severity of a message about a group or an event.
    pub(super) fn of_message(severity: Severity) -> Self {
        match severity {
            Severity::Low | Severity::Informational => Self::Notice,
            worse => Self::of_opening(worse),
        }
    }

    fn of_opening(worst: Severity) -> Self {
        match worst {
            Severity::Critical => Self::Alert,
            Severity::High => Self::Critical,
            Severity::Medium => Self::Error,
            Severity::Low | Severity::Informational => Self::Warning,
        }
    }
}
