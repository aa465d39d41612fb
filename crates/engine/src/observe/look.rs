//! What comes in: looks at accounts and buckets, and the occasion of looking.

use bucketwatch_exposure::assessment::{Assessment, Path};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BlockPublicAccess, BucketSnapshot, ObjectAcl};
use bucketwatch_exposure::transition::TransitionKind;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::decide::Decision;
use crate::notice::{Deed, TransitionCause, TransitionRecord};
use crate::scan::ObjectSight;
use crate::state::{AssessmentRecord, BucketKey, Opened, RunId};

/// Why and when somebody looked.
#[derive(Clone, Debug, PartialEq)]
pub struct Occasion {
    /// What made bucketwatch look.
    pub cause: TransitionCause,
    /// Now: when transitions are recorded, and the instant for time conditions.
    pub at: Timestamp,
    /// Earlier events that can have had a hand in what is found, the latest first.
    pub hands: Vec<Hand>,
}

/// An earlier event, and what of a bucket it can have opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hand {
    /// What it can have opened.
    pub opened: Opened,
    /// Who did what.
    pub deed: Deed,
}

impl Occasion {
    /// Gives the occasion of a scan's run.
    pub fn scan(run: &RunId, at: Timestamp) -> Self {
        Self { cause: TransitionCause::Scan { run: run.as_str().to_owned() }, at, hands: Vec::new() }
    }

    /// Gives the cause of a transition to `assessment`: where more is open than before, with those events without which
    /// its exposures would not be.
    pub(super) fn cause_of(&self, kind: TransitionKind, assessment: Option<&Assessment>) -> TransitionCause {
        let mut cause = self.cause.clone();
        let TransitionCause::Event { also, .. } = &mut cause else { return cause };
        let Some(assessment) =
            assessment.filter(|_| matches!(kind.alerts_as(), "opened" | "widened" | "changed"))
        else {
            return cause;
        };
        let exposures = || assessment.exposures.iter().filter(|exposure| exposure.is_to_strangers());
        let had_part = |hand: &&Hand| exposures().any(|exposure| has_part(hand.opened, exposure.path));
        also.extend(self.hands.iter().filter(had_part).map(|hand| hand.deed.clone()));
        cause
    }

    /// Gives the run, for a scan.
    pub fn run(&self) -> Option<RunId> {
        match &self.cause {
            TransitionCause::Scan { run } => Some(RunId::new(run)),
            TransitionCause::Event { .. }
            | TransitionCause::Operator { .. }
            | TransitionCause::Review { .. } => None,
        }
    }

    /// Gives what all transitions of the occasion share.
    pub fn group_key(&self) -> &str {
        match &self.cause {
            TransitionCause::Scan { run } => run,
            TransitionCause::Event { id, .. }
            | TransitionCause::Operator { id, .. }
            | TransitionCause::Review { id } => id,
        }
    }
}

/// Tells whether something that was opened takes part in what is open by `path`. Block Public Access holds all of them.
fn has_part(opened: Opened, path: Path) -> bool {
    match path {
        Path::BucketPolicy => matches!(opened, Opened::Policy | Opened::Block),
        Path::BucketAcl | Path::ObjectAcl => matches!(opened, Opened::Acl | Opened::Block),
        Path::AccessPoint | Path::MultiRegionAccessPoint => opened != Opened::Acl,
    }
}

/// A look at an account.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountLook {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    /// Its Block Public Access.
    pub block: Observed<BlockPublicAccess>,
    /// The instant before the read, corrected to AWS's clock.
    pub observed_at: Timestamp,
}

/// A look at a bucket. The instants lie before the first read of their facts and are corrected to AWS's clock; where
/// there is none, nobody looked, and what is known stays.
#[derive(Clone, Debug, PartialEq)]
pub struct BucketLook {
    /// The bucket's name.
    pub name: Untrusted,
    /// What was seen; `account_block` as the same run saw it.
    pub snapshot: BucketSnapshot,
    /// What that means, where whoever looked has judged it; `None` = it is judged here.
    pub assessment: Option<Assessment>,
    /// When its own configuration was read.
    pub configuration_at: Option<Timestamp>,
    /// When its access points and multi-Region access points were read.
    pub access_points_at: Option<Timestamp>,
    /// When its objects were read, where the snapshot holds all that is known of them.
    pub objects_at: Option<Timestamp>,
    /// Single objects, read with its configuration, beside what is known of others.
    pub objects: Vec<ObjectSight>,
}

/// What became of a look at a bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The bucket.
    pub key: BucketKey,
    /// What is known of it now.
    pub assessment: Option<AssessmentRecord>,
    /// What changed.
    pub transition: Option<TransitionRecord>,
    /// The look ties with a differing one of the same instant, and nobody can tell which is the later: read again.
    pub read_again: bool,
    /// Objects that let strangers in, of a bucket of which as many are kept as there is room for.
    pub left_out: Vec<ObjectAcl>,
}

impl Outcome {
    pub(super) fn of(decision: &Decision) -> Self {
        Self {
            key: decision.record.key.clone(),
            assessment: decision.record.assessment.clone(),
            transition: decision.transition.clone(),
            read_again: decision.read_again,
            left_out: decision.left_out.clone(),
        }
    }
}
