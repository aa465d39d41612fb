//! The notifiers that the configuration and the command line name: the one place where they are registered.

#[cfg(feature = "cli")]
mod command_line;

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
use bucketwatch_adapters::sns::Sns;
use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_adapters::teams::Teams;
use bucketwatch_adapters::webhook::Webhook;
use bucketwatch_engine::config::{AlertKind, Config, NotifyConfig, SmtpConfig, SyslogConfig};
use bucketwatch_engine::notifier::Notifier;
use bucketwatch_engine::outbox::{DeliveryOptions, Outbox};
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_engine::secret::SecretStore;
use bucketwatch_engine::state::StateStore;

/// Every notifier of a run.
pub(crate) struct Notifiers {
    notify: NotifyConfig,
    list: Vec<Arc<dyn Notifier>>,
    options: DeliveryOptions,
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
            notifiers.add(mail(smtp, Arc::clone(&secrets))?)?;
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
        Self { notify: notify.clone(), list: Vec::new(), options }
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

    /// Gives how long is delivered before the rest waits for the next time: as long as `usual` where nobody says otherwise.
    pub(crate) fn patience(&self, usual: Duration) -> Duration {
        self.notify.deadline.map_or(usual, |period| period.duration())
    }

    /// Gives what waits in `store`, to be delivered by these; `holder` says to other processes who does it.
    pub(crate) fn outbox(&self, store: &Arc<dyn StateStore>, holder: String) -> Outbox {
        Outbox::new(Arc::clone(store), self.list.clone(), holder, self.options.clone())
    }
}

#[cfg(feature = "smtp")]
fn mail(config: &SmtpConfig, secrets: Arc<dyn SecretStore>) -> Result<Arc<dyn Notifier>> {
    Ok(Arc::new(bucketwatch_adapters::smtp::Smtp::new(config, secrets)?))
}

#[cfg(not(feature = "smtp"))]
fn mail(config: &SmtpConfig, _: Arc<dyn SecretStore>) -> Result<Arc<dyn Notifier>> {
    bail!(
        "the notifier `{}` is a mail server, and this build has no SMTP (feature `smtp`); a topic of SNS sends mail too",
        config.name
    )
}
