//! Calls about a bucket's own settings.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::BlockPublicAccess;

use super::account::NO_BLOCK;
use super::{Answer, Ask, shown, shown_or_none};
use crate::account::{Bucket, DEFAULT_REGION};
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::{Element, Xml};

pub(super) fn delete(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    if !bucket.objects.is_empty() {
        return Err(Refusal::new("BucketNotEmpty", "The bucket you tried to delete is not empty"));
    }
    ask.world.change(|account| account.remove(bucket.name()));
    Ok(Reply::gone())
}

/// *Source*: S3 API reference, "GetBucketLocation": us-east-1 has no constraint.
pub(super) fn location(bucket: &Bucket) -> Reply {
    let region = Some(bucket.region()).filter(|region| *region != DEFAULT_REGION);
    Reply::s3("LocationConstraint", |xml| xml.text(region.unwrap_or_default()))
}

pub(super) fn get_block(bucket: &Bucket) -> Answer {
    let block = *shown(&bucket.snapshot.bucket_block, NO_BLOCK)?;
    Ok(Reply::s3("PublicAccessBlockConfiguration", |xml| write_block(xml, block)))
}

pub(super) fn put_block(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    let block = block_from_body(&ask.call.body)?;
    ask.change(bucket, |bucket| bucket.snapshot.bucket_block = Observed::Present(block))?;
    Ok(Reply::done())
}

pub(super) fn delete_block(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    ask.change(bucket, |bucket| bucket.snapshot.bucket_block = Observed::Absent)?;
    Ok(Reply::gone())
}

/// Writes the four switches.
pub(super) fn write_block(xml: &mut Xml, block: BlockPublicAccess) {
    xml.flag("BlockPublicAcls", block.block_public_acls);
    xml.flag("IgnorePublicAcls", block.ignore_public_acls);
    xml.flag("BlockPublicPolicy", block.block_public_policy);
    xml.flag("RestrictPublicBuckets", block.restrict_public_buckets);
}

/// Reads the four switches; one that is left out is off.
pub(super) fn block_from_body(body: &[u8]) -> Result<BlockPublicAccess, Refusal> {
    let read = Element::parse(body).filter(|root| root.name == "PublicAccessBlockConfiguration");
    let root = read.ok_or_else(Refusal::malformed)?;
    let is_on = |name| root.text_of(name).is_some_and(|text| text.eq_ignore_ascii_case("true"));
    Ok(BlockPublicAccess {
        block_public_acls: is_on("BlockPublicAcls"),
        ignore_public_acls: is_on("IgnorePublicAcls"),
        block_public_policy: is_on("BlockPublicPolicy"),
        restrict_public_buckets: is_on("RestrictPublicBuckets"),
    })
}

pub(super) fn website(bucket: &Bucket) -> Answer {
    let absent = ("NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration");
    shown(&bucket.snapshot.website, absent)?;
    Ok(Reply::s3("WebsiteConfiguration", |xml| {
        xml.nest("IndexDocument", |xml| xml.leaf("Suffix", "index.html"));
    }))
}

pub(super) fn request_payment(bucket: &Bucket) -> Answer {
    let requester = shown_or_none(&bucket.snapshot.requester_pays)?.copied().unwrap_or_default();
    let payer = if requester { "Requester" } else { "BucketOwner" };
    Ok(Reply::s3("RequestPaymentConfiguration", |xml| xml.leaf("Payer", payer)))
}

pub(super) fn encryption(bucket: &Bucket) -> Answer {
    let absent = (
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
    );
    let algorithm = shown(&bucket.snapshot.default_encryption, absent)?;
    Ok(Reply::s3("ServerSideEncryptionConfiguration", |xml| {
        xml.nest("Rule", |xml| {
            xml.nest("ApplyServerSideEncryptionByDefault", |xml| xml.leaf("SSEAlgorithm", algorithm));
            xml.flag("BucketKeyEnabled", false);
        });
    }))
}

pub(super) fn tagging(bucket: &Bucket) -> Answer {
    let absent = ("NoSuchTagSet", "The TagSet does not exist");
    let tags = shown(&bucket.snapshot.tags, absent)?;
    if tags.is_empty() {
        return Err(Refusal::new(absent.0, absent.1));
    }
    Ok(Reply::s3("Tagging", |xml| {
        xml.nest("TagSet", |xml| {
            for (key, value) in tags {
                xml.nest("Tag", |xml| {
                    xml.leaf("Key", key.as_raw());
                    xml.leaf("Value", value.as_raw());
                });
            }
        });
    }))
}

/// Server access logging is never on.
pub(super) fn logging() -> Reply {
    Reply::s3("BucketLoggingStatus", |_| {})
}
