//! The ways to a bucket, one file each.

pub(crate) mod access_point;
pub(crate) mod acl;
pub(crate) mod bucket_policy;
pub(crate) mod multi_region;
pub(crate) mod object_acl;
