//! Where notices go.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    CommandConfig, EventBridgeConfig, LogConfig, PagerDutyConfig, Period, SecurityHubConfig, SlackConfig,
    SmtpConfig, SnsConfig, SyslogConfig, TeamsConfig, WebhookConfig,
};

/// Where notices go; each notifier has a name of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyConfig {
    /// How long a command delivers before it ends; the rest waits for the next one. Default: `30s`.
    pub deadline: Option<Period>,
    /// How long a notice is tried before it becomes a dead letter. Default: `72h`.
    pub dead_after: Option<Period>,
    /// How many notices a minute a notifier gets at most, by its name. Default: 60 for Slack, Teams, PagerDuty and
    /// webhooks, as many as there are for the others.
    #[serde(default)]
    pub per_minute: BTreeMap<String, u32>,
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
    /// Mail servers.
    #[serde(default)]
    pub smtp: Vec<SmtpConfig>,
    /// Topics of Amazon SNS.
    #[serde(default)]
    pub sns: Vec<SnsConfig>,
    /// Event buses of Amazon EventBridge.
    #[serde(default)]
    pub eventbridge: Vec<EventBridgeConfig>,
    /// AWS Security Hub.
    #[serde(default)]
    pub security_hub: Vec<SecurityHubConfig>,
    /// Programs.
    #[serde(default)]
    pub command: Vec<CommandConfig>,
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
        names.extend(self.smtp.iter().map(|smtp| smtp.name.clone()));
        names.extend(self.sns.iter().map(|sns| sns.name.clone()));
        names.extend(self.eventbridge.iter().map(|bus| bus.name.clone()));
        names.extend(self.security_hub.iter().map(|hub| hub.name.clone()));
        names.extend(self.command.iter().map(|command| command.name.clone()));
        names
    }
}
