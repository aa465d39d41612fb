//! Stretches of time that a policy cannot tell apart.

use jiff::{SignedDuration, Timestamp};

use crate::reach::Validity;

/// A stretch of time, now or to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its first instant; `None` = it has begun with the world.
    from: Option<Timestamp>,
    /// The first instant after it; `None` = it never ends.
    until: Option<Timestamp>,
    /// An instant of it, not before now.
    pub(super) sample: Timestamp,
}

/// Divides the time from `now` on at each of `instants`: before, at and after it, to the second.
pub(super) fn divide(now: Timestamp, instants: &[Timestamp]) -> Vec<Cell> {
    let second = SignedDuration::from_secs(1);
    let mut cuts: Vec<Timestamp> =
        instants.iter().flat_map(|at| [Some(*at), at.checked_add(second).ok()]).flatten().collect();
    cuts.sort_unstable();
    cuts.dedup();
    let starts = std::iter::once(None).chain(cuts.iter().copied().map(Some));
    let ends = cuts.iter().copied().map(Some).chain([None]);
    starts
        .zip(ends)
        .filter(|(_, until)| until.is_none_or(|until| until > now))
        .map(|(from, until)| Cell { from, until, sample: from.map_or(now, |from| from.max(now)) })
        .collect()
}

/// Gives the first unbroken stretch that the cells numbered `open` make up; `None` = always.
pub(super) fn validity(cells: &[Cell], open: &[usize]) -> Option<Validity> {
    let first = open.first()?;
    let run = open.iter().zip(*first..).take_while(|(at, expected)| **at == *expected).count();
    let from = cells.get(*first)?.from;
    let until = cells.get(first + run - 1)?.until;
    (from.is_some() || until.is_some()).then_some(Validity { from, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_is_no_cell_and_neighbours_are_one_window() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let cells = divide(at(100), &[at(50), at(200)]);
        assert_eq!(cells.len(), 3);
        assert_eq!(cells[0].sample, at(100));
        assert_eq!(validity(&cells, &[0]), Some(Validity { from: Some(at(51)), until: Some(at(200)) }));
        assert_eq!(validity(&cells, &[1, 2]), Some(Validity { from: Some(at(200)), until: None }));
        assert_eq!(validity(&divide(at(100), &[]), &[0]), None);
    }
}
