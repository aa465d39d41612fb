//! What can be asked.

use crate::action::ActionSet;
use crate::document::Policy;
use crate::name::AccountId;
use crate::pattern::Pattern;
use crate::setting::Setting;
use crate::untrusted::Untrusted;

/// One question: which requests of outsiders pass every layer and no Deny?
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The bucket and the world around it.
    pub setting: &'a Setting,
    /// Where requests arrive.
    pub endpoint: Endpoint<'a>,
    /// Each layer must allow the request, and no layer may deny it. With an access point there are two: its own
    /// policy and the bucket's. An ACL is one layer of grants; the bucket's policy then stands in `denies`.
    pub layers: Vec<Layer<'a>>,
    /// Documents of which only the Denies count: the bucket policy beside an ACL, resource control policies.
    pub denies: Vec<Document<'a>>,
    /// Which outsiders are asked about.
    pub callers: Callers,
}

/// Where a request arrives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Endpoint<'a> {
    /// At the bucket.
    Bucket,
    /// Through an access point or a multi-Region access point: signed callers only (docs/semantics.md B2).
    AccessPoint {
        /// The access point's ARN.
        arn: &'a Untrusted,
        /// The account that owns it.
        account: &'a AccountId,
        /// Whether it takes requests from the Internet, or from its VPC only.
        internet: bool,
    },
    /// Through any access point that a foreign account may own: asks whether the bucket delegates.
    ForeignAccessPoint,
}

/// One document or list of grants that must let the request in.
#[derive(Clone, Debug)]
pub enum Layer<'a> {
    /// A policy.
    Policy(Document<'a>),
    /// Grants of an ACL, each a pseudo-Allow.
    Grants(Vec<PseudoAllow>),
}

/// A policy and the name that its `Resource` elements are matched against.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Whose policy it is.
    pub attached_to: AttachedTo,
    /// Only AWS services and the owner's account get in by this document's Allows: RestrictPublicBuckets holds it.
    pub restricted: bool,
}

/// What a policy is attached to; its resources are named accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachedTo {
    /// The bucket: `arn:aws:s3:::bucket/key`.
    Bucket,
    /// The endpoint's access point: `arn:aws:s3:region:account:accesspoint/name/object/key`.
    AccessPoint,
}

/// An ACL grant in the language of policies.
#[derive(Clone, Debug, PartialEq)]
pub struct PseudoAllow {
    /// The grantee.
    pub grantee: GranteeClass,
    /// What the permission lets it do.
    pub actions: ActionSet,
    /// The objects that it speaks of; `None` = the bucket and, for write, every key.
    pub keys: Option<Vec<Pattern>>,
}

/// Whom an ACL grant reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GranteeClass {
    /// The group AllUsers.
    Anyone,
    /// The group AuthenticatedUsers.
    AnyAwsAccount,
    /// The log delivery service.
    LogDelivery,
    /// Another account, by canonical id.
    CanonicalUser(Untrusted),
}

/// Which outsiders a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callers {
    /// All of them.
    All,
    /// Signed ones only: Requester Pays refuses the rest (docs/semantics.md B4).
    Signed,
}

/// How much work a question may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Units of work for the whole question, each roughly a comparison. What is not decided by then is undecided.
    pub work: u64,
    /// Classes that one dimension may be divided into.
    pub classes: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { work: 200_000_000, classes: 4_096 }
    }
}
