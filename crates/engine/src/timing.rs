//! When a notice is told: quiet hours and digests. Pure: time arrives as an argument.

mod digest;
mod quiet;

use jiff::Timestamp;

use crate::config::{DigestConfig, QuietConfig};
use crate::report::wire::Severity;

/// When one notifier is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    /// Hours in which it is left in peace.
    pub quiet: Vec<QuietConfig>,
    /// When it is told what came in the meantime, in one message.
    pub digest: Option<DigestConfig>,
}

impl Timing {
    /// Gives when a notice of `severity` that was written at `written` may be told: `now`, or the instant to wait for.
    pub fn due(&self, written: Timestamp, severity: Severity, now: Timestamp) -> Timestamp {
        let collected = self.collected(written, severity).unwrap_or(now);
        self.awake(severity, collected.max(now))
    }

    /// Gives the end of the digest's interval that a notice belongs to; `None`: it is told by itself.
    pub fn collected(&self, written: Timestamp, severity: Severity) -> Option<Timestamp> {
        let digest = self.digest.as_ref().filter(|digest| !digest.at_once.contains(&severity))?;
        Some(digest::end_after(digest, written))
    }

    /// Gives the first instant from `now` on at which no quiet hours keep `severity` back.
    fn awake(&self, severity: Severity, now: Timestamp) -> Timestamp {
        let quiet = self.quiet.iter().filter(|quiet| !quiet.through.contains(&severity));
        quiet::end_of_all(&quiet.collect::<Vec<_>>(), now)
    }
}

/// Tells whether quiet hours, taken together, never end.
pub fn is_for_ever(quiet: &[QuietConfig]) -> bool {
    quiet::is_for_ever(&quiet.iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
