//! What is sent to AWS, by the service models that AWS publishes with botocore.

use bucketwatch_engine::notifier::Notifier;
use serde_json::{Map, Value, json};

use super::{ACCOUNT, bus::bus, hub::hub, session, topic};
use crate::hooks::limits::notices;
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::published::Judge;

/// Delivers every notice to a server that answers `answer`, and gives the requests.
async fn sent(answer: Value, notifier: impl FnOnce(&str) -> Box<dyn Notifier>) -> Vec<Received> {
    let server = StandIn::start(move |_| Reply::Answer(200, String::new(), answer.to_string())).await;
    let notifier = notifier(&server.url(""));
    for notice in notices() {
        notifier.deliver(&notice).await.unwrap();
    }
    server.received()
}

#[tokio::test]
async fn findings_are_what_batch_import_findings_takes() {
    let Some(mut judge) = Judge::start() else { return };
    for request in sent(json!({"FailedCount": 0}), |url| Box::new(hub(url))).await {
        judge.take("aws", &json!(["securityhub", "BatchImportFindings", request.json()]));
    }
}

#[tokio::test]
async fn events_are_what_put_events_takes() {
    let Some(mut judge) = Judge::start() else { return };
    let answer = json!({"FailedEntryCount": 0});
    for request in sent(answer, |url| Box::new(bus("", session(url)))).await {
        judge.take("aws", &json!(["events", "PutEvents", request.json()]));
    }
}

#[tokio::test]
async fn messages_are_what_publish_takes() {
    let Some(mut judge) = Judge::start() else { return };
    for name in ["alerts", "alerts.fifo"] {
        let arn = format!("arn:aws:sns:eu-west-1:{ACCOUNT}:{name}");
        for request in sent(json!({}), |url| Box::new(topic::sns(&arn, session(url)))).await {
            judge.take("aws", &json!(["sns", "Publish", params(&topic::form(&request))]));
        }
    }
}

/// Gives the parameters that a form of the query protocol stands for.
fn params(form: &[(String, String)]) -> Value {
    let (mut params, mut attributes) = (Map::new(), Map::new());
    let value = |name: &str| form.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    for (name, text) in form {
        match name.strip_prefix("MessageAttributes.") {
            None if name == "Action" || name == "Version" => {}
            None => drop(params.insert(name.clone(), json!(text))),
            Some(member) => {
                let Some(entry) = member.strip_suffix(".Name") else { continue };
                let of = |part: &str| value(&format!("MessageAttributes.{entry}.Value.{part}"));
                attributes.insert(
                    text.clone(),
                    json!({"DataType": of("DataType"), "StringValue": of("StringValue")}),
                );
            }
        }
    }
    params.insert("MessageAttributes".to_owned(), attributes.into());
    params.into()
}
