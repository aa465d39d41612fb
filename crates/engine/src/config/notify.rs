//! Where notices go.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    CommandConfig, ConfigError, DigestConfig, DocumentFormat, EventBridgeConfig, LogConfig, Named,
    PagerDutyConfig, Period, QuietConfig, RouteConfig, SecretSource, SecurityHubConfig, SlackConfig,
    SmtpConfig, SnsConfig, SyslogConfig, TeamsConfig, WebhookConfig,
};
use crate::timing::{Timing, is_for_ever};

/// Where notices go, and when; each notifier has a name of its own.
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
    pub per_minute: BTreeMap<Named, u32>,
    /// More changes of one cause than this are one message to Slack, Teams, mail and SNS. Default: 10.
    #[schemars(range(min = 1))]
    pub group_over: Option<usize>,
    /// Hours in which a notifier is left in peace, by its name.
    #[serde(default)]
    pub quiet: BTreeMap<Named, Vec<QuietConfig>>,
    /// Notifiers that get what comes in an interval as one message, by name.
    #[serde(default)]
    pub digest: BTreeMap<Named, DigestConfig>,
    /// Every so many days each bucket that is still open and that nobody accepted is told again, 1 to 365. Default: never.
    #[schemars(range(min = 1, max = 365))]
    pub remind_days: Option<u32>,
    /// Which notifier hears of what. Default: each of everything that `alert_on` chooses.
    #[serde(default)]
    pub route: Vec<RouteConfig>,
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

    /// Gives the places of all secrets that notifiers need.
    pub fn secrets(&self) -> Vec<&SecretSource> {
        let mut places: Vec<&SecretSource> = Vec::new();
        for webhook in &self.webhook {
            places.push(&webhook.url);
            places.extend(&webhook.signing_key);
            places.extend(webhook.headers.values());
        }
        places.extend(self.slack.iter().map(|slack| &slack.url));
        places.extend(self.teams.iter().map(|teams| &teams.url));
        places.extend(self.pagerduty.iter().map(|pagerduty| &pagerduty.routing_key));
        places.extend(self.smtp.iter().filter_map(|smtp| smtp.password.as_ref()));
        places.extend(self.command.iter().flat_map(|command| command.env.values()));
        places
    }

    /// Gives how often is reminded of what is still open.
    pub fn remind_every(&self) -> Option<Duration> {
        self.remind_days.map(|days| Duration::from_secs(u64::from(days) * 24 * 60 * 60))
    }

    /// Gives when the notifier `name` is told.
    pub fn timing_of(&self, name: &str) -> Timing {
        Timing {
            quiet: self.quiet.get(name).cloned().unwrap_or_default(),
            digest: self.digest.get(name).cloned(),
        }
    }

    /// Gives the names of those that can take several notices in one.
    fn digestible(&self) -> Vec<String> {
        let plain = |format: DocumentFormat| format == DocumentFormat::Notice;
        let mut names: Vec<String> =
            self.log.iter().filter(|log| plain(log.format)).map(LogConfig::name).collect();
        names.extend(
            self.webhook.iter().filter(|webhook| plain(webhook.format)).map(|webhook| webhook.name.clone()),
        );
        names.extend(self.slack.iter().map(|slack| slack.name.clone()));
        names.extend(self.teams.iter().map(|teams| teams.name.clone()));
        names.extend(self.smtp.iter().map(|smtp| smtp.name.clone()));
        names.extend(self.sns.iter().map(|sns| sns.name.clone()));
        names.extend(self.eventbridge.iter().map(|bus| bus.name.clone()));
        names.extend(self.command.iter().map(|command| command.name.clone()));
        names
    }

    /// Gives the routes of the notifier `name`.
    pub fn routes_to(&self, name: &str) -> Vec<RouteConfig> {
        let names = |route: &&RouteConfig| route.to.any_of().iter().any(|to| to.as_str() == name);
        self.route.iter().filter(names).cloned().collect()
    }

    /// Refuses what names no notifier, and routes that take nothing.
    pub(super) fn check(&self, text: &str) -> Result<(), ConfigError> {
        let known = self.names();
        let routed = self.route.iter().flat_map(|route| route.to.any_of());
        let timed = self.quiet.keys().chain(self.digest.keys());
        for named in self.per_minute.keys().chain(timed).chain(routed) {
            if !known.iter().any(|name| name == named.as_str()) {
                return Err(ConfigError::unknown_notifier(text, named.span().start, named.as_str(), &known));
            }
        }
        let endless = self.quiet.iter().find(|(_, quiet)| is_for_ever(quiet));
        if let Some((named, _)) = endless {
            let why = "these quiet hours never end";
            return Err(ConfigError::at(text, named.span().start, why));
        }
        let digestible = self.digestible();
        for (named, digest) in &self.digest {
            let apart = (!digestible.iter().any(|name| name == named.as_str())).then_some(
                "no digest goes here: syslog, PagerDuty, Security Hub and OCSF take each change by itself",
            );
            if let Some(fault) = apart.or(digest.fault()) {
                return Err(ConfigError::at(text, named.span().start, fault));
            }
        }
        let is_void = |route: &&RouteConfig| {
            route.is_void() || self.remind_days.is_none() && route.is_for_reminders_only()
        };
        match self.route.iter().find(is_void) {
            Some(route) => {
                let place = route.to.any_of().first().map_or(0, |to| to.span().start);
                Err(ConfigError::at(
                    text,
                    place,
                    "the route takes nothing: `except` leaves out everything that it takes, or it wants reminders and there is no `remind_days`",
                ))
            }
            None => Ok(()),
        }
    }
}
