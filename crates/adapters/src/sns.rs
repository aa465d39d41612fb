//! Amazon SNS: text for mail, the document for machines, attributes for filters.
//!
//! *Source*: Amazon SNS API reference, "Publish"; Developer Guide, "Message filtering", "FIFO topics", read 2026-11-23.

use std::sync::Arc;

use async_trait::async_trait;
use bucketwatch_engine::config::SnsConfig;
use bucketwatch_engine::message::{Message, Reading, ascii_subject, bounded, plain_text};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier};
use bucketwatch_engine::report::wire::NoticeDocument;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::aws::{self, AwsSession, Call, region_of};

/// The most characters of a subject: fewer than 100.
const SUBJECT: usize = 99;

/// The most bytes of the document: SNS takes 256 KiB of everything together, and inside the message every quote takes a
/// backslash.
const DOCUMENT: usize = 90 * 1024;

/// Publishes notices to one topic.
pub struct Sns {
    name: String,
    topic: String,
    aws: Arc<AwsSession>,
}

/// A topic that is none.
#[derive(Debug, thiserror::Error)]
#[error("`topic` must be the ARN of a topic: `arn:aws:sns:REGION:ACCOUNT:NAME`")]
pub struct SnsError;

impl Sns {
    /// Gives the notifier of the topic that `config` names. Nothing is sent yet.
    ///
    /// # Errors
    /// The topic is no ARN.
    pub fn new(config: &SnsConfig, aws: Arc<AwsSession>) -> Result<Self, SnsError> {
        match region_of(&config.topic) {
            Some(_) if config.topic.split(':').count() == 6 => {
                Ok(Self { name: config.name.clone(), topic: config.topic.clone(), aws })
            }
            _ => Err(SnsError),
        }
    }

    fn call(&self, notice: &Notice) -> Call {
        let message = Message::of(notice);
        let document = NoticeDocument::from(notice);
        let text = plain_text(&message);
        let whole = serde_json::to_value(&document).unwrap_or_default();
        let for_each = json!({
            "default": bounded(&whole, DOCUMENT),
            "email": text,
            "sms": ascii_subject(&message, SUBJECT),
        });
        let mut form = vec![
            ("Action".to_owned(), "Publish".to_owned()),
            ("Version".to_owned(), "2010-03-31".to_owned()),
            ("TopicArn".to_owned(), self.topic.clone()),
            ("Subject".to_owned(), ascii_subject(&message, SUBJECT)),
            ("MessageStructure".to_owned(), "json".to_owned()),
            ("Message".to_owned(), for_each.to_string()),
        ];
        for (number, (name, value)) in attributes(&document, &message).into_iter().enumerate() {
            let entry = format!("MessageAttributes.entry.{}", number + 1);
            form.push((format!("{entry}.Name"), name.to_owned()));
            form.push((format!("{entry}.Value.DataType"), data_type(&value).to_owned()));
            form.push((format!("{entry}.Value.StringValue"), string_value(&value)));
        }
        if self.topic.ends_with(".fifo") {
            form.push(("MessageGroupId".to_owned(), plain_id(&notice.group_key)));
            form.push(("MessageDeduplicationId".to_owned(), plain_id(&notice.id)));
        }
        Call {
            service: "sns",
            region: region_of(&self.topic),
            path: "/",
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: aws::form(&form),
        }
    }
}

#[async_trait]
impl Notifier for Sns {
    fn name(&self) -> &str {
        &self.name
    }

    fn groups(&self) -> bool {
        true
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        self.aws.call(&self.call(notice)).await?;
        Ok(())
    }
}

/// Gives what subscriptions filter by: lists where a notice tells of several buckets.
fn attributes(document: &NoticeDocument, message: &Message) -> Vec<(&'static str, Value)> {
    let readings: Vec<_> = document.transitions.iter().map(Reading::of).collect();
    let distinct = |values: Vec<String>| {
        let mut values = values;
        values.sort();
        values.dedup();
        values.truncate(50);
        values
    };
    let of_each = |value: fn(&Reading<'_>) -> String| distinct(readings.iter().map(value).collect());
    let baseline = document.baseline.as_ref().map(|baseline| &baseline.account);
    let of_all = baseline.or(document.reminder.as_ref().map(|reminder| &reminder.account));
    let accounts = match of_all {
        Some(account) => vec![account.as_str().to_owned()],
        None => of_each(|reading| {
            reading
                .transition
                .account
                .as_ref()
                .map_or_else(String::new, |account| account.as_str().to_owned())
        }),
    };
    let kinds = match document.kind.as_str() {
        "transitions" | "group" => of_each(|reading| reading.transition.kind.clone()),
        other => vec![other.to_owned()],
    };
    vec![
        ("notice", json!(plain_id(&document.id))),
        ("severity", json!(message.severity.as_str())),
        ("kind", json!(kinds)),
        ("account", json!(accounts)),
        ("bucket", json!(of_each(|reading| reading.bucket().as_str().to_owned()))),
    ]
    .into_iter()
    .filter(|(_, value)| value.as_array().is_none_or(|values| !values.is_empty()))
    .collect()
}

fn data_type(value: &Value) -> &'static str {
    if value.is_array() { "String.Array" } else { "String" }
}

fn string_value(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Gives an id of the characters that FIFO topics take, 128 at most; one that has others is hashed.
fn plain_id(id: &str) -> String {
    if (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return id.to_owned();
    }
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    digest.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}
