//! CloudTrail's own history of an account's management events.

use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::who::{By, EventHistory, HistoryPage, LookupError, Question};
use serde_json::{Value, json};

use super::session::{AwsSession, Call};

/// *Source*: CloudTrail API reference, "LookupEvents" (read 2026-11-23): two requests a second for each account and
/// region, 50 events a page, the last 90 days, and one attribute to look up by.
const OPERATION: &str = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents";
const PAUSE: Duration = Duration::from_millis(500);
const PAGE: usize = 50;

/// How often a page is asked for again that somebody else's questions crowd out.
const ATTEMPTS: u32 = 4;

#[async_trait]
impl EventHistory for AwsSession {
    async fn page(&self, question: &Question, next: Option<&str>) -> Result<HistoryPage, LookupError> {
        let call = Call::json("cloudtrail", OPERATION, &body(question, next)).to(question.region.clone());
        let mut attempt = 1;
        let answer = loop {
            match self.call(&call).await {
                Ok(answer) => break answer,
                Err(error) if attempt < ATTEMPTS && error.to_string().contains("Throttling") => {
                    tokio::time::sleep(PAUSE * 2_u32.pow(attempt)).await;
                    attempt += 1;
                }
                Err(error) => {
                    let why = error.to_string();
                    return Err(LookupError { denied: why.contains("AccessDenied"), why });
                }
            }
        };
        page(&answer)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }
}

fn body(question: &Question, next: Option<&str>) -> Value {
    let (key, value) = match &question.by {
        By::Bucket(bucket) => ("ResourceName", bucket.as_raw()),
        By::Name(name) => ("EventName", *name),
    };
    let attribute = json!({"AttributeKey": key, "AttributeValue": value});
    let mut body = json!({"LookupAttributes": [attribute], "MaxResults": PAGE});
    if let Some(before) = question.before {
        body["EndTime"] = before.as_second().into();
    }
    if let Some(next) = next {
        body["NextToken"] = next.into();
    }
    body
}

fn page(answer: &[u8]) -> Result<HistoryPage, LookupError> {
    let strange = || LookupError { why: "its answer cannot be understood".to_owned(), denied: false };
    let answer: Value = serde_json::from_slice(answer).map_err(|_| strange())?;
    let events = answer["Events"].as_array().ok_or_else(strange)?;
    let record = |event: &Value| event["CloudTrailEvent"].as_str().map(str::to_owned);
    Ok(HistoryPage {
        records: events.iter().filter_map(record).collect(),
        next: answer["NextToken"].as_str().filter(|next| !next.is_empty()).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_one_attribute_an_end_and_the_page() {
        let of_bucket = Question { by: By::Bucket("photos".into()), region: None, before: None };
        let attribute = json!([{"AttributeKey": "ResourceName", "AttributeValue": "photos"}]);
        assert_eq!(body(&of_bucket, None), json!({"LookupAttributes": attribute, "MaxResults": 50}));
        let before = jiff::Timestamp::from_second(1_000).ok();
        let by_name = Question { by: By::Name("DetachPolicy"), region: None, before };
        let attribute = json!([{"AttributeKey": "EventName", "AttributeValue": "DetachPolicy"}]);
        assert_eq!(
            body(&by_name, Some("n")),
            json!({"LookupAttributes": attribute, "MaxResults": 50, "EndTime": 1000, "NextToken": "n"})
        );
    }

    #[test]
    fn a_page_gives_its_records_and_what_asks_for_the_next() {
        for (answer, expected) in [
            (json!({"Events": []}), Ok((0, None))),
            (json!({"Events": [{"CloudTrailEvent": "{}"}, {}], "NextToken": "n"}), Ok((1, Some("n")))),
            (json!({"Events": [], "NextToken": ""}), Ok((0, None))),
            (json!({}), Err(())),
        ] {
            let read = page(answer.to_string().as_bytes());
            let read = read.as_ref().map(|page| (page.records.len(), page.next.as_deref())).map_err(drop);
            assert_eq!(read, expected, "{answer}");
        }
        assert!(page(b"<html>").is_err());
    }
}
