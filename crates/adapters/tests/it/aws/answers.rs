//! Single answers that no well-behaved account gives.

use bucketwatch_adapters::aws::connect;
use bucketwatch_engine::cloud::{Cause, Cloud as _, CloudError, TableAddress};

use super::fixture::{account_id, address, to};
use super::stub::Stub;

/// Asks for whatever of a bucket comes as XML, and gives the errors.
async fn errors(status: u16, headers: &str, body: &str) -> Vec<CloudError> {
    let stub = Stub::start(status, headers, body).await;
    let cloud = connect(&to(&stub.url)).await.unwrap();
    let bucket = address("b", Some("us-east-1"), &account_id());
    [
        cloud.ownership(&bucket).await.map(|fact| format!("{fact:?}")),
        cloud.bucket_block(&bucket).await.map(|fact| format!("{fact:?}")),
        cloud.acl(&bucket).await.map(|fact| format!("{fact:?}")),
        cloud.requester_pays(&bucket).await.map(|fact| format!("{fact:?}")),
        cloud.default_encryption(&bucket).await.map(|fact| format!("{fact:?}")),
    ]
    .into_iter()
    .map(Result::unwrap_err)
    .collect()
}

#[tokio::test]
async fn an_empty_403_is_a_denial() {
    for error in errors(403, "", "").await {
        assert_eq!((error.cause, error.code.as_str()), (Cause::Denied, "AccessDenied"), "{error}");
    }
}

#[tokio::test]
async fn a_404_without_a_code_never_means_that_there_is_none() {
    for error in errors(404, "", "").await {
        assert_eq!(error.cause, Cause::Bug, "{error}");
    }
    for error in errors(404, "", "<html>not found</html>").await {
        assert_eq!(error.cause, Cause::Bug, "{error}");
    }
}

#[tokio::test]
async fn an_answer_without_content_is_not_understood() {
    for error in errors(200, "", "").await {
        assert_eq!(error.cause, Cause::Bug, "{error}");
    }
}

#[tokio::test]
async fn a_foreign_document_is_not_understood() {
    for error in errors(200, "", "<Foreign><IsPublic>false</IsPublic></Foreign>").await {
        assert_eq!(error.cause, Cause::Bug, "{error}");
    }
}

#[tokio::test]
async fn a_code_for_absence_with_another_status_is_no_absence() {
    let body = "<Error><Code>NoSuchBucketPolicy</Code><Message>m</Message></Error>";
    let stub = Stub::start(403, "", body).await;
    let cloud = connect(&to(&stub.url)).await.unwrap();
    let error = cloud.policy(&address("b", Some("us-east-1"), &account_id())).await.unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
}

#[tokio::test]
async fn a_policy_status_that_says_nothing_is_unknown() {
    let cases = [
        (200, "<PolicyStatus></PolicyStatus>"),
        (200, "<PolicyStatus xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"),
    ];
    for (status, body) in cases {
        let stub = Stub::start(status, "", body).await;
        let cloud = connect(&to(&stub.url)).await.unwrap();
        let public = cloud.policy_status(&address("b", Some("us-east-1"), &account_id())).await.unwrap();
        assert_eq!(public, None, "{body}");
    }
    let stub = Stub::start(200, "", "<ListBucketResult><IsPublic>false</IsPublic></ListBucketResult>").await;
    let cloud = connect(&to(&stub.url)).await.unwrap();
    let answer = cloud.policy_status(&address("b", Some("us-east-1"), &account_id())).await;
    assert_ne!(answer.ok().flatten(), Some(false));
}

#[tokio::test]
async fn a_region_that_is_not_enabled_is_a_denial_of_its_buckets_only() {
    let body = "<Error><Code>InvalidToken</Code><Message>The provided token is malformed or otherwise invalid.</Message></Error>";
    for error in errors(400, "", body).await {
        assert_eq!((error.cause, error.code.as_str()), (Cause::Denied, "InvalidToken"));
    }
}

#[tokio::test]
async fn credentials_that_ran_out_are_told_apart() {
    let body = "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
    for error in errors(400, "", body).await {
        assert_eq!((error.cause, error.code.as_str()), (Cause::Credentials, "ExpiredToken"));
    }
}

#[tokio::test]
async fn a_redirect_to_what_is_no_region_is_not_followed() {
    let headers = "x-amz-bucket-region: evil.example.com/\r\n";
    let body = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>";
    for error in errors(301, headers, body).await {
        assert_eq!((error.cause, error.code.as_str()), (Cause::Bug, "PermanentRedirect"));
    }
}

#[tokio::test]
async fn a_redirect_loop_ends_after_one_step() {
    let headers = "x-amz-bucket-region: eu-west-1\r\n";
    let body = "<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>";
    for error in errors(301, headers, body).await {
        assert_eq!(error.code, "PermanentRedirect");
    }
}

#[tokio::test]
async fn text_of_the_other_side_stays_on_one_line() {
    let body = "<Error><Code>Odd</Code><Message>a\u{1b}[31m\nb</Message></Error>";
    for error in errors(400, "", body).await {
        let source = error.source.unwrap().to_string();
        assert!(!source.contains(['\u{1b}', '\n']), "{source:?}");
    }
}

#[tokio::test]
async fn a_table_tells_its_policy_and_its_errors_in_json() {
    let table = TableAddress::of_bucket("arn:aws:s3tables:eu-west-1:123456789012:bucket/sales").unwrap();
    let forbidden = "x-amzn-errortype: ForbiddenException:http://internal\r\n";
    let no_policy = r#"{"__type": "com.amazonaws#NotFoundException", "message": "no policy"}"#;
    for (status, headers, body, expected) in [
        (200, "", r#"{"resourcePolicy": "{}"}"#, Ok(Some("{}".to_owned()))),
        (404, "", no_policy, Ok(None)),
        (404, "x-amzn-errortype: NotFoundException\r\n", "", Ok(None)),
        (403, forbidden, "{}", Err((Cause::Denied, "ForbiddenException"))),
        (403, "", no_policy, Err((Cause::Denied, "NotFoundException"))),
        (404, "", "<Error><Code>NotFoundException</Code></Error>", Err((Cause::Bug, "Http404"))),
        (200, "", r#"{"resourcePolicy": ""}"#, Err((Cause::Bug, "UnexpectedAnswer"))),
        (200, "", r#"{"policy": "{}"}"#, Err((Cause::Bug, "UnexpectedAnswer"))),
        (200, "", "<html>", Err((Cause::Bug, "UnexpectedAnswer"))),
    ] {
        let stub = Stub::start(status, headers, body).await;
        let cloud = connect(&to(&stub.url)).await.unwrap();
        let answer = cloud.table_policy(&table).await;
        let answer = answer.as_ref().map(Clone::clone).map_err(|error| (error.cause, error.code.as_str()));
        assert_eq!(answer, expected, "{status} {headers} {body}");
    }
}
