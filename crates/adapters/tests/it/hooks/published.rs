//! What is posted, by the models that Slack, Microsoft, OCSF and Standard Webhooks publish.

use bucketwatch_engine::notifier::Notifier;
use serde_json::{Value, json};

use super::limits::notices;
use super::{slack, teams, webhook};
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::published::Judge;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Delivers every notice, and gives the requests.
async fn posted(server: StandIn, notifier: &dyn Notifier) -> Vec<Received> {
    for notice in notices() {
        notifier.deliver(&notice).await.unwrap();
    }
    server.received()
}

#[tokio::test]
async fn slacks_own_sdk_reads_every_message() {
    let Some(mut judge) = Judge::start() else { return };
    let server = StandIn::start(|_| Reply::status(200)).await;
    let notifier = slack(&server.url("/"));
    for request in posted(server, &notifier).await {
        judge.take("blocks", &request.json()["blocks"]);
    }
}

#[tokio::test]
async fn microsofts_model_of_teams_cards_takes_every_card() {
    let Some(mut judge) = Judge::start() else { return };
    let server = StandIn::start(|_| Reply::status(202)).await;
    let notifier = teams(&server.url("/"));
    for request in posted(server, &notifier).await {
        judge.take("card", &request.json()["attachments"][0]["content"]);
    }
}

#[tokio::test]
async fn the_model_of_the_ocsf_schema_takes_every_finding() {
    let Some(mut judge) = Judge::start() else { return };
    let server = StandIn::start(|_| Reply::status(200)).await;
    let notifier = webhook(&server.url("/"), "format = \"ocsf\"", &[]).unwrap();
    let requests = posted(server, &notifier).await;
    let findings: Vec<Value> =
        requests.iter().flat_map(|request| request.json().as_array().unwrap().clone()).collect();
    assert!(findings.len() > 30, "{}", findings.len());
    // Findings of one notice are alike: some of each are enough.
    findings.iter().step_by(23).for_each(|finding| judge.take("ocsf", finding));
}

#[tokio::test]
async fn the_reference_of_standard_webhooks_verifies_every_request() {
    let Some(mut judge) = Judge::start() else { return };
    let server = StandIn::start(|_| Reply::status(200)).await;
    let notifier = webhook(&server.url("/"), "signing_key = { env = \"KEY\" }", &[("KEY", KEY)]).unwrap();
    for mut request in posted(server, &notifier).await {
        let headers: Value =
            request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        judge.take("signed", &json!([KEY, headers, request.body]));
        request.body.push(' ');
        assert!(!judge.faults("signed", &json!([KEY, headers, request.body])).is_empty());
    }
}
