//! Objects: listing, reading, writing.

use std::collections::BTreeSet;
use std::ops::Bound;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, ObjectAcl};

use super::{Answer, Ask, Operation, acl};
use crate::account::{Bucket, Object, canonical_id};
use crate::caller::Caller;
use crate::outsider;
use crate::random;
use crate::wire::chunked;
use crate::wire::query::encode;
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Xml;

pub(super) fn answer(ask: Ask<'_>, caller: &Caller, bucket: &Bucket) -> Answer {
    let key = ask.call.key.as_deref().unwrap_or_default();
    match ask.operation {
        Operation::PutObject => put(ask, bucket, key),
        Operation::DeleteObject => {
            ask.change(bucket, |bucket| forget(bucket, key))?;
            Ok(Reply::gone())
        }
        operation => {
            let object = bucket.objects.get(key).ok_or_else(|| missing(ask, caller, bucket, key))?;
            match operation {
                Operation::GetObjectAcl => {
                    Ok(acl::written(&bucket.effective_object_acl(key, ask.world.account().id())))
                }
                Operation::PutObjectAcl => put_acl(ask, bucket, key),
                _ => Ok(content(object)),
            }
        }
    }
}

/// Says that there is no such object, but only to those who could list the bucket.
///
/// *Source*: S3 API reference, "GetObject", "Permissions".
fn missing(ask: Ask<'_>, caller: &Caller, bucket: &Bucket, key: &str) -> Refusal {
    let listing = Ask { operation: Operation::ListObjectsV2, ..ask };
    let may_list = match caller {
        Caller::Own(principal) => {
            ask.conduct.gate.check(Operation::ListObjectsV2, &principal.arn, None).is_ok()
        }
        Caller::Anonymous | Caller::Foreign(_) => outsider::admit(listing, caller, bucket).is_ok(),
    };
    if may_list {
        Refusal::new("NoSuchKey", "The specified key does not exist.").with("Key", key)
    } else {
        Refusal::denied()
    }
}

fn content(object: &Object) -> Reply {
    Reply::of("binary/octet-stream", object.content.clone())
        .with_header("etag", etag(object))
        .with_header("last-modified", "Mon, 06 May 2024 07:08:09 GMT")
}

fn put(ask: Ask<'_>, bucket: &Bucket, key: &str) -> Answer {
    let asked = acl::asked_for(ask)?;
    if let Some(asked) = &asked {
        acl::check(asked, bucket)?;
    }
    let framed = ask.call.header("content-encoding").is_some_and(|encoding| encoding.contains("aws-chunked"));
    let content = if framed {
        let message = "The request body is not framed as its content encoding says";
        chunked::decode(&ask.call.body).ok_or_else(|| Refusal::new("IncompleteBody", message))?
    } else {
        ask.call.body.to_vec()
    };
    let object = Object { content };
    let etag = etag(&object);
    ask.change(bucket, |bucket| {
        forget(bucket, key);
        bucket.objects.insert(key.to_owned(), object);
        if let Some(asked) = asked {
            remember_acl(bucket, key, asked);
        }
    })?;
    Ok(Reply::done().with_header("etag", etag))
}

fn put_acl(ask: Ask<'_>, bucket: &Bucket, key: &str) -> Answer {
    let asked = acl::asked_for(ask)?.ok_or_else(Refusal::malformed)?;
    acl::check(&asked, bucket)?;
    ask.change(bucket, |bucket| remember_acl(bucket, key, asked))?;
    Ok(Reply::done())
}

fn forget(bucket: &mut Bucket, key: &str) {
    bucket.objects.remove(key);
    if let Observed::Present(acls) = &mut bucket.snapshot.object_acls {
        acls.retain(|object| object.key.as_raw() != key);
    }
}

fn remember_acl(bucket: &mut Bucket, key: &str, acl: Acl) {
    let mut acls = bucket.snapshot.object_acls.present().cloned().unwrap_or_default();
    acls.retain(|object| object.key.as_raw() != key);
    acls.push(ObjectAcl {
        key: key.into(),
        version_id: None,
        owner: acl.owner,
        grants: Observed::Present(acl.grants),
    });
    bucket.snapshot.object_acls = Observed::Present(acls);
}

/// S3 gives the MD5 sum; any text that differs with the content serves as well here.
fn etag(object: &Object) -> String {
    format!("\"{:016x}{:016x}\"", random::of(&object.content), random::of(&(&object.content, "etag")))
}

/// One page of a listing.
struct Page<'a> {
    objects: Vec<(&'a str, &'a Object)>,
    prefixes: BTreeSet<&'a str>,
    /// The key or prefix after which the next page begins.
    next: Option<&'a str>,
}

pub(super) fn list(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    let query = &ask.call.query;
    let second = ask.operation == Operation::ListObjectsV2;
    let most = query.get("max-keys").map_or(Ok(1_000), str::parse::<usize>);
    let most =
        most.map_err(|_| Refusal::new("InvalidArgument", "Provided max-keys not an integer"))?.min(1_000);
    let start = if second {
        query.get("continuation-token").or(query.get("start-after"))
    } else {
        query.get("marker")
    };
    let (prefix, delimiter) = (query.get("prefix").unwrap_or_default(), query.get("delimiter"));
    let page = page(bucket, prefix, delimiter, start.unwrap_or_default(), most);
    let encoded = query.get("encoding-type") == Some("url");
    let text = |key: &str| if encoded { encode(key) } else { key.to_owned() };
    let owner = canonical_id(ask.world.account().id());
    Ok(Reply::s3("ListBucketResult", |xml| {
        xml.leaf("Name", bucket.name());
        xml.leaf("Prefix", &text(prefix));
        xml.leaf_if("Delimiter", delimiter.map(text).as_deref());
        xml.leaf_if("EncodingType", encoded.then_some("url"));
        xml.leaf("MaxKeys", &most.to_string());
        xml.flag("IsTruncated", page.next.is_some());
        if second {
            xml.leaf("KeyCount", &(page.objects.len() + page.prefixes.len()).to_string());
            xml.leaf_if("NextContinuationToken", page.next);
        } else {
            xml.leaf_if("NextMarker", page.next.map(text).as_deref());
        }
        for (key, object) in &page.objects {
            xml.nest("Contents", |xml| write(xml, &text(key), object, (!second).then_some(&owner)));
        }
        for prefix in &page.prefixes {
            xml.nest("CommonPrefixes", |xml| xml.leaf("Prefix", &text(prefix)));
        }
    }))
}

fn write(xml: &mut Xml, key: &str, object: &Object, owner: Option<&String>) {
    xml.leaf("Key", key);
    xml.leaf("LastModified", "2024-05-06T07:08:09.000Z");
    xml.leaf("ETag", &etag(object));
    xml.leaf("Size", &object.content.len().to_string());
    if let Some(owner) = owner {
        xml.nest("Owner", |xml| xml.leaf("ID", owner));
    }
    xml.leaf("StorageClass", "STANDARD");
}

fn page<'a>(bucket: &'a Bucket, prefix: &str, delimiter: Option<&str>, after: &str, most: usize) -> Page<'a> {
    let mut page = Page { objects: Vec::new(), prefixes: BTreeSet::new(), next: None };
    let mut last = "";
    for (key, object) in bucket.objects.range::<str, _>((Bound::Included(prefix), Bound::Unbounded)) {
        let Some(rest) = key.strip_prefix(prefix) else { break };
        let end = delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
        let shown = end.map_or(key.as_str(), |end| &key[..prefix.len() + end]);
        if shown <= after || page.prefixes.contains(shown) {
            continue;
        }
        if page.objects.len() + page.prefixes.len() == most {
            page.next = Some(last).filter(|last| !last.is_empty());
            break;
        }
        last = shown;
        if end.is_some() {
            page.prefixes.insert(shown);
        } else {
            page.objects.push((shown, object));
        }
    }
    page
}
