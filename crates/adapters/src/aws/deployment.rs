//! What a deployment is made of, for the check-up: trails, rules, queues.

mod measure;
mod queue;
mod rule;
mod trail;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::doctor::{Deployment, Logging, Queue, Rule, Trail, Unseen};
use jiff::Timestamp;
use serde_json::Value;

use super::endpoint::is_region;
use super::session::{AwsSession, Call};

/// A deployment in the account that a session opens.
pub struct AwsDeployment {
    session: Arc<AwsSession>,
}

impl AwsDeployment {
    /// Gives what `session` can see.
    pub fn new(session: Arc<AwsSession>) -> Self {
        Self { session }
    }

    /// Makes a call of the JSON protocol, which takes the IAM action `action`.
    async fn ask(&self, call: Call, action: &'static str) -> Result<Value, Unseen> {
        if call.region.as_deref().is_some_and(|region| !is_region(region)) {
            return Err(unclear(action, "that is no region"));
        }
        let answer = self.session.call(&call).await.map_err(|error| Unseen {
            action,
            is_denied: error.is_denied(),
            is_absent: error.is_absent(),
            why: error.to_string(),
        })?;
        serde_json::from_slice(&answer).map_err(|_| unclear(action, "the answer is no JSON"))
    }
}

#[async_trait]
impl Deployment for AwsDeployment {
    async fn trails(&self, region: &str) -> Result<Vec<Trail>, Unseen> {
        self.read_trails(region).await
    }

    async fn logging(&self, trail: &Trail) -> Result<Logging, Unseen> {
        self.read_logging(trail).await
    }

    async fn records_changes(&self, trail: &Trail) -> Result<bool, Unseen> {
        self.read_selectors(trail).await
    }

    async fn rules(&self, region: &str) -> Result<Vec<Rule>, Unseen> {
        self.read_rules(region).await
    }

    async fn targets(&self, region: &str, rule: &str) -> Result<Vec<String>, Unseen> {
        self.read_targets(region, rule).await
    }

    async fn matches(&self, region: &str, pattern: &str, event: &Value) -> Result<bool, Unseen> {
        self.test_pattern(region, pattern, event).await
    }

    async fn lost(&self, region: &str, rule: &str, now: Timestamp) -> Result<u64, Unseen> {
        self.count_lost(region, rule, now).await
    }

    async fn queue(&self, url: &str) -> Result<Queue, Unseen> {
        self.read_queue(url).await
    }

    async fn dead_letters(&self, url: &str, arn: &str) -> Result<u64, Unseen> {
        self.count_dead_letters(url, arn).await
    }

    async fn oldest_message(&self, url: &str, now: Timestamp) -> Result<Option<Duration>, Unseen> {
        self.measure_oldest(url, now).await
    }
}

/// Gives that an answer is not understood.
fn unclear(action: &'static str, why: &str) -> Unseen {
    Unseen { action, why: why.to_owned(), is_denied: false, is_absent: false }
}

/// Gives the text of a member.
fn text(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

/// Gives the elements of a list; a list that is not there is empty.
fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value[name].as_array().into_iter().flatten()
}
