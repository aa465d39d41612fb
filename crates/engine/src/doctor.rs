//! The check-up of a deployment: does everything that changes come to be seen, and told?
//!
//! Every question has one of three answers: it is well, it is wrong, or nobody could look. What could not be looked at
//! is never taken for well.

mod notice;
mod permission;
mod queue;
mod rule;
mod state;
mod trail;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::cloud::Cloud;
use crate::exit::Exit;
use crate::state::StateStore;

/// The port to what a deployment is made of, beside the account's buckets.
#[async_trait]
pub trait Deployment: Send + Sync {
    /// Gives the trails that `region` sees: its own, and those of every region and of the organization.
    async fn trails(&self, region: &str) -> Result<Vec<Trail>, Unseen>;

    /// Gives whether a trail is logging.
    async fn logging(&self, trail: &Trail) -> Result<Logging, Unseen>;

    /// Tells whether a trail records changes by the management API.
    async fn records_changes(&self, trail: &Trail) -> Result<bool, Unseen>;

    /// Gives the rules on the default bus of `region`.
    async fn rules(&self, region: &str) -> Result<Vec<Rule>, Unseen>;

    /// Gives the ARNs of the targets of a rule of `region`.
    async fn targets(&self, region: &str, rule: &str) -> Result<Vec<String>, Unseen>;

    /// Tells whether `event` matches `pattern`.
    async fn matches(&self, region: &str, pattern: &str, event: &Value) -> Result<bool, Unseen>;

    /// Gives how many events a rule of `region` could not hand on lately.
    async fn lost(&self, region: &str, rule: &str, now: Timestamp) -> Result<u64, Unseen>;

    /// Gives what a queue says of itself.
    async fn queue(&self, url: &str) -> Result<Queue, Unseen>;

    /// Gives how many messages lie in the queue `arn` to which the queue at `url` gives what nobody can handle.
    async fn dead_letters(&self, url: &str, arn: &str) -> Result<u64, Unseen>;

    /// Gives how old the oldest message of a queue was lately; `None`: nothing was measured.
    async fn oldest_message(&self, url: &str, now: Timestamp) -> Result<Option<Duration>, Unseen>;
}

/// A trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The region that it was made in.
    pub home: String,
    /// Whether it records every region.
    pub is_multi_region: bool,
}

/// Whether a trail is logging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    /// Whether it is.
    pub is_on: bool,
    /// When it last wrote a log file.
    pub delivered_at: Option<Timestamp>,
    /// Why it could not write the last one.
    pub error: Option<String>,
}

/// A rule of an event bus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether it is enabled.
    pub is_enabled: bool,
    /// What it matches; `None`: it is a schedule.
    pub pattern: Option<String>,
}

/// What a queue says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// How many messages wait.
    pub waiting: u64,
    /// How many are under way.
    pub in_flight: u64,
    /// The ARN of the queue that it gives to what nobody can handle.
    pub dead_letter_queue: Option<String>,
}

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// The IAM action that looking takes.
    pub action: &'static str,
    /// AWS's code, or what happened, free of secrets.
    pub why: String,
    /// Whether the caller may not look.
    pub is_denied: bool,
    /// Whether AWS says that there is no such thing.
    pub is_absent: bool,
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about.
    pub part: Part,
    /// Which trail, rule, queue, bucket, notifier; `None`: the part as a whole.
    pub subject: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The answer.
    pub condition: Condition,
    /// The answer in words.
    pub text: String,
    /// The IAM action that is missing.
    pub permission: Option<&'static str>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Who the caller is.
    Identity,
    /// What the caller may read.
    Permission,
    /// Whether a trail records what happens.
    Trail,
    /// Whether a rule hands it on.
    Rule,
    /// Whether queues are emptied.
    Queue,
    /// Whether the state is fresh.
    State,
    /// Whether notices are told.
    Notifier,
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// It is as it should be.
    Well,
    /// It is not.
    Wrong,
    /// Nobody could look.
    Unknown,
}

impl Check {
    /// Gives an answer.
    pub fn new(part: Part, condition: Condition, text: impl Into<String>) -> Self {
        Self { part, subject: None, region: None, condition, text: text.into(), permission: None }
    }

    /// Gives the answer that nobody could look, which the lack of a permission explains if it is one.
    pub fn unseen(part: Part, unseen: &Unseen) -> Self {
        let Unseen { action, why, is_denied, .. } = unseen;
        let text = match is_denied {
            true => format!("could not be looked at: {action} is refused ({why})"),
            false => format!("could not be looked at: {why}"),
        };
        Self { permission: is_denied.then_some(*action), ..Self::new(part, Condition::Unknown, text) }
    }

    /// Says which of its kind it is about.
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: Some(subject.into()), ..self }
    }

    /// Says in which region.
    pub fn within(self, region: impl Into<String>) -> Self {
        Self { region: Some(region.into()), ..self }
    }
}

impl Part {
    /// Gives the word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Permission => "permission",
            Self::Trail => "trail",
            Self::Rule => "rule",
            Self::Queue => "queue",
            Self::State => "state",
            Self::Notifier => "notifier",
        }
    }
}

impl Condition {
    /// Gives the word of documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Wrong => "wrong",
            Self::Unknown => "unknown",
        }
    }
}

/// What a check-up found; the document is `bucketwatch.diagnosis/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnosis {
    /// The document's schema.
    pub schema: &'static str,
    /// When.
    pub at: Timestamp,
    /// How many answers are well.
    pub well: usize,
    /// How many are wrong.
    pub wrong: usize,
    /// How many nobody could give.
    pub unknown: usize,
    /// The answers.
    pub checks: Vec<Check>,
}

impl Diagnosis {
    /// Gives what `checks` come to at the instant `at`.
    pub fn of(checks: Vec<Check>, at: Timestamp) -> Self {
        let count = |condition| checks.iter().filter(|check| check.condition == condition).count();
        let (well, wrong, unknown) =
            (count(Condition::Well), count(Condition::Wrong), count(Condition::Unknown));
        Self { schema: "bucketwatch.diagnosis/1", at, well, wrong, unknown, checks }
    }

    /// Gives the exit code: something is wrong, something could not be looked at, or all is well. A check-up without any
    /// answer looked at nothing.
    pub fn exit(&self) -> Exit {
        match (self.wrong, self.unknown, self.well) {
            (1.., _, _) => Exit::Failed,
            (0, 1.., _) | (0, 0, 0) => Exit::Undetermined,
            (0, 0, 1..) => Exit::Clean,
        }
    }
}

/// Where events must be seen.
pub type Regions = BTreeSet<String>;

/// What a check-up looks at.
pub struct Scope<'a> {
    /// The account.
    pub cloud: &'a dyn Cloud,
    /// What the deployment is made of.
    pub deployment: &'a dyn Deployment,
    /// The state, or why it cannot be opened.
    pub store: Result<&'a dyn StateStore, String>,
    /// The queues, by URL; none: those that the rules hand on to.
    pub queues: &'a [String],
    /// The regions that somebody named; none: `home` and those that have buckets.
    pub regions: &'a [String],
    /// The ambient region.
    pub home: &'a str,
    /// How often the account is to be scanned; `None`: nobody scans on a schedule.
    pub scan_every: Option<Duration>,
    /// The names of the notifiers.
    pub notifiers: &'a [String],
}

/// Looks at everything in `scope` at the instant `now`.
pub async fn examine(scope: &Scope<'_>, now: Timestamp) -> Vec<Check> {
    let identity = match scope.cloud.identity().await {
        Ok(identity) => identity,
        Err(error) => return vec![Check::new(Part::Identity, Condition::Wrong, error.to_string())],
    };
    let arn = identity.arn.escaped().to_string();
    let mut checks = vec![Check::new(Part::Identity, Condition::Well, "AWS knows the caller").about(arn)];
    let (found, buckets) = permission::regions(scope.cloud).await.unwrap_or_default();
    let regions: Regions = match scope.regions {
        [] => found.into_iter().chain([scope.home.to_owned()]).collect(),
        named => named.iter().cloned().collect(),
    };
    let (permissions, trails, rules) = futures::join!(
        permission::permissions(scope.cloud, &identity, &buckets, &regions),
        trail::trails(scope.deployment, &regions),
        rule::rules(scope.deployment, identity.account.as_str(), &regions, now),
    );
    checks.extend(permissions.into_iter().chain(trails).chain(rules.checks));
    let queues = match scope.queues {
        [] => rules.targets.iter().filter_map(|arn| queue::address(arn)).collect(),
        named => named.to_vec(),
    };
    checks.extend(queue::queues(scope.deployment, &queues, now).await);
    match &scope.store {
        Ok(store) => {
            checks.extend(state::state(*store, scope.scan_every, now).await);
            checks.extend(notice::notices(scope.notifiers, store.outbox_counts().await));
        }
        Err(why) => checks.push(Check::new(Part::State, Condition::Wrong, why)),
    }
    checks
}

#[cfg(test)]
mod tests;
