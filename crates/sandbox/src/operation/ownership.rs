//! Object Ownership controls.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::Ownership;

use super::{Answer, Ask, shown};
use crate::account::Bucket;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Element;

const ALL: [(&str, Ownership); 3] = [
    ("BucketOwnerEnforced", Ownership::BucketOwnerEnforced),
    ("BucketOwnerPreferred", Ownership::BucketOwnerPreferred),
    ("ObjectWriter", Ownership::ObjectWriter),
];

pub(super) fn get(bucket: &Bucket) -> Answer {
    let absent = ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found");
    let ownership = shown(&bucket.snapshot.ownership, absent)?;
    let name = ALL.iter().find(|(_, other)| other == ownership).map_or("", |(name, _)| *name);
    Ok(Reply::s3("OwnershipControls", |xml| {
        xml.nest("Rule", |xml| xml.leaf("ObjectOwnership", name));
    }))
}

/// A bucket whose ACL lets others in keeps ACLs enabled until that is gone.
///
/// *Source*: S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket".
pub(super) fn put(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    let root = Element::parse(&ask.call.body).ok_or_else(Refusal::malformed)?;
    let rule = root.child("Rule").and_then(|rule| rule.text_of("ObjectOwnership"));
    let ownership = parse(rule.ok_or_else(Refusal::malformed)?)?;
    ask.change(bucket, |bucket| bucket.snapshot.ownership = Observed::Present(ownership))?;
    Ok(Reply::done())
}

pub(super) fn delete(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    ask.change(bucket, |bucket| bucket.snapshot.ownership = Observed::Absent)?;
    Ok(Reply::gone())
}

/// Reads an ownership as AWS spells it.
pub(super) fn parse(text: &str) -> Result<Ownership, Refusal> {
    let found = ALL.iter().find(|(name, _)| *name == text);
    found.map(|(_, ownership)| *ownership).ok_or_else(Refusal::malformed)
}
