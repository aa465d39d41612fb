//! *Source*: Amazon CloudWatch API reference, "GetMetricStatistics" (read 2026-11-23).

use bucketwatch_engine::doctor::Unseen;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AwsDeployment, list};
use crate::aws::session::Call;

/// What CloudWatch is asked to have measured.
pub(super) struct Measurement<'a> {
    pub(super) namespace: &'static str,
    pub(super) metric: &'static str,
    /// Of what: a dimension's name and value.
    pub(super) dimension: (&'static str, &'a str),
    pub(super) statistic: &'static str,
    /// How long each measurement is, in seconds.
    pub(super) period: i64,
    /// How far back it is measured, in seconds.
    pub(super) span: i64,
}

/// What was measured.
pub(super) struct Point {
    /// When, in seconds.
    pub(super) at: f64,
    pub(super) value: f64,
}

impl AwsDeployment {
    /// Gives what was measured until `now`, in any order.
    pub(super) async fn measure(
        &self,
        asked: &Measurement<'_>,
        region: Option<String>,
        now: Timestamp,
    ) -> Result<Vec<Point>, Unseen> {
        let (end, (name, value)) = (now.as_second(), asked.dimension);
        let body = json!({
            "Namespace": asked.namespace,
            "MetricName": asked.metric,
            "Dimensions": [{"Name": name, "Value": value}],
            "StartTime": end - asked.span,
            "EndTime": end,
            "Period": asked.period,
            "Statistics": [asked.statistic],
        });
        let operation = "GraniteServiceVersion20100801.GetMetricStatistics";
        let call = of_version("monitoring", "1.0", operation, &body).to(region);
        let answer = self.ask(call, "cloudwatch:GetMetricStatistics").await?;
        let point = |point: &Value| {
            let value = point[asked.statistic].as_f64()?;
            Some(Point { at: point["Timestamp"].as_f64().unwrap_or_default(), value })
        };
        Ok(list(&answer, "Datapoints").filter_map(point).collect())
    }
}

/// Gives a call of another version of the JSON protocol.
pub(super) fn of_version(service: &'static str, version: &str, operation: &str, body: &Value) -> Call {
    let mut call = Call::json(service, operation, body);
    call.headers[0].1 = format!("application/x-amz-json-{version}");
    call
}
