//! Local time as the file writes it: time zones, times of day, days of the week.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

const MINUTES_OF_DAY: u16 = 24 * 60;

/// A time zone by its IANA name: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", inline)]
pub struct Zone(TimeZone);

/// A time of day, `00:00` to `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String", inline)]
pub struct TimeOfDay(u16);

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Day {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}

impl Zone {
    /// Gives the time zone.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }
}

impl TimeOfDay {
    /// Gives the time, and whether it is that of the day after: `24:00` is its midnight.
    pub fn time(self) -> (Time, bool) {
        let minutes = self.0 % MINUTES_OF_DAY;
        let part = |part: u16| i8::try_from(part).unwrap_or_default();
        let time = Time::new(part(minutes / 60), part(minutes % 60), 0, 0).unwrap_or(Time::MIN);
        (time, self.0 == MINUTES_OF_DAY)
    }

    fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let all = hours * 60 + minutes;
        (minutes < 60 && all <= MINUTES_OF_DAY).then_some(Self(all))
    }
}

impl Day {
    /// Tells whether it is `weekday`.
    pub fn is(self, weekday: Weekday) -> bool {
        let own = match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        };
        own == weekday
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let unknown = || {
            serde::de::Error::custom(format!(
                "`{name}` is no time zone; write it as `Europe/Berlin` or `UTC`"
            ))
        };
        TimeZone::get(&name).map(Self).map_err(|_| unknown())
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || {
            serde::de::Error::custom(format!(
                "`{text}` is no time of day; write `09:00`, `24:00` at the latest"
            ))
        };
        Self::parse(&text).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_hours_and_minutes() {
        for (text, expected) in
            [("00:00", Some(0)), ("09:05", Some(545)), ("23:59", Some(1439)), ("24:00", Some(1440))]
        {
            assert_eq!(TimeOfDay::parse(text).map(|time| time.0), expected, "{text}");
        }
        for text in ["", "9:00", "24:01", "12:60", "12", "12:00:00", "+1:00", "-1:00", "１２:00"] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
        assert_eq!(TimeOfDay(1440).time(), (Time::MIN, true));
        assert_eq!(TimeOfDay(545).time(), (Time::constant(9, 5, 0, 0), false));
    }
}
