//! AWS's Security Finding Format: one finding for each way in, archived when it is shut. *Source*:
//! docs.aws.amazon.com, "Required top-level ASFF attributes", "BatchImportFindings", read 2026-11-23.

use serde_json::{Value as Json, json};

use super::{Line, Reading, Turn, command, fact};
use crate::notice::Notice;
use crate::report::sentence;
use crate::report::wire::{Exposure, NoticeDocument, Severity};

/// The most characters of the members that Security Hub bounds.
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const RECOMMENDATION: usize = 512;
const FIELD: usize = 2_048;

/// Gives the findings of `notice` for the Security Hub of `region`, in each bucket's own account: active for what is open to strangers, archived for what was and no longer is.
///
/// *Unknowns*: a bucket that can no longer be judged archives nothing.
pub fn findings(notice: &Notice, region: &str) -> Vec<Json> {
    let document = NoticeDocument::from(notice);
    let readings = document.transitions.iter().map(Reading::of);
    readings.flat_map(|reading| of_transition(&notice.id, &reading, region)).collect()
}

fn of_transition(notice: &str, reading: &Reading<'_>, region: &str) -> Vec<Json> {
    let open = reading.open();
    let mut findings: Vec<_> =
        open.iter().map(|exposure| finding(notice, reading, exposure, "ACTIVE", region)).collect();
    let sees = reading.after.is_some() && reading.turn() != Turn::LostSight || reading.is_shut();
    if sees {
        let still = |was: &&&Exposure| !open.iter().any(|exposure| exposure.fingerprint == was.fingerprint);
        let were = reading.were_open();
        let shut = were.iter().filter(still);
        findings.extend(shut.map(|exposure| finding(notice, reading, exposure, "ARCHIVED", region)));
    }
    findings
}

fn finding(notice: &str, reading: &Reading<'_>, exposure: &Exposure, state: &str, region: &str) -> Json {
    let transition = reading.transition;
    let partition = reading.partition();
    let account = transition.account.as_ref().map_or("000000000000", |account| account.as_str());
    let bucket = reading.bucket();
    let title = Line::new(format!(
        "S3 bucket {}: {} can {}",
        bucket.as_str(),
        sentence::who(exposure),
        sentence::access(&exposure.access)
    ));
    let at = transition.at.to_string();
    let label = if exposure.accepted_by.is_some() { "INFORMATIONAL" } else { label(exposure.severity) };
    let kinds = json!(["Effects/Data Exposure"]);
    let resource = json!({
        "Type": "AwsS3Bucket",
        "Id": Line::new(&reading.arn()).as_str(),
        "Partition": partition,
        "Region": transition.region.as_deref().unwrap_or(region),
    });
    let mut finding = json!({
        "SchemaVersion": "2018-10-08",
        "Id": format!("bucketwatch/{account}/{}", exposure.fingerprint),
        "ProductArn": format!("arn:{partition}:securityhub:{region}:{account}:product/{account}/default"),
        "GeneratorId": format!("bucketwatch/{}", exposure.path.as_str()),
        "AwsAccountId": account,
        "Types": kinds,
        "CreatedAt": at,
        "UpdatedAt": at,
        "Severity": {"Label": label, "Original": exposure.severity.as_str()},
        "FindingProviderFields": {"Severity": {"Label": label, "Original": exposure.severity.as_str()}, "Types": kinds},
        "Title": title.cut(TITLE).as_str(),
        "Description": Line::new(fact::way_in(exposure)).cut(DESCRIPTION).as_str(),
        "Remediation": {"Recommendation": {
            "Text": command::closing(exposure, reading).value.line().cut(RECOMMENDATION).as_str(),
        }},
        "ProductFields": {
            "bucketwatch/Notice": Line::new(notice).cut(FIELD).as_str(),
            "bucketwatch/Transition": Line::new(transition.id.as_str()).cut(FIELD).as_str(),
            "bucketwatch/Kind": transition.kind,
            "bucketwatch/Fingerprint": exposure.fingerprint,
            "bucketwatch/Who": fact::cause(&transition.cause).cut(FIELD).as_str(),
        },
        "Resources": [resource],
        "Compliance": {"Status": if state == "ACTIVE" { "FAILED" } else { "PASSED" }},
        "RecordState": state,
    });
    if let Some(by) = &exposure.accepted_by {
        finding["ProductFields"]["bucketwatch/AcceptedBy"] = Line::new(by).cut(FIELD).as_str().into();
    }
    finding
}

fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "CRITICAL",
        Severity::High => "HIGH",
        Severity::Medium => "MEDIUM",
        Severity::Low => "LOW",
        Severity::Informational => "INFORMATIONAL",
    }
}
