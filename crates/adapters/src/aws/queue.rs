//! SQS: the queues that rules put events on.
//!
//! *Source*: SQS API reference, "ReceiveMessage", "DeleteMessageBatch", AWS JSON protocol (read 2026-11-22).

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::watch::{EventQueue, Message, QueueError};
use serde_json::{Value, json};

use super::endpoint::is_region;
use super::session::{AwsSession, Call};

/// How many messages one call gives, and one call deletes, at most.
const BATCH: usize = 10;

/// How long a call waits for messages, in seconds.
const WAIT_SECONDS: u32 = 5;

/// For how long nobody else gets a message, in seconds: longer than handling it may take.
const INVISIBLE_SECONDS: u32 = 60;

/// A queue of SQS.
pub struct SqsQueue {
    session: Arc<AwsSession>,
    url: String,
    region: Option<String>,
}

impl SqsQueue {
    /// Gives the queue at `url`, reached through `session` in the region that its address names.
    pub fn new(session: Arc<AwsSession>, url: String) -> Self {
        let region = region_of_queue(&url);
        Self { session, url, region }
    }

    async fn ask(&self, operation: &str, body: Value) -> Result<Value, QueueError> {
        let headers = vec![
            ("content-type", "application/x-amz-json-1.0".to_owned()),
            ("x-amz-target", format!("AmazonSQS.{operation}")),
        ];
        let region = self.region.clone();
        let call = Call { service: "sqs", region, path: "/", headers, body: body.to_string() };
        let answer = self.session.call(&call).await.map_err(|error| self.failed(error.to_string()))?;
        if answer.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&answer).map_err(|_| self.failed("the answer is no JSON".to_owned()))
    }

    fn failed(&self, why: String) -> QueueError {
        QueueError { queue: self.url.clone(), why }
    }
}

/// Gives the region that the address of a queue names.
pub(super) fn region_of_queue(url: &str) -> Option<String> {
    let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let region = host.strip_prefix("sqs.").and_then(|rest| rest.split('.').next());
    region.filter(|region| is_region(region)).map(str::to_owned)
}

#[async_trait]
impl EventQueue for SqsQueue {
    fn name(&self) -> &str {
        &self.url
    }

    async fn receive(&self) -> Result<Vec<Message>, QueueError> {
        let body = json!({
            "QueueUrl": self.url,
            "MaxNumberOfMessages": BATCH,
            "WaitTimeSeconds": WAIT_SECONDS,
            "VisibilityTimeout": INVISIBLE_SECONDS,
        });
        let answer = self.ask("ReceiveMessage", body).await?;
        let messages = answer["Messages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let read = |message: &Value| {
            let text = |name: &str| message[name].as_str().map(str::to_owned);
            Some(Message { id: text("MessageId")?, receipt: text("ReceiptHandle")?, body: text("Body")? })
        };
        let read: Option<Vec<Message>> = messages.iter().map(read).collect();
        read.ok_or_else(|| self.failed("the answer is not understood".to_owned()))
    }

    async fn delete(&self, receipts: Vec<String>) -> Result<(), QueueError> {
        for batch in receipts.chunks(BATCH) {
            let entry = |(number, receipt): (usize, &String)| json!({"Id": number.to_string(), "ReceiptHandle": receipt});
            let entries: Vec<Value> = batch.iter().enumerate().map(entry).collect();
            let body = json!({"QueueUrl": self.url, "Entries": entries});
            let answer = self.ask("DeleteMessageBatch", body).await?;
            // A message that was not deleted comes again, and its events are known then.
            if let Some(failed) = answer["Failed"].as_array().filter(|failed| !failed.is_empty()) {
                return Err(self.failed(format!("{} messages could not be deleted", failed.len())));
            }
        }
        Ok(())
    }
}
