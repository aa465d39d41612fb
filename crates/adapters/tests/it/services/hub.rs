//! Security Hub, against a stand-in that holds each finding to the AWS Security Finding Format.

use bucketwatch_adapters::security_hub::SecurityHub;
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use serde_json::{Value, json};

use super::session;
use crate::hooks::{configured, limits};
use crate::http::stand_in::{Received, Reply, StandIn};
use crate::notifier_contract::sample;

pub(super) fn hub(url: &str) -> SecurityHub {
    let config = configured("[[notify.security_hub]]\nregion = \"eu-west-1\"\n");
    SecurityHub::new(&config.security_hub[0], session(url))
}

fn between(value: &Value, least: usize, most: usize) -> bool {
    value.as_str().is_some_and(|text| (least..=most).contains(&text.chars().count()))
}

/// Tells whether Security Hub takes a finding. *Source*: docs.aws.amazon.com, "Required top-level ASFF attributes",
/// and the API reference of AwsSecurityFinding, read 2026-11-23.
fn takes(finding: &Value) -> Result<(), String> {
    let hold = |rule: bool, what: &str| if rule { Ok(()) } else { Err(format!("{what}: {finding}")) };
    hold(finding["SchemaVersion"] == "2018-10-08", "SchemaVersion")?;
    hold(between(&finding["Id"], 1, 512), "Id")?;
    hold(between(&finding["GeneratorId"], 1, 512), "GeneratorId")?;
    let account = finding["AwsAccountId"].as_str().unwrap_or_default();
    hold(account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()), "AwsAccountId")?;
    let product = format!("arn:aws:securityhub:eu-west-1:{account}:product/{account}/default");
    hold(finding["ProductArn"] == product.as_str(), "ProductArn")?;
    for time in ["CreatedAt", "UpdatedAt"] {
        hold(finding[time].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), time)?;
    }
    let labels = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];
    hold(labels.iter().any(|label| finding["Severity"]["Label"] == *label), "Severity")?;
    hold(between(&finding["Title"], 1, 256), "Title")?;
    hold(between(&finding["Description"], 1, 1_024), "Description")?;
    hold(between(&finding["Remediation"]["Recommendation"]["Text"], 1, 512), "Remediation")?;
    let namespaces = [
        "Software and Configuration Checks",
        "TTPs",
        "Effects",
        "Unusual Behaviors",
        "Sensitive Data Identifications",
    ];
    let kinds = finding["Types"].as_array().ok_or("Types")?;
    hold(
        kinds.len() <= 50
            && kinds
                .iter()
                .all(|kind| namespaces.iter().any(|known| kind.as_str().unwrap().starts_with(known))),
        "Types",
    )?;
    let resources = finding["Resources"].as_array().ok_or("Resources")?;
    hold((1..=32).contains(&resources.len()), "Resources")?;
    for resource in resources {
        hold(resource["Type"] == "AwsS3Bucket" && between(&resource["Id"], 1, 512), "Resource")?;
        hold(
            ["aws", "aws-cn", "aws-us-gov"].iter().any(|partition| resource["Partition"] == *partition),
            "Partition",
        )?;
    }
    let fields = finding["ProductFields"].as_object().ok_or("ProductFields")?;
    hold(fields.len() <= 50, "ProductFields")?;
    hold(fields.iter().all(|(name, value)| name.len() <= 128 && between(value, 1, 2_048)), "ProductFields")?;
    hold(["ACTIVE", "ARCHIVED"].iter().any(|state| finding["RecordState"] == *state), "RecordState")?;
    hold(
        finding.get("Workflow").is_none() && finding.get("UserDefinedFields").is_none(),
        "what only people set",
    )?;
    hold(finding.to_string().len() <= 240 * 1024, "size")
}

fn judge(request: &Received) -> Reply {
    let findings = request.json()["Findings"].as_array().unwrap().clone();
    let refused: Vec<_> = findings.iter().filter_map(|finding| takes(finding).err()).collect();
    if !(1..=100).contains(&findings.len()) || request.line != "POST /findings/import HTTP/1.1" {
        return Reply::status(400);
    }
    let answer = json!({
        "FailedCount": refused.len(), "SuccessCount": findings.len() - refused.len(),
        "FailedFindings": refused.iter().map(|why| json!({"Id": "x", "ErrorCode": "InvalidInput", "ErrorMessage": why})).collect::<Vec<_>>(),
    });
    Reply::Answer(200, String::new(), answer.to_string())
}

#[tokio::test]
async fn security_hub_takes_every_finding() {
    let server = StandIn::start(judge).await;
    for notice in limits::notices() {
        let outcome = hub(&server.url("")).deliver(&notice).await;
        let why: Vec<_> = server.received().last().map_or(Vec::new(), |request| {
            let findings = request.json()["Findings"].as_array().unwrap().clone();
            findings.iter().filter_map(|finding| takes(finding).err()).take(1).collect()
        });
        assert!(outcome.is_ok(), "{}: {outcome:?} {why:?}", notice.id);
    }
    let request = &server.received()[0];
    assert!(request.header("authorization").unwrap().contains("/eu-west-1/securityhub/aws4_request"));
}

#[tokio::test]
async fn a_finding_is_opened_kept_and_archived_under_one_id() {
    let server = StandIn::start(judge).await;
    let hub = hub(&server.url(""));
    let opened = sample::record("photos");
    let mut closed = sample::record("photos");
    closed.kind = "closed".to_owned();
    std::mem::swap(&mut closed.before, &mut closed.after);
    for (id, record) in [("n1", opened), ("n2", closed)] {
        hub.deliver(&sample::notice(id, vec![record])).await.unwrap();
    }
    hub.deliver(&sample::baseline("n3")).await.unwrap();
    let findings: Vec<_> =
        server.received().iter().map(|request| request.json()["Findings"][0].clone()).collect();
    assert_eq!(findings.len(), 2, "a baseline has no finding");
    assert_eq!(findings[0]["Id"], findings[1]["Id"]);
    assert_eq!(
        (&findings[0]["RecordState"], &findings[1]["RecordState"]),
        (&json!("ACTIVE"), &json!("ARCHIVED"))
    );
}

#[tokio::test]
async fn a_refused_finding_is_no_delivery() {
    for (answer, retry) in [
        (json!({"FailedCount": 1, "FailedFindings": [{"ErrorCode": "InvalidInput"}]}), Retry::Never),
        (json!({"FailedCount": 1, "FailedFindings": [{"ErrorCode": "InternalException"}]}), Retry::Later),
        (json!({}), Retry::Later),
    ] {
        let server = StandIn::start(move |_| Reply::Answer(200, String::new(), answer.to_string())).await;
        let error = hub(&server.url("")).deliver(&sample::opened("n1", &["photos"])).await.unwrap_err();
        assert_eq!(error.retry, retry, "{error}");
    }
}
