//! An instant as people write it: a day, or a day and a time.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// The first instant at which something counts no longer: `2027-03-31` is the end of that day in UTC,
/// `2027-03-31T12:00:00Z` the instant itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Until(Timestamp);

impl Until {
    /// Gives the instant.
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

/// A text that is no day and no instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day; write `2027-03-31`, or an instant as `2027-03-31T12:00:00Z`")]
pub struct UntilError(String);

impl FromStr for Until {
    type Err = UntilError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end_of_day = |day: Date| {
            day.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok().map(|midnight| midnight.timestamp())
        };
        let is_day = !text.contains([':', 'T', 't', ' ']);
        let read = match is_day {
            true => text.parse().ok().and_then(end_of_day),
            false => text.parse().ok(),
        };
        read.map(Self).ok_or_else(|| UntilError(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DayOrText)
    }
}

/// Reads a text, or a date as TOML has them.
struct DayOrText;

impl<'de> Visitor<'de> for DayOrText {
    type Value = Until;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day such as 2027-03-31")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Until, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Until, A::Error> {
        let date = toml::value::Datetime::deserialize(MapAccessDeserializer::new(map))?;
        date.to_string().parse().map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lasts_to_its_end_and_an_instant_is_itself() {
        for (text, instant) in [
            ("2027-03-31", "2027-04-01T00:00:00Z"),
            ("2028-02-29", "2028-03-01T00:00:00Z"),
            ("2027-12-31", "2028-01-01T00:00:00Z"),
            ("2027-03-31T12:00:00Z", "2027-03-31T12:00:00Z"),
            ("2027-03-31T12:00:00+02:00", "2027-03-31T10:00:00Z"),
        ] {
            assert_eq!(text.parse::<Until>().unwrap().instant(), instant.parse().unwrap(), "{text}");
        }
        for text in ["", "soon", "2027-02-29", "31.3.2027", "2027-03-31T12:00:00", "9999-12-31", "12:00"] {
            assert!(text.parse::<Until>().is_err(), "{text}");
        }
    }
}
