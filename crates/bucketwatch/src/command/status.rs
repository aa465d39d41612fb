//! `status` and `history`: what the state says, without asking AWS.

use anyhow::Result;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::escape::{terminal, terminal_cell};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::report::history::History;
use bucketwatch_engine::report::{End, Format, Subject};
use bucketwatch_engine::state::{HistoryQuery, OutboxCount, StateStore, StatusQuery};
use jiff::Timestamp;

use super::{listing, state, unrouted};
use crate::cli::{HistoryArguments, StatusArguments};
use crate::output::{Output, tell};
use crate::settings;

/// Runs `status`.
pub(crate) fn status(arguments: &StatusArguments) -> Result<Exit> {
    super::runtime()?.block_on(show_status(arguments))
}

async fn show_status(arguments: &StatusArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let mut output = Output::open(arguments.report.output.as_deref())?;
    let store = state::open_existing(&arguments.state, &config).await?;
    let look = output.look(arguments.common.color);
    let format = Format::from(arguments.report.format);
    let exceptions = listing::exceptions(store.as_ref(), &config).await?;
    let unseen = unseen(store.as_ref()).await?;
    let tally = {
        let mut report = format.open(Subject::Status, Box::new(&mut output), look);
        let query = StatusQuery::default();
        let mut tally =
            listing::assessments(store.as_ref(), query, &arguments.report, &exceptions, report.as_mut())
                .await?;
        tally.partial = unseen.is_some();
        let coverage = tally.coverage(0, 0);
        report.finish(&End { finished_at: Timestamp::now(), accounts: Vec::new(), tally, coverage })?;
        tally
    };
    output.finish()?;
    if !arguments.common.quiet {
        if let Some(unseen) = unseen {
            tell(&format!("bucketwatch: {}", terminal(&unseen.into())));
        }
        tell_of_outbox(store.as_ref(), &config).await?;
    }
    Ok(tally.exit(settings::fail_on(&arguments.report.fail_on, &config)))
}

/// How many runs are read to find the last one that ended: the newest may still be open.
const RUNS: usize = 2;

/// Gives why the state may not speak of every bucket: no scan has ended, or the last one was cut short.
async fn unseen(store: &dyn StateStore) -> Result<Option<String>> {
    let ended = store.runs(RUNS).await?.into_iter().find_map(|run| run.end);
    Ok(match ended {
        None => Some("no scan has ended yet, so nothing is known of buckets that are not shown".to_owned()),
        Some(end) => end.partial.map(|why| {
            format!("the last scan is partial ({why}): buckets that it did not reach stand as they were, or are not shown")
        }),
    })
}

/// Says which notices wait or were given up, and what no route takes.
async fn tell_of_outbox(store: &dyn StateStore, config: &Config) -> Result<()> {
    for count in store.outbox_counts().await? {
        if count.waiting + count.dead > 0 {
            let unknown = unknown_notifier(&count, config);
            tell(&format!(
                "bucketwatch: notifier {}: {} waiting, {} given up (`bucketwatch notify retry`){unknown}",
                terminal_cell(&count.notifier.as_str().into()),
                count.waiting,
                count.dead
            ));
        }
    }
    if let Some(unrouted) = unrouted::of_latest(store, config).await? {
        tell(&format!("bucketwatch: {unrouted}"));
    }
    Ok(())
}

/// Gives what is to be said where the file has no notifier of that name.
pub(super) fn unknown_notifier(count: &OutboxCount, config: &Config) -> &'static str {
    match config.notify.names().contains(&count.notifier) {
        true => "",
        false => "; the configuration file has no notifier of this name",
    }
}

/// Runs `history`.
pub(crate) fn history(arguments: &HistoryArguments) -> Result<Exit> {
    super::runtime()?.block_on(show_history(arguments))
}

async fn show_history(arguments: &HistoryArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let store = state::open_existing(&arguments.state, &config).await?;
    let mut output = Output::open(None)?;
    let bucket = arguments.bucket_name.as_deref().map(Into::into);
    let query = HistoryQuery { bucket, limit: arguments.limit.clamp(1, 256), ..HistoryQuery::default() };
    let mut history = History::new(&mut output, arguments.format.into());
    listing::history(store.as_ref(), query, arguments.limit, |transition| history.transition(transition))
        .await?;
    history.finish()?;
    output.finish()?;
    Ok(Exit::Clean)
}
