//! What is told of exceptions.

use serde_json::json;

use super::{HOSTILE, notice, record, turned};
use crate::exception::{ExceptionNote, ExceptionWord};
use crate::message::*;
use crate::notice::{Acceptance, Notice, TransitionCause, TransitionRecord};
use crate::report::sample;

fn note(what: ExceptionWord, detail: Option<&str>) -> ExceptionNote {
    ExceptionNote {
        id: "x-1".to_owned(),
        what,
        owner: Some("web team".into()),
        reason: Some("the website".into()),
        until: Some(sample::instant()),
        detail: detail.map(Into::into),
    }
}

fn with(exceptions: Vec<ExceptionNote>, record: TransitionRecord) -> TransitionRecord {
    TransitionRecord { acceptance: Acceptance { alerts_as: None, exceptions }, ..record }
}

fn accept(record: &mut TransitionRecord) {
    record.after.as_mut().unwrap()["exposures"][0]["accepted_by"] = "x-1".into();
}

/// Reading is accepted, and writing is open beside it.
fn outgrown() -> Notice {
    let widened = turned("widened", |record| {
        accept(record);
        let exposures = record.after.as_mut().unwrap()["exposures"].as_array_mut().unwrap();
        let mut write = exposures[0].clone();
        write["accepted_by"] = json!(null);
        write["access"] = json!(["write"]);
        write["severity"] = "critical".into();
        write["fingerprint"] = "beef".into();
        exposures.push(write);
    });
    notice(vec![with(vec![note(ExceptionWord::Outgrown, Some("access write"))], widened)])
}

fn lapsed() -> Notice {
    let lapsed = turned("lapsed", |record| {
        record.inner = Some("opened".to_owned());
        record.cause = TransitionCause::Scan { run: "r1".to_owned() };
    });
    notice(vec![with(vec![note(ExceptionWord::Expired, None)], lapsed)])
}

fn accepted() -> Notice {
    let accepted = turned("accepted", |record| {
        accept(record);
        record.cause = TransitionCause::Operator { id: "x-1-accepted".to_owned(), by: "jane".into() };
    });
    notice(vec![with(vec![note(ExceptionWord::Accepted, Some("jane"))], accepted)])
}

#[test]
fn an_alert_says_which_exception_no_longer_covers_whose_it_is_and_why() {
    let told = |notice: &Notice| {
        let message = Message::of(notice);
        let fact = |label: &str| {
            let found = message.facts.iter().find(|fact| fact.label == label);
            found.map_or_else(String::new, |fact| fact.value.line().as_str().to_owned())
        };
        let headline = message.headline.as_str().to_owned();
        (message.severity, headline, fact("Exception"), fact("Who"))
    };
    let (severity, headline, exception, _) = told(&outgrown());
    assert_eq!(
        (severity, headline.as_str()),
        (Severity::Critical, "photos is open wider than before: anyone can write")
    );
    assert_eq!(
        exception,
        "x-1 of web team does not cover it: outgrown by access write (made for: the website)"
    );
    let (severity, headline, exception, who) = told(&lapsed());
    let expected = "photos is open, and an exception for it no longer holds: anyone can read";
    assert_eq!((severity, headline.as_str()), (Severity::High, expected));
    assert_eq!(
        exception,
        "x-1 of web team covers it no longer: it expired at 2026-11-22 06:00 UTC (made for: the website)"
    );
    assert_eq!(who, "nobody changed what is open: what was accepted is so no longer");
    let (severity, headline, _, who) = told(&accepted());
    assert_eq!((severity, who.as_str()), (Severity::Informational, "jane at the command line"));
    assert_eq!(headline, "photos is open as somebody accepts: anyone can read");
}

#[test]
fn every_reason_has_its_words() {
    for (what, detail, expected) in [
        (ExceptionWord::Revoked, Some("joe"), "covers it no longer: taken back by joe"),
        (ExceptionWord::CreatedAnew, None, "does not cover it: the bucket was created anew"),
        (ExceptionWord::TagChanged, Some("data"), "the tag that it is bound to is now data"),
        (ExceptionWord::TagChanged, None, "the tag that it is bound to is gone, or cannot be read"),
        (ExceptionWord::Withdrawn, None, "it is not in the configuration any more"),
        (ExceptionWord::Accepted, None, "covers it until 2026-11-22 06:00 UTC"),
    ] {
        let said = crate::report::sentence::exception(&note(what, detail));
        assert!(said.starts_with("x-1 of web team ") && said.contains(expected), "{said}");
    }
}

#[test]
fn what_is_accepted_resolves_the_incident_and_is_no_active_concern() {
    let actions = |notice: &Notice| -> Vec<String> {
        let action = |incident: &Incident| incident.event["event_action"].as_str().unwrap().to_owned();
        incidents(notice).iter().map(action).collect()
    };
    assert_eq!(actions(&accepted()), ["resolve"]);
    assert_eq!(
        (actions(&outgrown()), actions(&lapsed())),
        (vec!["trigger".to_owned()], vec!["trigger".to_owned()])
    );
    let part = turned("accepted", |record| {
        let exposures = record.after.as_mut().unwrap()["exposures"].as_array_mut().unwrap();
        let mut other = exposures[0].clone();
        other["accepted_by"] = "x-1".into();
        exposures.push(other);
    });
    assert_eq!(actions(&notice(vec![part])), [""; 0], "another way in stays open");
    let doubt = turned("accepted", |record| {
        accept(record);
        let gap = json!({"what": "acl", "permission": null, "why": "AccessDenied"});
        record.after.as_mut().unwrap()["undetermined"] = json!([gap]);
    });
    assert_eq!(actions(&notice(vec![doubt])), [""; 0], "what nobody knows is accepted of nobody");
    let findings = asff_findings(&outgrown(), "eu-west-1");
    let shown: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                finding["Severity"]["Label"].as_str().unwrap(),
                &finding["ProductFields"]["bucketwatch/AcceptedBy"],
            )
        })
        .collect();
    assert_eq!(shown, [("CRITICAL", &json!(null)), ("INFORMATIONAL", &json!("x-1"))]);
    let statuses: Vec<_> =
        detection_findings(&outgrown()).iter().map(|finding| finding["status"].clone()).collect();
    assert_eq!(statuses, ["New", "Suppressed"]);
}

#[test]
fn hostile_owners_and_reasons_speak_to_no_sink() {
    for name in HOSTILE {
        let hostile = ExceptionNote {
            id: name.to_owned(),
            owner: Some(name.into()),
            reason: Some(name.into()),
            ..note(ExceptionWord::TagChanged, Some(name))
        };
        let message = Message::of(&notice(vec![with(vec![hostile], record("photos"))]));
        let plain = plain_text(&Message::of(&notice(vec![with(
            vec![note(ExceptionWord::Expired, None)],
            record("photos"),
        )])));
        let text = plain_text(&message);
        assert_eq!(text.lines().count(), plain.lines().count(), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\r', '\0', '\u{2028}']));
        let page = html(&message);
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\r'), "{page}");
        assert!(!slack_message(&message)["text"].as_str().unwrap().contains(['<', '>']));
    }
}

#[test]
fn a_message_with_exceptions_fits_one_screen() {
    let many = vec![note(ExceptionWord::Outgrown, Some("access write")); 5];
    let text = plain_text(&Message::of(&notice(vec![with(many, record("photos"))])));
    assert!(text.lines().count() <= 24, "{text}");
}
