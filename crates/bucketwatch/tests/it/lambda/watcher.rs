//! Changes to what the events come by.

use bucketwatch_ingest::cloudtrail::{EVENTS, Kind, Scope};
use bucketwatch_sandbox::demo;
use serde_json::{Value, json};

use super::event::{HANDS, Shape, record};
use super::function::Function;
use super::{credentials, sandbox};

/// What a mapping of a queue to our function is called: only the settings know that it is ours.
const MAPPING: &str = "d9ce1347-d0a6-4d3f-8a2b-0123456789ab";

/// Gives every such event: service, name, and what it is about.
fn watched() -> impl Iterator<Item = (&'static str, &'static str, Kind)> {
    EVENTS.iter().copied().filter(|(_, _, kind)| kind.scope() == Scope::Watcher)
}

/// Gives the events that are tested here: service and name.
pub(super) fn events() -> impl Iterator<Item = (&'static str, &'static str)> {
    watched().map(|(source, name, _)| (source, name))
}

fn request(kind: Kind, name: &str) -> Value {
    match (kind, name) {
        (Kind::Trail, "PutEventSelectors") => json!({"trailName": "management"}),
        (Kind::Trail, _) => json!({"name": "management"}),
        (Kind::Rule, "RemoveTargets") => json!({"rule": "bucketwatch-s3", "ids": ["queue"]}),
        (Kind::Rule, _) => json!({"name": "bucketwatch-s3"}),
        (Kind::Queue, _) => {
            json!({"queueUrl": "https://sqs.us-east-1.amazonaws.com/111122223333/bucketwatch"})
        }
        (_, "DeleteEventSourceMapping") => json!({"uUID": MAPPING}),
        (_, _) => json!({"functionName": "bucketwatch"}),
    }
}

#[test]
fn every_change_to_what_the_events_come_by_is_told_with_who_did_it_in_two_shapes() {
    let served = sandbox(&["photos"]);
    let own = [("BUCKETWATCH_OWN", MAPPING)];
    let mut function = Function::with(&served.handle().endpoint_url(), &credentials(), &own);
    for (index, (source, name, kind)) in watched().enumerate() {
        for (turn, shape) in [Shape::ALL[index % 5], Shape::ALL[(index + 2) % 5]].into_iter().enumerate() {
            let (hand, id) = (&HANDS[(index + turn) % 4], format!("e-{index}-{turn}"));
            let mut event = record(&id, name, demo::account_id().as_str(), &request(kind, name), hand);
            event["eventSource"] = json!(source);
            let known = function.notices().len();
            function.handle(&shape.payload(&event));
            let notices = function.notices().split_off(known);
            let [notice] = &notices[..] else { panic!("{name}: {notices:?}: {}", function.said()) };
            let event = &notice["event"];
            let said =
                (&event["why"], &event["deed"]["name"], &event["deed"]["actor"], &event["deed"]["agent"]);
            let expected = (&json!("watcher"), &json!(name), &json!(hand.actor), &json!(hand.agent));
            assert_eq!(said, expected, "{name}: {notice}");
        }
    }
}
