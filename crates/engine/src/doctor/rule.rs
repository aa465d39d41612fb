//! Does a rule hand on what happens in each region? EventBridge itself says what a rule matches.

use std::collections::BTreeSet;

use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Check, Condition, Deployment, Part, Regions, Rule, Unseen};

/// The calls that a rule must hand on, one for each kind of what can open a bucket.
const CALLS: [&str; 4] =
    ["PutBucketPolicy", "PutBucketAcl", "DeleteBucketPublicAccessBlock", "PutAccountPublicAccessBlock"];

/// What of a rule could be seen.
enum Sight {
    /// It hands on everything.
    Good { rule: String, targets: Vec<String> },
    /// It would, if it were not for this.
    Faulty(String),
    /// It is about something else.
    Foreign,
}

/// What was found of rules.
#[derive(Default)]
pub(super) struct Rules {
    /// The answers.
    pub(super) checks: Vec<Check>,
    /// The ARNs of what they hand on to.
    pub(super) targets: BTreeSet<String>,
}

/// Gives for each region whether a rule hands on what happens there, and whether that rule could.
pub(super) async fn rules(
    deployment: &dyn Deployment,
    account: &str,
    regions: &Regions,
    now: Timestamp,
) -> Rules {
    let found = join_all(regions.iter().map(|region| found(deployment, account, region, now))).await;
    let mut rules = Rules::default();
    for (region, of_region) in regions.iter().zip(found) {
        rules.checks.extend(of_region.checks.into_iter().map(|check| check.within(region)));
        rules.targets.extend(of_region.targets);
    }
    rules
}

async fn found(deployment: &dyn Deployment, account: &str, region: &str, now: Timestamp) -> Rules {
    let check = match of_region(deployment, account, region).await {
        Ok(Sight::Good { rule, targets }) => {
            let text = format!("it is enabled and hands on to {}", targets.join(", "));
            let well = Check::new(Part::Rule, Condition::Well, text);
            let lost = lost(deployment.lost(region, &rule, now).await);
            let checks = [Some(well), lost].into_iter().flatten().map(|check| check.about(&*rule)).collect();
            return Rules { checks, targets: targets.into_iter().collect() };
        }
        Ok(Sight::Faulty(text)) => Check::new(Part::Rule, Condition::Wrong, text),
        Ok(Sight::Foreign) => {
            let text = "no rule of the default bus hands on what changes buckets";
            Check::new(Part::Rule, Condition::Wrong, text)
        }
        Err(unseen) => Check::unseen(Part::Rule, &unseen),
    };
    Rules { checks: vec![check], targets: BTreeSet::new() }
}

/// Gives the best that a rule of `region` does.
async fn of_region(deployment: &dyn Deployment, account: &str, region: &str) -> Result<Sight, Unseen> {
    let mut faults = Vec::new();
    for rule in deployment.rules(region).await?.into_iter().filter(may_concern) {
        match sight(deployment, account, region, &rule).await? {
            good @ Sight::Good { .. } => return Ok(good),
            Sight::Faulty(why) => faults.push(format!("{} {why}", rule.name)),
            Sight::Foreign => {}
        }
    }
    Ok(if faults.is_empty() { Sight::Foreign } else { Sight::Faulty(faults.join("; ")) })
}

/// Gives that events were lost between a rule and what it hands on to, or that nobody can tell; `None`: none was.
fn lost(count: Result<u64, Unseen>) -> Option<Check> {
    match count {
        Ok(0) => None,
        Ok(count) => {
            let text = format!(
                "events that could not be handed on in the last day: {count}; may the rule reach its target?"
            );
            Some(Check::new(Part::Rule, Condition::Wrong, text))
        }
        Err(unseen) => Some(Check::unseen(Part::Rule, &unseen)),
    }
}

/// Tells whether a rule can be about calls to S3, so that it is worth asking.
fn may_concern(rule: &Rule) -> bool {
    rule.pattern.as_ref().is_some_and(|pattern| pattern.contains("aws.s3") || pattern.contains("CloudTrail"))
}

async fn sight(
    deployment: &dyn Deployment,
    account: &str,
    region: &str,
    rule: &Rule,
) -> Result<Sight, Unseen> {
    let pattern = rule.pattern.as_deref().unwrap_or_default();
    let mut missed = Vec::new();
    for call in CALLS {
        if !deployment.matches(region, pattern, &event(call, account, region)).await? {
            missed.push(call);
        }
    }
    if missed.len() == CALLS.len() {
        return Ok(Sight::Foreign);
    }
    if !missed.is_empty() {
        return Ok(Sight::Faulty(format!("does not match {}", missed.join(", "))));
    }
    if !rule.is_enabled {
        return Ok(Sight::Faulty("is disabled".to_owned()));
    }
    let targets = deployment.targets(region, &rule.name).await?;
    Ok(match targets.is_empty() {
        true => Sight::Faulty("has no target".to_owned()),
        false => Sight::Good { rule: rule.name.clone(), targets },
    })
}

/// Gives an event of `call` as EventBridge sees it.
fn event(call: &str, account: &str, region: &str) -> Value {
    json!({
        "version": "0", "id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "detail-type": "AWS API Call via CloudTrail",
        "source": "aws.s3", "account": account, "time": "2026-11-22T06:00:00Z", "region": region, "resources": [],
        "detail": {
            "eventVersion": "1.11", "eventSource": "s3.amazonaws.com", "eventName": call, "awsRegion": region,
            "eventType": "AwsApiCall", "eventCategory": "Management", "managementEvent": true, "readOnly": false,
            "recipientAccountId": account, "userIdentity": {"type": "IAMUser", "accountId": account},
            "requestParameters": {"bucketName": "bucketwatch-doctor"},
        },
    })
}
