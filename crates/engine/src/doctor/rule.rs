//! Does a rule hand on what happens in each region? EventBridge itself says what a rule matches.

use serde_json::{Value, json};

use super::{Check, Condition, Deployment, Part, Regions, Rule, Unseen};

/// The calls that a rule must hand on, one for each kind of what can open a bucket.
const CALLS: [&str; 4] =
    ["PutBucketPolicy", "PutBucketAcl", "DeleteBucketPublicAccessBlock", "PutAccountPublicAccessBlock"];

/// What of a rule could be seen.
enum Sight {
    /// It hands on everything.
    Good { target: String, more: usize },
    /// It would, if it were not for this.
    Faulty(String),
    /// It is about something else.
    Foreign,
}

/// Gives for each region whether a rule hands on what happens there.
pub(super) async fn rules(deployment: &dyn Deployment, account: &str, regions: &Regions) -> Vec<Check> {
    let mut checks = Vec::with_capacity(regions.len());
    for region in regions {
        let check = match of_region(deployment, account, region).await {
            Ok(check) => check,
            Err(unseen) => Check::unseen(Part::Rule, &unseen),
        };
        checks.push(check.within(region));
    }
    checks
}

async fn of_region(deployment: &dyn Deployment, account: &str, region: &str) -> Result<Check, Unseen> {
    let mut faults = Vec::new();
    for rule in deployment.rules(region).await?.into_iter().filter(may_concern) {
        match sight(deployment, account, region, &rule).await? {
            Sight::Good { target, more } => {
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                let text = format!("it is enabled and hands on to {target}{more}");
                return Ok(Check::new(Part::Rule, Condition::Well, text).about(rule.name));
            }
            Sight::Faulty(why) => faults.push(format!("{} {why}", rule.name)),
            Sight::Foreign => {}
        }
    }
    let text = match faults.is_empty() {
        true => "no rule of the default bus hands on what changes buckets".to_owned(),
        false => faults.join("; "),
    };
    Ok(Check::new(Part::Rule, Condition::Wrong, text))
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
    let more = targets.len().saturating_sub(1);
    Ok(match targets.into_iter().next() {
        Some(target) => Sight::Good { target, more },
        None => Sight::Faulty("has no target".to_owned()),
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
