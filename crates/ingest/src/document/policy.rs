//! A bare policy: judged as on a bucket with no ACL grant, no block and BucketOwnerEnforced.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BucketSnapshot, Ownership};
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::name::Partition;
use bucketwatch_policy::untrusted::Untrusted;
use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;

use super::{Options, Problem};
use crate::json::{Complaint, Reading};

/// Gives the snapshot that a bare policy stands for.
pub(super) fn read(text: &str, value: &Value<'_>, options: &Options) -> Reading<BucketSnapshot> {
    let source = value.text(text);
    let policy = Policy::parse(source).map_err(|error| {
        Box::new(Complaint {
            offset: value.start() + error.offset,
            problem: Problem::Policy(error.reason.to_string()),
        })
    })?;
    let named = NamedBuckets::of(&policy);
    let bucket = options.bucket.clone().or(named.only);
    Ok(BucketSnapshot {
        account: options.account.clone(),
        partition: named.partition.unwrap_or_default(),
        organization: options.organization.clone(),
        policy: Observed::Present(source.to_owned()),
        acl: Observed::Absent,
        ownership: Observed::Present(Ownership::BucketOwnerEnforced),
        bucket_block: Observed::Absent,
        account_block: Observed::Absent,
        website: Observed::Absent,
        requester_pays: Observed::Present(false),
        default_encryption: Observed::Absent,
        access_points: Observed::Present(Vec::new()),
        multi_region_access_points: Observed::Present(Vec::new()),
        resource_control_policies: Observed::Absent,
        ..BucketSnapshot::unseen(bucket)
    })
}

/// What the resources of a policy say of its bucket.
#[derive(Default)]
struct NamedBuckets {
    /// The only bucket that is named without a wildcard or variable.
    only: Option<Untrusted>,
    partition: Option<Partition>,
}

impl NamedBuckets {
    fn of(policy: &Policy) -> Self {
        let mut named = Self::default();
        let mut several = false;
        for pattern in policy.statements.iter().flat_map(|statement| &statement.resources.patterns) {
            let Some((partition, bucket)) = bucket_of(pattern.text.as_raw()) else { continue };
            named.partition = named.partition.or(partition);
            if bucket.is_empty() || bucket.contains(['*', '?', '$']) {
                continue;
            }
            match &named.only {
                Some(known) if known.as_raw() != bucket => several = true,
                _ => named.only = Some(bucket.into()),
            }
        }
        if several {
            named.only = None;
        }
        named
    }
}

/// Gives the partition and the bucket part of `arn:PARTITION:s3:::BUCKET/KEY`.
fn bucket_of(pattern: &str) -> Option<(Option<Partition>, &str)> {
    let (partition, rest) = pattern.strip_prefix("arn:")?.split_once(':')?;
    let resource = rest.strip_prefix("s3:::")?;
    let bucket = resource.split_once('/').map_or(resource, |(bucket, _)| bucket);
    Some((Partition::parse(partition), bucket))
}
