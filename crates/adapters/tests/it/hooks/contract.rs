//! The contract of notifiers.

use bucketwatch_engine::escape::terminal_cell;
use serde_json::Value;

use super::{pagerduty, slack, teams, webhook};
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::notifier_contract::documents::entries;
use crate::notifier_contract::{Entry, message_contract, notifier_contract};

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Gives every text in a document, in order.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

fn shown(name: &str) -> String {
    terminal_cell(&name.into())
}

#[tokio::test]
async fn a_webhook_gets_the_notice_itself() {
    let server = StandIn::start(|_| Reply::status(204)).await;
    let received = async || {
        let requests = server.received();
        for request in &requests {
            assert_eq!(request.header("webhook-id").unwrap(), text(&request.json()["id"]));
        }
        requests.iter().flat_map(|request| entries(&request.json())).collect()
    };
    notifier_contract(&webhook(&server.url("/"), "", &[]).unwrap(), received, str::to_owned).await;
}

#[tokio::test]
async fn slack_gets_a_message_for_each_notice() {
    let server = StandIn::start(|_| Reply::Answer(200, String::new(), "ok".to_owned())).await;
    let received = async || server.received().iter().map(|request| texts(&request.json())).collect();
    message_contract(&slack(&server.url("/services/T/B/x")), received, shown).await;
}

#[tokio::test]
async fn teams_gets_a_card_for_each_notice() {
    let server = StandIn::start(|_| Reply::status(202)).await;
    let received = async || server.received().iter().map(|request| texts(&request.json())).collect();
    message_contract(&teams(&server.url("/workflows/x?sig=y")), received, shown).await;
}

#[tokio::test]
async fn pagerduty_gets_an_event_for_each_bucket() {
    let server = StandIn::start(|_| Reply::status(202)).await;
    let entry = |request: &Received| {
        let event = request.json();
        let details = &event["payload"]["custom_details"];
        let bucket =
            details["Bucket"].as_str().map(|place| place.rsplit_once(" (account").unwrap().0.to_owned());
        Entry { notice: text(&details["Notice"]), kind: text(&event["payload"]["class"]), bucket }
    };
    let received = async || server.received().iter().map(entry).collect();
    notifier_contract(&pagerduty(&server.url("/v2/enqueue")), received, shown).await;
    let keys: Vec<_> = server.received().iter().map(|request| text(&request.json()["dedup_key"])).collect();
    assert_eq!(keys[0], keys[1], "a repeat carries the same key");
    assert_ne!(keys[2], keys[3], "each bucket has its own");
}
