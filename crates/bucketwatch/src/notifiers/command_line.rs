//! What the commands do with notifiers: add those of the command line, deliver and say how it went, test.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use bucketwatch_adapters::log_file::LogFile;
use bucketwatch_engine::config::{Config, LogConfig, SyslogConfig};
use bucketwatch_engine::escape::terminal;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::scan::Stop;
use bucketwatch_engine::state::StateStore;

use super::Notifiers;
use crate::cli::ScanArguments;
use crate::command::{connect_options, holder};
use crate::output::tell;

/// How long a command delivers at its end where nobody says otherwise; the rest waits for the next one.
const DELIVERY: Duration = Duration::from_secs(30);

impl Notifiers {
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

    /// Keeps the one that is called `name`.
    pub(crate) fn only(&mut self, name: &str) -> Result<()> {
        self.list.retain(|notifier| notifier.name() == name);
        if self.list.is_empty() { bail!("no notifier is called `{name}`") } else { Ok(()) }
    }

    /// Puts what `wrap` gives in the place of each.
    pub(crate) fn wrap(&mut self, wrap: impl Fn(Arc<dyn Notifier>) -> Arc<dyn Notifier>) {
        self.list = std::mem::take(&mut self.list).into_iter().map(wrap).collect();
    }

    /// Gives their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.list.iter().map(|notifier| notifier.name().to_owned()).collect()
    }

    /// Delivers what is due. What cannot be delivered now waits in the state, so it is told and no failure.
    pub(crate) async fn deliver(&self, store: &Arc<dyn StateStore>, quiet: bool) {
        self.deliver_until(store, quiet, Stop::default()).await;
    }

    /// Does the same until `stop`.
    pub(crate) async fn deliver_until(&self, store: &Arc<dyn StateStore>, quiet: bool, stop: Stop) {
        if self.list.is_empty() {
            return;
        }
        let outbox = self.outbox(store, holder()).ending_with(stop);
        match outbox.deliver_until(tokio::time::Instant::now() + self.patience(DELIVERY)).await {
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
        match self.outbox(store, holder()).give_up_orphans().await {
            Ok(0) => {}
            Ok(given_up) => tell(&format!(
                "bucketwatch: {given_up} notices for notifiers that are no longer configured were given up (`bucketwatch notify list`)"
            )),
            Err(error) => tell(&format!("bucketwatch: the outbox cannot be read: {error}")),
        }
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
