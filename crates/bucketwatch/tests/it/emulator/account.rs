//! Builds the fleet in the emulator's account.

use serde_json::{Value, json};

use super::calls::call;
use crate::fleet::Case;

const FLAGS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// Gives the calls that create a bucket as `case` says. Blocks come last: they would refuse what they shut.
pub(crate) fn creation(case: &Case) -> Vec<Value> {
    let bucket = case.name;
    let mut calls = vec![
        call("s3", "create_bucket", json!({"Bucket": bucket})),
        call("s3", "delete_public_access_block", json!({"Bucket": bucket})),
        call(
            "s3",
            "put_object",
            json!({"Bucket": bucket, "Key": "present", "Body": "written before anybody asks"}),
        ),
    ];
    if let Some(acl) = case.acl {
        calls.push(put_ownership(bucket, "ObjectWriter"));
        calls.push(put_acl(bucket, acl));
    }
    calls.push(put_ownership(bucket, case.ownership));
    if let Some(policy) = case.policy_text() {
        calls.push(put_policy(bucket, &policy));
    }
    if case.website {
        let website = json!({"IndexDocument": {"Suffix": "index.html"}});
        calls.push(call(
            "s3",
            "put_bucket_website",
            json!({"Bucket": bucket, "WebsiteConfiguration": website}),
        ));
    }
    if let Some(flags) = case.block {
        calls.push(put_block(bucket, flags));
    }
    calls
}

/// Gives the call that sets a bucket's policy.
pub(crate) fn put_policy(bucket: &str, policy: &str) -> Value {
    call("s3", "put_bucket_policy", json!({"Bucket": bucket, "Policy": policy}))
}

/// Gives the call that sets a bucket's Block Public Access.
pub(crate) fn put_block(bucket: &str, flags: [bool; 4]) -> Value {
    let block: serde_json::Map<String, Value> =
        FLAGS.iter().zip(flags).map(|(name, flag)| ((*name).to_owned(), Value::Bool(flag))).collect();
    call("s3", "put_public_access_block", json!({"Bucket": bucket, "PublicAccessBlockConfiguration": block}))
}

/// Gives the call that sets a bucket's Object Ownership.
pub(crate) fn put_ownership(bucket: &str, ownership: &str) -> Value {
    let rules = json!({"Rules": [{"ObjectOwnership": ownership}]});
    call("s3", "put_bucket_ownership_controls", json!({"Bucket": bucket, "OwnershipControls": rules}))
}

/// Gives the call that sets a bucket's ACL: a canned one, or one grant as `Group:PERMISSION`.
pub(crate) fn put_acl(bucket: &str, acl: &str) -> Value {
    let Some((group, permission)) = acl.split_once(':') else {
        return call("s3", "put_bucket_acl", json!({"Bucket": bucket, "ACL": acl}));
    };
    let uri = format!("uri=\"http://acs.amazonaws.com/groups/global/{group}\"");
    let parameter = match permission {
        "READ_ACP" => "GrantReadACP",
        "WRITE_ACP" => "GrantWriteACP",
        "WRITE" => "GrantWrite",
        "FULL_CONTROL" => "GrantFullControl",
        _ => "GrantRead",
    };
    call("s3", "put_bucket_acl", json!({"Bucket": bucket, parameter: uri}))
}
