//! `watch`: handle events as they come, scan on a schedule, deliver notices.

mod replay;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bucketwatch_adapters::aws::{AwsSession, SqsQueue, connect};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::config::{AlertKind, Config};
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::handle::{HandleOptions, Handler};
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::routing::Routing;
use bucketwatch_engine::scan::{CloudLooker, ScanOptions, Stop, Why, scan};
use bucketwatch_engine::state::StateStore;
use bucketwatch_engine::watch::{EventQueue, Journal, Said, Watch};
use bucketwatch_exposure::exception::Exception;
use bucketwatch_ingest::cloudtrail::DeadLetter;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::scan::interrupt;
use super::{Misuse, connect_options, explain_failure, state};
use crate::cli::WatchArguments;
use crate::elsewhere;
use crate::notifiers::Notifiers;
use crate::output::tell;
use crate::settings;

/// How often the account is scanned unless somebody says otherwise.
const SCAN_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often notices are looked for that are due.
const TICK: Duration = Duration::from_secs(1);

/// How often notices are looked for whose notifier is gone.
const ORPHANS: Duration = Duration::from_secs(3600);

/// How long what is under way may take once the daemon is stopped.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs the command.
pub(crate) fn run(arguments: &WatchArguments) -> Result<Exit> {
    super::runtime()?.block_on(whole(arguments))
}

/// What the parts of the daemon share.
struct Daemon {
    store: Arc<dyn StateStore>,
    cloud: Arc<dyn Cloud>,
    notifiers: Notifiers,
    routing: Routing,
    reviewed: Vec<Exception>,
    remind_every: Option<Duration>,
    stop: Stop,
    quiet: bool,
}

async fn whole(arguments: &WatchArguments) -> Result<Exit> {
    if arguments.queue.is_empty() && arguments.file.is_none() {
        let hint = "name a queue with `--queue`, or a file of events with `--file`";
        return Err(Misuse(hint.to_owned()).into());
    }
    let config = settings::load(arguments.common.config.as_deref())?;
    let aws = connect_options(&arguments.aws, &config);
    let mut notifiers = Notifiers::configured(&config, aws.clone())?;
    let store = state::open(&arguments.state, &config).await?;
    let session = Arc::new(AwsSession::new(aws.clone()));
    let cloud: Arc<dyn Cloud> = Arc::new(connect(&aws).await?);
    let (routing, quiet) = (notifiers.routed(alert_on(&config)), arguments.common.quiet);
    let reviewed = settings::exceptions(&config, Timestamp::now())?;
    let remind_every = config.notify.remind_every();
    let stop = Stop::default();
    let daemon = Daemon { store, cloud, notifiers, routing, reviewed, remind_every, stop, quiet };
    let handler = daemon.handler(arguments.own.clone()).await?;
    let handler = Arc::new(elsewhere::reaching(handler, &config, &aws));
    if let Some(file) = &arguments.file {
        let replayed = replay::replay(file, &handler, daemon.store.as_ref(), quiet).await?;
        daemon.notifiers.deliver(&daemon.store, quiet).await;
        return Ok(replayed);
    }
    let queue = |url: &String| {
        let queue = SqsQueue::new(Arc::clone(&session), url.clone());
        Arc::new(queue) as Arc<dyn EventQueue>
    };
    let queues = arguments.queue.iter().map(queue).collect();
    let watch = Watch::new(handler, queues, journal(quiet), daemon.stop.clone());
    let every = arguments.scan_every.map_or(SCAN_EVERY, |period| period.duration());
    let every = (!arguments.no_scan).then_some(every);
    let work = async {
        tokio::join!(watch.run(), daemon.scans(every), daemon.deliveries(), daemon.signals());
        daemon.notifiers.deliver(&daemon.store, quiet).await;
    };
    tokio::select! {
        () = work => {}
        () = daemon.overdue() => tell("bucketwatch: ended in the midst of work; what is left comes again"),
    }
    Ok(Exit::Clean)
}

impl Daemon {
    async fn handler(&self, own: Vec<String>) -> Result<Handler> {
        let looker = CloudLooker::new(Arc::clone(&self.cloud)).await?;
        let options = HandleOptions { own, ..HandleOptions::default() };
        let routing = self.routing.clone();
        let handler = Handler::routed(Arc::clone(&self.store), Arc::new(looker), routing, options);
        Ok(handler.accepting(self.reviewed.clone()).reminding(self.remind_every))
    }

    async fn signals(&self) {
        tokio::select! {
            () = self.stop.stopped() => {}
            heard = interrupt::signal() => {
                if heard.is_ok() {
                    tell("bucketwatch: stopping; what is under way is finished");
                    self.stop.now(Why::Interrupted);
                }
            }
        }
    }

    /// Waits until stopping has taken too long, or somebody asks for it again.
    async fn overdue(&self) {
        self.stop.stopped().await;
        tokio::select! {
            () = sleep(PATIENCE) => {}
            _ = interrupt::signal() => {}
        }
    }

    /// Scans now and then: whatever events were lost, it finds.
    async fn scans(&self, every: Option<Duration>) {
        let Some(every) = every else { return };
        while self.stop.why().is_none() {
            let observer = Observer::routed(Arc::clone(&self.store), self.routing.clone())
                .accepting(self.reviewed.clone())
                .reminding(self.remind_every);
            let recorder = ScanRecorder::new(Arc::clone(&self.store), observer, state::holder());
            let options = ScanOptions { stop: self.stop.clone(), ..ScanOptions::default() };
            match scan(Arc::clone(&self.cloud), Arc::new(recorder), options).await {
                Ok(outcome) if !self.quiet => {
                    tell(&format!("bucketwatch: scanned {} buckets", outcome.coverage.buckets));
                }
                Ok(_) => {}
                Err(error) => {
                    tell(&format!("bucketwatch: the scan failed: {}", explain_failure(&error.into())))
                }
            }
            self.rest(every).await;
        }
    }

    async fn deliveries(&self) {
        let mut orphans_at = Instant::now();
        while self.stop.why().is_none() {
            if orphans_at <= Instant::now() {
                orphans_at = Instant::now() + ORPHANS;
                self.notifiers.give_up_orphans(&self.store).await;
            }
            tokio::select! {
                () = self.stop.stopped() => return,
                () = self.notifiers.deliver(&self.store, self.quiet) => {}
            }
            self.rest(TICK).await;
        }
    }

    async fn rest(&self, time: Duration) {
        tokio::select! {
            () = self.stop.stopped() => {}
            () = sleep(time) => {}
        }
    }
}

fn alert_on(config: &Config) -> Vec<AlertKind> {
    config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec())
}

fn journal(quiet: bool) -> Journal {
    Arc::new(move |said| match said {
        Said::Handled(_) if quiet => {}
        Said::Handled(handled) => {
            tell(&format!("bucketwatch: {} events handled, {} looks", handled.events, handled.looks));
        }
        Said::DeadLetter { message, letter } => {
            let message = terminal(&message.into());
            tell(&format!("bucketwatch: message {message} stays on its queue: {}", of_letter(&letter)));
        }
        Said::Failed(error) => {
            let why = explain_failure(&error.into());
            tell(&format!("bucketwatch: events come again: {}", terminal(&why.into())));
        }
        Said::Queue(error) => tell(&format!("bucketwatch: {}", terminal(&error.to_string().into()))),
    })
}

/// Gives why a record cannot be read, and how it begins.
fn of_letter(letter: &DeadLetter) -> String {
    let reason = terminal(&letter.reason.to_string().into());
    format!("{reason}: {}", terminal(&letter.excerpt))
}
