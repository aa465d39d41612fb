//! PagerDuty's events: one incident for each bucket, opened and resolved by the same key. *Source*:
//! developer.pagerduty.com, "Events API v2", read 2026-11-23.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::{Fact, Line, Message, Reading, Turn, Value, fact};
use crate::notice::{Notice, OccurrenceKind};
use crate::report::wire::{NoticeDocument, Severity};

/// The most characters of a summary.
const SUMMARY: usize = 1_024;

/// The most characters of a key.
const KEY: usize = 255;

/// One event for PagerDuty, without the routing key.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Events with the same key concern the same incident.
    pub key: String,
    /// The event's members but `routing_key`.
    pub event: Map<String, Json>,
}

/// Gives the events of `notice`, in order. What is shut, or accepted, resolves the bucket's incident; what cannot be judged has an
/// incident of its own, which sight resolves.
pub fn incidents(notice: &Notice) -> Vec<Incident> {
    let document = NoticeDocument::from(notice);
    let mut events: Vec<_> = document
        .transitions
        .iter()
        .map(Reading::of)
        .flat_map(|reading| of_transition(&notice.id, &reading))
        .collect();
    if let Some(event) = document.event.as_ref().filter(|event| event.why != OccurrenceKind::Refused) {
        let message = Message::of(notice);
        let account = event.account.as_str();
        let place = format!("{account}/event/{}", event.deed.event);
        let about = About { notice: &notice.id, source: account, class: "event", group: account };
        events.push(trigger(&place, &message.headline, message.severity, notice.at, &about, &message.facts));
    }
    if let Some(baseline) = document.baseline.as_ref().filter(|baseline| baseline.unaccepted() > 0) {
        let message = Message::of(notice);
        let place = format!("{}/baseline", baseline.account.as_str());
        let account = baseline.account.as_str();
        let about = About { notice: &notice.id, source: account, class: "baseline", group: account };
        events.push(trigger(&place, &message.headline, message.severity, notice.at, &about, &message.facts));
    }
    events
}

/// What an event is filed under.
struct About<'a> {
    notice: &'a str,
    source: &'a str,
    class: &'a str,
    group: &'a str,
}

fn of_transition(notice: &str, reading: &Reading<'_>) -> Vec<Incident> {
    let transition = reading.transition;
    let account = transition.account.as_ref().map_or("unknown", |account| account.as_str());
    let place = format!("{account}/{}", transition.bucket.as_raw());
    let sight = format!("{place}/sight");
    let source = Line::new(&reading.arn());
    let about = About { notice, source: source.as_str(), class: &transition.kind, group: account };
    let event = |place: &str| {
        let facts = fact::of_one(reading);
        trigger(place, &reading.headline(), reading.severity(), transition.at, &about, &facts)
    };
    let mut events = Vec::new();
    if transition.kind == "regained_sight" || transition.kind == "deleted" {
        events.push(resolve(&sight));
    }
    match reading.turn() {
        Turn::LostSight => events.push(event(&sight)),
        _ if reading.is_settled() => events.push(resolve(&place)),
        Turn::RegainedSight | Turn::Accepted | Turn::Revoked => {}
        _ => events.push(event(&place)),
    }
    events
}

fn trigger(
    place: &str,
    summary: &Line,
    severity: Severity,
    at: jiff::Timestamp,
    about: &About<'_>,
    facts: &[Fact],
) -> Incident {
    let key = key(place);
    let mut details = Map::from_iter([("Notice".to_owned(), Json::from(about.notice))]);
    for fact in facts {
        let line = Json::from(fact.value.line().as_str());
        match details.get_mut(fact.label) {
            Some(Json::Array(lines)) => lines.push(line),
            Some(first) => *first = json!([first.take(), line]),
            None => drop(details.insert(fact.label.to_owned(), line)),
        }
    }
    let links = facts.iter().filter_map(|fact| match &fact.value {
        Value::Link(line) => Some(json!({"href": line.as_str(), "text": fact.label})),
        _ => None,
    });
    let event = json!({
        "event_action": "trigger",
        "dedup_key": key,
        "client": "bucketwatch",
        "payload": {
            "summary": summary.cut(SUMMARY).as_str(),
            "source": about.source,
            "severity": urgency(severity),
            "timestamp": at.to_string(),
            "component": "s3",
            "group": about.group,
            "class": about.class,
            "custom_details": details,
        },
        "links": links.collect::<Vec<_>>(),
    });
    Incident { key, event: members(event) }
}

fn resolve(place: &str) -> Incident {
    let key = key(place);
    Incident { event: members(json!({"event_action": "resolve", "dedup_key": key})), key }
}

fn members(event: Json) -> Map<String, Json> {
    match event {
        Json::Object(members) => members,
        _ => Map::new(),
    }
}

/// Gives a key of visible ASCII that two places never share.
fn key(place: &str) -> String {
    let plain = format!("bucketwatch/{place}");
    if plain.len() <= KEY && plain.bytes().all(|byte| byte.is_ascii_graphic()) {
        return plain;
    }
    let digest: [u8; 32] = Sha256::digest(place.as_bytes()).into();
    digest.iter().fold("bucketwatch#".to_owned(), |key, byte| format!("{key}{byte:02x}"))
}

/// Gives the word in PagerDuty's scale.
fn urgency(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Informational => "info",
    }
}
