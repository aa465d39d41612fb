//! An Adaptive Card for a Teams workflow. All text is in text runs, which have no markup: a text block would read a
//! stranger's Markdown. *Source*: learn.microsoft.com, "Format cards in Teams" and the Adaptive Cards schema 1.4, read
//! 2026-11-23.

use serde_json::{Value as Json, json};

use super::{Fact, Line, Message, Value};
use crate::report::wire::Severity;

/// The most characters of one fact: with every fact this long, and escaped, the message stays under Teams' 28 KB.
const FACT: usize = 700;

/// Gives the body for a workflow that posts what it gets.
pub fn teams_card(message: &Message) -> Json {
    let mut body = vec![block(&[json!({
        "type": "TextRun", "text": message.headline.cut(FACT).as_str(),
        "weight": "Bolder", "size": "Large", "color": color(message.severity),
    })])];
    body.push(labelled("Severity", run(message.severity.as_str())));
    body.extend(message.list.iter().map(|line| block(&[run(&format!("• {}", line.cut(FACT).as_str()))])));
    if message.folded > 0 {
        body.push(block(&[run(&format!("… and {} more", message.folded))]));
    }
    body.extend(message.facts.iter().filter_map(of_fact));
    let id = Line::new(format!("bucketwatch, notice {}", message.id));
    body.push(block(&[
        json!({"type": "TextRun", "text": id.cut(FACT).as_str(), "size": "Small", "isSubtle": true}),
    ]));
    let links = message.facts.iter().filter_map(|fact| match &fact.value {
        Value::Link(line) => {
            Some(json!({"type": "Action.OpenUrl", "title": fact.label, "url": line.as_str()}))
        }
        _ => None,
    });
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": {
                "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                "type": "AdaptiveCard",
                "version": "1.4",
                "msteams": {"width": "Full"},
                "body": body,
                "actions": links.collect::<Vec<_>>(),
            },
        }],
    })
}

fn of_fact(fact: &Fact) -> Option<Json> {
    match &fact.value {
        Value::Text(line) => Some(labelled(fact.label, run(line.cut(FACT).as_str()))),
        Value::Command(line) => {
            let text = line.cut(FACT);
            Some(labelled(
                fact.label,
                json!({"type": "TextRun", "text": text.as_str(), "fontType": "Monospace"}),
            ))
        }
        Value::Link(_) => None,
    }
}

fn labelled(label: &str, value: Json) -> Json {
    block(&[json!({"type": "TextRun", "text": format!("{label}: "), "weight": "Bolder"}), value])
}

fn block(runs: &[Json]) -> Json {
    json!({"type": "RichTextBlock", "inlines": runs})
}

fn run(text: &str) -> Json {
    json!({"type": "TextRun", "text": text})
}

fn color(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "Attention",
        Severity::Medium => "Warning",
        Severity::Low | Severity::Informational => "Default",
    }
}
