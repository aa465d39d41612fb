//! `scan`: look at an account, remember, tell what changed.

pub(super) mod interrupt;
mod watch;

use std::sync::Arc;

use anyhow::{Context, Result};
use bucketwatch_adapters::aws::{ConnectOptions, connect};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::config::{AlertKind, Config};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::report::threshold::Tally;
use bucketwatch_engine::report::{Compared, End, Format, Report, Subject};
use bucketwatch_engine::scan::{ScanOptions, ScanOutcome, SnapshotFolder, Stop, scan};
use bucketwatch_engine::state::{HistoryQuery, StateStore, StatusQuery};
use bucketwatch_exposure::exception::Exception;
use jiff::Timestamp;

use crate::cli::{AwsArguments, ScanArguments};
use crate::command::{listing, state, unrouted};
use crate::notifiers::Notifiers;
use crate::output::{Output, tell};
use crate::settings;

/// Runs the command.
pub(crate) fn run(arguments: &ScanArguments) -> Result<Exit> {
    super::runtime()?.block_on(whole(arguments))
}

async fn whole(arguments: &ScanArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let output = Output::open(arguments.report.output.as_deref())?;
    let mut notifiers = Notifiers::of(&config, arguments)?;
    let snapshots = arguments.dump_snapshots.as_ref().map(SnapshotFolder::create).transpose();
    let snapshots = snapshots.context("the folder for snapshots cannot be made")?;
    let aws = connect_options(&arguments.aws, &config);
    let (store, cloud) = tokio::join!(state::open(&arguments.state, &config), connect(&aws));
    let (store, cloud): (_, Arc<dyn Cloud>) = (store?, Arc::new(cloud?));
    let stop = Stop::default();
    let _interrupt = interrupt::listen(stop.clone());
    let options = ScanOptions {
        buckets_at_once: buckets_at_once(concurrency(&arguments.aws, &config)),
        deadline: arguments.deadline.or(config.deadline).map(|period| period.duration()),
        snapshots,
        progress: watch::watch(arguments.common.quiet),
        stop,
        ..ScanOptions::default()
    };
    let routing = notifiers.routed(alert_on(arguments, &config));
    let observer = Observer::routed(Arc::clone(&store), routing.clone())
        .accepting(settings::exceptions(&config, Timestamp::now())?)
        .reminding(config.notify.remind_every());
    let recorder = Arc::new(ScanRecorder::new(Arc::clone(&store), observer, state::holder()));
    let outcome = scan(cloud, recorder, options.clone()).await;
    drop(options);
    let outcome = outcome?;
    let exceptions = listing::exceptions(store.as_ref(), &config).await?;
    let tally = report(arguments, &outcome, (store.as_ref(), &exceptions), output).await?;
    notifiers.deliver(&store, arguments.common.quiet).await;
    notifiers.give_up_orphans(&store).await;
    let changes = HistoryQuery { run: Some(outcome.run.clone()), ..HistoryQuery::default() };
    if let Some(unrouted) = unrouted::of(store.as_ref(), &routing, changes, usize::MAX).await? {
        tell(&format!("bucketwatch: {unrouted}"));
    }
    if let Some(why) = &outcome.partial {
        tell(&format!("bucketwatch: the scan is partial: {why}"));
    }
    Ok(tally.exit(settings::fail_on(&arguments.report.fail_on, &config)))
}

async fn report(
    arguments: &ScanArguments,
    outcome: &ScanOutcome,
    (store, exceptions): (&dyn StateStore, &[Exception]),
    mut output: Output,
) -> Result<Tally> {
    let look = output.look(arguments.common.color);
    let account = store.account(&outcome.identity.account).await?;
    let baseline = account.and_then(|account| account.baseline);
    let compared = match baseline {
        _ if arguments.state.no_state => Compared::Nothing,
        Some(run) if run != outcome.run => Compared::LastScan,
        _ => Compared::First,
    };
    let subject = Subject::Scan { started_at: outcome.started_at, compared };
    let tally = {
        let format = Format::from(arguments.report.format);
        let mut report = format.open(subject, Box::new(&mut output), look);
        write(arguments, outcome, (store, exceptions), report.as_mut()).await?
    };
    output.finish()?;
    Ok(tally)
}

async fn write(
    arguments: &ScanArguments,
    outcome: &ScanOutcome,
    (store, exceptions): (&dyn StateStore, &[Exception]),
    report: &mut dyn Report,
) -> Result<Tally> {
    let query = StatusQuery { run: Some(outcome.run.clone()), ..StatusQuery::default() };
    let mut tally = listing::assessments(store, query, &arguments.report, exceptions, report).await?;
    tally.partial = outcome.partial.is_some();
    if !arguments.state.no_state {
        let query = HistoryQuery { run: Some(outcome.run.clone()), ..HistoryQuery::default() };
        listing::transitions(store, query, usize::MAX, |transition| report.transition(transition)).await?;
    }
    report.finish(&End {
        finished_at: outcome.finished_at,
        accounts: vec![outcome.identity.account.clone()],
        tally,
        coverage: tally.coverage(outcome.coverage.calls, outcome.coverage.retries),
    })?;
    Ok(tally)
}

/// Gives how to reach AWS.
pub(crate) fn connect_options(aws: &AwsArguments, config: &Config) -> ConnectOptions {
    ConnectOptions {
        profile: aws.profile.clone(),
        region: aws.region.clone(),
        endpoint: aws.endpoint_url.clone(),
        concurrency: usize::from(concurrency(aws, config)),
        ..ConnectOptions::default()
    }
}

fn concurrency(aws: &AwsArguments, config: &Config) -> u16 {
    aws.concurrency.or(config.concurrency).unwrap_or(64)
}

/// Gives how many buckets in work keep so many calls in flight: each waits for about two on average, and every further
/// one costs memory.
fn buckets_at_once(concurrency: u16) -> usize {
    usize::from(concurrency).div_ceil(4) * 3
}

fn alert_on(arguments: &ScanArguments, config: &Config) -> Vec<AlertKind> {
    if !arguments.alert_on.is_empty() {
        return arguments.alert_on.iter().map(|word| word.0).collect();
    }
    config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec())
}
