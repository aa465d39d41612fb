//! *Source*: Amazon SQS API reference, "GetQueueAttributes"; Amazon CloudWatch API reference, "GetMetricStatistics"; Amazon
//! SQS Developer Guide: a queue and its dead-letter queue are in one account and region (read 2026-11-23).

use std::time::Duration;

use bucketwatch_engine::doctor::{Queue, Unseen};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{AwsDeployment, list, unclear};
use crate::aws::queue::region_of_queue;
use crate::aws::session::Call;

/// The IAM action that looking at a queue takes.
const ATTRIBUTES: &str = "sqs:GetQueueAttributes";

/// What is asked of a queue.
const NAMES: [&str; 3] =
    ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "RedrivePolicy"];

/// How far back it is measured, and how long each measurement is, in seconds.
const SPAN: i64 = 900;
const PERIOD: i64 = 300;

impl AwsDeployment {
    pub(super) async fn read_queue(&self, url: &str) -> Result<Queue, Unseen> {
        let attributes = self.attributes(url).await?;
        let redrive: Option<Value> =
            attributes["RedrivePolicy"].as_str().and_then(|text| serde_json::from_str(text).ok());
        let target = redrive.and_then(|redrive| Some(redrive["deadLetterTargetArn"].as_str()?.to_owned()));
        Ok(Queue {
            waiting: number(&attributes, NAMES[0])?,
            in_flight: number(&attributes, NAMES[1])?,
            dead_letter_queue: target,
        })
    }

    pub(super) async fn count_dead_letters(&self, url: &str, arn: &str) -> Result<u64, Unseen> {
        let name = arn.rsplit(':').next().unwrap_or_default();
        let (folder, _) = url.rsplit_once('/').unwrap_or((url, ""));
        let attributes = self.attributes(&format!("{folder}/{name}")).await?;
        Ok(number(&attributes, NAMES[0])? + number(&attributes, NAMES[1])?)
    }

    pub(super) async fn measure_oldest(&self, url: &str, now: Timestamp) -> Result<Option<Duration>, Unseen> {
        let end = now.as_second();
        let body = json!({
            "Namespace": "AWS/SQS",
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Dimensions": [{"Name": "QueueName", "Value": url.rsplit('/').next()}],
            "StartTime": end - SPAN,
            "EndTime": end,
            "Period": PERIOD,
            "Statistics": ["Maximum"],
        });
        let operation = "GraniteServiceVersion20100801.GetMetricStatistics";
        let call = of_version("monitoring", "1.0", operation, &body).to(region_of_queue(url));
        let answer = self.ask(call, "cloudwatch:GetMetricStatistics").await?;
        let points = list(&answer, "Datapoints");
        let latest = points.max_by(|a, b| moment(a).total_cmp(&moment(b)));
        let seconds = latest.and_then(|point| point["Maximum"].as_f64());
        Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
    }

    async fn attributes(&self, url: &str) -> Result<Value, Unseen> {
        let body = json!({"QueueUrl": url, "AttributeNames": NAMES});
        let call = of_version("sqs", "1.0", "AmazonSQS.GetQueueAttributes", &body).to(region_of_queue(url));
        Ok(self.ask(call, ATTRIBUTES).await?["Attributes"].take())
    }
}

/// Gives a call of another version of the JSON protocol.
fn of_version(service: &'static str, version: &str, operation: &str, body: &Value) -> Call {
    let mut call = Call::json(service, operation, body);
    call.headers[0].1 = format!("application/x-amz-json-{version}");
    call
}

fn number(attributes: &Value, name: &str) -> Result<u64, Unseen> {
    let text = attributes[name].as_str().and_then(|text| text.parse().ok());
    text.ok_or_else(|| unclear(ATTRIBUTES, "the answer does not say how many messages there are"))
}

/// Gives when a measurement was made; JSON has it as a number of seconds.
fn moment(point: &Value) -> f64 {
    point["Timestamp"].as_f64().unwrap_or_default()
}
