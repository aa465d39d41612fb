//! Through what.

use serde_json::{Value, json};

use super::{change, record, with};
use crate::cloudtrail::AgentKind;

#[track_caller]
fn check(event: Value, kind: AgentKind, text: &str) {
    let agent = change(&event).agent;
    assert_eq!((agent.kind, agent.describe().as_raw()), (kind, text), "{event}");
}

#[test]
fn the_user_agent_tells_the_tool() {
    for (user_agent, kind, text) in [
        ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.1030 Linux]", AgentKind::Console, "AWS console"),
        ("[AWS Console S3, S3Console/0.4 cfg/retry-mode/legacy]", AgentKind::Console, "AWS console"),
        ("signin.amazonaws.com", AgentKind::Console, "AWS console"),
        ("[aws-cli/2.15.0 Python/3.11.6 exe/x86_64 command/s3api.put-bucket-acl]", AgentKind::Cli, "AWS CLI"),
        ("aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5", AgentKind::Sdk, "aws-sdk-go-v2/1.30.3"),
        ("[Boto3/1.26 Python/3.9]", AgentKind::Sdk, "Boto3/1.26"),
        (
            "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 (+https://www.terraform.io) terraform-provider-aws/5.58.0 aws-sdk-go-v2/1.30.1",
            AgentKind::Terraform,
            "Terraform",
        ),
        ("APN/1.0 OpenTofu/1.8 aws-sdk-go-v2/1.30.1", AgentKind::Terraform, "Terraform"),
        ("Pulumi/3.0 aws-sdk-go-v2/1", AgentKind::Pulumi, "Pulumi"),
        ("aws-cdk/2.1 aws-sdk-js/3", AgentKind::Cdk, "AWS CDK"),
        ("cloudformation.amazonaws.com", AgentKind::CloudFormation, "CloudFormation"),
        ("[AWSCloudTrail, aws-internal/3 aws-sdk-java/1.12]", AgentKind::Service, "AWSCloudTrail"),
        ("AWS Internal", AgentKind::Service, "AWS Internal"),
        ("config.amazonaws.com", AgentKind::Service, "config.amazonaws.com"),
        ("curl/8.5.0", AgentKind::Unknown, "curl/8.5.0"),
        ("", AgentKind::Unknown, ""),
    ] {
        let event = record("DeleteBucket", json!({"bucketName": "b"}));
        check(with(event, "userAgent", json!(user_agent)), kind, text);
    }
}

#[test]
fn a_service_that_acted_for_somebody_is_the_agent_and_the_somebody_stays_the_actor() {
    let event = record("PutBucketPolicy", json!({"bucketName": "b"}));
    let identity = json!({"type": "IAMUser", "userName": "ann", "accountId": "111122223333",
        "invokedBy": "cloudformation.amazonaws.com"});
    let by_stack = with(event.clone(), "userIdentity", identity);
    assert_eq!(change(&by_stack).actor.describe(None).as_raw(), "IAM user ann of account 111122223333");
    check(by_stack, AgentKind::CloudFormation, "CloudFormation");
    let cdk = json!({"type": "AssumedRole", "invokedBy": "cloudformation.amazonaws.com",
        "arn": "arn:aws:sts::1:assumed-role/cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1/AWSCloudFormation"});
    check(with(event.clone(), "userIdentity", cdk), AgentKind::Cdk, "AWS CDK");
    let config = json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"});
    check(with(event, "userIdentity", config), AgentKind::Service, "config.amazonaws.com");
}

#[test]
fn credentials_of_the_console_tell_where_the_user_agent_does_not() {
    for flag in [json!("true"), json!(true)] {
        let event = record("DeleteBucket", json!({"bucketName": "b"}));
        let event =
            with(with(event, "userAgent", json!("Mozilla/5.0")), "sessionCredentialFromConsole", flag);
        check(event, AgentKind::Console, "AWS console");
    }
}
