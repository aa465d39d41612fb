//! EventBridge.

use std::sync::Mutex;

use bucketwatch_adapters::eventbridge::EventBridge;
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use serde_json::{Value, json};

use super::{Emulator, session};
use crate::hooks::{configured, limits};
use crate::http::stand_in::{Reply, StandIn};
use crate::notifier_contract::{Entry, notifier_contract, sample};

pub(super) fn bus(settings: &str, aws: std::sync::Arc<bucketwatch_adapters::aws::AwsSession>) -> EventBridge {
    let config = configured(&format!("[[notify.eventbridge]]\n{settings}\n"));
    EventBridge::new(&config.eventbridge[0], aws)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

fn entry(event: &Value) -> Entry {
    assert_eq!(event["source"], "bucketwatch");
    let detail = &event["detail"];
    match event["detail-type"].as_str() {
        Some("bucketwatch transition") => Entry {
            notice: text(&detail["notice"]),
            kind: text(&detail["kind"]),
            bucket: Some(text(&detail["bucket"])),
        },
        _ => Entry { notice: text(&detail["id"]), kind: text(&detail["kind"]), bucket: None },
    }
}

#[tokio::test]
async fn the_contract_holds_through_a_rule_and_a_queue() {
    let Some(emulator) = Emulator::start() else { return };
    let (url, arn) = emulator.queue("inbox", json!({}));
    let pattern = json!({"source": ["bucketwatch"]}).to_string();
    emulator.call("events", "put_rule", json!({"Name": "all", "EventPattern": pattern}));
    emulator.call("events", "put_targets", json!({"Rule": "all", "Targets": [{"Id": "1", "Arn": arn}]}));
    let seen = Mutex::new(Vec::new());
    let received = async || {
        let mut seen = seen.lock().unwrap();
        seen.extend(emulator.take(&url).iter().map(entry));
        seen.clone()
    };
    notifier_contract(&bus("", emulator.session()), received, str::to_owned).await;
}

#[tokio::test]
async fn every_request_is_one_that_aws_takes() {
    let server = StandIn::start(|request| {
        let entries = request.json()["Entries"].as_array().unwrap().len();
        Reply::Answer(
            200,
            String::new(),
            json!({"FailedEntryCount": 0, "Entries": vec![json!({}); entries]}).to_string(),
        )
    })
    .await;
    let settings = "bus = \"arn:aws:events:eu-central-1:111122223333:event-bus/security\"";
    let notifier = bus(settings, session(&server.url("")));
    let notices = limits::notices();
    for notice in &notices {
        notifier.deliver(notice).await.unwrap();
    }
    let mut events = 0;
    for request in server.received() {
        assert_eq!(request.header("x-amz-target"), Some("AWSEvents.PutEvents"));
        assert!(request.header("authorization").unwrap().contains("/eu-central-1/events/aws4_request"));
        let entries = request.json()["Entries"].as_array().unwrap().clone();
        assert!((1..=10).contains(&entries.len()));
        let text = |entry: &Value, name: &str| entry[name].as_str().map_or(0, str::len);
        let size: usize = entries
            .iter()
            .map(|entry| {
                let resources: usize = entry["Resources"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|arn| arn.as_str().unwrap().len())
                    .sum();
                14 + text(entry, "Source") + text(entry, "DetailType") + text(entry, "Detail") + resources
            })
            .sum();
        assert!(size <= 256 * 1024, "{size}");
        for entry in &entries {
            assert_eq!(entry["EventBusName"], "arn:aws:events:eu-central-1:111122223333:event-bus/security");
            let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
            assert!(detail.is_object() && entry["Time"].is_i64());
        }
        events += entries.len();
    }
    assert!(events >= 30 + notices.len() - 1, "{events}");
}

#[tokio::test]
async fn an_event_that_is_refused_is_no_delivery() {
    for answer in
        [json!({"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}), json!({}), json!("x")]
    {
        let server = StandIn::start(move |_| Reply::Answer(200, String::new(), answer.to_string())).await;
        let error = bus("", session(&server.url(""))).deliver(&sample::baseline("n1")).await.unwrap_err();
        assert_eq!(error.retry, Retry::Later, "{error}");
    }
}
