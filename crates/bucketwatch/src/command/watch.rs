//! `watch`: handle events as they come, scan on a schedule, deliver notices.

mod exceptions;
mod journal;
mod meter;
mod metered;
mod pages;
mod plan;
mod replay;
mod survey;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use bucketwatch_adapters::aws::{AwsSession, ConnectOptions, SqsQueue, connect};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::config::{AlertKind, Config};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::handle::{HandleOptions, Handler};
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::routing::Routing;
use bucketwatch_engine::scan::{CloudLooker, ScanError, ScanOptions, ScanOutcome, Stop, Why, scan};
use bucketwatch_engine::state::StateStore;
use bucketwatch_engine::watch::{EventQueue, Journal, Vitals, Watch};
use jiff::Timestamp;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use self::exceptions::{Exceptions, Hangups};
use self::meter::Meter;
use self::metered::Metered;
pub(super) use self::plan::scan_every;

use self::plan::Plan;
use self::survey::Survey;

use super::scan::interrupt;
use super::{Misuse, connect_options, explain_failure, state};
use crate::cli::WatchArguments;
use crate::elsewhere;
use crate::notifiers::Notifiers;
use crate::output::tell;
use crate::settings;

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
    exceptions: Exceptions,
    remind_every: Option<Duration>,
    vitals: Arc<Vitals>,
    meter: Arc<Meter>,
    stop: Stop,
    quiet: bool,
}

async fn whole(arguments: &WatchArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let plan = Plan::of(arguments, &config.watch);
    if plan.queues.is_empty() && arguments.file.is_none() {
        let hint = "name a queue with `--queue` or in the configuration, or a file of events with `--file`";
        return Err(Misuse(hint.to_owned()).into());
    }
    let aws = connect_options(&arguments.aws, &config);
    let daemon = Daemon::start(arguments, &config, &plan, &aws).await?;
    let handler = daemon.handler(plan.own.clone()).await?;
    let accounts = elsewhere::accounts(&config, &aws);
    let handler = Arc::new(elsewhere::reaching(handler, accounts.as_ref()));
    if let Some(file) = &arguments.file {
        let replayed = replay::replay(file, &handler, daemon.store.as_ref(), daemon.quiet).await?;
        daemon.notifiers.deliver(&daemon.store, daemon.quiet).await;
        return Ok(replayed);
    }
    let session = Arc::new(AwsSession::new(aws));
    let queue = |url: &String| {
        let queue = SqsQueue::new(Arc::clone(&session), url.clone());
        Arc::new(queue) as Arc<dyn EventQueue>
    };
    let queues = plan.queues.iter().map(queue).collect();
    let watch = Watch::new(handler, queues, daemon.journal(), daemon.stop.clone());
    let hangups = Hangups::new();
    let pages = daemon.pages(&plan).await?;
    let work = async {
        tokio::join!(
            watch.run(),
            daemon.scans(plan.scan_every),
            daemon.deliveries(),
            daemon.surveys(),
            daemon.exceptions.renew_until(&daemon.stop, hangups, &daemon.meter),
            daemon.signals()
        );
        daemon.notifiers.deliver(&daemon.store, daemon.quiet).await;
    };
    tokio::select! {
        () = work => {}
        () = daemon.overdue() => tell("bucketwatch: ended in the midst of work; what is left comes again"),
    }
    drop(pages);
    Ok(Exit::Clean)
}

impl Daemon {
    async fn start(
        arguments: &WatchArguments,
        config: &Config,
        plan: &Plan,
        aws: &ConnectOptions,
    ) -> Result<Self> {
        let mut notifiers = Notifiers::configured(config, aws.clone())?;
        let meter = Arc::new(Meter::new()?);
        notifiers.wrap(|inner| Arc::new(Metered { inner, meter: Arc::clone(&meter) }));
        let store = state::open(&arguments.state, config).await?;
        let cloud: Arc<dyn Cloud> = Arc::new(connect(aws).await?);
        Ok(Self {
            store,
            cloud,
            routing: notifiers.routed(alert_on(config)),
            notifiers,
            exceptions: Exceptions::of(arguments.common.config.as_deref(), config, arguments.common.quiet)?,
            remind_every: config.notify.remind_every(),
            vitals: Arc::new(Vitals::new(&plan.queues, plan.scan_every, Timestamp::now())),
            meter,
            stop: Stop::default(),
            quiet: arguments.common.quiet,
        })
    }

    /// Gives what hears the daemon: it is noted, counted and told.
    fn journal(&self) -> Journal {
        let (vitals, meter, quiet) = (Arc::clone(&self.vitals), Arc::clone(&self.meter), self.quiet);
        Arc::new(move |said| {
            let now = Timestamp::now();
            vitals.hear(&said, now);
            meter.hear(&said, now);
            journal::tell_of(said, quiet);
        })
    }

    /// Serves what the daemon shows of itself, until what is given back is dropped. The server has a task of its own, so
    /// that it answers even where the work hangs.
    async fn pages(&self, plan: &Plan) -> Result<Option<Serving>> {
        let Some(server) = pages::open(plan.listen, self.quiet).await? else { return Ok(None) };
        let pages = pages::pages(Arc::clone(&self.vitals), Arc::clone(&self.meter), Arc::clone(&self.cloud));
        let task = tokio::spawn(server.serve(pages));
        Ok(Some(Serving(task.abort_handle())))
    }

    async fn surveys(&self) {
        let mut survey = Survey::new(Arc::clone(&self.store), self.notifiers.names());
        while self.stop.why().is_none() {
            survey.make(&self.vitals, &self.meter).await;
            self.rest(survey::EVERY).await;
        }
    }

    async fn handler(&self, own: Vec<String>) -> Result<Handler> {
        let looker = CloudLooker::new(Arc::clone(&self.cloud)).await?;
        let options = HandleOptions { own, ..HandleOptions::default() };
        let routing = self.routing.clone();
        let handler = Handler::routed(Arc::clone(&self.store), Arc::new(looker), routing, options);
        Ok(handler.accepting(self.exceptions.written()).reminding(self.remind_every))
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
            self.exceptions.renew(&self.meter).await;
            let observer = Observer::routed(Arc::clone(&self.store), self.routing.clone())
                .accepting(self.exceptions.written())
                .reminding(self.remind_every);
            let recorder = ScanRecorder::new(Arc::clone(&self.store), observer, state::holder());
            let options = ScanOptions { stop: self.stop.clone(), ..ScanOptions::default() };
            let outcome = scan(Arc::clone(&self.cloud), Arc::new(recorder), options).await;
            self.scanned(outcome);
            self.rest(every).await;
        }
    }

    /// Notes, counts and tells how a scan ended.
    fn scanned(&self, outcome: Result<ScanOutcome, ScanError>) {
        let now = Timestamp::now();
        match outcome {
            Ok(outcome) => {
                self.meter.scanned(if outcome.partial.is_some() { "partial" } else { "complete" });
                self.vitals.scanned(Ok(()), now);
                let partial = outcome.partial.map(|why| format!("; it is partial: {why}"));
                if !self.quiet || partial.is_some() {
                    let (buckets, partial) = (outcome.coverage.buckets, partial.unwrap_or_default());
                    tell(&format!("bucketwatch: scanned {buckets} buckets{partial}"));
                }
            }
            Err(error) => {
                let why = explain_failure(&error.into());
                tell(&format!("bucketwatch: the scan failed: {why}"));
                self.meter.scanned("failed");
                self.meter.failed("scan");
                self.vitals.scanned(Err(why), now);
            }
        }
    }

    async fn deliveries(&self) {
        let mut orphans_at = Instant::now();
        while self.stop.why().is_none() {
            if orphans_at <= Instant::now() {
                orphans_at = Instant::now() + ORPHANS;
                self.notifiers.give_up_orphans(&self.store).await;
            }
            self.notifiers.deliver_until(&self.store, self.quiet, self.stop.clone()).await;
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

/// A server that ends with this value.
struct Serving(AbortHandle);

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.abort();
    }
}
