//! Where notices go.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{LogConfig, PagerDutyConfig, SlackConfig, SyslogConfig, TeamsConfig, WebhookConfig};

/// Where notices go; each notifier has a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyConfig {
    /// Syslog receivers.
    #[serde(default)]
    pub syslog: Vec<SyslogConfig>,
    /// Log files of JSON lines.
    #[serde(default)]
    pub log: Vec<LogConfig>,
    /// Addresses that notices are posted to.
    #[serde(default)]
    pub webhook: Vec<WebhookConfig>,
    /// Slack channels.
    #[serde(default)]
    pub slack: Vec<SlackConfig>,
    /// Microsoft Teams channels.
    #[serde(default)]
    pub teams: Vec<TeamsConfig>,
    /// PagerDuty services.
    #[serde(default)]
    pub pagerduty: Vec<PagerDutyConfig>,
}

impl NotifyConfig {
    /// Gives the names of all notifiers, kind by kind.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.syslog.iter().map(SyslogConfig::name).collect();
        names.extend(self.log.iter().map(LogConfig::name));
        names.extend(self.webhook.iter().map(|webhook| webhook.name.clone()));
        names.extend(self.slack.iter().map(|slack| slack.name.clone()));
        names.extend(self.teams.iter().map(|teams| teams.name.clone()));
        names.extend(self.pagerduty.iter().map(|pagerduty| pagerduty.name.clone()));
        names
    }
}
