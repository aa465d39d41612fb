//! What is handed over at once: a notice, or several in one message. Pure.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::identity::id_of;
use crate::message::Message;
use crate::notice::{Notice, NoticeBody};
use crate::report::wire::Severity;
use crate::state::Claimed;
use crate::timing::Timing;

/// How deliveries become parcels.
pub(super) struct Packing<'a> {
    /// When the notifier is told.
    pub(super) timing: &'a Timing,
    /// More changes of one cause than this are one parcel; `None`: each is one.
    pub(super) group_over: Option<usize>,
    /// The run under way, whose changes wait for each other, and until when at most they do after they were written.
    pub(super) run: Option<(&'a str, SignedDuration)>,
}

/// One message, and the deliveries that it makes.
#[derive(Debug, PartialEq)]
pub(super) struct Parcel {
    pub(super) notice: Notice,
    pub(super) deliveries: Vec<Claimed>,
}

/// Deliveries, sorted.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Packed {
    /// What is due, the oldest first.
    pub(super) parcels: Vec<Parcel>,
    /// What is not due yet, and when it is.
    pub(super) held: Vec<(Claimed, Timestamp)>,
}

impl Packing<'_> {
    /// Sorts `claimed`, which are in order, at the instant `now`.
    pub(super) fn pack(&self, claimed: Vec<Claimed>, now: Timestamp) -> Packed {
        let mut packed = Packed::default();
        let mut due: Vec<(Option<Together>, Vec<Claimed>)> = Vec::new();
        for delivery in claimed {
            let severity = urgency(&delivery.notice);
            let ready = self.timing.due(delivery.notice.at, severity, now).max(self.awaited(&delivery, now));
            if ready > now {
                packed.held.push((delivery, ready));
                continue;
            }
            let together = self.together(&delivery.notice, severity);
            match due.iter_mut().find(|(known, _)| together.is_some() && *known == together) {
                Some((_, deliveries)) => deliveries.push(delivery),
                None => due.push((together, vec![delivery])),
            }
        }
        for (together, deliveries) in due {
            packed.parcels.extend(self.parcels(together, deliveries));
        }
        packed
    }

    /// Gives until when a change waits for others of the run that is under way.
    fn awaited(&self, delivery: &Claimed, now: Timestamp) -> Timestamp {
        let notice = &delivery.notice;
        match self.run {
            Some((run, longest)) if self.group_over.is_some() && notice.group_key == run => {
                let last = notice.at.checked_add(longest).unwrap_or(now);
                let soon = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
                if last > now { soon.min(last) } else { now }
            }
            _ => now,
        }
    }

    fn together(&self, notice: &Notice, severity: Severity) -> Option<Together> {
        if let Some(end) = self.timing.collected(notice.at, severity) {
            return Some(Together::Digest(end));
        }
        let groups = self.group_over.is_some() && matches!(notice.body, NoticeBody::Transitions { .. });
        groups.then(|| Together::Cause(notice.group_key.clone()))
    }

    fn parcels(&self, together: Option<Together>, deliveries: Vec<Claimed>) -> Vec<Parcel> {
        let folds = match &together {
            Some(Together::Digest(_)) => deliveries.len() > 1,
            Some(Together::Cause(_)) => self.group_over.is_some_and(|most| deliveries.len() > most),
            None => false,
        };
        let notice = match together {
            Some(Together::Digest(end)) if folds => digest(&deliveries, end),
            Some(Together::Cause(cause)) if folds => group(&deliveries, cause),
            _ => return deliveries.into_iter().map(Parcel::of_one).collect(),
        };
        vec![Parcel { notice, deliveries }]
    }
}

impl Packed {
    /// Leaves all but the first `most` parcels for the next time, which may be `now`.
    pub(super) fn leave(&mut self, most: usize, now: Timestamp) {
        let rest = self.parcels.split_off(most.min(self.parcels.len()));
        let deliveries = rest.into_iter().flat_map(|parcel| parcel.deliveries);
        self.held.extend(deliveries.map(|delivery| (delivery, now)));
    }
}

/// What makes deliveries one parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Together {
    /// They belong to the digest of the interval that ends then.
    Digest(Timestamp),
    /// They have the same cause.
    Cause(String),
}

impl Parcel {
    fn of_one(delivery: Claimed) -> Self {
        Self { notice: delivery.notice.clone(), deliveries: vec![delivery] }
    }

    /// Gives how often the one of its deliveries failed that did most often.
    pub(super) fn failures(&self) -> u32 {
        self.deliveries.iter().map(|delivery| delivery.failures).max().unwrap_or_default()
    }
}

/// Gives how urgent it is to hand `notice` over: a reminder can wait, whatever it is of.
pub(super) fn urgency(notice: &Notice) -> Severity {
    match notice.body {
        NoticeBody::Reminder { .. } => Severity::Informational,
        _ => Message::of(notice).severity,
    }
}

/// Gives the notice of everything that one interval brought. The same notices give the same id.
fn digest(deliveries: &[Claimed], end: Timestamp) -> Notice {
    let id = id_of_all("digest", deliveries);
    let notices = deliveries.iter().map(|delivery| delivery.notice.clone()).collect();
    Notice { id: id.clone(), at: end, body: NoticeBody::Digest { notices }, group_key: id }
}

/// Gives the notice of all changes of one cause, the worst first. The same notices give the same id.
fn group(deliveries: &[Claimed], cause: String) -> Notice {
    let mut transitions = Vec::new();
    for delivery in deliveries {
        if let NoticeBody::Transitions { transitions: own } = &delivery.notice.body {
            transitions.extend(own.iter().cloned());
        }
    }
    transitions.sort_by_key(|transition| (transition.severity(), transition.bucket.clone()));
    let at = deliveries.iter().map(|delivery| delivery.notice.at).max().unwrap_or_default();
    let body = NoticeBody::Transitions { transitions };
    Notice { id: id_of_all("together", deliveries), at, body, group_key: cause }
}

fn id_of_all(what: &str, deliveries: &[Claimed]) -> String {
    let ids: BTreeSet<&str> = deliveries.iter().map(|delivery| delivery.notice.id.as_str()).collect();
    let parts: Vec<&str> = std::iter::once(what).chain(ids).collect();
    id_of(&parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::report::sample;
    use crate::state::Ticket;

    fn claimed(id: &str, cause: &str, written: Timestamp) -> Claimed {
        let mut transition = sample::opened_record();
        transition.bucket = id.into();
        let body = NoticeBody::Transitions { transitions: vec![transition] };
        Claimed {
            ticket: Ticket { notice: id.to_owned(), notifier: "chat".to_owned(), lease: 1 },
            failures: 0,
            waiting_since: written,
            notice: Notice { id: id.to_owned(), at: written, body, group_key: cause.to_owned() },
        }
    }

    fn many(cause: &str, count: usize) -> Vec<Claimed> {
        (0..count).map(|number| claimed(&format!("{cause}{number}"), cause, sample::instant())).collect()
    }

    fn sizes(packed: &Packed) -> Vec<usize> {
        packed.parcels.iter().map(|parcel| parcel.deliveries.len()).collect()
    }

    fn grouping(timing: &Timing) -> Packing<'_> {
        Packing { timing, group_over: Some(2), run: None }
    }

    #[test]
    fn more_changes_of_one_cause_than_are_told_singly_are_one_parcel_and_what_came_first_goes_first() {
        let timing = Timing::default();
        let mixed = [many("a", 3), many("b", 2), many("a", 1)].concat();
        let packed = grouping(&timing).pack(mixed.clone(), sample::instant());
        assert_eq!(sizes(&packed), [4, 1, 1]);
        assert_eq!(packed.parcels[1].notice, mixed[3].notice, "one by itself is what it was");
        let single = Packing { group_over: None, ..grouping(&timing) }.pack(mixed, sample::instant());
        assert_eq!(sizes(&single), [1; 6]);
    }

    #[test]
    fn the_same_notices_give_the_same_id_in_any_order_and_others_another() {
        let timing = Timing::default();
        let id = |claimed: Vec<Claimed>| {
            grouping(&timing).pack(claimed, sample::instant()).parcels[0].notice.id.clone()
        };
        let mut reversed = many("a", 4);
        reversed.reverse();
        assert_eq!(id(many("a", 4)), id(reversed));
        assert_ne!(id(many("a", 4)), id(many("a", 3)));
    }

    #[test]
    fn a_digest_holds_what_its_interval_brought_and_no_more() {
        let file =
            "[[notify.command]]\nname = \"chat\"\nprogram = [\"x\"]\n[notify.digest.chat]\nevery = \"1h\"\n";
        let timing = Config::parse(file).unwrap().notify.timing_of("chat");
        let start = sample::instant();
        let hours = |hours: i64| start + SignedDuration::from_hours(hours);
        let later = start + SignedDuration::from_mins(61);
        let waiting = vec![
            claimed("1", "a", start),
            claimed("2", "b", start),
            claimed("3", "c", later),
            claimed("4", "d", hours(2)),
        ];
        let packed = grouping(&timing).pack(waiting.clone(), hours(2));
        assert_eq!(sizes(&packed), [2, 1]);
        assert!(
            matches!(&packed.parcels[0].notice.body, NoticeBody::Digest { notices } if notices.len() == 2)
        );
        assert_eq!((packed.parcels[0].notice.at, packed.parcels[1].notice.id.as_str()), (hours(1), "3"));
        assert_eq!(packed.held, [(waiting[3].clone(), hours(3))]);
        let again = grouping(&timing).pack(waiting[..2].to_vec(), hours(9));
        assert_eq!(again.parcels[0].notice, packed.parcels[0].notice, "a repeat is the same");
    }

    #[test]
    fn changes_of_the_run_that_is_under_way_wait_for_each_other_a_minute_at_most() {
        let timing = Timing::default();
        let packing = Packing { run: Some(("a", SignedDuration::from_secs(60))), ..grouping(&timing) };
        let now = |seconds| sample::instant() + SignedDuration::from_secs(seconds);
        let both = || [many("a", 1), many("b", 1)].concat();
        let packed = packing.pack(both(), now(0));
        assert_eq!((sizes(&packed), packed.held[0].1), (vec![1], now(1)));
        assert_eq!(sizes(&packing.pack(both(), now(60))), [1, 1]);
        let machine = Packing { group_over: None, ..packing };
        assert_eq!(sizes(&machine.pack(both(), now(0))), [1, 1], "who takes each by itself does not wait");
    }

    #[test]
    fn what_is_left_is_due_at_once() {
        let timing = Timing::default();
        let mut packed = grouping(&timing).pack([many("a", 1), many("b", 1)].concat(), sample::instant());
        packed.leave(1, sample::instant());
        assert_eq!((sizes(&packed), packed.held.len(), packed.held[0].1), (vec![1], 1, sample::instant()));
    }
}
