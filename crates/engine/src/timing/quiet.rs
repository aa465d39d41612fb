//! Hours of local time as spans of instants.

use jiff::civil::Date;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::config::{QuietConfig, TimeOfDay};

/// How many windows may follow each other without a pause: more, and no end is looked for.
const IN_A_ROW: usize = 200;

/// Windows that hold for so long hold for ever: they come again every week.
const FOR_EVER: SignedDuration = SignedDuration::from_hours(9 * 24);

/// Which of two instants with the same local time is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeated {
    First,
    Last,
}

/// Gives the first instant from `now` on that lies in none of `windows`.
pub(super) fn end_of_all(windows: &[&QuietConfig], now: Timestamp) -> Timestamp {
    let mut awake = now;
    for _ in 0..IN_A_ROW {
        match windows.iter().filter_map(|window| end(window, awake)).max() {
            Some(end) => awake = end,
            None => break,
        }
    }
    awake
}

/// Tells whether `windows` leave no pause.
pub(super) fn is_for_ever(windows: &[&QuietConfig]) -> bool {
    // Any instant will do: a week is looked at in full.
    let start = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 57);
    end_of_all(windows, start).duration_since(start) >= FOR_EVER
}

/// Gives the end of the window that `now` lies in.
fn end(window: &QuietConfig, now: Timestamp) -> Option<Timestamp> {
    let zone = window.zone.time_zone();
    let today = zone.to_datetime(now).date();
    // A window that began the day before may still last; a day that the calendar left out may lie between.
    let begun = [0, 1, 2].into_iter().filter_map(|days| today.checked_sub(days.days()).ok());
    let holds = |date: Date| {
        let chosen = window.days.as_ref();
        if !chosen.is_none_or(|days| days.any_of().iter().any(|day| day.is(date.weekday()))) {
            return None;
        }
        let from = instant(zone, date, window.from, Repeated::First)?;
        let ends_on = if window.to > window.from { date } else { date.tomorrow().ok()? };
        let to = instant(zone, ends_on, window.to, Repeated::Last)?;
        (from <= now && now < to).then_some(to)
    };
    begun.filter_map(holds).max()
}

/// Gives the instant at which a clock in `zone` shows `time` on `date`. A time that the clock leaps over is the instant
/// of the leap.
pub(super) fn instant(zone: &TimeZone, date: Date, time: TimeOfDay, repeated: Repeated) -> Option<Timestamp> {
    let (time, next_day) = time.time();
    let date = if next_day { date.tomorrow().ok()? } else { date };
    let shown = zone.to_ambiguous_timestamp(date.to_datetime(time));
    match shown.offset() {
        AmbiguousOffset::Unambiguous { .. } => shown.compatible().ok(),
        AmbiguousOffset::Fold { .. } if repeated == Repeated::First => shown.earlier().ok(),
        AmbiguousOffset::Fold { .. } => shown.later().ok(),
        AmbiguousOffset::Gap { .. } => {
            let before = shown.earlier().ok()?;
            zone.following(before).next().map(|leap| leap.timestamp())
        }
    }
}
