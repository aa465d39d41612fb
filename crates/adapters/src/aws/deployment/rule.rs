//! *Source*: Amazon EventBridge API reference, "ListRules", "ListTargetsByRule", "TestEventPattern" (read 2026-11-23).

use bucketwatch_engine::doctor::{Rule, Unseen};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::measure::Measurement;
use super::{AwsDeployment, list, text, unclear};
use crate::aws::session::Call;

/// How many pages of rules are read: a bus has 300 rules at most unless its quota was raised.
const PAGES: usize = 20;

impl AwsDeployment {
    pub(super) async fn read_rules(&self, region: &str) -> Result<Vec<Rule>, Unseen> {
        let action = "events:ListRules";
        let mut rules = Vec::new();
        let mut body = json!({"Limit": 100});
        for _ in 0..PAGES {
            let answer = self.ask(call("ListRules", &body, region), action).await?;
            let page: Option<Vec<Rule>> = list(&answer, "Rules").map(rule).collect();
            rules.extend(page.ok_or_else(|| unclear(action, "the answer does not say what the rules are"))?);
            match text(&answer, "NextToken") {
                Some(token) => body["NextToken"] = token.into(),
                None => return Ok(rules),
            }
        }
        Err(unclear(action, "there are more rules than are read"))
    }

    pub(super) async fn read_targets(&self, region: &str, rule: &str) -> Result<Vec<String>, Unseen> {
        let body = json!({"Rule": rule});
        let answer = self.ask(call("ListTargetsByRule", &body, region), "events:ListTargetsByRule").await?;
        Ok(list(&answer, "Targets").filter_map(|target| text(target, "Arn")).collect())
    }

    /// *Source*: Amazon EventBridge User Guide, "Monitoring Amazon EventBridge": `FailedInvocations`, which is not there
    /// while it is zero; by the rule's name alone it is about the default bus (read 2026-11-23).
    pub(super) async fn count_lost(&self, region: &str, rule: &str, now: Timestamp) -> Result<u64, Unseen> {
        let measurement = Measurement {
            namespace: "AWS/Events",
            metric: "FailedInvocations",
            dimension: ("RuleName", rule),
            statistic: "Sum",
            period: 3_600,
            span: 86_400,
        };
        let points = self.measure(&measurement, Some(region.to_owned()), now).await?;
        Ok(points.iter().map(|point| point.value).sum::<f64>() as u64)
    }

    pub(super) async fn test_pattern(
        &self,
        region: &str,
        pattern: &str,
        event: &Value,
    ) -> Result<bool, Unseen> {
        let action = "events:TestEventPattern";
        let body = json!({"EventPattern": pattern, "Event": event.to_string()});
        let answer = self.ask(call("TestEventPattern", &body, region), action).await?;
        answer["Result"]
            .as_bool()
            .ok_or_else(|| unclear(action, "the answer does not say whether it matches"))
    }
}

fn rule(rule: &Value) -> Option<Rule> {
    let state = rule["State"].as_str()?;
    Some(Rule {
        name: text(rule, "Name")?,
        is_enabled: state.starts_with("ENABLED"),
        pattern: text(rule, "EventPattern"),
    })
}

fn call(operation: &str, body: &Value, region: &str) -> Call {
    Call::json("events", &format!("AWSEvents.{operation}"), body).to(Some(region.to_owned()))
}
