//! CloudTrail's own history of an account's management events.

use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::who::{EventHistory, HistoryPage, LookupError};
use bucketwatch_policy::untrusted::Untrusted;
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
    async fn page(
        &self,
        bucket: &Untrusted,
        region: Option<&str>,
        next: Option<&str>,
    ) -> Result<HistoryPage, LookupError> {
        let attribute = json!({"AttributeKey": "ResourceName", "AttributeValue": bucket.as_raw()});
        let mut body = json!({"LookupAttributes": [attribute], "MaxResults": PAGE});
        if let Some(next) = next {
            body["NextToken"] = next.into();
        }
        let call = Call::json("cloudtrail", OPERATION, &body).to(region.map(str::to_owned));
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
