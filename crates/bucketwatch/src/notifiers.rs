//! The notifiers that the configuration and the command line name: the one place where they are registered.

use std::sync::Arc;

use anyhow::Result;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::notifier::Notifier;
use bucketwatch_engine::state::StateStore;

use crate::cli::ScanArguments;

/// Every notifier of a run.
pub(crate) struct Notifiers(Vec<Arc<dyn Notifier>>);

impl Notifiers {
    /// Gives the notifiers of the file and the command line.
    pub(crate) fn of(config: &Config, arguments: &ScanArguments) -> Result<Self> {
        let _ = (config, arguments);
        Ok(Self(Vec::new()))
    }

    /// Gives their names.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|notifier| notifier.name().to_owned()).collect()
    }

    /// Delivers what is due.
    pub(crate) async fn deliver(&self, store: &Arc<dyn StateStore>, quiet: bool) {
        let _ = (store, quiet);
    }
}
