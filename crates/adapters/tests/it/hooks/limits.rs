//! Stand-ins that hold each request to what the service documents, for the largest and the oddest notices.

use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionRecord};
use bucketwatch_engine::notifier::Notifier as _;
use serde_json::{Value, json};

use super::{pagerduty, slack, teams};
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::notifier_contract::sample;

/// Notices with the longest names and lists that there can be, and odd ones.
pub(crate) fn notices() -> Vec<Notice> {
    let long = |record: &mut TransitionRecord| {
        let key = "\u{65e5}".repeat(340);
        let exposure = |number: usize| {
            let mut exposure = sample::exposure("critical", "write");
            exposure["fingerprint"] = format!("f{number}").into();
            exposure["statement"] = "<".repeat(2_000).into();
            exposure["pointer"] = format!("/{}", "p".repeat(2_000)).into();
            exposure["resources"] = (0..10).map(|_| format!("arn:aws:s3:::{}/*", "&".repeat(300))).collect();
            exposure["witness"] = json!({
                "signed": false, "principal": null, "action": "s3:PutObject",
                "resource": format!("arn:aws:s3:::b/{key}"), "context": {},
            });
            exposure
        };
        record.after = Some(json!({
            "verdict": "public", "exposures": (0..40).map(exposure).collect::<Vec<_>>(),
            "tags": {"owner": "\"".repeat(2_000), "team": "\\".repeat(2_000)},
        }));
    };
    let mut one = sample::record(&"b".repeat(63));
    long(&mut one);
    let many = (0..30).map(|number| {
        let mut record = sample::record(&format!("{number:063}"));
        long(&mut record);
        record
    });
    let mut notices = vec![sample::notice("long", vec![one]), sample::notice("many", many.collect())];
    notices.push(sample::baseline("baseline"));
    let mut hostile = sample::baseline("worst");
    if let NoticeBody::Baseline { worst, .. } = &mut hostile.body {
        *worst = (0..10).map(|_| "\u{1b}".repeat(5_000).into()).collect();
    }
    notices.push(hostile);
    notices.extend(sample::HOSTILE.map(|name| sample::opened("hostile", &[name])));
    notices
}

fn length(value: &Value) -> usize {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).chars().count()
}

/// Refuses what Slack refuses. *Source*: docs.slack.dev, reference of blocks, read 2026-11-23: 50 blocks, 150
/// characters of a header, 3,000 of a text, no empty element; a message is kept under 13,000 characters, since longer
/// ones are known to be refused with `msg_blocks_too_long`.
fn slack_takes(request: &Received) -> Result<(), String> {
    let message = request.json();
    let blocks = message["blocks"].as_array().ok_or("no blocks")?;
    let hold = |rule: bool, what: &str| if rule { Ok(()) } else { Err(format!("{what}: {}", request.body)) };
    hold(blocks.len() <= 50, "too many blocks")?;
    hold(request.body.chars().count() <= 13_000, "msg_blocks_too_long")?;
    hold(length(&message["text"]) <= 40_000 && !message["text"].as_str().unwrap().contains("<!"), "text")?;
    for block in blocks {
        match block["type"].as_str().unwrap() {
            "header" => {
                hold(block["text"]["type"] == "plain_text", "header")?;
                hold((1..=150).contains(&length(&block["text"]["text"])), "header")?;
            }
            "context" => hold((1..=3_000).contains(&length(&block["elements"][0]["text"])), "context")?,
            "rich_text" => {
                for part in block["elements"].as_array().unwrap() {
                    let kind = part["type"].as_str().unwrap();
                    let known = ["rich_text_section", "rich_text_list", "rich_text_preformatted"];
                    hold(known.contains(&kind), "part")?;
                    for element in part["elements"].as_array().unwrap() {
                        let inner = if kind == "rich_text_list" {
                            element["elements"].as_array().unwrap()
                        } else {
                            &vec![element.clone()]
                        };
                        for element in inner {
                            match element["type"].as_str().unwrap() {
                                "text" => hold(length(&element["text"]) > 0, "empty text")?,
                                "link" => {
                                    hold(element["url"].as_str().unwrap().starts_with("https://"), "link")?
                                }
                                other => return Err(format!("element {other}")),
                            }
                        }
                    }
                }
            }
            other => return Err(format!("block {other}")),
        }
    }
    Ok(())
}

/// Refuses what Teams refuses. *Source*: learn.microsoft.com, "Create incoming webhooks with Workflows", read
/// 2026-11-23: 28 KB, one card as attachment; adaptivecards.io, schema 1.4.
fn teams_takes(request: &Received) -> Result<(), String> {
    let message = request.json();
    let hold = |rule: bool, what: &str| if rule { Ok(()) } else { Err(format!("{what}: {}", request.body)) };
    hold(request.body.len() <= 28 * 1024, "too large")?;
    hold(message["type"] == "message", "type")?;
    let attachments = message["attachments"].as_array().ok_or("no attachments")?;
    hold(attachments.len() == 1, "attachments")?;
    hold(attachments[0]["contentType"] == "application/vnd.microsoft.card.adaptive", "content type")?;
    let card = &attachments[0]["content"];
    hold(card["type"] == "AdaptiveCard" && card["version"] == "1.4", "card")?;
    for block in card["body"].as_array().ok_or("no body")? {
        hold(block["type"] == "RichTextBlock", "only runs of text, which have no markup")?;
        for run in block["inlines"].as_array().ok_or("no inlines")? {
            hold(run["type"] == "TextRun" && run["text"].is_string(), "run")?;
        }
    }
    for action in card["actions"].as_array().ok_or("no actions")? {
        hold(action["type"] == "Action.OpenUrl", "action")?;
        hold(action["url"].as_str().is_some_and(|url| url.starts_with("https://console.")), "url")?;
    }
    Ok(())
}

/// Refuses what PagerDuty refuses. *Source*: developer.pagerduty.com, "Send an alert event", read 2026-11-23: 512 KB,
/// 1,024 characters of a summary, 255 of a key, a key of 32 characters.
fn pagerduty_takes(request: &Received) -> Result<(), String> {
    let event = request.json();
    let hold = |rule: bool, what: &str| if rule { Ok(()) } else { Err(format!("{what}: {}", request.body)) };
    hold(request.body.len() <= 512 * 1024, "too large")?;
    hold(length(&event["routing_key"]) == 32, "routing key")?;
    hold((1..=255).contains(&length(&event["dedup_key"])), "dedup key")?;
    match event["event_action"].as_str() {
        Some("resolve") => return Ok(()),
        Some("trigger") => {}
        _ => return Err("action".to_owned()),
    }
    let payload = &event["payload"];
    hold((1..=1_024).contains(&length(&payload["summary"])), "summary")?;
    hold(length(&payload["source"]) > 0, "source")?;
    let severity = payload["severity"].as_str().unwrap_or_default();
    hold(["critical", "error", "warning", "info"].contains(&severity), "severity")?;
    hold(payload["timestamp"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "timestamp")
}

fn judge(takes: fn(&Received) -> Result<(), String>) -> impl Fn(&Received) -> Reply + Send + Sync {
    move |request| match takes(request) {
        Ok(()) => Reply::status(202),
        Err(why) => Reply::Answer(400, format!("x-why: {}\r\n", why.len()), why),
    }
}

#[tokio::test]
async fn slack_takes_every_notice() {
    let server = StandIn::start(judge(slack_takes)).await;
    for notice in notices() {
        let outcome = slack(&server.url("/")).deliver(&notice).await;
        let why = server.received().last().map(slack_takes);
        assert!(outcome.is_ok(), "{}: {outcome:?} {why:?}", notice.id);
    }
}

#[tokio::test]
async fn teams_takes_every_notice() {
    let server = StandIn::start(judge(teams_takes)).await;
    for notice in notices() {
        let outcome = teams(&server.url("/")).deliver(&notice).await;
        let why = server.received().last().map(teams_takes);
        assert!(outcome.is_ok(), "{}: {outcome:?} {why:?}", notice.id);
    }
}

#[tokio::test]
async fn pagerduty_takes_every_notice() {
    let server = StandIn::start(judge(pagerduty_takes)).await;
    for notice in notices() {
        let outcome = pagerduty(&server.url("/")).deliver(&notice).await;
        let why = server.received().last().map(pagerduty_takes);
        assert!(outcome.is_ok(), "{}: {outcome:?} {why:?}", notice.id);
    }
}
