//! What the function is handed.

use anyhow::{Result, bail};
use bucketwatch_engine::watch::Message;
use serde_json::Value;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Payload {
    /// Handle the messages of a queue; each is answered for by itself.
    Batch(Vec<Message>),
    /// Handle what the payload itself is: an event, or a batch of notifications.
    Event(String),
    /// Make the looks and deliveries that are due.
    Tick,
    /// Scan the account.
    Reconcile,
    /// Look whether everything that events come by is in order.
    SelfCheck,
}

impl Payload {
    /// Reads a payload.
    ///
    /// # Errors
    /// It asks for something that nobody knows, or a message of a queue is not one.
    pub(super) fn read(payload: &Value) -> Result<Self> {
        if let Some(order) = payload.get("bucketwatch") {
            return match order.as_str() {
                Some("tick") => Ok(Self::Tick),
                Some("reconcile") => Ok(Self::Reconcile),
                Some("self-check") => Ok(Self::SelfCheck),
                _ => bail!("the payload's `bucketwatch` is none of `tick`, `reconcile` and `self-check`"),
            };
        }
        let records = payload.get("Records").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let is_queued = |record: &Value| record["eventSource"] == "aws:sqs";
        if records.is_empty() || !records.iter().all(is_queued) {
            return Ok(Self::Event(payload.to_string()));
        }
        records.iter().map(message).collect::<Result<_>>().map(Self::Batch)
    }
}

fn message(record: &Value) -> Result<Message> {
    let text = |name: &str| record[name].as_str().map(str::to_owned);
    match (text("messageId"), text("body")) {
        (Some(id), Some(body)) => {
            Ok(Message { id, receipt: text("receiptHandle").unwrap_or_default(), body })
        }
        _ => bail!("a message of the queue has no `messageId` or no `body`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_payload_is_an_order_a_batch_or_an_event() {
        let sqs = |id: &str| json!({"messageId": id, "body": "{}", "eventSource": "aws:sqs"});
        let batch = |ids: [&str; 2]| {
            ids.map(|id| Message { id: id.into(), receipt: String::new(), body: "{}".into() })
        };
        let notification = json!({"Records": [{"eventSource": "aws:s3"}]});
        let event = json!({"detail-type": "AWS API Call via CloudTrail"});
        for (payload, expected) in [
            (json!({"bucketwatch": "tick"}), Payload::Tick),
            (json!({"bucketwatch": "reconcile"}), Payload::Reconcile),
            (json!({"bucketwatch": "self-check"}), Payload::SelfCheck),
            (json!({"Records": [sqs("a"), sqs("b")]}), Payload::Batch(batch(["a", "b"]).to_vec())),
            (notification.clone(), Payload::Event(notification.to_string())),
            (event.clone(), Payload::Event(event.to_string())),
            (json!({"Records": []}), Payload::Event(r#"{"Records":[]}"#.to_owned())),
            (json!(null), Payload::Event("null".to_owned())),
        ] {
            assert_eq!(Payload::read(&payload).unwrap(), expected, "{payload}");
        }
        for wrong in [
            json!({"bucketwatch": "tock"}),
            json!({"bucketwatch": 1}),
            json!({"Records": [{"eventSource": "aws:sqs", "body": "{}"}]}),
            json!({"Records": [{"eventSource": "aws:sqs", "messageId": "a"}]}),
        ] {
            assert!(Payload::read(&wrong).is_err(), "{wrong}");
        }
    }
}
