//! How deliveries went.

use std::collections::BTreeMap;

use bucketwatch_engine::state::{Outcome, Settlement, StateError, Ticket};
use futures::stream::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::expression::Expression;
use super::item::{nanoseconds, number, text};
use super::key::Key;
use super::outbox::{AT_ONCE, Delivery};
use super::table::Table;
use super::transaction::{Guard, Write};

/// Records how deliveries went, each by itself.
pub(super) async fn settle(table: &Table, settlements: Vec<Settlement>) -> Result<(), StateError> {
    let sequences = sequences(table, &settlements).await?;
    let mut known = Vec::with_capacity(settlements.len());
    for settlement in settlements {
        if let Some(sequence) = sequences.get(&settlement.ticket.notice) {
            known.push(settle_one(table, settlement, *sequence));
        }
    }
    futures::stream::iter(known).buffer_unordered(AT_ONCE).try_collect().await
}

/// Gives the places of notices in the order of the outbox.
async fn sequences(table: &Table, settlements: &[Settlement]) -> Result<BTreeMap<String, i64>, StateError> {
    let ids = settlements.iter().map(|settlement| settlement.ticket.notice.as_str());
    let notices = super::outbox::notices(table, ids).await?;
    Ok(notices.into_iter().map(|(id, (sequence, _))| (id, sequence)).collect())
}

async fn settle_one(table: &Table, settlement: Settlement, sequence: i64) -> Result<(), StateError> {
    let Ticket { notice, notifier, lease } = &settlement.ticket;
    let key = Key::waiting(notifier, sequence, notice);
    let held = Expression::new("#lease = :lease", vec![(":lease", number(lease))]);
    match &settlement.outcome {
        Outcome::Delivered => {
            if !table.delete(&key).await? {
                table.delete(&Key::dead(notifier, sequence, notice)).await?;
            }
        }
        Outcome::Released { retry_at } => {
            let change = Expression::new("SET #due = :due", vec![(":due", nanoseconds(*retry_at))]);
            table.update(&key, change, &held).await?;
        }
        Outcome::Failed { retry_at, reason } => {
            let values =
                vec![(":due", nanoseconds(*retry_at)), (":reason", text(reason)), (":one", number(1))];
            let text = "SET #due = :due, #reason = :reason, #failures = #failures + :one";
            table.update(&key, Expression::new(text, values), &held).await?;
        }
        Outcome::Dead { reason } => {
            let ticket = &settlement.ticket;
            give_up(table, ticket, sequence, (settlement.at, reason), held).await?;
        }
    }
    Ok(())
}

async fn give_up(
    table: &Table,
    ticket: &Ticket,
    sequence: i64,
    (at, reason): (Timestamp, &str),
    held: Expression,
) -> Result<(), StateError> {
    let key = Key::waiting(&ticket.notifier, sequence, &ticket.notice);
    let Some(item) = table.get(&key).await? else { return Ok(()) };
    let delivery = table.read("a delivery", &item, Delivery::read)?;
    if delivery.lease != ticket.lease {
        return Ok(());
    }
    let failures = delivery.failures + 1;
    let dead = Delivery { due: at, failures, reason: Some(reason.to_owned()), ..delivery };
    let letter = dead.item(&Key::dead(&ticket.notifier, sequence, &ticket.notice));
    let moved = vec![Write::delete(key).only_if(held, Guard::Known), Write::put(letter).following()];
    table.transact(moved).await.map(drop)
}
