//! What the messages say, read back from a receiver.

use bucketwatch_adapters::syslog::Syslog;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::notice::{Notice, TransitionRecord};
use bucketwatch_engine::notifier::Notifier as _;
use serde_json::json;

use super::grammar::Message;
use super::receiver;
use crate::notifier_contract::sample;

/// Delivers `notice` under further `settings` and gives the messages.
async fn told(settings: &str, notice: &Notice) -> Vec<Message> {
    let (receiver, port) = receiver::tcp().await;
    let text = format!("[[notify.syslog]]\ntarget = \"tcp://127.0.0.1:{port}\"\n{settings}");
    let syslog = Syslog::new(&Config::parse(&text).unwrap().notify.syslog[0]).unwrap();
    syslog.deliver(notice).await.unwrap();
    receiver.messages().await
}

#[tokio::test]
async fn a_message_says_what_opened_and_how() {
    let settings = "facility = \"local3\"\napp_name = \"s3\"\nhostname = \"scanner\"\n";
    let message = told(settings, &sample::opened("n1", &["photos"])).await.remove(0);
    assert_eq!(message.priority, 19 * 8 + 2);
    assert_eq!(message.timestamp, "2026-11-22T06:00:00.123456Z");
    assert_eq!((message.hostname.as_str(), message.app_name.as_str()), ("scanner", "s3"));
    assert_eq!(message.process, std::process::id().to_string());
    assert_eq!(message.id, "opened");
    assert_eq!(message.elements[0].id, "bucketwatch@32473");
    for (name, value) in [
        ("bucket", "photos"),
        ("account", "123456789012"),
        ("verdict", "public"),
        ("before", "not_public"),
        ("transition", "opened"),
        ("notice", "n1"),
        ("id", "t1"),
        ("region", "eu-west-1"),
        ("severity", "high"),
        ("audience", "anyone"),
        ("access", "read"),
        ("path", "bucket_policy"),
        ("statement", "Public<U+001B>Read"),
        ("event", "e1"),
        ("address", "198.51.100.9"),
        ("agent", "aws-cli/2"),
    ] {
        assert_eq!(message.param(name), Some(value), "{name}");
    }
    assert_eq!(
        message.text.unwrap(),
        "opened: bucket photos is public (was not_public): anyone can read by bucket policy \"Public<U+001B>Read\""
    );
}

fn record(kind: &str, inner: Option<&str>, severity: Option<&str>) -> TransitionRecord {
    let exposures: Vec<_> = severity.iter().map(|severity| sample::exposure(severity, "read")).collect();
    TransitionRecord {
        kind: kind.to_owned(),
        inner: inner.map(str::to_owned),
        after: Some(json!({ "verdict": "public", "exposures": exposures })),
        ..sample::record("photos")
    }
}

#[tokio::test]
async fn the_severity_follows_the_kind_and_the_worst_way_in() {
    let rows = [
        (record("opened", None, Some("critical")), 1),
        (record("widened", None, Some("high")), 2),
        (record("changed", None, Some("medium")), 3),
        (record("opened", None, Some("low")), 4),
        (record("opened", None, None), 4),
        (record("regained_sight", Some("opened"), Some("critical")), 1),
        (record("regained_sight", None, Some("critical")), 5),
        (record("lost_sight", None, None), 4),
        (record("narrowed", None, Some("critical")), 5),
        (record("closed", None, None), 5),
    ];
    let expected: Vec<u8> = rows.iter().map(|(_, severity)| 8 + severity).collect();
    let notice = sample::notice("n1", rows.into_iter().map(|(record, _)| record).collect());
    let priorities: Vec<u8> = told("", &notice).await.iter().map(|message| message.priority).collect();
    assert_eq!(priorities, expected);
}

#[tokio::test]
async fn a_bucket_that_is_gone_is_deleted_and_a_side_that_cannot_be_read_is_undetermined() {
    let gone = TransitionRecord { after: None, ..record("deleted", None, None) };
    let unreadable = TransitionRecord { after: Some(json!({ "verdict": "?" })), ..gone.clone() };
    let messages = told("", &sample::notice("n1", vec![gone, unreadable])).await;
    assert_eq!(messages[0].param("verdict"), Some("deleted"));
    assert_eq!(messages[1].param("verdict"), Some("undetermined"));
}

#[tokio::test]
async fn the_smallest_message_still_says_which_bucket_and_which_notice() {
    let id = "01980000-0000-7000-8000-000000000000";
    let hostname = "h".repeat(255);
    let app_name = "a".repeat(48);
    let settings = format!("max_bytes = 480\nhostname = \"{hostname}\"\napp_name = \"{app_name}\"\n");
    for name in ["]".repeat(1000), "é".repeat(1000), "\u{1b}".repeat(1000), "photos".to_owned()] {
        let kind = TransitionRecord { kind: "regained_sight".to_owned(), ..sample::record(&name) };
        let message = told(&settings, &sample::notice(id, vec![kind])).await.remove(0);
        assert_eq!(message.param("notice"), Some(id), "{name}");
        assert!(!message.param("bucket").unwrap().is_empty());
        assert_eq!(message.param("incomplete"), Some("true"));
    }
}

#[test]
fn fields_that_cannot_stand_in_a_message_are_refused() {
    for (settings, word) in [
        ("target = \"local\"\napp_name = \"a b\"", "`app_name`"),
        ("target = \"local\"\napp_name = \"\"", "`app_name`"),
        ("target = \"local\"\nhostname = \"é\"", "`hostname`"),
        ("target = \"local\"\nmax_bytes = 479", "between 480 and 65536"),
        ("target = \"udp://192.0.2.1\"\nmax_bytes = 65508", "between 480 and 65507"),
    ] {
        let config = Config::parse(&format!("[[notify.syslog]]\n{settings}\n")).unwrap();
        let error = Syslog::new(&config.notify.syslog[0]).err().unwrap().to_string();
        assert!(error.contains(word), "{error}");
    }
}
