//! Bucket policies.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
use bucketwatch_policy::document::Policy;

use super::{Answer, Ask, shown, shown_or_none};
use crate::account::Bucket;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Xml;

const NO_POLICY: (&str, &str) = ("NoSuchBucketPolicy", "The bucket policy does not exist");

pub(super) fn get(bucket: &Bucket) -> Answer {
    let text = shown(&bucket.snapshot.policy, NO_POLICY)?;
    Ok(Reply::of("application/json", text.clone()))
}

pub(super) fn get_status(bucket: &Bucket) -> Answer {
    let said = shown_or_none(&bucket.snapshot.policy_status)?.copied();
    let text = match &bucket.snapshot.policy {
        Observed::Present(text) => text,
        Observed::Unreadable(_) => "",
        Observed::Absent | Observed::NotAsked => return Err(Refusal::new(NO_POLICY.0, NO_POLICY.1)),
    };
    Ok(Reply::s3("PolicyStatus", |xml| {
        write_status(xml, said.or_else(|| is_public(text, AttachedTo::Bucket)))
    }))
}

/// Writes whether a policy is public, where that is known.
pub(super) fn write_status(xml: &mut Xml, is_public: Option<bool>) {
    if let Some(is_public) = is_public {
        xml.flag("IsPublic", is_public);
    }
}

/// Says whether AWS's documented rule calls the policy public; `None` where it is open or the text unreadable.
pub(super) fn is_public(text: &str, attached_to: AttachedTo) -> Option<bool> {
    aws_public(&Policy::parse(text).ok()?, attached_to).decided()
}

/// *Source*: S3 API reference, "PutBucketPolicy"; docs/semantics.md A5.
pub(super) fn put(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    let text = std::str::from_utf8(&ask.call.body).ok();
    let is_object =
        |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok_and(|it| it.is_object());
    let Some(text) = text.filter(|text| is_object(text)) else {
        let message = "This policy contains invalid Json";
        return Err(Refusal::new("MalformedPolicy", message));
    };
    if bucket.block().block_public_policy && is_public(text, AttachedTo::Bucket) == Some(true) {
        let message = "public policies are blocked by the BlockPublicPolicy block public access setting.";
        return Err(Refusal::new("AccessDenied", message));
    }
    let text = text.to_owned();
    ask.change(bucket, |bucket| {
        bucket.snapshot.policy = Observed::Present(text);
        bucket.snapshot.policy_status = Observed::NotAsked;
    })?;
    Ok(Reply::gone())
}

pub(super) fn delete(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    ask.change(bucket, |bucket| {
        bucket.snapshot.policy = Observed::Absent;
        bucket.snapshot.policy_status = Observed::NotAsked;
    })?;
    Ok(Reply::gone())
}
