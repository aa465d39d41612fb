use bucketwatch_exposure::exception::{Accepted, Act, Exception, Tag};
use bucketwatch_policy::action::Access;
use bucketwatch_policy::reach::Audience;
use jiff::SignedDuration;

use super::*;
use crate::report::sample;

fn exception(id: &str, days: i64) -> Exception {
    let accepted = |access, resource: &str| Accepted {
        audience: Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] },
        access: vec![access],
        resources: vec![resource.into()],
        resources_except: Vec::new(),
    };
    Exception {
        id: id.to_owned(),
        account: sample::account(),
        bucket: sample::HOSTILE.into(),
        accepted: vec![accepted(Access::Read, sample::HOSTILE), accepted(Access::List, "arn:aws:s3:::b")],
        owner: sample::HOSTILE.into(),
        reason: sample::HOSTILE.into(),
        until: sample::instant() + SignedDuration::from_hours(24 * days),
        incarnation: None,
        while_tag: Some(Tag { key: "owner".into(), value: sample::HOSTILE.into() }),
        made: Some(Act { by: sample::HOSTILE.into(), at: sample::instant() }),
        revoked: None,
    }
}

fn documents() -> Vec<ExceptionDocument> {
    let revoked = Some(Act { by: sample::HOSTILE.into(), at: sample::instant() });
    let all = [
        exception("over-long", -40),
        exception("in-time", 200),
        exception("over", -2),
        Exception { revoked, ..exception("revoked", 90) },
        exception("soon", 30),
        exception("now", 0),
        Exception { made: None, ..exception("later", 31) },
    ];
    all.iter().map(|exception| ExceptionDocument::of(exception, None, sample::instant())).collect()
}

fn written(format: Format) -> String {
    let mut out = Vec::new();
    let listing = Listing { format, look: Look::default(), now: sample::instant() };
    list(documents(), listing, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn those_that_count_come_first_by_their_end_and_the_rest_by_how_late_they_ended() {
    let array: Vec<serde_json::Value> = serde_json::from_str(&written(Format::Json)).unwrap();
    let shown: Vec<_> = array
        .iter()
        .map(|document| {
            sample::assert_valid("exception", document);
            format!("{} {}", document["id"].as_str().unwrap(), document["state"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        shown,
        [
            "soon expiring",
            "later holds",
            "in-time holds",
            "revoked revoked",
            "now expired",
            "over expired",
            "over-long expired"
        ]
    );
    assert_eq!((&array[1]["source"], &array[0]["source"]), (&"configuration".into(), &"state".into()));
    assert_eq!(written(Format::Jsonl).lines().count(), array.len());
}

#[test]
fn a_record_of_another_bucket_of_the_name_ends_what_was_accepted_of_the_first() {
    let bound = Exception { incarnation: Some(1), while_tag: None, ..exception("x", 9) };
    let document = ExceptionDocument::of(&bound, None, sample::instant());
    assert_eq!(document.state.as_str(), "expiring", "nobody knows of another");
}

#[test]
fn hostile_texts_do_nothing_to_a_terminal_or_a_spreadsheet() {
    let text = written(Format::Table);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text}");
    assert!(text.contains("EXPIRES in 30 days"), "{text}");
    let text = written(Format::Csv);
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 2 * documents().len(), "a line for each set that is accepted");
    for field in records.iter().flatten() {
        assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{field}");
        assert!(!field.contains(['\u{1b}', '\n', '\r']), "{field}");
    }
    let mut none = Vec::new();
    let listing = Listing { format: Format::Table, look: Look::default(), now: sample::instant() };
    list(Vec::new(), listing, &mut none).unwrap();
    assert_eq!(none, b"Nothing is accepted.\n");
}
