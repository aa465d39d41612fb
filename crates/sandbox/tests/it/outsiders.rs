//! Unsigned callers and callers of other accounts.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_sandbox::{Handle, demo};

use crate::client::{Answer, get, send, signed, signed_by, start};

async fn unsigned(sandbox: &Handle, method: &str, path: &str) -> Answer {
    send(sandbox, method, path, "", "text").await
}

#[tokio::test]
async fn strangers_read_what_policies_open_and_nothing_else() {
    let sandbox = start(demo::account()).await;
    for (name, status) in [
        ("acme-website", 200),
        ("acme-open-data", 200),
        ("acme-half-internet", 200),
        ("acme-customer-records", 403),
        ("acme-partner-exchange", 403),
        ("acme-org-datasets", 403),
        ("acme-office-reports", 403),
        ("acme-backups", 403),
        ("acme-requester-pays", 403),
        ("acme-hotlink-guard", 403),
        ("acme-org-only", 403),
        ("acme-legacy-photos", 403),
        ("acme-payroll", 403),
    ] {
        let answer = unsigned(&sandbox, "GET", &format!("/{name}/index.html")).await;
        assert_eq!(answer.status, status, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn strangers_list_and_write_what_acls_open() {
    let sandbox = start(demo::account()).await;
    for (method, path, status) in [
        ("GET", "/acme-legacy-photos", 200),
        ("GET", "/acme-dropbox?list-type=2", 200),
        ("GET", "/acme-any-account", 403),
        ("GET", "/acme-invoices", 403),
        ("GET", "/acme-website", 403),
        ("PUT", "/acme-dropbox/new", 200),
        ("PUT", "/acme-legacy-photos/new", 403),
        ("GET", "/acme-legacy-photos?acl", 403),
        ("DELETE", "/acme-dropbox", 403),
    ] {
        assert_eq!(unsigned(&sandbox, method, path).await.status, status, "{method} {path}");
    }
}

#[tokio::test]
async fn a_caller_of_another_account_gets_what_any_account_gets() {
    let sandbox = start(demo::account()).await;
    let foreign = |region: &str| signed_by("444455556666", region);
    for (path, region, headers, status) in [
        ("/acme-any-account", "us-east-1", "", 200),
        ("/acme-partner-exchange/index.html", "eu-west-1", "", 200),
        ("/acme-customer-records/index.html", "us-east-1", "", 403),
        ("/acme-requester-pays/index.html", "us-east-1", "", 403),
        ("/acme-requester-pays/index.html", "us-east-1", "x-amz-request-payer: requester\r\n", 200),
        ("/acme-data-lake/index.html", "eu-west-1", "", 403),
        ("/index.html", "eu-west-1", "Host: acme-lake-readers-111122223333.localhost\r\n", 403),
        (
            "/index.html",
            "eu-west-1",
            "Host: acme-lake-readers-111122223333.localhost\r\nx-sandbox-context: aws:SecureTransport=true\r\n",
            200,
        ),
    ] {
        let answer = send(&sandbox, "GET", path, &(foreign(region) + headers), "").await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn access_points_refuse_unsigned_callers() {
    let sandbox = start(demo::account()).await;
    let host = "Host: acme-lake-readers-111122223333.localhost\r\n";
    let answer = send(&sandbox, "GET", "/index.html", host, "").await;
    assert_eq!(answer.outcome(), (403, Some("AccessDenied")));
}

#[tokio::test]
async fn policies_are_no_outsiders_business() {
    let sandbox = start(demo::account()).await;
    for (method, path) in
        [("GET", "/acme-website?policy"), ("PUT", "/acme-website?policy"), ("DELETE", "/acme-website?policy")]
    {
        assert_eq!(
            unsigned(&sandbox, method, path).await.outcome(),
            (405, Some("MethodNotAllowed")),
            "{method}"
        );
    }
}

#[tokio::test]
async fn what_the_request_carries_counts() {
    let sandbox = start(demo::account()).await;
    for (path, headers, status) in [
        ("/acme-hotlink-guard/index.html", "Referer: https://www.example.com/page\r\n", 200),
        ("/acme-hotlink-guard/index.html", "Referer: https://other.example/\r\n", 403),
        ("/acme-office-reports/index.html", "x-sandbox-context: aws:SourceIp=203.0.113.9\r\n", 200),
        ("/acme-half-internet/index.html", "x-sandbox-context: aws:SourceIp=9.9.9.9\r\n", 403),
    ] {
        assert_eq!(send(&sandbox, "GET", path, headers, "").await.status, status, "{path} {headers}");
    }
}

#[tokio::test]
async fn calls_come_without_tls_unless_a_test_says_otherwise() {
    let sandbox = start(demo::account()).await;
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-website/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
         "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#;
    sandbox.change(|account| {
        account.change("acme-website", |bucket| bucket.snapshot.policy = Observed::Present(text.to_owned()))
    });
    let path = "/acme-website/index.html";
    assert_eq!(send(&sandbox, "GET", path, "", "").await.status, 403);
    let tls = "x-sandbox-context: aws:SecureTransport=true\r\n";
    assert_eq!(send(&sandbox, "GET", path, tls, "").await.status, 200);
}

#[tokio::test]
async fn missing_objects_are_told_only_to_those_who_may_list() {
    let sandbox = start(demo::account()).await;
    let missing = |bucket: &str| format!("/{bucket}/missing");
    let (open, read_only) = (missing("acme-open-data"), missing("acme-website"));
    assert_eq!(unsigned(&sandbox, "GET", &open).await.outcome(), (404, Some("NoSuchKey")));
    assert_eq!(unsigned(&sandbox, "GET", &read_only).await.outcome(), (403, Some("AccessDenied")));
}

#[tokio::test]
async fn policy_status_is_what_the_documented_rule_says() {
    let sandbox = start(demo::account()).await;
    for (name, region, expected) in [
        ("acme-website", "us-east-1", Some("true")),
        ("acme-org-only", "eu-west-1", Some("true")),
        ("acme-office-reports", "eu-west-1", Some("false")),
        ("acme-partner-exchange", "eu-west-1", Some("false")),
    ] {
        let headers = signed_by("AKIAOWNEROWNEROWNER0", region);
        let answer = send(&sandbox, "GET", &format!("/{name}?policyStatus"), &headers, "").await;
        assert_eq!(answer.text("IsPublic"), expected, "{name}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_blocked_public_policy_cannot_be_stored() {
    let sandbox = start(demo::account()).await;
    let public = get(&sandbox, "/acme-website?policy").await.body;
    let refused = send(&sandbox, "PUT", "/acme-customer-records?policy", &signed(), &public).await;
    assert_eq!(refused.outcome(), (403, Some("AccessDenied")));
    assert!(refused.body.contains("BlockPublicPolicy"));
}

#[tokio::test]
async fn each_step_of_the_demonstration_changes_what_strangers_can_do() {
    let sandbox = start(demo::account()).await;
    let paths = [
        ("GET", "/acme-press-kit/index.html", 403, 200),
        ("PUT", "/acme-team-uploads/new", 403, 200),
        ("GET", "/acme-open-data/index.html", 200, 403),
    ];
    for (step, (method, path, before, after)) in demo::steps().iter().zip(paths) {
        assert_eq!(unsigned(&sandbox, method, path).await.status, before, "{}", step.title);
        assert!(sandbox.change(|account| step.apply(account)), "{}", step.bucket);
        assert_eq!(unsigned(&sandbox, method, path).await.status, after, "{}", step.title);
    }
}
