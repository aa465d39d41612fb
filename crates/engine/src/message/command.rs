//! What a reader can run: the proof, the cure, and the way to the console.

use super::fact::{Fact, Value};
use super::{Line, Reading};
use crate::escape::{shell_word, terminal_cell};
use crate::report::explain::proof_command;
use crate::report::wire::{Exposure, Path};

/// A longer command is no help on one screen.
const LONGEST: usize = 600;

const ALL_BLOCKS: &str =
    "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true";

/// Gives the request that would succeed.
pub(super) fn proof(exposure: &Exposure, reading: &Reading<'_>) -> Option<Fact> {
    let witness = exposure.witness.as_ref()?;
    let command = proof_command(witness, reading.transition.region.as_deref());
    let value = match command.filter(|command| command.len() <= LONGEST) {
        Some(command) => Value::Command(Line::new(command)),
        None => Value::Text(Line::new(format!("{} on {}", witness.action, terminal_cell(&witness.resource)))),
    };
    Some(Fact { label: "Proof", value })
}

/// Gives the command that closes the way in; words where no command closes it and nothing else.
pub(super) fn closing(exposure: &Exposure, reading: &Reading<'_>) -> Fact {
    let bucket = shell_word(&reading.transition.bucket);
    let is_acl = matches!(exposure.path, Path::BucketAcl | Path::ObjectAcl);
    // RestrictPublicBuckets holds only what AWS itself calls public.
    let is_held = exposure.path == Path::BucketPolicy
        && reading.after.as_ref().is_some_and(|after| after.aws_public == Some(true));
    match bucket {
        Some(bucket) if is_acl || is_held => {
            let region = reading.transition.region.as_deref().and_then(|region| shell_word(&region.into()));
            let region = region.map_or_else(String::new, |region| format!(" --region={region}"));
            let command = format!(
                "aws s3api put-public-access-block --bucket={bucket}{region} --public-access-block-configuration={ALL_BLOCKS}"
            );
            Fact { label: "Close", value: Value::Command(Line::new(command)) }
        }
        _ => {
            let document = match exposure.path {
                Path::AccessPoint | Path::MultiRegionAccessPoint => "the access point's policy",
                _ => "the bucket policy",
            };
            let pointer = terminal_cell(&exposure.pointer.as_str().into());
            let words = format!("take {pointer} out of {document}, or narrow its Principal");
            Fact { label: "Close", value: Value::Text(Line::new(words)) }
        }
    }
}

/// Gives the page of the bucket's permissions in the console; none for a name that no bucket can have, or a region
/// that nobody knows.
pub(super) fn console(reading: &Reading<'_>) -> Option<Fact> {
    let bucket = reading.transition.bucket.as_raw();
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    let region = reading.transition.region.as_deref().filter(|region| plain(region))?;
    if !plain(bucket) || reading.transition.after.is_none() {
        return None;
    }
    let domain = match reading.partition() {
        "aws-cn" => "console.amazonaws.cn",
        "aws-us-gov" => "console.amazonaws-us-gov.com",
        _ => "console.aws.amazon.com",
    };
    let url = format!("https://{domain}/s3/buckets/{bucket}?region={region}&tab=permissions");
    Some(Fact { label: "Console", value: Value::Link(Line::new(url)) })
}
