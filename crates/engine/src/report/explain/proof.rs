//! The witness as a command that a reader can run.

use bucketwatch_policy::untrusted::Untrusted;

use crate::escape::{shell_word, terminal};
use crate::report::wire::{ContextValue, Exposure, Witness};

/// Gives the proof: a `curl` line where nobody signs, an `aws` command where somebody does.
pub(super) fn lines(exposure: &Exposure, region: Option<&str>) -> Vec<String> {
    let Some(witness) = &exposure.witness else { return Vec::new() };
    let mut lines = vec![match command(witness, region) {
        Some(command) => format!("proof: {command}"),
        None => format!("proof: {} on {}", witness.action, terminal(&witness.resource)),
    }];
    if let Some(principal) = &witness.principal {
        lines.push(format!("  signed by {}", terminal(principal)));
    }
    for (key, value) in &witness.context {
        lines.push(format!("  where {} is {}", terminal(&key.as_str().into()), shown(value)));
    }
    lines
}

/// Gives the command that sends the witness; `None` where no short one does.
pub(crate) fn command(witness: &Witness, region: Option<&str>) -> Option<String> {
    if witness.signed { aws(witness, region) } else { curl(witness, region) }
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::One(one) => terminal(one),
        ContextValue::Many(many) => many.iter().map(terminal).collect::<Vec<_>>().join(", "),
    }
}

/// Gives bucket and key of an ARN, and the domain of its partition.
fn target(witness: &Witness) -> Option<(String, Option<String>, &'static str)> {
    let arn = witness.resource.as_raw().strip_prefix("arn:")?;
    let (partition, rest) = arn.split_once(":s3:::")?;
    let domain = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(match rest.split_once('/') {
        Some((bucket, key)) => (bucket.to_owned(), Some(key.to_owned()), domain),
        None => (rest.to_owned(), None, domain),
    })
}

fn curl(witness: &Witness, region: Option<&str>) -> Option<String> {
    let (bucket, key, domain) = target(witness)?;
    let (method, query) = http(&witness.action)?;
    let plain_text = witness.context.get("aws:SecureTransport") == Some(&ContextValue::One("false".into()));
    let scheme = if plain_text { "http" } else { "https" };
    let host = region.map_or_else(|| format!("s3.{domain}"), |region| format!("s3.{region}.{domain}"));
    let path = key.map_or_else(String::new, |key| format!("/{}", encoded(&key, true)));
    let url = format!("{scheme}://{}/{}{path}{query}", encoded(&host, false), encoded(&bucket, false));
    let mut command = "curl -i".to_owned();
    if method != "GET" {
        command.push_str(&format!(" -X {method}"));
    }
    for (name, header) in [("aws:referer", "Referer"), ("aws:UserAgent", "User-Agent")] {
        if let Some(ContextValue::One(value)) = witness.context.get(name) {
            let header = Untrusted::new(format!("{header}: {}", value.as_raw()));
            command.push_str(&format!(" -H {}", shell_word(&header)?));
        }
    }
    Some(format!("{command} {}", shell_word(&url.into())?))
}

/// Gives method and query of an action.
fn http(action: &str) -> Option<(&'static str, &'static str)> {
    Some(match action {
        "s3:GetObject" => ("GET", ""),
        "s3:ListBucket" => ("GET", "?list-type=2"),
        "s3:ListBucketVersions" => ("GET", "?versions"),
        "s3:ListBucketMultipartUploads" => ("GET", "?uploads"),
        "s3:GetBucketAcl" | "s3:GetObjectAcl" => ("GET", "?acl"),
        "s3:PutObject" => ("PUT", ""),
        "s3:DeleteObject" | "s3:DeleteBucket" => ("DELETE", ""),
        "s3:PutBucketAcl" | "s3:PutObjectAcl" => ("PUT", "?acl"),
        _ => return None,
    })
}

fn aws(witness: &Witness, region: Option<&str>) -> Option<String> {
    let (bucket, key, _) = target(witness)?;
    let subcommand = match witness.action.as_str() {
        "s3:GetObject" => "get-object",
        "s3:ListBucket" => "list-objects-v2",
        "s3:ListBucketVersions" => "list-object-versions",
        "s3:GetBucketAcl" => "get-bucket-acl",
        "s3:GetObjectAcl" => "get-object-acl",
        "s3:PutObject" => "put-object",
        "s3:DeleteObject" => "delete-object",
        _ => return None,
    };
    let at = witness.endpoint.clone().unwrap_or_else(|| bucket.into());
    let mut command = format!("aws s3api {subcommand} --bucket={}", shell_word(&at)?);
    if let Some(key) = key {
        command.push_str(&format!(" --key={}", shell_word(&key.into())?));
    }
    if let Some(region) = region {
        command.push_str(&format!(" --region={}", shell_word(&region.into())?));
    }
    if subcommand == "get-object" {
        command.push_str(" /dev/stdout");
    }
    Some(command)
}

/// Percent-encodes what is not plain in a URL's path.
fn encoded(text: &str, keep_slash: bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep_slash && byte == b'/';
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
