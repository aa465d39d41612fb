//! What would close a way in.

use bucketwatch_policy::untrusted::Untrusted;

use crate::escape::{shell_word, terminal};
use crate::report::wire::{AssessmentDocument, Audience, Exposure, Path};

const ALL_BLOCKS: &str =
    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true";

/// Gives what would close `exposure`. Nothing of it is done here.
pub(super) fn lines(exposure: &Exposure, assessment: &AssessmentDocument) -> Vec<String> {
    let bucket = assessment.bucket.as_ref().and_then(shell_word).map(|bucket| format!("--bucket={bucket}"));
    let pointer = terminal(&exposure.pointer.as_str().into());
    let command = |name: &str, setting: &str| {
        bucket.as_ref().map(|bucket| format!("  aws s3api {name} {bucket} {setting}"))
    };
    let public = matches!(exposure.audience, Audience::Anyone | Audience::AnyAwsAccount);
    let block = (public && assessment.aws_public == Some(true) || is_acl(exposure))
        .then(|| {
            command("put-public-access-block", &quoted("--public-access-block-configuration", ALL_BLOCKS))
        })
        .flatten();
    let mut lines = Vec::new();
    match exposure.path {
        Path::BucketPolicy => {
            lines.push(format!("to close: take {pointer} out of the policy, or narrow its Principal"));
        }
        Path::AccessPoint | Path::MultiRegionAccessPoint => {
            lines.push(format!("to close: take {pointer} out of the access point's policy, or narrow it"));
        }
        Path::BucketAcl => {
            lines.push("to close: make the ACL private, or better, disable ACLs:".to_owned());
            lines.extend(command("put-bucket-acl", "--acl=private"));
            let rule = "Rules=[{ObjectOwnership=BucketOwnerEnforced}]";
            lines.extend(command("put-bucket-ownership-controls", &quoted("--ownership-controls", rule)));
        }
        Path::ObjectAcl => lines.push("to close: make the object's ACL private, or disable ACLs".to_owned()),
    }
    if let Some(block) = block {
        lines.push("or block public access to the bucket altogether:".to_owned());
        lines.push(block);
    }
    lines
}

fn is_acl(exposure: &Exposure) -> bool {
    matches!(exposure.path, Path::BucketAcl | Path::ObjectAcl)
}

fn quoted(option: &str, value: &str) -> String {
    format!("{option}={}", shell_word(&Untrusted::new(value)).unwrap_or_default())
}
