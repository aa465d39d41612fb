//! Who can get in: the symbolic question over all requests at once.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::action::{Access, ActionSet};
use crate::document::{Effect, Policy};
use crate::name::AccountId;
use crate::pattern::Pattern;
use crate::setting::Setting;
use crate::untrusted::Untrusted;
use crate::witness::Witness;

/// Gives every way in that outsiders have, each with its proof, and every branch that could not be decided.
///
/// *Unknowns*: a branch without a rule, a missing fact or an exhausted `budget` is listed in
/// [`Reach::undecided`], never left out.
pub fn reach(question: &Question<'_>, budget: Budget) -> Reach {
    let _ = budget;
    let mut answer = Reach::default();
    if let Some(layer) = question.layers.first() {
        let sources: Vec<usize> = match layer {
            Layer::Policy(document) => (0..)
                .zip(&document.policy.statements)
                .filter(|(_, statement)| statement.effect == Effect::Allow)
                .map(|(index, _)| index)
                .collect(),
            Layer::Grants(grants) => (0..grants.len()).collect(),
        };
        answer.undecided = sources
            .into_iter()
            .map(|source| Undecided {
                sources: vec![source],
                audience: Audience::Anyone { ranges: Vec::new() },
                why: Why::NoRule("nobody has reasoned about this statement"),
            })
            .collect();
    }
    answer
}

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
    /// Through an access point or a multi-Region access point: signed callers only (SEMANTICS B2).
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
    /// Signed ones only: Requester Pays refuses the rest (SEMANTICS B4).
    Signed,
}

/// The answer to a [`Question`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// Every way in that was found and proven.
    pub openings: Vec<Opening>,
    /// Branches that could not be decided. "Not reachable" may be said only where this is empty.
    pub undecided: Vec<Undecided>,
    /// Grants that S3 refuses to outsiders whatever the policy says (SEMANTICS B11).
    pub ineffective: Vec<Ineffective>,
    /// How much work it was.
    pub effort: Effort,
}

/// One way in: a source, an audience, what it may do.
#[derive(Clone, Debug, PartialEq)]
pub struct Opening {
    /// For each layer of the question, the index of its statement or grant.
    pub sources: Vec<usize>,
    /// Who gets in.
    pub audience: Audience,
    /// The actions, all classes together.
    pub actions: ActionSet,
    /// ARN patterns of what is reached: an upper bound where `resources_except` is not empty.
    pub resources: Vec<Untrusted>,
    /// What a Deny or NotResource cuts out of `resources`.
    pub resources_except: Vec<Untrusted>,
    /// One proof for each access class of `actions`, worst first.
    pub witnesses: Vec<(Access, Witness)>,
    /// When it is open, where time conditions bound it.
    pub validity: Option<Validity>,
    /// What a reader must know to read it rightly.
    pub notes: BTreeSet<Note>,
}

/// Who gets in, the widest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Anybody, unsigned. `ranges` holds the source ranges where a condition names some that are too wide to count.
    Anyone {
        /// CIDR ranges.
        ranges: Vec<String>,
    },
    /// Every signed AWS principal.
    AnyAwsAccount {
        /// CIDR ranges.
        ranges: Vec<String>,
    },
    /// Anybody who comes from these places.
    Network {
        /// CIDR ranges.
        ranges: Vec<String>,
        /// `vpc-…` ids.
        vpcs: Vec<Untrusted>,
        /// `vpce-…` ids.
        endpoints: Vec<Untrusted>,
    },
    /// These accounts, by id or canonical id.
    Account {
        /// Account ids.
        ids: Vec<AccountId>,
        /// Principals by ARN or canonical id.
        principals: Vec<Untrusted>,
    },
    /// These organizations or organizational units.
    Organization {
        /// Organization ids and paths.
        ids: Vec<Untrusted>,
    },
    /// AWS services.
    Service {
        /// Service principals and origin access identities.
        names: Vec<Untrusted>,
        /// Any customer's resource of the service gets in: the confused deputy (SEMANTICS B14).
        unscoped: bool,
    },
}

/// What qualifies an opening.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Note {
    /// Only objects that carry certain tags.
    OnlyTaggedObjects,
    /// Only objects that the bucket owner owns (SEMANTICS B8).
    OnlyOwnedObjects,
    /// A federated principal: whoever the provider signs in.
    Federated(Untrusted),
    /// The bucket delegates to access points of another account.
    DelegatesToAccessPoints,
    /// The organization is the owner's own.
    OwnOrganization,
    /// A text that the caller chooses freely is the only thing that keeps others out (Referer, UserAgent, …).
    CallerChosenKey(String),
    /// The statement holds only under this unverified reading of AWS's rules.
    Unverified(&'static str),
}

/// When an opening is open. Both `None` = always.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first instant, if it is not open yet or was shut before.
    pub from: Option<Timestamp>,
    /// The first instant at which it is shut again.
    pub until: Option<Timestamp>,
}

/// A branch that the engine could not decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// For each layer of the question, the index of its statement or grant.
    pub sources: Vec<usize>,
    /// The audience that might get in.
    pub audience: Audience,
    /// What is missing.
    pub why: Why,
}

/// Why a branch is undecided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Why {
    /// A fact of the bucket was not read (its tags, say).
    #[error("the policy asks for `{0}`, which was not read")]
    MissingFact(String),
    /// A policy variable stands where its value cannot be reasoned about.
    #[error("the policy variable `{0:?}` stands where it cannot be decided")]
    PolicyVariable(Untrusted),
    /// The search was cut off.
    #[error("the search took more than {0} steps")]
    Budget(u32),
    /// The engine has no rule for this.
    #[error("{0}")]
    NoRule(&'static str),
}

/// A grant without effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ineffective {
    /// For each layer of the question, the index of its statement or grant.
    pub sources: Vec<usize>,
    /// The actions that S3 refuses.
    pub actions: ActionSet,
    /// Which rule refuses them.
    pub rule: &'static str,
}

/// How much work a question was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Regions visited.
    pub nodes: u32,
}

/// How much work a question may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Regions that may be visited for one statement and one kind of caller.
    pub nodes: u32,
    /// Classes that one dimension may be divided into.
    pub classes: u32,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: 200_000, classes: 4_096 }
    }
}
