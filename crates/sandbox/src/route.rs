//! Which operation a call is.

use hyper::Method;

use crate::operation::Operation;
use crate::wire::call::{Call, Service};
use crate::wire::refusal::Refusal;

/// Gives the operation that `call` asks for.
///
/// # Errors
/// Where the sandbox has no such operation.
pub(crate) fn operation(call: &Call) -> Result<Operation, Refusal> {
    let found = match (call.service, &call.bucket, &call.key) {
        (Service::Token, ..) => token(call),
        (Service::Control, ..) => control(call),
        (Service::S3, None, _) => (call.method == Method::GET).then_some(Operation::ListBuckets),
        (Service::S3, Some(_), None) => bucket(call),
        (Service::S3, Some(_), Some(_)) => object(call),
    };
    found.ok_or_else(Refusal::not_implemented)
}

fn token(call: &Call) -> Option<Operation> {
    match call.query.get("Action")? {
        "GetCallerIdentity" => Some(Operation::GetCallerIdentity),
        "AssumeRole" => Some(Operation::AssumeRole),
        _ => None,
    }
}

fn control(call: &Call) -> Option<Operation> {
    use Operation as Op;
    let path: Vec<&str> = call.key.as_deref()?.split('/').collect();
    Some(match (call.method.as_str(), &path[..]) {
        ("GET", ["configuration", "publicAccessBlock"]) => Op::GetAccountPublicAccessBlock,
        ("PUT", ["configuration", "publicAccessBlock"]) => Op::PutAccountPublicAccessBlock,
        ("DELETE", ["configuration", "publicAccessBlock"]) => Op::DeleteAccountPublicAccessBlock,
        ("GET", ["accesspoint"]) => Op::ListAccessPoints,
        ("GET", ["accesspoint", _]) => Op::GetAccessPoint,
        ("GET", ["accesspoint", _, "policy"]) => Op::GetAccessPointPolicy,
        ("GET", ["accesspoint", _, "policyStatus"]) => Op::GetAccessPointPolicyStatus,
        ("GET", ["mrap", "instances"]) => Op::ListMultiRegionAccessPoints,
        ("GET", ["mrap", "instances", _]) => Op::GetMultiRegionAccessPoint,
        ("GET", ["mrap", "instances", _, "policy"]) => Op::GetMultiRegionAccessPointPolicy,
        ("GET", ["mrap", "instances", _, "policystatus"]) => Op::GetMultiRegionAccessPointPolicyStatus,
        _ => return None,
    })
}

/// What GET, PUT and DELETE of a sub-resource are.
type Verbs = [Option<Operation>; 3];

/// The sub-resources of a bucket.
const BUCKET_PARTS: [(&str, Verbs); 11] = {
    use Operation as Op;
    [
        ("location", [Some(Op::GetBucketLocation), None, None]),
        (
            "ownershipControls",
            [
                Some(Op::GetBucketOwnershipControls),
                Some(Op::PutBucketOwnershipControls),
                Some(Op::DeleteBucketOwnershipControls),
            ],
        ),
        (
            "publicAccessBlock",
            [
                Some(Op::GetPublicAccessBlock),
                Some(Op::PutPublicAccessBlock),
                Some(Op::DeletePublicAccessBlock),
            ],
        ),
        ("policyStatus", [Some(Op::GetBucketPolicyStatus), None, None]),
        ("policy", [Some(Op::GetBucketPolicy), Some(Op::PutBucketPolicy), Some(Op::DeleteBucketPolicy)]),
        ("acl", [Some(Op::GetBucketAcl), Some(Op::PutBucketAcl), None]),
        ("website", [Some(Op::GetBucketWebsite), None, None]),
        ("requestPayment", [Some(Op::GetBucketRequestPayment), None, None]),
        ("encryption", [Some(Op::GetBucketEncryption), None, None]),
        ("tagging", [Some(Op::GetBucketTagging), None, None]),
        ("logging", [Some(Op::GetBucketLogging), None, None]),
    ]
};

/// Sub-resources that exist on AWS and not here; without this list they would pass for a listing or a creation.
const UNKNOWN_PARTS: [&str; 17] = [
    "accelerate",
    "analytics",
    "cors",
    "delete",
    "intelligent-tiering",
    "inventory",
    "lifecycle",
    "metrics",
    "notification",
    "object-lock",
    "replication",
    "session",
    "tagging",
    "uploads",
    "uploadId",
    "versioning",
    "versions",
];

fn bucket(call: &Call) -> Option<Operation> {
    let part = BUCKET_PARTS.iter().find(|(name, _)| call.query.has(name));
    if let Some((_, [get, put, delete])) = part {
        return match call.method {
            Method::GET => *get,
            Method::PUT => *put,
            Method::DELETE => *delete,
            _ => None,
        };
    }
    if is_unknown(call) {
        return None;
    }
    match call.method {
        Method::GET if call.query.get("list-type") == Some("2") => Some(Operation::ListObjectsV2),
        Method::GET => Some(Operation::ListObjects),
        Method::HEAD => Some(Operation::HeadBucket),
        Method::PUT => Some(Operation::CreateBucket),
        Method::DELETE => Some(Operation::DeleteBucket),
        _ => None,
    }
}

fn object(call: &Call) -> Option<Operation> {
    let acl = call.query.has("acl");
    if is_unknown(call) {
        return None;
    }
    match call.method {
        Method::GET if acl => Some(Operation::GetObjectAcl),
        Method::PUT if acl => Some(Operation::PutObjectAcl),
        Method::GET => Some(Operation::GetObject),
        Method::HEAD => Some(Operation::HeadObject),
        Method::PUT if call.header("x-amz-copy-source").is_none() => Some(Operation::PutObject),
        Method::DELETE => Some(Operation::DeleteObject),
        _ => None,
    }
}

fn is_unknown(call: &Call) -> bool {
    UNKNOWN_PARTS.iter().any(|name| call.query.has(name))
}
