//! Slack's blocks. What strangers chose stands in rich text, which Slack shows literally: no mention, no link, no
//! formatting comes of it. *Source*: docs.slack.dev, "Rich text block", "Header block", read 2026-11-23.

use serde_json::{Value as Json, json};

use super::{Fact, Line, Message, Value};
use crate::escape::slack;

/// The most characters of a header.
const HEADER: usize = 150;

/// The most characters of one fact: with every fact this long the message stays under what Slack takes.
const FACT: usize = 700;

/// Gives the body for an incoming webhook.
pub fn slack_message(message: &Message) -> Json {
    let severity = message.severity.as_str();
    let notification = format!("[{severity}] {}", slack(&message.headline.cut(HEADER)));
    let mut parts = vec![section(&[bold("Severity "), plain(severity)])];
    if !message.list.is_empty() {
        let lines = message.list.iter().map(|line| section(&[plain(line.cut(FACT).as_str())]));
        parts.push(
            json!({"type": "rich_text_list", "style": "bullet", "elements": lines.collect::<Vec<_>>()}),
        );
    }
    if message.folded > 0 {
        parts.push(section(&[plain(&format!("… and {} more", message.folded))]));
    }
    message.facts.iter().for_each(|fact| parts.extend(of_fact(fact)));
    let id = Line::new(format!("bucketwatch, notice {}", message.id)).cut(HEADER);
    json!({
        "text": notification,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "emoji": false, "text": message.headline.cut(HEADER).as_str()}},
            {"type": "rich_text", "elements": parts},
            {"type": "context", "elements": [{"type": "plain_text", "emoji": false, "text": id.as_str()}]},
        ],
    })
}

fn of_fact(fact: &Fact) -> Vec<Json> {
    let label = bold(&format!("{} ", fact.label));
    match &fact.value {
        Value::Text(line) => vec![section(&[label, plain(line.cut(FACT).as_str())])],
        Value::Command(line) => {
            let command =
                json!({"type": "rich_text_preformatted", "elements": [plain(line.cut(FACT).as_str())]});
            vec![section(&[label]), command]
        }
        Value::Link(line) => vec![section(&[label, json!({"type": "link", "url": line.as_str()})])],
    }
}

fn section(elements: &[Json]) -> Json {
    json!({"type": "rich_text_section", "elements": elements})
}

/// Gives literal text. Slack refuses an empty one.
fn plain(text: &str) -> Json {
    json!({"type": "text", "text": if text.is_empty() { "–" } else { text }})
}

fn bold(text: &str) -> Json {
    json!({"type": "text", "text": text, "style": {"bold": true}})
}
