//! Runs and the scan lease.

use bucketwatch_engine::state::{Coverage, Run, RunEnd, RunId, RunRequest, StateError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::expression::Expression;
use super::item::{BadItem, Item, nanoseconds, text};
use super::key::Key;
use super::table::{Question, Table};
use super::transaction::{Guard, Write};

/// A run as stored.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: RunId,
    holder: String,
    started_at: Timestamp,
    end: Option<StoredEnd>,
}

#[derive(Serialize, Deserialize)]
struct StoredEnd {
    at: Timestamp,
    partial: Option<String>,
    coverage: Coverage,
}

/// The lease as stored.
struct Lease {
    run: Run,
    until: Timestamp,
}

/// Takes the lease, closes the run of the process that let it run out, and records the new one.
pub(super) async fn begin(table: &Table, request: &RunRequest) -> Result<Run, StateError> {
    let RunRequest { id, holder, at, until } = request.clone();
    let run = Run { id, holder, started_at: at, end: None };
    let stored = lease(table).await?;
    let mut writes = vec![Write::put(item(table, &run)?)];
    let free = match &stored {
        Some(lease) if lease.until > at => return Err(in_progress(&lease.run)),
        Some(lease) => {
            let ended = Run { end: Some(RunEnd::interrupted(at)), ..lease.run.clone() };
            writes.push(Write::put(item(table, &ended)?));
            let held = vec![(":run", text(lease.run.id.as_str())), (":until", nanoseconds(lease.until))];
            Expression::new("#run = :run AND #until = :until", held)
        }
        None => Expression::absent(),
    };
    let taken = Item::new(&Key::lease())
        .text("run", run.id.as_str())
        .text("holder", &run.holder)
        .instant("since", at)
        .instant("until", until);
    writes.push(Write::put(taken).only_if(free, Guard::Lease));
    match table.transact(writes).await {
        Ok(_) => Ok(run),
        Err(StateError::LeaseLost) => match lease(table).await? {
            Some(lease) => Err(in_progress(&lease.run)),
            None => {
                let holder = "a process that has just begun".to_owned();
                Err(StateError::RunInProgress { holder, since: at })
            }
        },
        Err(error) => Err(error),
    }
}

fn in_progress(run: &Run) -> StateError {
    StateError::RunInProgress { holder: run.holder.clone(), since: run.started_at }
}

async fn lease(table: &Table) -> Result<Option<Lease>, StateError> {
    let Some(item) = table.get(&Key::lease()).await? else { return Ok(None) };
    let read = |item: &Item| {
        let run = Run {
            id: RunId::new(item.read_text("run")?),
            holder: item.read_text("holder")?.to_owned(),
            started_at: item.read_instant("since")?,
            end: None,
        };
        Ok(Lease { run, until: item.read_instant("until")? })
    };
    table.read("the scan lease", &item, read).map(Some)
}

/// Moves the end of the lease.
pub(super) async fn renew(table: &Table, run: &RunId, until: Timestamp) -> Result<(), StateError> {
    let change = Expression::new("SET #until = :until", vec![(":until", nanoseconds(until))]);
    match table.update(&Key::lease(), change, &is_held(run)).await? {
        true => Ok(()),
        false => Err(StateError::LeaseLost),
    }
}

/// Closes the run, and gives the lease back.
pub(super) async fn finish(table: &Table, run: &RunId, end: &RunEnd) -> Result<(), StateError> {
    let held = lease(table).await?.filter(|lease| lease.run.id == *run).ok_or(StateError::LeaseLost)?;
    let ended = Run { end: Some(end.clone()), ..held.run };
    let given_back = Write::delete(Key::lease()).only_if(is_held(run), Guard::Lease);
    table.transact(vec![given_back, Write::put(item(table, &ended)?)]).await.map(drop)
}

/// Holds what is written with it to the lease of `run`.
pub(super) fn held(run: &RunId) -> Write {
    Write::check(Key::lease(), is_held(run), Guard::Lease)
}

fn is_held(run: &RunId) -> Expression {
    Expression::new("#run = :run", vec![(":run", text(run.as_str()))])
}

/// Gives the latest runs, newest first.
pub(super) async fn latest(table: &Table, limit: usize) -> Result<Vec<Run>, StateError> {
    let question = Question { backwards: true, ..Question::partition("runs") };
    let items = table.first(&question, limit).await?;
    table.read_all("a run", &items, read)
}

/// Gives when `run` began.
pub(super) async fn began(table: &Table, run: &RunId) -> Result<Option<Timestamp>, StateError> {
    if let Some(lease) = lease(table).await?.filter(|lease| lease.run.id == *run) {
        return Ok(Some(lease.run.started_at));
    }
    let known = latest(table, usize::MAX).await?;
    Ok(known.into_iter().find(|known| known.id == *run).map(|known| known.started_at))
}

fn item(table: &Table, run: &Run) -> Result<Item, StateError> {
    let end = run.end.clone().map(|RunEnd { at, partial, coverage }| StoredEnd { at, partial, coverage });
    let stored = Stored { id: run.id.clone(), holder: run.holder.clone(), started_at: run.started_at, end };
    let item = Item::new(&Key::run(&run.id, run.started_at)).body(&stored);
    item.map_err(|error| table.place.bad_record("a run", error))
}

fn read(item: &Item) -> Result<Run, BadItem> {
    let Stored { id, holder, started_at, end } = item.read_body()?;
    let end = end.map(|StoredEnd { at, partial, coverage }| RunEnd { at, partial, coverage });
    Ok(Run { id, holder, started_at, end })
}
