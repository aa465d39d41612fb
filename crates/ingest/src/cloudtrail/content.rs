//! What a request asks for, in the terms of a snapshot.

mod acl;

use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{Acl, BlockPublicAccess, BucketSnapshot, Ownership};
use serde_json::Value;

use super::kind::Kind;
use super::request::Request;

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

    /// Puts what the request asks for in the place of what `snapshot` could not read of the bucket itself, and tells
    /// whether there was such a place. What was read stays: it is the truth.
    pub fn fill(&self, snapshot: &mut BucketSnapshot) -> bool {
        match self {
            Self::Policy(text) => fill(&mut snapshot.policy, text.clone()),
            Self::Block(flags) => fill(&mut snapshot.bucket_block, *flags),
            Self::Ownership(rule) => fill(&mut snapshot.ownership, *rule),
            Self::Acl(acl) => fill(&mut snapshot.acl, Some(acl.clone())),
            Self::Bucket { acl, ownership } => {
                let acl = acl.is_some() && fill(&mut snapshot.acl, acl.clone());
                let ownership = ownership.is_some() && fill(&mut snapshot.ownership, *ownership);
                acl || ownership
            }
            Self::RequesterPays(pays) => fill(&mut snapshot.requester_pays, Some(*pays)),
            Self::Website(website) => fill(&mut snapshot.website, website.then_some(())),
            Self::Unstated => false,
        }
    }
}

fn fill<T>(place: &mut Observed<T>, stated: Option<T>) -> bool {
    if place.is_known() {
        return false;
    }
    *place = stated.map_or(Observed::Absent, Observed::Present);
    true
}

/// Gives a policy's text: of a string what it spells, of an object its JSON.
///
/// CloudTrail shows the language version as a time (`2012-10-17T00:00:00Z`), which the language does not know.
fn policy(request: Request<'_>) -> Option<String> {
    let layers = request.layers();
    let names = ["bucketPolicy", "Policy", "resourcePolicy"];
    let values = layers.iter().flat_map(|layer| names.iter().filter_map(|name| layer.get(name)));
    values.into_iter().find_map(|value| match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Object(_) => Some(as_written(value.clone()).to_string()),
        _ => None,
    })
}

fn as_written(mut policy: Value) -> Value {
    if let Some(Value::String(version)) = policy.get_mut("Version")
        && let Some(day) = version.strip_suffix("T00:00:00Z")
    {
        *version = day.to_owned();
    }
    policy
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
