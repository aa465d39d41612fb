//! Amazon EventBridge: an event for each transition, so that rules can match on what it says.
//!
//! *Source*: Amazon EventBridge API reference, "PutEvents", read 2026-11-23.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::EventBridgeConfig;
use bucketwatch_engine::message::{Message, Reading, bounded};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;
use serde_json::{Value, json};

use crate::aws::{AwsSession, Call, region_of};

/// The most bytes of an event's detail, and of all of a request: PutEvents takes 256 KiB together.
const DETAIL: usize = 100 * 1024;
const REQUEST: usize = 200 * 1024;

/// The most events of a request.
const ENTRIES: usize = 10;

/// Puts notices on one bus.
pub struct EventBridge {
    name: String,
    bus: String,
    region: Option<String>,
    aws: Arc<AwsSession>,
}

impl EventBridge {
    /// Gives the notifier of the bus that `config` names. Nothing is sent yet.
    pub fn new(config: &EventBridgeConfig, aws: Arc<AwsSession>) -> Self {
        let region = config.region.clone().or_else(|| region_of(&config.bus));
        Self { name: config.name.clone(), bus: config.bus.clone(), region, aws }
    }

    fn entries(&self, notice: &Notice) -> Vec<Value> {
        let document = NoticeDocument::from(notice);
        let entry = |detail_type: &str, resources: Vec<String>, detail: Value| {
            json!({
                "EventBusName": self.bus, "Source": "bucketwatch", "DetailType": detail_type,
                "Time": notice.at.as_second(), "Resources": resources, "Detail": bounded(&detail, DETAIL),
            })
        };
        if document.transitions.is_empty() {
            let detail = serde_json::to_value(&document).unwrap_or_default();
            return vec![entry("bucketwatch notice", Vec::new(), detail)];
        }
        let severity = Message::of(notice).severity;
        let of_each = document.transitions.iter().map(|transition| {
            let reading = Reading::of(transition);
            let mut detail = serde_json::to_value(transition).unwrap_or_default();
            detail["notice"] = notice.id.clone().into();
            detail["severity"] = reading.severity().as_str().into();
            detail["headline"] = reading.headline().as_str().into();
            detail["notice_severity"] = severity.as_str().into();
            entry("bucketwatch transition", vec![resource(&reading)], detail)
        });
        of_each.collect()
    }

    async fn put(&self, entries: &[Value]) -> Result<(), DeliveryError> {
        let call = Call::json("events", "AWSEvents.PutEvents", &json!({ "Entries": entries }));
        let answer = self.aws.call(&call.to(self.region.clone())).await?;
        let later = |reason: String| DeliveryError { reason, retry: Retry::Later };
        let answer: Value = serde_json::from_slice(&answer)
            .map_err(|_| later("EventBridge's answer is no JSON".to_owned()))?;
        match answer["FailedEntryCount"].as_u64() {
            Some(0) => Ok(()),
            Some(failed) => Err(later(format!("EventBridge refused {failed} of {} events", entries.len()))),
            None => Err(later("EventBridge's answer does not say what became of the events".to_owned())),
        }
    }
}

#[async_trait]
impl Notifier for EventBridge {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let mut batch = Vec::new();
        let mut size = 0;
        for entry in self.entries(notice) {
            let length = entry.to_string().len();
            if batch.len() == ENTRIES || size + length > REQUEST && !batch.is_empty() {
                self.put(&batch).await?;
                batch.clear();
                size = 0;
            }
            size += length;
            batch.push(entry);
        }
        self.put(&batch).await
    }
}

/// Gives the bucket's ARN, as far as it is plain.
fn resource(reading: &Reading<'_>) -> String {
    bucketwatch_engine::message::Line::new(&reading.arn()).as_str().to_owned()
}
