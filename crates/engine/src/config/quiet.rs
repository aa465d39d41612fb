//! The settings of quiet hours.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Choice, Day, TimeOfDay, Zone};
use crate::report::wire::Severity;

/// Hours in which a notifier is left in peace: what comes then is told when they end, in order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietConfig {
    /// The days on which they begin. Default: every day.
    pub days: Option<Choice<Day>>,
    /// When they begin: `22:00`.
    pub from: TimeOfDay,
    /// When they end; a time that is not after `from` is one of the next day. `24:00` is the end of the day.
    pub to: TimeOfDay,
    /// The time zone, by its IANA name: `Europe/Berlin`.
    pub zone: Zone,
    /// The severities that are told all the same. Default: critical and high.
    #[serde(default = "through")]
    pub through: Vec<Severity>,
}

fn through() -> Vec<Severity> {
    vec![Severity::Critical, Severity::High]
}
