//! *Source*: AWS CloudTrail API reference, "DescribeTrails", "GetTrailStatus", "GetEventSelectors" (read 2026-11-23).

use bucketwatch_engine::doctor::{Logging, Trail, Unseen};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AwsDeployment, list, text, unclear};
use crate::aws::session::Call;

impl AwsDeployment {
    pub(super) async fn read_trails(&self, region: &str) -> Result<Vec<Trail>, Unseen> {
        let action = "cloudtrail:DescribeTrails";
        let answer =
            self.ask(call("DescribeTrails", &json!({"includeShadowTrails": true}), region), action).await?;
        let trail = |trail: &Value| {
            Some(Trail {
                name: text(trail, "Name")?,
                arn: text(trail, "TrailARN")?,
                home: text(trail, "HomeRegion")?,
                is_multi_region: trail["IsMultiRegionTrail"].as_bool()?,
            })
        };
        let trails: Option<Vec<Trail>> = list(&answer, "trailList").map(trail).collect();
        trails.ok_or_else(|| unclear(action, "the answer does not say what the trails are"))
    }

    pub(super) async fn read_logging(&self, trail: &Trail) -> Result<Logging, Unseen> {
        let action = "cloudtrail:GetTrailStatus";
        let answer =
            self.ask(call("GetTrailStatus", &json!({"Name": trail.arn}), &trail.home), action).await?;
        let is_on = answer["IsLogging"].as_bool();
        Ok(Logging {
            is_on: is_on.ok_or_else(|| unclear(action, "the answer does not say whether it is logging"))?,
            delivered_at: answer["LatestDeliveryTime"].as_f64().and_then(instant),
            error: text(&answer, "LatestDeliveryError").filter(|error| !error.is_empty()),
        })
    }

    pub(super) async fn read_selectors(&self, trail: &Trail) -> Result<bool, Unseen> {
        let action = "cloudtrail:GetEventSelectors";
        let body = json!({"TrailName": trail.arn});
        let answer = self.ask(call("GetEventSelectors", &body, &trail.home), action).await?;
        Ok(list(&answer, "EventSelectors").any(is_basic)
            || list(&answer, "AdvancedEventSelectors").any(is_advanced))
    }
}

fn call(operation: &str, body: &Value, region: &str) -> Call {
    let operation = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
    Call::json("cloudtrail", &operation, body).to(Some(region.to_owned()))
}

/// Tells whether a selector takes changes by the management API.
fn is_basic(selector: &Value) -> bool {
    selector["IncludeManagementEvents"] == true && selector["ReadWriteType"] != "ReadOnly"
}

/// Tells whether an advanced selector takes those of S3.
fn is_advanced(selector: &Value) -> bool {
    let fields = || list(selector, "FieldSelectors");
    let is_management = fields().any(|field| {
        field["Field"] == "eventCategory" && list(field, "Equals").any(|value| value == "Management")
    });
    is_management && fields().all(lets_changes_pass)
}

/// Tells whether a condition lets changes of S3 pass.
fn lets_changes_pass(field: &Value) -> bool {
    match field["Field"].as_str() {
        Some("readOnly") => list(field, "Equals").all(|value| value == "false"),
        Some("eventSource") => list(field, "NotEquals").all(|value| value != "s3.amazonaws.com"),
        _ => true,
    }
}

fn instant(seconds: f64) -> Option<Timestamp> {
    Timestamp::from_millisecond((seconds * 1_000.0) as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_without_changes_of_s3_records_none() {
        let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
        let advanced = |more: Value| json!({"FieldSelectors": [management, more]});
        for (rule, selector, expected) in [
            ("all", json!({"ReadWriteType": "All", "IncludeManagementEvents": true}), true),
            ("writes", json!({"ReadWriteType": "WriteOnly", "IncludeManagementEvents": true}), true),
            ("reads only", json!({"ReadWriteType": "ReadOnly", "IncludeManagementEvents": true}), false),
            ("data events only", json!({"ReadWriteType": "All", "IncludeManagementEvents": false}), false),
        ] {
            assert_eq!(is_basic(&selector), expected, "{rule}");
        }
        for (rule, selector, expected) in [
            ("all", json!({"FieldSelectors": [management]}), true),
            ("writes", advanced(json!({"Field": "readOnly", "Equals": ["false"]})), true),
            ("reads only", advanced(json!({"Field": "readOnly", "Equals": ["true"]})), false),
            ("not KMS", advanced(json!({"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]})), true),
            ("not S3", advanced(json!({"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]})), false),
            (
                "data events only",
                json!({"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}),
                false,
            ),
        ] {
            assert_eq!(is_advanced(&selector), expected, "{rule}");
        }
    }
}
