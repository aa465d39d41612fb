//! Notices and their deliveries.
//!
//! A notice is kept for a year whatever becomes of it, so that one of its id is left out. Its deliveries are small items of
//! their own, one partition for each notifier, in the order in which they were written; one that is made is removed, and
//! one that was given up lies apart.

use std::collections::{BTreeMap, BTreeSet};

use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::state::{
    Claim, Claimed, DeadLetter, OutboxCount, OutgoingNotice, StateError, Ticket,
};
use futures::stream::{StreamExt as _, TryStreamExt as _};
use jiff::{SignedDuration, Timestamp};

use super::expression::Expression;
use super::item::{BadItem, EXPIRES, Item, nanoseconds, number, text};
use super::key::{DEAD, Key, WAITING, outbox};
use super::large;
use super::table::{Question, Table};
use super::transaction::{Guard, Write};

/// How long notices and dead letters are kept.
const KEPT: SignedDuration = SignedDuration::from_hours(400 * 24);

/// How many items are changed at once.
pub(super) const AT_ONCE: usize = 16;

/// A delivery as stored.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) notice: String,
    pub(super) sequence: i64,
    /// When the notice was written.
    pub(super) written: Timestamp,
    /// When it was written, or the delivery was revived.
    pub(super) since: Timestamp,
    /// When it is due; while it is leased, when the lease ends; of a dead letter, when it was given up.
    pub(super) due: Timestamp,
    pub(super) lease: u64,
    pub(super) failures: u32,
    pub(super) reason: Option<String>,
}

impl Delivery {
    fn new(notice: &Notice, sequence: i64) -> Self {
        Self {
            notice: notice.id.clone(),
            sequence,
            written: notice.at,
            since: notice.at,
            due: notice.at,
            lease: 0,
            failures: 0,
            reason: None,
        }
    }

    pub(super) fn read(item: &Item) -> Result<Self, BadItem> {
        Ok(Self {
            notice: item.read_text("notice")?.to_owned(),
            sequence: item.read_number("sequence")?,
            written: item.read_instant("written")?,
            since: item.read_instant("since")?,
            due: item.read_instant("due")?,
            lease: item.read_number("lease")?,
            failures: item.read_number("failures")?,
            reason: item.read_text("reason").ok().map(str::to_owned),
        })
    }

    /// Gives it as it is stored at `key`.
    pub(super) fn item(&self, key: &Key) -> Item {
        let item = Item::new(key)
            .text("notice", &self.notice)
            .number("sequence", self.sequence)
            .instant("written", self.written)
            .instant("since", self.since)
            .instant("due", self.due)
            .number("lease", self.lease)
            .number("failures", self.failures)
            .number(EXPIRES, expiry(self.since));
        match &self.reason {
            Some(reason) => item.text("reason", reason),
            None => item,
        }
    }
}

fn expiry(at: Timestamp) -> i64 {
    at.checked_add(KEPT).unwrap_or(Timestamp::MAX).as_second()
}

/// Writes a notice with one delivery for each of its notifiers, unless it is known.
pub(super) fn post(table: &Table, outgoing: &OutgoingNotice) -> Result<Vec<Write>, StateError> {
    let OutgoingNotice { notice, notifiers } = outgoing;
    let sequence = table.sequence();
    let item = Item::new(&Key::notice(&notice.id)).number("sequence", sequence);
    let whole = large::with_body(item.number(EXPIRES, expiry(notice.at)), notice);
    let (item, parts) = whole.map_err(|error| table.place.bad_record("a notice", error))?;
    let notifiers: BTreeSet<&String> = notifiers.iter().collect();
    let delivery = Delivery::new(notice, sequence);
    let deliver = |notifier: &String| {
        let item = delivery.item(&Key::waiting(notifier, sequence, &notice.id));
        Write::put(item).following()
    };
    let deliveries = notifiers.into_iter().map(deliver);
    Ok(std::iter::once(Write::put_new(item)).chain(parts).chain(deliveries).collect())
}

/// Asks for the deliveries of `notifier` whose sort keys begin with `kind`.
pub(super) fn of(notifier: &str, kind: &str) -> Question {
    let values = vec![(":pk", text(outbox(notifier))), (":kind", text(kind))];
    let keys = Expression::new("#pk = :pk AND begins_with(#sk, :kind)", values);
    Question { keys, ..Question::default() }
}

/// Leases deliveries that are due, oldest first. Each is leased by itself: of two that claim at once one gets it.
pub(super) async fn claim(table: &Table, claim: &Claim) -> Result<Vec<Claimed>, StateError> {
    let filter = Expression::new("#due <= :now", vec![(":now", nanoseconds(claim.at))]);
    let question = Question { filter, ..of(&claim.notifier, WAITING) };
    let items = table.first(&question, claim.limit).await?;
    let due = table.read_all("a delivery", &items, Delivery::read)?;
    let leases = futures::stream::iter(due.into_iter().map(|delivery| lease(table, claim, delivery)));
    let leased: Vec<Option<Delivery>> = leases.buffered(AT_ONCE).try_collect().await?;
    let leased: Vec<Delivery> = leased.into_iter().flatten().collect();
    let mut notices = notices(table, leased.iter().map(|delivery| delivery.notice.as_str())).await?;
    let claimed = |delivery: Delivery| {
        let (_, notice) = notices.remove(&delivery.notice)?;
        let (notifier, lease) = (claim.notifier.clone(), delivery.lease);
        let ticket = Ticket { notice: delivery.notice, notifier, lease };
        Some(Claimed { ticket, failures: delivery.failures, waiting_since: delivery.since, notice })
    };
    Ok(leased.into_iter().filter_map(claimed).collect())
}

async fn lease(table: &Table, claim: &Claim, delivery: Delivery) -> Result<Option<Delivery>, StateError> {
    let key = Key::waiting(&claim.notifier, delivery.sequence, &delivery.notice);
    let lease = delivery.lease + 1;
    let values = vec![
        (":next", number(lease)),
        (":until", nanoseconds(claim.until)),
        (":holder", text(claim.holder.as_str())),
    ];
    let change = Expression::new("SET #lease = :next, #due = :until, #holder = :holder", values);
    let values = vec![(":lease", number(delivery.lease)), (":due", nanoseconds(delivery.due))];
    let unchanged = Expression::new("#lease = :lease AND #due = :due", values);
    let is_leased = table.update(&key, change, &unchanged).await?;
    Ok(is_leased.then_some(Delivery { lease, ..delivery }))
}

/// Gives notices by their ids, each with its place in the order.
pub(super) async fn notices(
    table: &Table,
    ids: impl Iterator<Item = &str>,
) -> Result<BTreeMap<String, (i64, Notice)>, StateError> {
    let ids: BTreeSet<&str> = ids.collect();
    let items = table.get_all(ids.into_iter().map(Key::notice).collect()).await?;
    let notices: Vec<Notice> = large::bodies(table, "a notice", &items).await?;
    let sequences = table.read_all("a notice", &items, |item| item.read_number("sequence"))?;
    let named = |(notice, sequence): (Notice, i64)| (notice.id.clone(), (sequence, notice));
    Ok(notices.into_iter().zip(sequences).map(named).collect())
}

/// Gives the first instant at which a delivery is due.
pub(super) async fn next_due(table: &Table, notifier: &str) -> Result<Option<Timestamp>, StateError> {
    let question = Question { attributes: "#due", ..of(notifier, WAITING) };
    let items = table.first(&question, usize::MAX).await?;
    let due = table.read_all("a delivery", &items, |item| item.read_instant("due"))?;
    Ok(due.into_iter().min())
}

/// Counts what waits and what is dead.
pub(super) async fn counts(table: &Table) -> Result<Vec<OutboxCount>, StateError> {
    let mut counts = Vec::new();
    for notifier in table.members("notifiers").await? {
        let items = table.first(&of(&notifier, WAITING), usize::MAX).await?;
        let waiting = table.read_all("a delivery", &items, Delivery::read)?;
        let dead = table.first(&Question { attributes: "#sk", ..of(&notifier, DEAD) }, usize::MAX).await?;
        if waiting.is_empty() && dead.is_empty() {
            continue;
        }
        let failed = waiting.iter().filter(|delivery| delivery.reason.is_some());
        counts.push(OutboxCount {
            waiting: waiting.len() as u64,
            dead: dead.len() as u64,
            oldest: waiting.iter().map(|delivery| delivery.written).min(),
            reason: failed.max_by_key(|delivery| delivery.due).and_then(|last| last.reason.clone()),
            notifier,
        });
    }
    Ok(counts)
}

/// Gives dead letters, oldest first.
pub(super) async fn dead_letters(table: &Table, limit: usize) -> Result<Vec<DeadLetter>, StateError> {
    let mut dead = Vec::new();
    for notifier in table.members("notifiers").await? {
        let items = table.first(&of(&notifier, DEAD), limit).await?;
        let letters = table.read_all("a dead letter", &items, Delivery::read)?;
        dead.extend(letters.into_iter().map(|letter| (letter, notifier.clone())));
    }
    dead.sort_by(|(one, to), (other, and)| (one.sequence, to).cmp(&(other.sequence, and)));
    dead.truncate(limit);
    let notices = notices(table, dead.iter().map(|(letter, _)| letter.notice.as_str())).await?;
    let letter = |(letter, notifier): (Delivery, String)| {
        let (_, notice) = notices.get(&letter.notice)?.clone();
        let (reason, failures) = (letter.reason.unwrap_or_default(), letter.failures);
        Some(DeadLetter { notifier, at: letter.due, failures, reason, notice })
    };
    Ok(dead.into_iter().filter_map(letter).collect())
}

/// Makes dead letters due again.
pub(super) async fn revive(table: &Table, notifier: Option<&str>, now: Timestamp) -> Result<u64, StateError> {
    let notifiers = match notifier {
        Some(notifier) => vec![notifier.to_owned()],
        None => table.members("notifiers").await?,
    };
    let mut revived = 0;
    for notifier in notifiers {
        let items = table.first(&of(&notifier, DEAD), usize::MAX).await?;
        for letter in table.read_all("a dead letter", &items, Delivery::read)? {
            let (waiting, dead) = (
                Key::waiting(&notifier, letter.sequence, &letter.notice),
                Key::dead(&notifier, letter.sequence, &letter.notice),
            );
            let there = Expression::new("attribute_exists(#pk)", Vec::new());
            let again = Delivery { since: now, due: now, failures: 0, ..letter };
            let taken = Write::delete(dead).only_if(there, Guard::Known);
            let moved = vec![taken, Write::put(again.item(&waiting)).following()];
            revived += u64::from(table.transact(moved).await?);
        }
    }
    Ok(revived)
}
