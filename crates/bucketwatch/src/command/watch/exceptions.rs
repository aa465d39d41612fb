//! The exceptions of the configuration, which are read anew while the daemon runs.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::exception::Written;
use bucketwatch_engine::scan::Stop;
use bucketwatch_exposure::exception::Exception;
use jiff::Timestamp;
use tokio::time::sleep;

use super::meter::Meter;
use crate::command::explain_failure;
use crate::output::tell;
use crate::settings;

/// How often they are read.
const EVERY: Duration = Duration::from_secs(60);

/// For how long a file must say the same: somebody may be writing it.
const SETTLED: Duration = Duration::from_secs(1);

/// What is accepted by the configuration and its reviewed file.
pub(super) struct Exceptions {
    file: Option<PathBuf>,
    written: Written,
    /// What was wrong with the files at the last reading.
    trouble: Mutex<Option<String>>,
    quiet: bool,
}

impl Exceptions {
    /// Gives those of `config`, which was read where `named` says or where one is looked for.
    ///
    /// # Errors
    /// What is wrong with the first that cannot count.
    pub(super) fn of(named: Option<&Path>, config: &Config, quiet: bool) -> Result<Self> {
        let written = settings::exceptions(config, Timestamp::now())?.into();
        Ok(Self { file: settings::place(named), written, trouble: Mutex::default(), quiet })
    }

    /// Gives them to those who heed them, and who see each change.
    pub(super) fn written(&self) -> Written {
        self.written.clone()
    }

    /// Reads them anew every minute, and whenever a hangup signal asks for it, until `stop`.
    pub(super) async fn renew_until(&self, stop: &Stop, mut hangups: Hangups, meter: &Meter) {
        while stop.why().is_none() {
            tokio::select! {
                () = stop.stopped() => return,
                () = hangups.next() => {}
                () = sleep(EVERY) => {}
            }
            self.renew(meter).await;
        }
    }

    /// Reads them anew. Where that cannot be, those that counted go on, and it is told once.
    pub(super) async fn renew(&self, meter: &Meter) {
        let Some(file) = &self.file else { return };
        let trouble = match self.changed(file).await {
            Ok(changed) => {
                if let Some(exceptions) = changed {
                    self.replace(exceptions);
                }
                None
            }
            Err(error) => {
                meter.failed("configuration");
                Some(explain_failure(&error))
            }
        };
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = trouble.as_ref().filter(|why| known.as_ref() != Some(why)) {
            tell(&format!("bucketwatch: what was accepted before goes on to be: {why}"));
        }
        *known = trouble;
    }

    /// Gives what the files say, if that is something else than before and they say it twice.
    async fn changed(&self, file: &Path) -> Result<Option<Vec<Exception>>> {
        let read = || settings::exceptions(&settings::read(file)?, Timestamp::now());
        let found = read()?;
        if *found == *self.written.now() {
            return Ok(None);
        }
        sleep(SETTLED).await;
        Ok(Some(read()?).filter(|again| *again == found))
    }

    fn replace(&self, exceptions: Vec<Exception>) {
        if !self.quiet {
            let count = exceptions.len();
            tell(&format!(
                "bucketwatch: the exceptions of the configuration changed: {count} are written there"
            ));
        }
        self.written.replace(exceptions);
    }
}

/// The hangup signals of this process. Before there is something that listens, one of them ends it.
#[cfg(unix)]
pub(super) struct Hangups(Option<tokio::signal::unix::Signal>);

#[cfg(unix)]
impl Hangups {
    /// Listens from now on.
    pub(super) fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        Self(signal(SignalKind::hangup()).ok())
    }

    /// Waits for one.
    async fn next(&mut self) {
        match &mut self.0 {
            Some(signal) => drop(signal.recv().await),
            None => std::future::pending().await,
        }
    }
}

/// There are none.
#[cfg(not(unix))]
pub(super) struct Hangups;

#[cfg(not(unix))]
impl Hangups {
    /// Listens to nothing.
    pub(super) fn new() -> Self {
        Self
    }

    async fn next(&mut self) {
        std::future::pending().await
    }
}
