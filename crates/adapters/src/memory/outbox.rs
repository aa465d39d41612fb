//! Notices and their deliveries.

use std::collections::BTreeMap;

use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::state::{
    Claim, Claimed, DeadLetter, OutboxCount, Outcome, OutgoingNotice, Settlement, Ticket,
};
use jiff::Timestamp;

/// What is to be delivered, and what was given up.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// Counts the notices, so that the oldest goes first.
    last: u64,
    posted: BTreeMap<u64, Posted>,
    numbers: BTreeMap<String, u64>,
}

/// A notice and, by notifier, the deliveries that are not made.
#[derive(Debug)]
struct Posted {
    notice: Notice,
    deliveries: BTreeMap<String, Delivery>,
}

#[derive(Clone, Debug)]
struct Delivery {
    /// When the notice was written or the delivery was revived.
    since: Timestamp,
    /// When it is due; while it is leased, when the lease ends.
    due: Timestamp,
    lease: u64,
    failures: u32,
    reason: Option<String>,
    dead_at: Option<Timestamp>,
}

impl Delivery {
    fn new(at: Timestamp) -> Self {
        Self { since: at, due: at, lease: 0, failures: 0, reason: None, dead_at: None }
    }

    fn fail(&mut self, reason: &str) {
        self.failures += 1;
        self.reason = Some(reason.to_owned());
    }
}

impl Outbox {
    /// Writes a notice and one delivery for each of its notifiers; one that is known already is left as it is.
    pub(super) fn post(&mut self, outgoing: OutgoingNotice) {
        let OutgoingNotice { notice, notifiers } = outgoing;
        if notifiers.is_empty() || self.numbers.contains_key(&notice.id) {
            return;
        }
        self.last += 1;
        let deliveries = notifiers.into_iter().map(|notifier| (notifier, Delivery::new(notice.at))).collect();
        self.numbers.insert(notice.id.clone(), self.last);
        self.posted.insert(self.last, Posted { notice, deliveries });
    }

    /// Leases deliveries that are due, oldest first.
    pub(super) fn claim(&mut self, claim: &Claim) -> Vec<Claimed> {
        let lease = |posted: &mut Posted| {
            let delivery = posted.deliveries.get_mut(&claim.notifier)?;
            if delivery.dead_at.is_some() || delivery.due > claim.at {
                return None;
            }
            delivery.lease += 1;
            delivery.due = claim.until;
            let (notice, notifier) = (posted.notice.id.clone(), claim.notifier.clone());
            Some(Claimed {
                ticket: Ticket { notice, notifier, lease: delivery.lease },
                failures: delivery.failures,
                waiting_since: delivery.since,
                notice: posted.notice.clone(),
            })
        };
        self.posted.values_mut().filter_map(lease).take(claim.limit).collect()
    }

    /// Records how a delivery went.
    pub(super) fn settle(&mut self, settlement: &Settlement) {
        let Ticket { notice, notifier, lease } = &settlement.ticket;
        let Some(&number) = self.numbers.get(notice) else { return };
        let Some(posted) = self.posted.get_mut(&number) else { return };
        if settlement.outcome == Outcome::Delivered {
            posted.deliveries.remove(notifier);
            if posted.deliveries.is_empty() {
                self.posted.remove(&number);
                self.numbers.remove(notice);
            }
            return;
        }
        let held = |delivery: &&mut Delivery| delivery.lease == *lease && delivery.dead_at.is_none();
        let Some(delivery) = posted.deliveries.get_mut(notifier).filter(held) else { return };
        match &settlement.outcome {
            Outcome::Delivered => {}
            Outcome::Released { retry_at } => delivery.due = *retry_at,
            Outcome::Failed { retry_at, reason } => {
                delivery.due = *retry_at;
                delivery.fail(reason);
            }
            Outcome::Dead { reason } => {
                delivery.dead_at = Some(settlement.at);
                delivery.fail(reason);
            }
        }
    }

    /// Gives the first instant at which a delivery is due.
    pub(super) fn next_due(&self, notifier: &str) -> Option<Timestamp> {
        let deliveries = self.posted.values().filter_map(|posted| posted.deliveries.get(notifier));
        deliveries.filter(|delivery| delivery.dead_at.is_none()).map(|delivery| delivery.due).min()
    }

    /// Counts what waits and what is dead.
    pub(super) fn counts(&self) -> Vec<OutboxCount> {
        let mut counts: BTreeMap<&str, (OutboxCount, Option<Timestamp>)> = BTreeMap::new();
        for posted in self.posted.values() {
            for (notifier, delivery) in &posted.deliveries {
                let (count, last_failed) = counts.entry(notifier).or_insert_with(|| {
                    let notifier = notifier.clone();
                    (OutboxCount { notifier, waiting: 0, dead: 0, oldest: None, reason: None }, None)
                });
                if delivery.dead_at.is_some() {
                    count.dead += 1;
                    continue;
                }
                count.waiting += 1;
                count.oldest = Some(count.oldest.map_or(posted.notice.at, |at| at.min(posted.notice.at)));
                if delivery.reason.is_some() && last_failed.is_none_or(|last| delivery.due >= last) {
                    *last_failed = Some(delivery.due);
                    count.reason.clone_from(&delivery.reason);
                }
            }
        }
        counts.into_values().map(|(count, _)| count).collect()
    }

    /// Gives dead letters, oldest first.
    pub(super) fn dead_letters(&self, limit: usize) -> Vec<DeadLetter> {
        let letters = self.posted.values().flat_map(|posted| {
            posted.deliveries.iter().filter_map(|(notifier, delivery)| {
                Some(DeadLetter {
                    notifier: notifier.clone(),
                    at: delivery.dead_at?,
                    failures: delivery.failures,
                    reason: delivery.reason.clone().unwrap_or_default(),
                    notice: posted.notice.clone(),
                })
            })
        });
        letters.take(limit).collect()
    }

    /// Makes dead letters due again.
    pub(super) fn revive(&mut self, notifier: Option<&str>, now: Timestamp) -> u64 {
        let mut revived = 0;
        let deliveries = self.posted.values_mut().flat_map(|posted| &mut posted.deliveries);
        for (name, delivery) in deliveries {
            if delivery.dead_at.is_some() && notifier.is_none_or(|wanted| wanted == name) {
                let (lease, reason) = (delivery.lease, delivery.reason.take());
                *delivery = Delivery { lease, reason, ..Delivery::new(now) };
                revived += 1;
            }
        }
        revived
    }
}
