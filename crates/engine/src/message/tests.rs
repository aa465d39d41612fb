mod acceptance;

use bucketwatch_policy::untrusted::Untrusted;
use serde_json::json;

use super::*;
use crate::notice::{
    Deed, Notice, NoticeBody, Occurrence, OccurrenceKind, StillOpen, TransitionCause, TransitionRecord,
};
use crate::report::sample;

/// Names that attack a line, a mail header, a shell, HTML, Slack, Markdown and a reader.
const HOSTILE: [&str; 9] = [
    "a\r\nBcc: all@example.com\r\n\r\n",
    "<!channel> <@U1> <https://evil.example|here>",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "[click](https://evil.example) **bold** `code` ```",
    "\u{1b}[31mred\u{7}\0",
    "\u{202e}drow\u{200b}\u{feff}",
    "'; rm -rf / #$(id)`id`",
    "é日😀\u{2028}",
    "\"}],\"x\":[{\"",
];

fn record(bucket: &str) -> TransitionRecord {
    let mut record = sample::opened_record();
    record.bucket = bucket.into();
    record.cause = TransitionCause::Event {
        id: "3b1f".to_owned(),
        actor: "assumed-role/Admin/jane".into(),
        agent: "aws-cli/2.31".into(),
        address: "198.51.100.9".into(),
        name: "PutBucketPolicy".into(),
        at: Some(sample::instant()),
        also: vec![],
    };
    record.before = Some(json!({"verdict": "not_public", "exposures": []}));
    let mut after = record.after.take().unwrap();
    after["exposures"][0]["statement"] = "PublicRead".into();
    after["exposures"][0]["resources"] = json!([format!("arn:aws:s3:::{bucket}/*")]);
    after["exposures"][0]["witness"]["resource"] = format!("arn:aws:s3:::{bucket}/a").into();
    after["tags"] = json!({"Owner": "web team", "cost": "7"});
    record.after = Some(after);
    record
}

fn notice(transitions: Vec<TransitionRecord>) -> Notice {
    let body = NoticeBody::Transitions { transitions };
    Notice { id: "n1".to_owned(), at: sample::instant(), body, group_key: "e1".to_owned() }
}

fn turned(kind: &str, change: impl Fn(&mut TransitionRecord)) -> TransitionRecord {
    let mut record = record("photos");
    record.kind = kind.to_owned();
    change(&mut record);
    record
}

fn closed() -> TransitionRecord {
    turned("closed", |record| std::mem::swap(&mut record.before, &mut record.after))
}

fn lost() -> TransitionRecord {
    turned("lost_sight", |record| {
        record.before = record.after.take();
        let gap = json!({"what": "policy", "permission": "s3:GetBucketPolicy", "why": "AccessDenied"});
        record.after = Some(json!({"verdict": "undetermined", "exposures": [], "undetermined": [gap]}));
    })
}

fn group(count: usize) -> Notice {
    let mut records: Vec<_> = (1..=count).map(|number| record(&format!("bucket-{number:02}"))).collect();
    records[7].after.as_mut().unwrap()["exposures"][0]["severity"] = "critical".into();
    records[8] = closed();
    notice(records)
}

fn baseline(public: u64) -> Notice {
    let body = NoticeBody::Baseline {
        account: sample::account(),
        buckets: 40,
        public,
        accepted: 0,
        undetermined: 2,
        worst: (1..=public.min(10)).map(|number| Untrusted::new(format!("open-{number}"))).collect(),
    };
    Notice { id: "n0".to_owned(), at: sample::instant(), body, group_key: "run-1".to_owned() }
}

/// What has been open for long.
fn reminder(buckets: u64) -> Notice {
    let open = |number| StillOpen {
        bucket: if number == 3 { HOSTILE[1].into() } else { Untrusted::new(format!("open-{number}")) },
        region: Some("eu-west-1".to_owned()),
        since: sample::instant(),
        exposures: vec![record("open").after.unwrap()["exposures"][0].clone()],
    };
    let body =
        NoticeBody::Reminder { account: sample::account(), buckets, open: (1..=buckets).map(open).collect() };
    Notice { body, ..notice(Vec::new()) }
}

/// What one interval brought: more than is shown.
fn digest() -> Notice {
    let mut notices: Vec<_> =
        (1..=11).map(|number| notice(vec![record(&format!("bucket-{number:02}"))])).collect();
    notices.push(notice(vec![lost()]));
    notices.push(event(OccurrenceKind::Watcher, HOSTILE[1], "StopLogging", None));
    Notice { body: NoticeBody::Digest { notices }, ..notice(Vec::new()) }
}

/// What one change of the account did to 37 buckets, of which three are told.
fn account_change() -> Notice {
    let transitions: Vec<_> = (1..=3).map(|number| record(&format!("bucket-{number:02}"))).collect();
    let body = NoticeBody::Group {
        account: sample::account(),
        cause: deed("DeleteAccountPublicAccessBlock").into(),
        buckets: 37,
        transitions,
    };
    Notice { body, ..notice(Vec::new()) }
}

fn deed(name: &str) -> Deed {
    Deed {
        event: "3b1f".to_owned(),
        name: name.into(),
        at: sample::instant(),
        actor: "jane (single sign-on, Admin)".into(),
        agent: "AWS console".into(),
        address: "198.51.100.9".into(),
    }
}

fn event(kind: OccurrenceKind, subject: &str, name: &str, code: Option<&str>) -> Notice {
    let exposure = record(subject).after.unwrap()["exposures"][0].clone();
    let occurrence = Occurrence {
        kind,
        account: sample::account(),
        subject: Some(subject.into()),
        region: Some("eu-west-1".to_owned()),
        deed: deed(name),
        code: code.map(Into::into),
        exposures: if kind == OccurrenceKind::Watcher { Vec::new() } else { vec![exposure] },
    };
    Notice { body: NoticeBody::Event(occurrence), ..notice(Vec::new()) }
}

/// One notice of every kind, the name of its snapshots first.
fn every_kind() -> Vec<(&'static str, Notice)> {
    let by_scan = |record: &mut TransitionRecord| {
        record.cause = TransitionCause::Scan { run: "r1".to_owned() };
        record.after.as_mut().unwrap()["aws_public"] = true.into();
    };
    vec![
        ("opened", notice(vec![turned("opened", by_scan)])),
        ("widened", notice(vec![turned("widened", |record| record.before = record.after.clone())])),
        ("closed", notice(vec![closed()])),
        ("lost_sight", notice(vec![lost()])),
        ("deleted", notice(vec![turned("deleted", |record| record.before = record.after.take())])),
        ("group", group(37)),
        ("baseline", baseline(12)),
        ("account", account_change()),
        ("refused", event(OccurrenceKind::Refused, "photos", "PutBucketPolicy", Some("AccessDenied"))),
        ("unverified", event(OccurrenceKind::Unverified, "photos", "PutBucketAcl", Some("AccessDenied"))),
        ("watcher", event(OccurrenceKind::Watcher, "bucketwatch-trail", "StopLogging", None)),
        ("digest", digest()),
        ("reminder", reminder(12)),
        ("hostile", notice(vec![record(HOSTILE[1])])),
    ]
}

#[test]
fn texts_are_as_they_are_shown_here() {
    for (name, notice) in every_kind() {
        insta::assert_snapshot!(format!("{name}.txt"), plain_text(&Message::of(&notice)));
    }
}

#[test]
fn pages_are_as_they_are_shown_here() {
    for (name, notice) in every_kind() {
        insta::assert_snapshot!(format!("{name}.html"), html(&Message::of(&notice)));
    }
}

#[test]
fn documents_are_as_they_are_shown_here() {
    for (name, notice) in every_kind() {
        let message = Message::of(&notice);
        let show = |sink: &str, value: &serde_json::Value| {
            insta::assert_snapshot!(format!("{name}.{sink}"), serde_json::to_string_pretty(value).unwrap());
        };
        show("slack", &slack_message(&message));
        show("teams", &teams_card(&message));
        if name != "group" {
            let events: Vec<_> = incidents(&notice).into_iter().map(|incident| incident.event).collect();
            show("pagerduty", &json!(events));
            show("asff", &json!(asff_findings(&notice, "eu-west-1")));
            show("ocsf", &json!(detection_findings(&notice)));
        }
    }
}

#[test]
fn a_message_fits_one_screen() {
    for (name, notice) in every_kind() {
        let text = plain_text(&Message::of(&notice));
        assert!(text.lines().count() <= 24, "{name}:\n{text}");
    }
}

#[test]
fn a_group_is_folded_with_the_worst_first() {
    let message = Message::of(&group(37));
    assert_eq!(message.headline.as_str(), "37 buckets: 36 opened, 1 closed");
    assert_eq!((message.list.len(), message.folded), (10, 27));
    assert!(message.list[0].as_str().starts_with("critical: bucket-08 is public"), "{:?}", message.list[0]);
    assert_eq!(message.severity, Severity::Critical);
}

#[test]
fn a_command_closes_only_what_it_surely_closes() {
    let close = |change: fn(&mut serde_json::Value)| {
        let mut record = record("photos");
        change(record.after.as_mut().unwrap());
        let message = Message::of(&notice(vec![record]));
        let fact = message.facts.into_iter().find(|fact| fact.label == "Close").unwrap();
        matches!(fact.value, Value::Command(_))
    };
    assert!(close(|after| after["aws_public"] = true.into()));
    assert!(!close(|after| after["aws_public"] = false.into()), "RestrictPublicBuckets would not hold it");
    assert!(!close(|after| after["aws_public"] = serde_json::Value::Null), "nobody knows");
    assert!(close(|after| after["exposures"][0]["path"] = "bucket_acl".into()));
    assert!(!close(|after| {
        after["aws_public"] = true.into();
        after["exposures"][0]["path"] = "access_point".into();
    }));
}

/// A record in which every text that a stranger can choose is `text`.
fn strange(text: &str) -> TransitionRecord {
    let mut record = record(text);
    if let TransitionCause::Event { actor, agent, address, name, .. } = &mut record.cause {
        [actor, agent, address, name].into_iter().for_each(|chosen| *chosen = text.into());
    }
    let after = record.after.as_mut().unwrap();
    after["exposures"][0]["statement"] = text.into();
    after["tags"]["Owner"] = text.into();
    record
}

/// Gives every text in a document.
fn texts(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(values) => values.iter().flat_map(texts).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_stranger_speaks_to_a_sink() {
    for name in HOSTILE {
        let notice = notice(vec![strange(name)]);
        let message = Message::of(&notice);
        let text = plain_text(&message);
        assert_eq!(
            text.lines().count(),
            plain_text(&Message::of(&self::notice(vec![record("photos")]))).lines().count() - 1,
            "{text}"
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\0', '\u{2028}']));
        let subject = ascii_subject(&message, 100);
        assert!(
            subject.len() <= 100 && subject.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
            "{subject}"
        );
        let page = html(&message);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\r'), "{page}");
        let slack = slack_message(&message);
        let spoken = slack["text"].as_str().unwrap();
        assert!(!spoken.contains(['<', '>']), "{spoken}");
        assert!(!slack.to_string().contains("mrkdwn"));
        assert!(!teams_card(&message).to_string().contains("TextBlock\",\"text"));
        let mut documents = vec![slack, teams_card(&message)];
        for incident in incidents(&notice) {
            assert!(incident.key.len() <= 255 && incident.key.is_ascii(), "{}", incident.key);
            documents.push(incident.event.into());
        }
        documents.extend(asff_findings(&notice, "eu-west-1"));
        documents.extend(detection_findings(&notice));
        for text in documents.iter().flat_map(texts) {
            let hides = |c: char| c.is_control() || "\u{202e}\u{200b}\u{feff}\u{2028}".contains(c);
            assert!(!text.contains(hides), "{text:?}");
        }
    }
}

#[test]
fn what_is_shut_resolves_and_archives_and_what_is_out_of_sight_does_not() {
    let states = |record: TransitionRecord| -> (Vec<String>, Vec<String>, Vec<u64>) {
        let notice = notice(vec![record]);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        (
            incidents(&notice).iter().map(|incident| text(&incident.event["event_action"])).collect(),
            asff_findings(&notice, "eu-west-1").iter().map(|finding| text(&finding["RecordState"])).collect(),
            detection_findings(&notice)
                .iter()
                .map(|finding| finding["activity_id"].as_u64().unwrap())
                .collect(),
        )
    };
    let some = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    assert_eq!(states(record("photos")), (some(&["trigger"]), some(&["ACTIVE"]), vec![1]));
    assert_eq!(states(closed()), (some(&["resolve"]), some(&["ARCHIVED"]), vec![3]));
    assert_eq!(states(lost()), (some(&["trigger"]), vec![], vec![]));
    let gone = turned("deleted", |record| record.before = record.after.take());
    assert_eq!(states(gone), (some(&["resolve", "resolve"]), some(&["ARCHIVED"]), vec![3]));
    let unreadable = turned("closed", |record| {
        record.before = record.after.take();
        record.after = Some(json!({"verdict": "a word of tomorrow"}));
    });
    assert_eq!(states(unreadable), (some(&["trigger"]), vec![], vec![]), "what cannot be read shuts nothing");
}

#[test]
fn an_incident_is_resolved_by_the_key_that_opened_it() {
    let key = |record: TransitionRecord| incidents(&notice(vec![record]))[0].key.clone();
    assert_eq!(key(record("photos")), key(closed()));
    assert_ne!(key(record("photos")), key(record("photos2")));
    assert_ne!(key(record("a\u{1b}")), key(record("a\u{7}")));
}

#[test]
fn a_first_run_that_finds_nothing_open_but_what_is_accepted_alarms_nobody() {
    let found = |accepted: u64| {
        let mut notice = baseline(3);
        if let NoticeBody::Baseline { accepted: known, undetermined, .. } = &mut notice.body {
            (*known, *undetermined) = (accepted, 0);
        }
        notice
    };
    for (accepted, headline, severity, incidents) in [
        (0, "first scan of account 111122223333: 40 buckets, 3 public, 0 undetermined", Severity::High, 1),
        (
            2,
            "first scan of account 111122223333: 40 buckets, 3 public (2 accepted), 0 undetermined",
            Severity::High,
            1,
        ),
        (
            3,
            "first scan of account 111122223333: 40 buckets, 3 public (3 accepted), 0 undetermined",
            Severity::Informational,
            0,
        ),
    ] {
        let notice = found(accepted);
        let message = Message::of(&notice);
        assert_eq!((message.headline.as_str(), message.severity), (headline, severity));
        assert_eq!(super::incidents(&notice).len(), incidents, "{headline}");
    }
}
