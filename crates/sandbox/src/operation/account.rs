//! Calls about the account as a whole: its buckets and its Block Public Access.

use bucketwatch_exposure::observed::Observed;

use super::bucket::{block_from_body, write_block};
use super::{Answer, Ask, ownership, shown};
use crate::account::{Account, DEFAULT_REGION, Listed, canned, canonical_id, private};
use crate::wire::refusal::Refusal;
use crate::wire::reply::Reply;
use crate::wire::xml::Element;

/// How many buckets an account may have for calls that name no MaxBuckets, and how many a page may have.
///
/// *Source*: S3 API reference, "ListBuckets".
const MOST_BUCKETS: usize = 10_000;

pub(super) const NO_BLOCK: (&str, &str) =
    ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found");

pub(super) fn list_buckets(ask: Ask<'_>) -> Answer {
    let query = &ask.call.query;
    let account = ask.world.account();
    let most = match query.get("max-buckets").map(str::parse) {
        None if account.len() > MOST_BUCKETS => return Err(unpaginated()),
        None => MOST_BUCKETS,
        Some(Ok(most @ 1..=MOST_BUCKETS)) => most,
        Some(_) => {
            let message = "Argument max-buckets must be an integer between 1 and 10000";
            return Err(Refusal::new("InvalidArgument", message));
        }
    };
    let after = query.get("continuation-token").map(token_name).transpose()?;
    let (prefix, region) = (query.get("prefix").unwrap_or_default(), query.get("bucket-region"));
    let wanted = account.list(prefix, after.as_deref());
    let mut page: Vec<Listed> =
        wanted.filter(|listed| region.is_none_or(|region| listed.region == region)).take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    Ok(listing(&account, ask, &page, more))
}

fn listing(account: &Account, ask: Ask<'_>, page: &[Listed], more: bool) -> Reply {
    Reply::s3("ListAllMyBucketsResult", |xml| {
        xml.nest("Owner", |xml| xml.leaf("ID", &canonical_id(account.id())));
        xml.nest("Buckets", |xml| {
            for listed in page {
                xml.nest("Bucket", |xml| {
                    xml.leaf("Name", &listed.name);
                    xml.leaf("CreationDate", "2024-05-06T07:08:09.000Z");
                    xml.leaf("BucketRegion", &listed.region);
                    xml.leaf("BucketArn", &format!("arn:{}:s3:::{}", account.partition(), listed.name));
                });
            }
        });
        xml.leaf_if("Prefix", ask.call.query.get("prefix"));
        let token = page.last().filter(|_| more).map(|last| name_token(&last.name));
        xml.leaf_if("ContinuationToken", token.as_deref());
    })
}

fn unpaginated() -> Refusal {
    let message = "Unpaginated ListBuckets requests are only supported for AWS accounts with a general purpose \
                   bucket quota of 10,000 or less.";
    Refusal::new("InvalidRequest", message)
}

/// Tokens are opaque to callers: the last name of the page, in hexadecimal.
fn name_token(name: &str) -> String {
    name.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn token_name(token: &str) -> Result<String, Refusal> {
    let bytes = token.as_bytes().chunks(2).map(|pair| {
        let digits = std::str::from_utf8(pair).ok().filter(|digits| digits.len() == 2)?;
        u8::from_str_radix(digits, 16).ok()
    });
    let name = bytes.collect::<Option<Vec<u8>>>().and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| Refusal::new("InvalidArgument", "The continuation token provided is incorrect"))
}

pub(super) fn create_bucket(ask: Ask<'_>) -> Answer {
    let name = ask.bucket_name();
    let body = Element::parse(&ask.call.body);
    if body.is_none() && !ask.call.body.is_empty() {
        return Err(Refusal::malformed());
    }
    let named = body.as_ref().and_then(|body| body.text_of("LocationConstraint"));
    let region = named.or(ask.call.region()).unwrap_or(DEFAULT_REGION);
    let ownership = ask.call.header("x-amz-object-ownership").map(ownership::parse).transpose()?;
    let acl = ask.call.header("x-amz-acl").unwrap_or("private");
    let owner = ask.world.account().id().clone();
    let acl = canned(&owner, acl).ok_or_else(|| Refusal::new("InvalidArgument", "Unknown canned ACL"))?;
    if acl != private(&owner) {
        return Err(super::acl::public_acls_are_blocked());
    }
    ask.world.change(|account| {
        if account.bucket(name).is_some() {
            let message =
                "Your previous request to create the named bucket succeeded and you already own it.";
            return Err(Refusal::new("BucketAlreadyOwnedByYou", message).with("BucketName", name));
        }
        let mut bucket = account.new_bucket(name, region);
        if let Some(ownership) = ownership {
            bucket.snapshot.ownership = Observed::Present(ownership);
        }
        account.insert(bucket);
        Ok(Reply::done().with_header("location", format!("/{name}")))
    })
}

pub(super) fn get_block(ask: Ask<'_>) -> Answer {
    let account = named(ask)?;
    let block = *shown(account.block(), NO_BLOCK)?;
    Ok(Reply::control("PublicAccessBlockConfiguration", |xml| write_block(xml, block)))
}

pub(super) fn put_block(ask: Ask<'_>) -> Answer {
    drop(named(ask)?);
    let block = block_from_body(&ask.call.body)?;
    ask.world.change(|account| account.set_block(Observed::Present(block)));
    Ok(Reply::done())
}

pub(super) fn delete_block(ask: Ask<'_>) -> Answer {
    drop(named(ask)?);
    ask.world.change(|account| account.set_block(Observed::Absent));
    Ok(Reply::gone())
}

/// Gives the account, if it is the one that the call names.
pub(super) fn named<'a>(ask: Ask<'a>) -> Result<std::sync::RwLockReadGuard<'a, Account>, Refusal> {
    let account = ask.world.account();
    match ask.call.account.as_deref() {
        Some(named) if named == account.id().as_str() => Ok(account),
        Some(_) => Err(Refusal::denied()),
        None => {
            Err(Refusal::new("InvalidRequest", "Missing required header for this request: x-amz-account-id"))
        }
    }
}
