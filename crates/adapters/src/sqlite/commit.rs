//! One transaction for what was observed, what it means, and who is told.

use bucketwatch_engine::notice::{TransitionCause, TransitionRecord};
use bucketwatch_engine::state::{Commit, StateError};
use bucketwatch_policy::untrusted::Untrusted;
use rusqlite::{Transaction, params};

use super::codec::to_json;
use super::error::Place;
use super::worker::Database;
use super::{account, bucket, change, exception, outbox, reminder, revisit, run};

/// Writes everything or nothing.
pub(super) fn commit(database: &mut Database, commit: &Commit) -> Result<(), StateError> {
    database.write(|transaction, place| {
        if let Some(id) = &commit.run {
            run::assert_held(transaction, id, place)?;
        }
        for record in &commit.accounts {
            let stored = account::write(transaction, record);
            fresh(stored, place, || Untrusted::new(record.account.as_str()))?;
        }
        for record in &commit.buckets {
            let stored = bucket::write(transaction, record);
            fresh(stored, place, || record.key.name.clone())?;
        }
        if let Some(reminded) = &commit.reminded {
            let stored = reminder::write(transaction, reminded);
            fresh(stored, place, || Untrusted::new(reminded.account.as_str()))?;
        }
        for transition in &commit.transitions {
            record(transaction, transition).map_err(|error| place.error(error))?;
        }
        for outgoing in &commit.notices {
            outbox::post(transaction, outgoing).map_err(|error| place.error(error))?;
        }
        exception::write(transaction, &commit.exceptions).map_err(|error| place.error(error))?;
        change::record(transaction, &commit.changes).map_err(|error| place.error(error))?;
        revisit::settle(transaction, &commit.revisited).map_err(|error| place.error(error))?;
        revisit::plan(transaction, &commit.revisits).map_err(|error| place.error(error))?;
        Ok(())
    })
}

/// Refuses a record that somebody else wrote since it was loaded.
fn fresh(
    stored: rusqlite::Result<bool>,
    place: &Place,
    subject: impl FnOnce() -> Untrusted,
) -> Result<(), StateError> {
    match stored {
        Ok(true) => Ok(()),
        Ok(false) => Err(StateError::Conflict { subject: subject() }),
        Err(error) => Err(place.error(error)),
    }
}

fn record(transaction: &Transaction<'_>, transition: &TransitionRecord) -> rusqlite::Result<()> {
    let run = match &transition.cause {
        TransitionCause::Scan { run } => Some(run),
        TransitionCause::Event { .. } | TransitionCause::Operator { .. } | TransitionCause::Review { .. } => {
            None
        }
    };
    transaction
        .prepare_cached(
            "INSERT INTO transition (id, account, bucket, run, document) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            transition.id,
            transition.account.as_str(),
            transition.bucket.as_raw(),
            run,
            to_json(transition)?
        ])?;
    Ok(())
}
