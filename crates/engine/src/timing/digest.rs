//! The intervals of a digest.

use jiff::{Timestamp, ToSpan as _};

use super::quiet::{Repeated, instant};
use crate::config::{DigestConfig, TimeOfDay, Zone};

/// In so many days every day of the week comes, even where a calendar leaves one out.
const DAYS: i64 = 9;

/// Gives the end of the interval that `written` lies in: the first after it.
pub(super) fn end_after(digest: &DigestConfig, written: Timestamp) -> Timestamp {
    let end = match (digest.every, digest.at, &digest.zone) {
        (Some(every), ..) => {
            let every = i64::try_from(every.duration().as_secs()).unwrap_or(i64::MAX).max(1);
            let begun = written.as_second().div_euclid(every);
            begun
                .checked_add(1)
                .and_then(|next| next.checked_mul(every))
                .and_then(|end| Timestamp::from_second(end).ok())
        }
        (None, Some(at), Some(zone)) => next_time(digest, at, zone, written),
        _ => None,
    };
    // A calendar that has no such time any more holds nothing back.
    end.unwrap_or(written)
}

fn next_time(digest: &DigestConfig, at: TimeOfDay, zone: &Zone, written: Timestamp) -> Option<Timestamp> {
    let zone = zone.time_zone();
    let today = zone.to_datetime(written).date();
    let dates = (-1..=DAYS).filter_map(|days| today.checked_add(days.days()).ok());
    let chosen = dates.filter(|date| {
        digest.days.as_ref().is_none_or(|days| days.any_of().iter().any(|day| day.is(date.weekday())))
    });
    chosen.filter_map(|date| instant(zone, date, at, Repeated::First)).find(|end| *end > written)
}
