//! A length of time as people write it.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// A length of time above zero: `90s`, `30m`, `1h 30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct Period(Duration);

impl Period {
    /// Gives the length.
    pub fn duration(self) -> Duration {
        self.0
    }
}

/// A text that is no length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time; write `90s`, `30m` or `1h 30m`")]
pub struct PeriodError(String);

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let read = text.parse::<jiff::SignedDuration>().ok();
        let length =
            read.and_then(|length| Duration::try_from(length).ok()).filter(|length| !length.is_zero());
        length.map(Self).ok_or_else(|| PeriodError(text.to_owned()))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0.as_secs_f64())
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("1h 30m", 5400), ("2 hours", 7200)] {
            assert_eq!(text.parse::<Period>().unwrap().duration().as_secs(), seconds, "{text}");
        }
        for text in ["", "0s", "-5m", "soon", "5"] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
