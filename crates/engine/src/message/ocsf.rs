//! OCSF Detection Findings (class 2004), one for each way in, with the cloud profile. *Source*: schema.ocsf.io 1.3.0,
//! "Detection Finding", read 2026-11-23.

use serde_json::{Value as Json, json};

use super::{Line, Reading, Turn, command, fact};
use crate::notice::Notice;
use crate::report::sentence;
use crate::report::wire::{Exposure, NoticeDocument, Severity, TransitionDocument};

/// What becomes of a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Activity {
    Create = 1,
    Update = 2,
    Close = 3,
}

/// Gives the findings of `notice`: created for what has opened, updated for what is still open, closed for what is
/// shut.
///
/// *Unknowns*: a bucket that can no longer be judged closes nothing.
pub fn detection_findings(notice: &Notice) -> Vec<Json> {
    let document = NoticeDocument::from(notice);
    let readings = document.transitions.iter().map(Reading::of);
    readings.flat_map(|reading| of_transition(&notice.id, &reading)).collect()
}

fn of_transition(notice: &str, reading: &Reading<'_>) -> Vec<Json> {
    let (open, were) = (reading.open(), reading.were_open());
    let among =
        |list: &[&Exposure], one: &Exposure| list.iter().any(|other| other.fingerprint == one.fingerprint);
    let mut findings = Vec::new();
    for exposure in &open {
        let activity = if among(&were, exposure) { Activity::Update } else { Activity::Create };
        findings.push(finding(notice, reading, exposure, activity));
    }
    let sees = reading.after.is_some() && reading.turn() != Turn::LostSight || reading.is_shut();
    for exposure in were.iter().filter(|exposure| sees && !among(&open, exposure)) {
        findings.push(finding(notice, reading, exposure, Activity::Close));
    }
    findings
}

fn finding(notice: &str, reading: &Reading<'_>, exposure: &Exposure, activity: Activity) -> Json {
    let transition = reading.transition;
    let (status_id, status) = match activity {
        Activity::Create | Activity::Update if exposure.accepted_by.is_some() => (3, "Suppressed"),
        Activity::Create => (1, "New"),
        Activity::Update => (2, "In Progress"),
        Activity::Close => (4, "Resolved"),
    };
    let bucket = reading.bucket();
    let title = format!(
        "{} can {} of {}",
        sentence::who(exposure),
        sentence::access(&exposure.access),
        bucket.as_str()
    );
    let time = transition.at.as_millisecond();
    let (severity_id, severity) = severity(exposure.severity);
    json!({
        "activity_id": activity as u8,
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2004,
        "class_name": "Detection Finding",
        "type_uid": 200_400 + activity as u32,
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": reading.headline().as_str(),
        "metadata": {
            "version": "1.3.0",
            "uid": notice,
            "profiles": ["cloud"],
            "product": {"name": "bucketwatch", "vendor_name": "bucketwatch", "version": env!("CARGO_PKG_VERSION")},
        },
        "cloud": cloud(transition),
        "finding_info": {
            "uid": exposure.fingerprint,
            "title": Line::new(title).as_str(),
            "desc": Line::new(fact::way_in(exposure)).as_str(),
            "modified_time": time,
            "types": ["Data Exposure"],
        },
        "remediation": {"desc": command::closing(exposure, reading).value.line().as_str()},
        "resources": [{
            "uid": Line::new(&reading.arn()).as_str(),
            "name": bucket.as_str(),
            "type": "AWS::S3::Bucket",
            "region": transition.region,
            "cloud_partition": reading.partition(),
        }],
        "unmapped": {"transition": transition.id, "kind": transition.kind, "group_key": transition.group_key},
    })
}

fn cloud(transition: &TransitionDocument) -> Json {
    json!({
        "provider": "AWS",
        "region": transition.region,
        "account": {
            "uid": transition.account.as_ref().map(|account| account.as_str()),
            "type": "AWS Account",
            "type_id": 10,
        },
    })
}

fn severity(severity: Severity) -> (u8, &'static str) {
    match severity {
        Severity::Informational => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}
