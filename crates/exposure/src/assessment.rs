//! The judgement of a snapshot.

use bucketwatch_policy::action::{Access, ActionSet};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::{Audience, Note, Validity};
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;
use serde::{Deserialize, Serialize};

/// What is known of a bucket's exposure. The document form is `bucketwatch.assessment/1`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// The bucket.
    pub bucket: Option<Untrusted>,
    /// Its owner.
    pub account: Option<AccountId>,
    /// Its region.
    pub region: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// AWS's documented IsPublic of the bucket policy; `None` = no policy, unreadable, or an open question.
    pub aws_public: Option<bool>,
    /// Where AWS's own GetBucketPolicyStatus says otherwise.
    pub discrepancy: Option<Discrepancy>,
    /// Every way in.
    pub exposures: Vec<Exposure>,
    /// Ways in that only a block holds shut.
    pub latent: Vec<Latent>,
    /// Where latent grants cannot be seen: AWS does not show a stored ACL while it is ignored.
    pub latent_unknown: Vec<LatentUnknown>,
    /// Grants without effect.
    pub ineffective: Vec<IneffectiveGrant>,
    /// What is known of object ACLs.
    pub objects: Objects,
    /// What could not be decided, and why.
    pub undetermined: Vec<Undetermined>,
    /// What is odd about the policies.
    pub diagnostics: Vec<Diagnosis>,
}

/// What AWS says of the policy, where it differs from the documented rule. It decides nothing by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// IsPublic as GetBucketPolicyStatus gives it.
    pub aws: bool,
    /// IsPublic by the documented rule; `None` = there is no policy, or the rule leaves it open.
    pub computed: Option<bool>,
}

/// Something odd about a policy that can still be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Where, as a JSON pointer relative to the input document.
    pub pointer: String,
    /// What, as a sentence in which text of strangers is escaped.
    pub message: String,
}

/// The answer to "can strangers reach it?".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least one unblocked exposure to anyone or any AWS account.
    Public,
    /// Something that decides could not be read or reasoned about.
    Undetermined,
    /// Everything that decides was read, and nobody outside the named gets in.
    NotPublic,
}

/// One way in. The judgement builds it from proven openings only: every access has a witness that the plain evaluator
/// accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// Stable over renames of statements: see [`crate::fingerprint`].
    pub fingerprint: String,
    /// Who.
    pub audience: Audience,
    /// By what.
    pub path: Path,
    /// The name of the access point for the access-point paths, of the object for `object_acl`.
    pub via: Option<Untrusted>,
    /// What it lets them do, worst first.
    pub access: Vec<Access>,
    /// The actions.
    pub actions: ActionSet,
    /// On what: ARN patterns.
    pub resources: Vec<Untrusted>,
    /// What is cut out of `resources`.
    pub resources_except: Vec<Untrusted>,
    /// JSON pointers, relative to the input document, to the statements or grants that open it (an access point has two).
    pub pointers: Vec<String>,
    /// The statement's Sid, where it has one.
    pub statement: Option<Untrusted>,
    /// How bad.
    pub severity: Severity,
    /// When.
    pub validity: Option<Validity>,
    /// One proof for each access, worst first.
    pub witnesses: Vec<(Access, Witness)>,
    /// What a reader must know.
    pub notes: Vec<ExposureNote>,
}

impl Exposure {
    /// Tells whether it makes a bucket public: anyone, or any AWS account.
    pub fn is_to_strangers(&self) -> bool {
        matches!(self.audience, Audience::Anyone { .. } | Audience::AnyAwsAccount { .. })
    }
}

/// A note on an exposure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExposureNote {
    /// From the policy.
    Policy(Note),
    /// The bucket also answers on its website endpoint, in clear text.
    WebsiteEndpoint,
    /// The default encryption is SSE-KMS: objects under it need the key as well.
    KmsDefaultEncryption,
    /// Resource control policies were not read.
    ResourceControlPoliciesUnread,
    /// Everybody who may write the ACL can grant themselves the rest.
    TakeOver,
}

/// By what a stranger gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Path {
    /// The bucket's ACL.
    BucketAcl,
    /// The bucket's policy.
    BucketPolicy,
    /// An access point and its policy.
    AccessPoint,
    /// A multi-Region access point and its policy.
    MultiRegionAccessPoint,
    /// An object's ACL.
    ObjectAcl,
}

/// How bad an exposure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Informational,
    /// Strangers can read ACLs or configuration.
    Low,
    /// An unscoped service.
    Medium,
    /// Strangers can read or list.
    High,
    /// Strangers can write, delete or take over.
    Critical,
}

/// An exposure that something holds shut.
#[derive(Clone, Debug, PartialEq)]
pub struct Latent {
    /// What would open.
    pub exposure: Exposure,
    /// What holds it, every block of which must go before it opens: `block_public_access:LEVEL:FLAG`,
    /// `ownership:BucketOwnerEnforced`, `deny:POINTER`.
    pub held_by: Vec<String>,
}

/// Latent grants that cannot be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatentUnknown {
    /// By what they would open: the bucket's ACL or an object's.
    pub path: Path,
    /// What makes AWS ignore the ACL and hide it.
    pub held_by: Vec<String>,
}

/// A grant that S3 refuses to outsiders whatever the policy says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IneffectiveGrant {
    /// JSON pointer to the statement or grant.
    pub pointer: String,
    /// Whom it names.
    pub audience: Audience,
    /// By what it would let them in.
    pub path: Path,
    /// The statement's Sid, where it has one.
    pub statement: Option<Untrusted>,
    /// What it would grant.
    pub actions: ActionSet,
    /// The rule that makes it ineffective.
    pub rule: String,
}

/// What is known of object ACLs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Objects {
    /// They are not evaluated: BucketOwnerEnforced, or IgnorePublicAcls.
    CannotMatter,
    /// Nobody looked.
    Unchecked,
    /// Some were read.
    Sampled,
    /// All were read.
    Checked,
}

/// Something that could not be decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Undetermined {
    /// Which part of the snapshot: `policy`, `acl`, `ownership`, `block_public_access.account`, …; `aws_public` where
    /// the gate of RestrictPublicBuckets is open to question; `reasoning` where the engine cannot decide.
    pub what: &'static str,
    /// The API operation that would tell.
    pub operation: Option<&'static str>,
    /// The IAM action that it needs.
    pub permission: Option<&'static str>,
    /// Why: AWS's error code, `not_asked`, or the engine's reason.
    pub why: String,
    /// Exposures that hang on it.
    pub exposures: Vec<Exposure>,
}
