//! What the bucket and its objects are called in a policy's resources.

use crate::action::ResourceKind;
use crate::reach::{AttachedTo, Endpoint};
use crate::setting::Setting;

/// The ARNs of one bucket, or of the access point that leads to it.
#[derive(Clone, Debug)]
pub(super) struct Names {
    bucket: String,
    objects: String,
    directory: String,
    point: Option<(String, String)>,
}

impl Names {
    /// Gives the names of `bucket` at `endpoint`.
    pub(super) fn new(setting: &Setting, endpoint: Endpoint<'_>, bucket: &str) -> Self {
        let arn = ["arn:", setting.partition.as_str(), ":s3:::", bucket].concat();
        let directory = if bucket.ends_with("--x-s3") {
            format!(
                "arn:{}:s3express:{}:{}:bucket/{bucket}",
                setting.partition,
                setting.region.as_deref().unwrap_or("us-east-1"),
                setting.account.as_ref().map_or("111122223333", |account| account.as_str()),
            )
        } else {
            String::new()
        };
        let point = match endpoint {
            Endpoint::AccessPoint { arn, .. } => {
                Some((arn.as_raw().to_owned(), format!("{}/object/", arn.as_raw())))
            }
            Endpoint::Bucket | Endpoint::ForeignAccessPoint => None,
        };
        Self { objects: [&arn, "/"].concat(), bucket: arn, directory, point }
    }

    /// Gives the ARN of what an action on a whole bucket, of this `kind`, acts on, as a policy attached there names it.
    pub(super) fn bucket(&self, attached_to: AttachedTo, kind: ResourceKind) -> &str {
        match (attached_to, &self.point, kind) {
            (AttachedTo::AccessPoint, Some((point, _)), _) => point,
            (_, _, ResourceKind::DirectoryBucket) => &self.directory,
            _ => &self.bucket,
        }
    }

    /// Gives what stands before the key in the ARN of an object, as a policy attached there names it.
    pub(super) fn object_prefix(&self, attached_to: AttachedTo) -> &str {
        match (attached_to, &self.point) {
            (AttachedTo::AccessPoint, Some((_, objects))) => objects,
            _ => &self.objects,
        }
    }
}
