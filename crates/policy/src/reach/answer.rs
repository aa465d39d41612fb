//! What is answered.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::action::{Access, ActionSet};
use crate::name::AccountId;
use crate::untrusted::Untrusted;
use crate::witness::Witness;

/// The answer to a [`Question`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    /// Every way in that was found and proven.
    pub openings: Vec<Opening>,
    /// Branches that could not be decided. "Not reachable" may be said only where this is empty.
    pub undecided: Vec<Undecided>,
    /// Grants that S3 refuses to outsiders whatever the policy says (docs/semantics.md B11).
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
        /// Any customer's resource of the service gets in: the confused deputy (docs/semantics.md B14).
        unscoped: bool,
    },
}

/// What qualifies an opening.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Note {
    /// Only objects that carry certain tags.
    OnlyTaggedObjects,
    /// Only objects that the bucket owner owns (docs/semantics.md B8).
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
    Budget(u64),
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
    /// Units of work, as [`Budget`](crate::reach::Budget) counts them.
    pub work: u64,
}
