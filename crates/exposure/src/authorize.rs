//! The plain authoriser: does S3 let this one request in?
//!
//! It goes through the rules one by one, for one concrete request, and shares no code with [`crate::assess`]: each is
//! the other's test. Witnesses are checked by it and the sandbox answers by it.

mod acl;
mod block;
mod endpoint;

use bucketwatch_policy::aws_public::{AttachedTo, aws_public};
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::request::{Caller, Request};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;
use jiff::Timestamp;

use crate::observed::Observed;
use crate::snapshot::{BucketSnapshot, Ownership};

/// A request and the access point that it goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Knock {
    /// The request, complete with its context. Its resource is the bucket's or object's ARN, also through an access
    /// point.
    pub request: Request,
    /// The ARN of the access point or multi-Region access point.
    pub endpoint: Option<Untrusted>,
}

impl Knock {
    /// Gives the request that `witness` stands for, at the instant `now`.
    pub fn of(witness: &Witness, snapshot: &BucketSnapshot, now: Timestamp) -> Self {
        Self { request: witness.request(&snapshot.setting(now)), endpoint: witness.endpoint.clone() }
    }
}

/// What S3 does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Authorization {
    /// It lets it in.
    Allowed(By),
    /// It refuses it, and why.
    Refused(String),
    /// It hangs on a fact that was not read: the member of the snapshot, or what AWS does not document.
    Unknown(String),
}

impl Authorization {
    /// Tells whether the request is let in for certain.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }
}

/// What lets a request in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The caller belongs to the owner's account, which decides by itself.
    Owner,
    /// The bucket's policy.
    BucketPolicy,
    /// The policies of an access point and of the bucket.
    AccessPoint,
    /// The bucket's ACL.
    BucketAcl,
    /// The object's ACL.
    ObjectAcl,
}

/// Gives what S3 does with `knock` on the bucket that `snapshot` describes.
///
/// Objects that no object ACL speaks of are the bucket owner's and stored without a KMS key. The Allow of the
/// caller's own account is taken for given (docs/semantics.md B7).
pub fn authorize(snapshot: &BucketSnapshot, knock: &Knock) -> Authorization {
    Authorizer::new(snapshot).authorize(knock)
}

/// A snapshot prepared to answer many requests: its policies are parsed once.
#[derive(Debug)]
pub struct Authorizer<'a> {
    snapshot: &'a BucketSnapshot,
    policy: Read,
    control_policies: Vec<Policy>,
}

/// What is known of a policy.
#[derive(Debug)]
enum Read {
    Is(Box<Policy>),
    IsNone,
    Unknown,
}

impl Read {
    fn of(text: &Observed<String>) -> Self {
        match text {
            Observed::Present(text) => {
                Policy::parse(text).map_or(Self::Unknown, |policy| Self::Is(Box::new(policy)))
            }
            Observed::Absent => Self::IsNone,
            Observed::NotAsked | Observed::Unreadable(_) => Self::Unknown,
        }
    }
}

/// The answer so far: `Ok(true)` lets in, `Ok(false)` does not, an error names what is not known.
type Answer = Result<bool, String>;

impl<'a> Authorizer<'a> {
    /// Prepares `snapshot`.
    pub fn new(snapshot: &'a BucketSnapshot) -> Self {
        let texts = snapshot.resource_control_policies.present().map(Vec::as_slice).unwrap_or_default();
        Self {
            snapshot,
            policy: Read::of(&snapshot.policy),
            control_policies: texts.iter().filter_map(|text| Policy::parse(text).ok()).collect(),
        }
    }

    /// Gives what S3 does with `knock`.
    pub fn authorize(&self, knock: &Knock) -> Authorization {
        if let Some(why) = self.never(&knock.request) {
            return Authorization::Refused(why.to_owned());
        }
        match self.denied(&knock.request) {
            Ok(true) => return Authorization::Refused("a Deny refuses it".to_owned()),
            Ok(false) => {}
            Err(what) => return self.unless_refused_anyway(knock, what),
        }
        if let Err(what) = self.payment(&knock.request) {
            return Authorization::Unknown(what);
        }
        self.admitted(knock)
    }

    /// Gives `Unknown`, or the refusal that stands whatever the missing fact is.
    fn unless_refused_anyway(&self, knock: &Knock, what: String) -> Authorization {
        match (self.admitted(knock), &self.policy) {
            (refused @ Authorization::Refused(_), Read::Is(_)) => refused,
            _ => Authorization::Unknown(what),
        }
    }

    fn admitted(&self, knock: &Knock) -> Authorization {
        if let Some(arn) = &knock.endpoint {
            return self.through(arn, knock);
        }
        if self.is_of_owner(&knock.request.caller) {
            return Authorization::Allowed(By::Owner);
        }
        let ways = [
            (By::BucketPolicy, self.policy_admits(&knock.request)),
            (By::BucketAcl, self.bucket_acl_admits(&knock.request)),
            (By::ObjectAcl, self.object_acl_admits(&knock.request)),
        ];
        let allowed = ways.iter().find(|(_, answer)| *answer == Ok(true));
        let unknown = ways.iter().find_map(|(_, answer)| answer.as_ref().err());
        match (allowed, unknown) {
            (Some((by, _)), _) => Authorization::Allowed(*by),
            (None, Some(what)) => Authorization::Unknown(what.clone()),
            (None, None) => Authorization::Refused("nothing allows it".to_owned()),
        }
    }

    /// Gives why S3 refuses the request whatever policies and ACLs say.
    ///
    /// *Source*: docs/semantics.md B4, B11, B12.
    fn never(&self, request: &Request) -> Option<&'static str> {
        let unsigned = request.caller == Caller::Anonymous;
        let (action, name) = (request.action, request.action.name());
        let writes_acl = matches!(name, "s3:PutBucketAcl" | "s3:PutObjectAcl" | "s3:PutObjectVersionAcl");
        let kms = || self.snapshot.default_encryption.present().is_some_and(|by| by.starts_with("aws:kms"));
        if action.owner_account_only() && !self.is_of_owner(&request.caller) {
            Some("S3 refuses it to every other account")
        } else if unsigned && action.signed_only() {
            Some("S3 refuses it unsigned")
        } else if writes_acl && self.snapshot.ownership == Observed::Present(Ownership::BucketOwnerEnforced) {
            Some("ACLs are disabled")
        } else if unsigned && self.snapshot.requester_pays == Observed::Present(true) {
            Some("the requester pays, and nobody signed")
        } else if unsigned && name == "s3:PutObject" && kms() {
            Some("the default encryption needs a key that unsigned callers may not use")
        } else {
            None
        }
    }

    /// Whether unsigned requests are refused may not be known.
    fn payment(&self, request: &Request) -> Result<(), String> {
        let unsigned = request.caller == Caller::Anonymous;
        if unsigned && !self.snapshot.requester_pays.is_known() {
            return Err("requester_pays".to_owned());
        }
        let writes_acl =
            matches!(request.action.name(), "s3:PutBucketAcl" | "s3:PutObjectAcl" | "s3:PutObjectVersionAcl");
        if writes_acl && !self.snapshot.ownership.is_known() {
            return Err("ownership".to_owned());
        }
        Ok(())
    }

    /// Tells whether the bucket's policy or a resource control policy denies the request.
    fn denied(&self, request: &Request) -> Answer {
        let mut doubt = None;
        let own = if let Read::Is(policy) = &self.policy { Some(policy.as_ref()) } else { None };
        for policy in own.into_iter().chain(&self.control_policies) {
            match evaluate(policy, request) {
                Decision::Denied { .. } => return Ok(true),
                Decision::Undetermined { why, .. } => doubt = Some(why.to_string()),
                Decision::Allowed { .. } | Decision::NotAllowed => {}
            }
        }
        match (doubt, &self.policy) {
            (Some(why), _) => Err(why),
            (None, Read::Unknown) => Err("policy".to_owned()),
            (None, _) => Ok(false),
        }
    }

    fn policy_admits(&self, request: &Request) -> Answer {
        let Read::Is(policy) = &self.policy else { return Ok(false) };
        if !evaluate(policy, request).is_allowed() {
            return Ok(false);
        }
        let public = aws_public(policy, AttachedTo::Bucket).decided();
        let levels = [
            (&self.snapshot.bucket_block, "block_public_access.bucket"),
            (&self.snapshot.account_block, "block_public_access.account"),
        ];
        block::spares(&levels, public, &request.caller)
    }

    fn is_of_owner(&self, caller: &Caller) -> bool {
        match (caller, &self.snapshot.account) {
            (Caller::Signed(signed), Some(owner)) => signed.account == *owner,
            _ => false,
        }
    }
}
