//! What was observed, what it means, and who is told, as writes that hold together.
//!
//! A commit is one transaction as long as it fits. One that does not is cut between buckets and never within one: the
//! record of a bucket, its transitions and their notices are in one transaction always. What belongs to no bucket comes
//! after the buckets, and events last of all, so that whoever is interrupted does it again and loses nothing.

use std::collections::BTreeMap;

use bucketwatch_engine::notice::{NoticeBody, TransitionRecord};
use bucketwatch_engine::state::{BucketKey, Commit, OutgoingNotice, StateError};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use super::table::Table;
use super::transaction::{MOST_BYTES, MOST_WRITES, Write};
use super::{account, bucket, event, exception, history, outbox, revisit, run};

/// Writes that are never cut apart.
type Unit = Vec<Write>;

/// Writes everything.
pub(super) async fn commit(table: &Table, commit: &Commit) -> Result<(), StateError> {
    let lease = commit.run.as_ref().map(run::held);
    let units = units(table, commit)?;
    for transaction in pack(table, units, lease.as_ref())? {
        table.transact(transaction).await?;
    }
    Ok(())
}

/// Gives what a commit writes, in the order in which it is written where it does not fit into one transaction.
fn units(table: &Table, commit: &Commit) -> Result<Vec<Unit>, StateError> {
    let mut own: BTreeMap<BucketKey, Unit> = BTreeMap::new();
    for record in &commit.buckets {
        own.entry(record.key.clone()).or_default().extend(bucket::write(table, record)?);
    }
    let mut shared: Vec<Unit> = Vec::new();
    let mut core = Unit::new();
    for record in &commit.accounts {
        core.push(account::write(table, record)?);
    }
    core.extend(commit.reminded.iter().map(account::remind));
    for exception in &commit.exceptions {
        core.push(exception::write(table, exception)?);
    }
    shared.push(core);
    for transition in &commit.transitions {
        let writes = history::write(table, transition)?;
        match own.get_mut(&subject(transition)) {
            Some(unit) => unit.extend(writes),
            None => shared.push(writes),
        }
    }
    let mut posted = BTreeMap::new();
    for outgoing in &commit.notices {
        let is_new = posted.insert(&outgoing.notice.id, ()).is_none();
        if !is_new || outgoing.notifiers.is_empty() {
            continue;
        }
        let writes = outbox::post(table, outgoing)?;
        match only_bucket(outgoing).and_then(|bucket| own.get_mut(&bucket)) {
            Some(unit) => unit.extend(writes),
            None => shared.push(writes),
        }
    }
    let mut units: Vec<Unit> = own.into_values().chain(shared).collect();
    units.extend(events(table, commit)?);
    Ok(units)
}

/// Gives the looks that are planned and done, and the events that were handled: one for each bucket and each event.
fn events(table: &Table, commit: &Commit) -> Result<Vec<Unit>, StateError> {
    type Subject<'c> = (&'c AccountId, Option<&'c Untrusted>);
    let mut looks: BTreeMap<Subject<'_>, Write> = BTreeMap::new();
    for done in &commit.revisited {
        looks.insert((&done.account, done.bucket.as_ref()), revisit::settle(table, done)?);
    }
    for planned in &commit.revisits {
        looks.insert((&planned.account, planned.bucket.as_ref()), revisit::plan(table, planned)?);
    }
    let mut handled: BTreeMap<&String, Write> = BTreeMap::new();
    for change in &commit.changes {
        if !handled.contains_key(&change.deed.event) {
            handled.insert(&change.deed.event, event::write(table, change)?);
        }
    }
    Ok(looks.into_values().chain(handled.into_values()).map(|write| vec![write]).collect())
}

fn subject(transition: &TransitionRecord) -> BucketKey {
    BucketKey { account: transition.account.clone(), name: transition.bucket.clone() }
}

/// Gives the bucket that a notice is about, where it is about one alone.
fn only_bucket(outgoing: &OutgoingNotice) -> Option<BucketKey> {
    match &outgoing.notice.body {
        NoticeBody::Transitions { transitions } => match transitions.as_slice() {
            [transition] => Some(subject(transition)),
            _ => None,
        },
        _ => None,
    }
}

/// Puts units into as few transactions as hold them, in order; each of them holds to the lease.
fn pack(table: &Table, units: Vec<Unit>, lease: Option<&Write>) -> Result<Vec<Vec<Write>>, StateError> {
    let mut transactions: Vec<Vec<Write>> = Vec::new();
    let mut bytes = 0;
    for unit in units.into_iter().filter(|unit| !unit.is_empty()) {
        let own: usize = unit.iter().map(Write::size).sum();
        if own > MOST_BYTES || unit.len() + usize::from(lease.is_some()) > MOST_WRITES {
            return Err(table.place.failed(format!(
                "what belongs together takes {} writes and {own} bytes, more than DynamoDB takes at once",
                unit.len()
            )));
        }
        match transactions.last_mut() {
            Some(last) if last.len() + unit.len() <= MOST_WRITES && bytes + own <= MOST_BYTES => {
                last.extend(unit);
                bytes += own;
            }
            _ => {
                transactions.push(lease.cloned().into_iter().chain(unit).collect());
                bytes = own;
            }
        }
    }
    Ok(transactions)
}
