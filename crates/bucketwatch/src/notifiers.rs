//! The notifiers that the configuration and the command line name: the one place where they are registered.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use bucketwatch_adapters::aws::{AwsSession, ConnectOptions};
use bucketwatch_adapters::command::CommandNotifier;
use bucketwatch_adapters::eventbridge::EventBridge;
use bucketwatch_adapters::log_file::LogFile;
use bucketwatch_adapters::pagerduty::PagerDuty;
use bucketwatch_adapters::secrets::Secrets;
use bucketwatch_adapters::security_hub::SecurityHub;
use bucketwatch_adapters::slack::Slack;
use bucketwatch_adapters::smtp::Smtp;
use bucketwatch_adapters::sns::Sns;
use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_adapters::teams::Teams;
use bucketwatch_adapters::webhook::Webhook;
use bucketwatch_engine::config::{AlertKind, Config, LogConfig, NotifyConfig, SyslogConfig};
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::outbox::{DeliveryOptions, Outbox};
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_engine::secret::SecretStore;
use bucketwatch_engine::state::StateStore;

use crate::cli::ScanArguments;
use crate::command::{connect_options, holder};
use crate::output::tell;

/// How long a command delivers at its end where nobody says otherwise; the rest waits for the next one.
const DELIVERY: Duration = Duration::from_secs(30);

/// Every notifier of a run.
pub(crate) struct Notifiers {
    notify: NotifyConfig,
    list: Vec<Arc<dyn Notifier>>,
    options: DeliveryOptions,
    deadline: Duration,
}

impl Notifiers {
    /// Gives the notifiers of the file; those that are in AWS, and secrets that are, are reached as `aws` says.
    pub(crate) fn configured(config: &Config, aws: ConnectOptions) -> Result<Self> {
        let (mut notifiers, notify) = (Self::none(&config.notify), &config.notify);
        let aws = Arc::new(AwsSession::new(aws));
        let secrets: Arc<dyn SecretStore> = Arc::new(Secrets::new(Arc::clone(&aws)));
        for syslog in &notify.syslog {
            notifiers.add_syslog(syslog)?;
        }
        for log in &notify.log {
            notifiers.add(Arc::new(LogFile::new(log)?))?;
        }
        for webhook in &notify.webhook {
            notifiers.add(Arc::new(Webhook::new(webhook, Arc::clone(&secrets))?))?;
        }
        for slack in &notify.slack {
            notifiers.add(Arc::new(Slack::new(slack, Arc::clone(&secrets))?))?;
        }
        for teams in &notify.teams {
            notifiers.add(Arc::new(Teams::new(teams, Arc::clone(&secrets))?))?;
        }
        for pagerduty in &notify.pagerduty {
            notifiers.add(Arc::new(PagerDuty::new(pagerduty, Arc::clone(&secrets))?))?;
        }
        for smtp in &notify.smtp {
            notifiers.add(Arc::new(Smtp::new(smtp, Arc::clone(&secrets))?))?;
        }
        for command in &notify.command {
            notifiers.add(Arc::new(CommandNotifier::new(command, Arc::clone(&secrets))?))?;
        }
        notifiers.add_services(notify, &aws)?;
        Ok(notifiers)
    }

    /// Gives no notifier yet, and how those to come are delivered to.
    fn none(notify: &NotifyConfig) -> Self {
        let defaults = DeliveryOptions::default();
        let give_up_after = notify.dead_after.map_or(defaults.give_up_after, |period| period.duration());
        let per_minute = notify.per_minute.iter().map(|(name, count)| (name.as_str().to_owned(), *count));
        let timing = notify.names().into_iter().map(|name| (name.clone(), notify.timing_of(&name)));
        let options = DeliveryOptions {
            give_up_after,
            per_minute: per_minute.collect(),
            group_over: notify.group_over.unwrap_or(defaults.group_over),
            timing: timing.collect(),
            ..defaults
        };
        let deadline = notify.deadline.map_or(DELIVERY, |period| period.duration());
        Self { notify: notify.clone(), list: Vec::new(), options, deadline }
    }

    /// Adds those that are services of AWS.
    fn add_services(&mut self, notify: &NotifyConfig, aws: &Arc<AwsSession>) -> Result<()> {
        for sns in &notify.sns {
            self.add(Arc::new(Sns::new(sns, Arc::clone(aws))?))?;
        }
        for bus in &notify.eventbridge {
            self.add(Arc::new(EventBridge::new(bus, Arc::clone(aws))))?;
        }
        for hub in &notify.security_hub {
            self.add(Arc::new(SecurityHub::new(hub, Arc::clone(aws))))?;
        }
        Ok(())
    }

    /// Gives the notifiers of the file and the command line. A target that the file names already, or the command line
    /// names twice, is one notifier: the file says more of it.
    pub(crate) fn of(config: &Config, arguments: &ScanArguments) -> Result<Self> {
        let mut notifiers = Self::configured(config, connect_options(&arguments.aws, config))?;
        let configured = config.notify.syslog.iter().map(|syslog| &syslog.target);
        for target in unknown(&arguments.syslog, configured) {
            notifiers.add_syslog(&SyslogConfig::new(target.clone()))?;
        }
        let configured = config.notify.log.iter().map(|log| &log.path);
        for path in unknown(&arguments.log_file, configured) {
            notifiers.add(Arc::new(LogFile::new(&LogConfig::new(path.clone()))?))?;
        }
        Ok(notifiers)
    }

    fn add_syslog(&mut self, config: &SyslogConfig) -> Result<()> {
        self.add(Arc::new(Syslog::new(config)?))
    }

    fn add(&mut self, notifier: Arc<dyn Notifier>) -> Result<()> {
        if self.list.iter().any(|known| known.name() == notifier.name()) {
            bail!("two notifiers are called `{}`", notifier.name());
        }
        self.list.push(notifier);
        Ok(())
    }

    /// Keeps the one that is called `name`.
    pub(crate) fn only(&mut self, name: &str) -> Result<()> {
        self.list.retain(|notifier| notifier.name() == name);
        if self.list.is_empty() { bail!("no notifier is called `{name}`") } else { Ok(()) }
    }

    /// Gives their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.list.iter().map(|notifier| notifier.name().to_owned()).collect()
    }

    /// Sets and gives who is told what, of the transitions that `alert_on` chooses.
    pub(crate) fn routed(&mut self, alert_on: Vec<AlertKind>) -> Routing {
        let receiver = |notifier: &Arc<dyn Notifier>| Receiver {
            name: notifier.name().to_owned(),
            follows: notifier.follows(),
            registers: notifier.registers(),
            routes: self.notify.routes_to(notifier.name()),
        };
        let routing = Routing::new(alert_on, self.list.iter().map(receiver).collect());
        self.options.routing = Some(routing.clone());
        routing
    }

    /// Delivers what is due. What cannot be delivered now waits in the state, so it is told and no failure.
    pub(crate) async fn deliver(&self, store: &Arc<dyn StateStore>, quiet: bool) {
        if self.list.is_empty() {
            return;
        }
        match self.outbox(store).deliver_until(tokio::time::Instant::now() + self.deadline).await {
            Ok(done) if done.failed + done.dead > 0 => tell(&format!(
                "bucketwatch: {} of the attempts to deliver notices failed; they wait for the next run, {} were given up (`bucketwatch notify list` says why)",
                done.failed, done.dead
            )),
            Ok(done) if done.delivered > 0 && !quiet => {
                tell(&format!("bucketwatch: {} notices delivered", done.delivered));
            }
            Ok(_) => {}
            Err(error) => tell(&format!("bucketwatch: notices wait for the next run: {error}")),
        }
    }

    /// Gives up what has waited too long for notifiers that are no longer here, and says so.
    pub(crate) async fn give_up_orphans(&self, store: &Arc<dyn StateStore>) {
        match self.outbox(store).give_up_orphans().await {
            Ok(0) => {}
            Ok(given_up) => tell(&format!(
                "bucketwatch: {given_up} notices for notifiers that are no longer configured were given up (`bucketwatch notify list`)"
            )),
            Err(error) => tell(&format!("bucketwatch: the outbox cannot be read: {error}")),
        }
    }

    fn outbox(&self, store: &Arc<dyn StateStore>) -> Outbox {
        Outbox::new(Arc::clone(store), self.list.clone(), holder(), self.options.clone())
    }

    /// Hands `notice` to every notifier, and `findings` to those who list findings; gives how many refused it.
    pub(crate) async fn send(&self, notice: &Notice, findings: &[Notice]) -> usize {
        let mut failed = 0;
        for notifier in &self.list {
            let (notices, done) = match notifier.registers() {
                true => (findings, "delivered: a finding that is made and shut"),
                false => (std::slice::from_ref(notice), "delivered"),
            };
            let outcome = match deliver_all(&**notifier, notices).await {
                Ok(()) => done.to_owned(),
                Err(error) => {
                    failed += 1;
                    format!("failed: {}", error.reason)
                }
            };
            tell(&format!("bucketwatch: {}: {}", notifier.name(), terminal(&outcome.into())));
        }
        failed
    }
}

async fn deliver_all(notifier: &dyn Notifier, notices: &[Notice]) -> Result<(), DeliveryError> {
    for notice in notices {
        notifier.deliver(notice).await?;
    }
    Ok(())
}

/// Gives what of `named` is not `configured`, each once.
fn unknown<'a, T: PartialEq>(named: &'a [T], configured: impl Iterator<Item = &'a T>) -> Vec<&'a T> {
    let configured: Vec<&T> = configured.collect();
    let mut unknown: Vec<&T> = Vec::new();
    for target in named {
        if !configured.contains(&target) && !unknown.contains(&target) {
            unknown.push(target);
        }
    }
    unknown
}
