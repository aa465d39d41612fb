//! `bucketwatch.toml`: its keys, and errors that name the place and the nearest known key.

mod accept;
mod alert;
mod chat;
mod command;
mod digest;
mod doctor;
mod document;
mod error;
mod http;
mod log;
mod named;
mod notify;
mod organization;
mod pattern;
mod period;
mod quiet;
mod route;
mod secret;
mod service;
mod smtp;
mod syslog;
mod until;
mod watch;
mod webhook;
mod zone;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::accept::{AcceptConfig, AcceptDetail, AcceptTag, LONGEST_DAYS, latest_end, too_long};
pub use self::alert::{AlertKind, UnknownAlert};
pub use self::chat::{PagerDutyConfig, SlackConfig, TeamsConfig};
pub use self::command::CommandConfig;
pub use self::digest::DigestConfig;
pub use self::doctor::DoctorConfig;
pub use self::document::DocumentFormat;
pub use self::error::ConfigError;
pub use self::http::HttpConfig;
pub use self::log::LogConfig;
pub use self::named::Named;
pub use self::notify::NotifyConfig;
pub use self::organization::OrganizationConfig;
pub use self::pattern::{BucketPattern, TagPattern};
pub use self::period::Period;
pub use self::quiet::QuietConfig;
pub use self::route::{Choice, Criteria, NoticeKind, RouteConfig};
pub use self::secret::SecretSource;
pub use self::service::{EventBridgeConfig, SecurityHubConfig, SnsConfig};
pub use self::smtp::{SmtpConfig, SmtpTls};
pub use self::syslog::{Address, Facility, SyslogConfig, SyslogTarget, TargetError};
pub use self::until::{Until, UntilError};
pub use self::watch::WatchConfig;
pub use self::webhook::WebhookConfig;
pub use self::zone::{Day, TimeOfDay, Zone};

/// The configuration file. Every key is optional; the command line wins over it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the state lies: a path of an SQLite file. Default: `$XDG_STATE_HOME/bucketwatch/state.db`.
    pub state: Option<String>,
    /// How many calls to AWS may be in flight at once, 1 to 1024. Default: 64.
    #[schemars(range(min = 1, max = 1024))]
    pub concurrency: Option<u16>,
    /// When a scan stops, counted from its beginning: `30m`, `1h 30m`. Default: never.
    pub deadline: Option<Period>,
    /// Which transitions are told to the notifiers. Default: opened, widened, changed.
    pub alert_on: Option<Vec<AlertKind>>,
    /// What makes the exit code say so: `public`, `undetermined`, both, or none. Default: both.
    pub fail_on: Option<Vec<FailOnWord>>,
    /// Exposures that are accepted.
    #[serde(default)]
    pub accept: Vec<AcceptConfig>,
    /// A reviewed file that holds more of `[[accept]]`, and nothing else. A relative path starts at this file's folder.
    pub accept_file: Option<PathBuf>,
    /// How many days ahead an exception may last, 1 to 3650. Default: 400.
    #[schemars(range(min = 1, max = 3650))]
    pub accept_days: Option<u16>,
    /// Where notices go.
    #[serde(default)]
    pub notify: NotifyConfig,
    /// The other accounts whose events come here.
    #[serde(default)]
    pub organization: OrganizationConfig,
    /// What `watch` does.
    #[serde(default)]
    pub watch: WatchConfig,
    /// What `doctor` looks at.
    #[serde(default)]
    pub doctor: DoctorConfig,
}

/// A verdict that the exit code speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailOnWord {
    /// Public buckets give exit code 10.
    Public,
    /// Undetermined buckets give exit code 3.
    Undetermined,
}

impl Config {
    /// Reads a configuration file's text.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place; an unknown key names the nearest known one.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|error| ConfigError::of(text, &error))?;
        if config.concurrency.is_some_and(|calls| !(1..=1024).contains(&calls)) {
            return Err(ConfigError::named("`concurrency` must be between 1 and 1024"));
        }
        if config.accept_days.is_some_and(|days| !(1..=3650).contains(&days)) {
            return Err(ConfigError::named("`accept_days` must be between 1 and 3650"));
        }
        config.accept.iter_mut().for_each(|entry| entry.locate(text));
        if config.notify.per_minute.values().any(|count| *count == 0) {
            return Err(ConfigError::named("`per_minute` must be at least 1"));
        }
        if config.notify.group_over == Some(0) {
            return Err(ConfigError::named("`group_over` must be at least 1"));
        }
        if config.notify.remind_days.is_some_and(|days| !(1..=365).contains(&days)) {
            return Err(ConfigError::named("`remind_days` must be between 1 and 365"));
        }
        config.organization.check()?;
        config.watch.check()?;
        config.notify.check(text)?;
        let mut names = config.notify.names();
        names.sort();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(ConfigError::named(format!("two notifiers are called `{}`", pair[0]))),
            None => Ok(config),
        }
    }

    /// Gives the JSON Schema of the file.
    pub fn schema() -> String {
        let schema = schemars::schema_for!(Self);
        let mut text = crate::escape::to_json_pretty(&schema);
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests;
