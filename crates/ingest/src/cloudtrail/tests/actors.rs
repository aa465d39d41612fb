//! Who, for a person who looks after account 111122223333.

use bucketwatch_policy::name::AccountId;
use serde_json::{Value, json};

use super::{change, record, with};
use crate::cloudtrail::Actor;

fn described(identity: Value) -> (Actor, String) {
    let event = with(record("DeleteBucket", json!({"bucketName": "b"})), "userIdentity", identity);
    let actor = change(&event).actor;
    let owner = AccountId::parse("111122223333");
    let text = actor.describe(owner.as_ref()).as_raw().to_owned();
    (actor, text)
}

#[test]
fn every_kind_of_identity_is_named_as_people_know_it() {
    let issuer = |name: &str| json!({"sessionIssuer": {"type": "Role", "userName": name}});
    let sso = "AWSReservedSSO_Admin_Access_d9ce1347d0a6dd3f";
    let rows = [
        (
            "an IAM user by name",
            json!({"type": "IAMUser", "accountId": "111122223333", "userName": "ann"}),
            "IAM user ann",
        ),
        (
            "an IAM user by ARN",
            json!({"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/team/ann"}),
            "IAM user ann",
        ),
        (
            "a role and its session",
            json!({"type": "AssumedRole", "accountId": "111122223333", "sessionContext": issuer("deployer"),
                "arn": "arn:aws:sts::111122223333:assumed-role/deployer/ci-42"}),
            "role deployer (session ci-42)",
        ),
        (
            "a session by the principal's id",
            json!({"type": "AssumedRole", "principalId": "AROA:ci-42", "sessionContext": issuer("deployer")}),
            "role deployer (session ci-42)",
        ),
        (
            "a role of another account",
            json!({"type": "AssumedRole", "accountId": "444455556666",
                "arn": "arn:aws:sts::444455556666:assumed-role/vendor/s"}),
            "role vendor (session s) of account 444455556666",
        ),
        (
            "a person of single sign-on",
            json!({"type": "AssumedRole", "accountId": "111122223333", "sessionContext": issuer(sso),
                "arn": format!("arn:aws:sts::111122223333:assumed-role/{sso}/ann@example.org")}),
            "ann@example.org (single sign-on, Admin_Access)",
        ),
        (
            "the root user",
            json!({"type": "Root", "accountId": "111122223333", "arn": "arn:aws:iam::111122223333:root"}),
            "the root user",
        ),
        (
            "a federated user and who let it in",
            json!({"type": "FederatedUser", "accountId": "111122223333",
                "arn": "arn:aws:sts::111122223333:federated-user/bob",
                "sessionContext": {"sessionIssuer": {"type": "IAMUser", "userName": "broker"}}}),
            "federated user bob (by broker)",
        ),
        (
            "a web identity",
            json!({"type": "WebIdentityUser", "userName": "repo:x", "identityProvider": "token.example"}),
            "federated user repo:x (by token.example)",
        ),
        (
            "an identity center user",
            json!({"type": "IdentityCenterUser", "accountId": "111122223333",
                "onBehalfOf": {"userId": "u-1"}}),
            "federated user u-1",
        ),
        (
            "a service",
            json!({"type": "AWSService", "invokedBy": "config.amazonaws.com"}),
            "AWS service config.amazonaws.com",
        ),
        (
            "a service whose type is left out",
            json!({"accountId": "111122223333", "invokedBy": "s3.amazonaws.com"}),
            "AWS service s3.amazonaws.com",
        ),
        (
            "somebody of another account",
            json!({"type": "AWSAccount", "accountId": "444455556666", "principalId": "AIDAX"}),
            "principal AIDAX of account 444455556666",
        ),
        (
            "another account, no more",
            json!({"type": "AWSAccount", "accountId": "444455556666"}),
            "somebody of account 444455556666",
        ),
        (
            "nobody",
            json!({"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}),
            "an anonymous caller",
        ),
        ("a type to come", json!({"type": "Hologram"}), ""),
        ("nothing", Value::Null, ""),
        ("no object", json!("ann"), ""),
    ];
    for (rule, identity, expected) in rows {
        let (actor, text) = described(identity);
        assert_eq!(text, expected, "{rule}: {actor:?}");
    }
}

#[test]
fn a_person_of_single_sign_on_is_no_role() {
    let (actor, _) = described(json!({"type": "AssumedRole",
        "arn": "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Read_0123456789abcdef/ann"}));
    let expected = Actor::SsoUser { person: "ann".into(), permission_set: "Read".into(), account: None };
    assert_eq!(actor, expected);
}
