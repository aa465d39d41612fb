//! The settings of a digest.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Choice, Day, Period, TimeOfDay, Zone};
use crate::report::wire::Severity;

const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

/// When a notifier is told, in one message, what came since it was told last: `every` so often, or `at` a time of day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestConfig {
    /// How often: `1h`; a minute to 31 days, counted from midnight UTC of 1 January 1970.
    pub every: Option<Period>,
    /// When: `09:00`.
    pub at: Option<TimeOfDay>,
    /// The days of `at`. Default: every day.
    pub days: Option<Choice<Day>>,
    /// The time zone of `at`, by its IANA name.
    pub zone: Option<Zone>,
    /// The severities that are told at once. Default: critical.
    #[serde(default = "at_once")]
    pub at_once: Vec<Severity>,
}

impl DigestConfig {
    /// Gives what is wrong with it.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match (self.every, self.at, &self.zone) {
            (Some(_), None, None) if self.days.is_some() => Some("`days` goes with `at`"),
            (Some(every), None, None) if !(SHORTEST..=LONGEST).contains(&every.duration()) => {
                Some("`every` must be between a minute and 31 days")
            }
            (Some(_), None, None) | (None, Some(_), Some(_)) => None,
            _ => Some("a digest has either `every`, or `at` and `zone`"),
        }
    }
}

fn at_once() -> Vec<Severity> {
    vec![Severity::Critical]
}
