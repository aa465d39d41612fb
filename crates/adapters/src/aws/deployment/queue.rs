//! *Source*: Amazon SQS API reference, "GetQueueAttributes"; Amazon SQS Developer Guide: a queue and its dead-letter queue are
//! in one account and region (read 2026-11-23).

use std::time::Duration;

use bucketwatch_engine::doctor::{Queue, Unseen};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::measure::{Measurement, of_version};
use super::{AwsDeployment, unclear};
use crate::aws::queue::region_of_queue;

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
        let measurement = Measurement {
            namespace: "AWS/SQS",
            metric: "ApproximateAgeOfOldestMessage",
            dimension: ("QueueName", url.rsplit('/').next().unwrap_or_default()),
            statistic: "Maximum",
            period: PERIOD,
            span: SPAN,
        };
        let points = self.measure(&measurement, region_of_queue(url), now).await?;
        let latest = points.into_iter().max_by(|a, b| a.at.total_cmp(&b.at));
        Ok(latest.and_then(|point| Duration::try_from_secs_f64(point.value).ok()))
    }

    async fn attributes(&self, url: &str) -> Result<Value, Unseen> {
        let body = json!({"QueueUrl": url, "AttributeNames": NAMES});
        let call = of_version("sqs", "1.0", "AmazonSQS.GetQueueAttributes", &body).to(region_of_queue(url));
        Ok(self.ask(call, ATTRIBUTES).await?["Attributes"].take())
    }
}

fn number(attributes: &Value, name: &str) -> Result<u64, Unseen> {
    let text = attributes[name].as_str().and_then(|text| text.parse().ok());
    text.ok_or_else(|| unclear(ATTRIBUTES, "the answer does not say how many messages there are"))
}
