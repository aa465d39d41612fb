//! `watch --file`: the events of a file, as if they came now.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::handle::{Handled, Handler};
use bucketwatch_engine::state::StateStore;
use bucketwatch_ingest::cloudtrail::{Item, Reason, RecordFile, read_message};
use jiff::Timestamp;
use tokio::time::Instant;

use super::journal::of_letter;
use crate::output::tell;

/// How many events are handled together.
const BATCH: usize = 200;

/// How long one batch may take.
const ROUND: Duration = Duration::from_secs(600);

/// How often looks are made that follow from earlier ones.
const ROUNDS: usize = 10;

/// Handles every event of `path` and makes the looks that would follow later at once.
///
/// # Errors
/// The file cannot be read, or the events cannot be handled. Records that cannot be read are told and give the exit code
/// of what is undetermined.
pub(super) async fn replay(
    path: &Path,
    handler: &Handler,
    store: &dyn StateStore,
    quiet: bool,
) -> Result<Exit> {
    let mut sum = Handled::default();
    let mut unreadable = 0;
    let mut batch = Vec::new();
    for item in items(path).with_context(|| format!("cannot read `{}`", path.display()))? {
        match item {
            Item::Change(change) => batch.push(*change),
            Item::Skipped => {}
            Item::DeadLetter(letter) => {
                unreadable += 1;
                tell(&format!("bucketwatch: {}", of_letter(&letter)));
            }
        }
        if batch.len() >= BATCH {
            handle(handler, std::mem::take(&mut batch), &mut sum).await?;
        }
    }
    handle(handler, batch, &mut sum).await?;
    for _ in 0..ROUNDS {
        let Some(due) = store.next_revisit().await? else { break };
        handler.revisit(due.max(Timestamp::now()), Instant::now() + ROUND).await?;
    }
    if !quiet {
        let Handled { events, known, .. } = sum;
        tell(&format!(
            "bucketwatch: {events} events handled, {known} known before, {unreadable} not readable"
        ));
    }
    Ok(if unreadable > 0 { Exit::Undetermined } else { Exit::Clean })
}

async fn handle(
    handler: &Handler,
    batch: Vec<bucketwatch_ingest::cloudtrail::Change>,
    sum: &mut Handled,
) -> Result<()> {
    let handled = handler.events(batch, Timestamp::now(), Instant::now() + ROUND).await?;
    sum.events += handled.events;
    sum.known += handled.known;
    Ok(())
}

/// Gives what a file holds: a log file record by record, anything else as one message.
fn items(path: &Path) -> std::io::Result<Box<dyn Iterator<Item = Item>>> {
    let mut file = RecordFile::new(File::open(path)?).peekable();
    let is_log = !matches!(file.peek(), Some(Item::DeadLetter(letter)) if letter.reason == Reason::NoRecords);
    if is_log {
        return Ok(Box::new(file));
    }
    let mut text = Vec::new();
    File::open(path)?.read_to_end(&mut text)?;
    Ok(Box::new(read_message(&text).into_iter()))
}
