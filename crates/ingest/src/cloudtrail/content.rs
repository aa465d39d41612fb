//! What a request asks for, in the terms of a snapshot.

mod acl;

use std::borrow::Cow;

use bucketwatch_exposure::observed::{Observed, Unreadable};
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, BucketSnapshot, Ownership};

use super::kind::Kind;
use super::request::Request;
use super::value::Value;

/// What a request asks for. It is the requester's word: AWS may have stored something else since.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Content {
    /// The request does not say.
    #[default]
    Unstated,
    /// A policy's text; `None` = it is taken away.
    Policy(Option<String>),
    /// Block Public Access of a bucket or account; `None` = it is taken away.
    Block(Option<BlockPublicAccess>),
    /// Object Ownership; `None` = it is taken away, which means ObjectWriter.
    Ownership(Option<Ownership>),
    /// An ACL.
    Acl(Acl),
    /// A new bucket with the ACL and the ownership that the request asks for.
    Bucket {
        /// Its ACL; `None` = the request asks for none, so the owner's alone.
        acl: Option<Acl>,
        /// Its ownership; `None` = AWS's default.
        ownership: Option<Ownership>,
    },
    /// Whether a bucket has a website.
    Website(bool),
    /// Whether a bucket's requester pays.
    RequesterPays(bool),
}

impl Content {
    /// Reads what the event `name` of `kind` asks for.
    pub(super) fn read(kind: Kind, name: &str, request: Request<'_>) -> Self {
        let taken_away = name.starts_with("Delete");
        let stated = match kind {
            Kind::BucketPolicy
            | Kind::AccessPointPolicy
            | Kind::MultiRegionAccessPointPolicy
            | Kind::TablePolicy => {
                if taken_away {
                    Some(Self::Policy(None))
                } else {
                    policy(request).map(|text| Self::Policy(Some(text)))
                }
            }
            Kind::BucketBlock | Kind::AccountBlock => {
                if taken_away {
                    Some(Self::Block(None))
                } else {
                    block(request).map(|flags| Self::Block(Some(flags)))
                }
            }
            Kind::Ownership => {
                if taken_away {
                    Some(Self::Ownership(None))
                } else {
                    ownership(request).map(|rule| Self::Ownership(Some(rule)))
                }
            }
            Kind::BucketAcl | Kind::ObjectAcl | Kind::ObjectWritten => acl::read(request).map(Self::Acl),
            Kind::BucketCreated => {
                Some(Self::Bucket { acl: acl::read(request), ownership: ownership(request) })
            }
            Kind::Website => Some(Self::Website(!taken_away)),
            Kind::RequestPayment => requester_pays(request).map(Self::RequesterPays),
            _ => None,
        };
        stated.unwrap_or_default()
    }

    /// Puts what the request asks for into `snapshot`, as if AWS had done it and nothing else had happened.
    pub fn impose(&self, snapshot: &mut BucketSnapshot) {
        match self.clone() {
            Self::Policy(text) => snapshot.policy = stated(text),
            Self::Block(flags) => snapshot.bucket_block = stated(flags),
            Self::Ownership(rule) => snapshot.ownership = stated(rule),
            Self::Acl(acl) => snapshot.acl = Observed::Present(acl),
            Self::Bucket { acl, ownership } => {
                snapshot.acl = acl.map_or(Observed::NotAsked, Observed::Present);
                snapshot.ownership = ownership.map_or(Observed::NotAsked, Observed::Present);
            }
            Self::RequesterPays(pays) => snapshot.requester_pays = Observed::Present(pays),
            Self::Website(website) => snapshot.website = stated(website.then_some(())),
            Self::Unstated => {}
        }
    }

    /// Gives why what the request is about could not be read in `snapshot`; `None` = it could, or nobody tried.
    pub fn why_unread<'s>(&self, snapshot: &'s BucketSnapshot) -> Option<&'s Unreadable> {
        match self {
            Self::Policy(_) => unread(&snapshot.policy),
            Self::Block(_) => unread(&snapshot.bucket_block),
            Self::Ownership(_) => unread(&snapshot.ownership),
            Self::Acl(_) => unread(&snapshot.acl),
            Self::Bucket { .. } => unread(&snapshot.acl).or_else(|| unread(&snapshot.ownership)),
            Self::RequesterPays(_) => unread(&snapshot.requester_pays),
            Self::Website(_) => unread(&snapshot.website),
            Self::Unstated => None,
        }
    }

    /// Tells whether `snapshot` shows what the request asked for; `None` = that cannot be told. A `false` means that the
    /// answer is older than the request, or that somebody has changed it since.
    pub fn is_seen_in(&self, snapshot: &BucketSnapshot) -> Option<bool> {
        match self {
            Self::Policy(text) => seen(&snapshot.policy, text.as_ref(), |read, asked| {
                let value = |text| serde_json::to_value(as_written(&serde_json::from_str(text).ok()?)).ok();
                value(read) == value(asked)
            }),
            Self::Block(flags) => seen(&snapshot.bucket_block, flags.as_ref(), |read, asked| read == asked),
            Self::Ownership(rule) => seen(&snapshot.ownership, rule.as_ref(), |read, asked| read == asked),
            _ => None,
        }
    }
}

fn stated<T>(asked: Option<T>) -> Observed<T> {
    asked.map_or(Observed::Absent, Observed::Present)
}

fn unread<T>(fact: &Observed<T>) -> Option<&Unreadable> {
    if let Observed::Unreadable(why) = fact { Some(why) } else { None }
}

fn seen<T>(fact: &Observed<T>, asked: Option<&T>, same: impl Fn(&T, &T) -> bool) -> Option<bool> {
    match (fact, asked) {
        (Observed::Present(read), Some(asked)) => Some(same(read, asked)),
        (Observed::Absent, None) => Some(true),
        (Observed::Present(_), None) | (Observed::Absent, Some(_)) => Some(false),
        (Observed::NotAsked | Observed::Unreadable(_), _) => None,
    }
}

/// Gives a policy's text: of a string what it spells, of an object its JSON.
///
/// CloudTrail shows the language version as a time (`2012-10-17T00:00:00Z`), which the language does not know.
fn policy(request: Request<'_>) -> Option<String> {
    let layers = request.layers();
    let names = ["bucketPolicy", "Policy", "resourcePolicy"];
    let values = layers.iter().flat_map(|layer| names.iter().filter_map(|name| layer.get(name)));
    values.into_iter().find_map(|value| match value {
        Value::Text(text) if !text.is_empty() => Some(text.to_string()),
        Value::Object(_) => Some(as_written(value).to_string()),
        _ => None,
    })
}

fn as_written<'v, 't>(policy: &'v Value<'t>) -> Cow<'v, Value<'t>> {
    let day = |value: &Value<'_>| value.as_str()?.strip_suffix("T00:00:00Z").map(str::to_owned);
    let dated = |(name, value): &(Cow<'_, str>, Value<'_>)| name == "Version" && day(value).is_some();
    if !policy.as_object().is_some_and(|members| members.iter().any(dated)) {
        return Cow::Borrowed(policy);
    }
    let mut written = policy.clone();
    let members = if let Value::Object(members) = &mut written { members.as_mut_slice() } else { &mut [] };
    for (_, version) in members.iter_mut().filter(|(name, _)| name == "Version") {
        if let Some(day) = day(version) {
            *version = Value::Text(day.into());
        }
    }
    Cow::Owned(written)
}

/// Gives the flags; one that a Put leaves out is off.
///
/// *Source*: S3 API reference, "PutPublicAccessBlock".
fn block(request: Request<'_>) -> Option<BlockPublicAccess> {
    let flags = request.layers().into_iter().map(|layer| layer.object("PublicAccessBlockConfiguration"));
    let flags = flags.into_iter().find(|flags| flags.is_there())?;
    let flag = |name| flags.flag(name).unwrap_or(false);
    Some(BlockPublicAccess {
        block_public_acls: flag("BlockPublicAcls"),
        ignore_public_acls: flag("IgnorePublicAcls"),
        block_public_policy: flag("BlockPublicPolicy"),
        restrict_public_buckets: flag("RestrictPublicBuckets"),
    })
}

fn ownership(request: Request<'_>) -> Option<Ownership> {
    let rules = request.object("OwnershipControls").list("Rule");
    let rule = rules.first().and_then(|rule| rule.text("ObjectOwnership"));
    match rule.or_else(|| request.text("x-amz-object-ownership"))? {
        "BucketOwnerEnforced" => Some(Ownership::BucketOwnerEnforced),
        "BucketOwnerPreferred" => Some(Ownership::BucketOwnerPreferred),
        "ObjectWriter" => Some(Ownership::ObjectWriter),
        _ => None,
    }
}

fn requester_pays(request: Request<'_>) -> Option<bool> {
    let payer = request.object("RequestPaymentConfiguration").text("Payer")?;
    Some(payer.eq_ignore_ascii_case("Requester"))
}
