//! What holds a way in shut: Block Public Access at its levels, and Object Ownership.

use crate::gap::{Datum, Gap};
use crate::observed::Observed;
use crate::snapshot::{BlockPublicAccess, BucketSnapshot, Ownership};

/// One thing that holds a way in, or may hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It holds: the word of `held_by`.
    Shut(String),
    /// Whether it holds is not known.
    Maybe(Gap),
}

impl Hold {
    /// Tells whether something certainly holds.
    pub(crate) fn any_shut(holds: &[Self]) -> bool {
        holds.iter().any(|hold| matches!(hold, Self::Shut(_)))
    }
}

/// What the public test of a policy says to the gate of RestrictPublicBuckets.
///
/// *Source*: Amazon S3 user guide, "Blocking public access", docs/semantics.md A6: the whole document counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gate {
    /// The policy is public: the flag holds everybody but services and the owner's account.
    Public,
    /// It is not: the flag does nothing.
    NotPublic,
    /// The documented rule leaves it open.
    Open,
}

impl Gate {
    /// Gives the gate of what IsPublic says.
    pub(crate) fn of(aws_public: Option<bool>) -> Self {
        match aws_public {
            Some(true) => Self::Public,
            Some(false) => Self::NotPublic,
            None => Self::Open,
        }
    }

    /// Gives the gate of a request that two policies must let in: it is held if either is public.
    pub(crate) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Public, _) | (_, Self::Public) => Self::Public,
            (Self::Open, _) | (_, Self::Open) => Self::Open,
            _ => Self::NotPublic,
        }
    }
}

/// One level of Block Public Access.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level<'a> {
    pub(crate) name: &'static str,
    pub(crate) datum: Datum,
    pub(crate) flags: &'a Observed<BlockPublicAccess>,
}

impl<'a> Level<'a> {
    /// Gives the levels that every request to the bucket meets.
    pub(crate) fn of_bucket(snapshot: &'a BucketSnapshot) -> Vec<Self> {
        vec![
            Self { name: "bucket", datum: Datum::BucketBlock, flags: &snapshot.bucket_block },
            Self { name: "account", datum: Datum::AccountBlock, flags: &snapshot.account_block },
        ]
    }

    fn hold(&self, name: &str, flag: impl Fn(&BlockPublicAccess) -> bool) -> Option<Hold> {
        match self.flags {
            Observed::Present(flags) => {
                flag(flags).then(|| Hold::Shut(format!("block_public_access:{}:{name}", self.name)))
            }
            fact => Gap::in_fact(self.datum, fact).map(Hold::Maybe),
        }
    }
}

/// Gives what makes S3 ignore public ACLs.
pub(crate) fn ignoring_public_acls(snapshot: &BucketSnapshot) -> Vec<Hold> {
    let hold = |level: &Level<'_>| level.hold("IgnorePublicAcls", |flags| flags.ignore_public_acls);
    Level::of_bucket(snapshot).iter().filter_map(hold).collect()
}

/// Gives what disables ACLs altogether.
///
/// *Source*: Amazon S3 user guide, "Controlling ownership of objects", docs/semantics.md C1.
pub(crate) fn disabling_acls(snapshot: &BucketSnapshot) -> Option<Hold> {
    match &snapshot.ownership {
        Observed::Present(Ownership::BucketOwnerEnforced) => {
            Some(Hold::Shut("ownership:BucketOwnerEnforced".to_owned()))
        }
        fact => Gap::in_fact(Datum::Ownership, fact).map(Hold::Maybe),
    }
}

/// Gives what RestrictPublicBuckets holds at `levels`, behind `gate`.
///
/// Where a flag is on and the gate is open to question, the answer hangs on the question alone.
pub(crate) fn restricting(levels: &[Level<'_>], gate: Gate) -> Vec<Hold> {
    if gate == Gate::NotPublic {
        return Vec::new();
    }
    let hold = |level: &Level<'_>| level.hold("RestrictPublicBuckets", |flags| flags.restrict_public_buckets);
    let holds: Vec<Hold> = levels.iter().filter_map(hold).collect();
    if gate == Gate::Open && Hold::any_shut(&holds) {
        let why = "whether AWS calls the policy public is an open question, and RestrictPublicBuckets is on";
        return vec![Hold::Maybe(Gap::new(Datum::AwsPublic, why))];
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observed::Unreadable;

    fn on() -> Observed<BlockPublicAccess> {
        Observed::Present(BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::default() })
    }

    fn levels<'a>(
        bucket: &'a Observed<BlockPublicAccess>,
        account: &'a Observed<BlockPublicAccess>,
    ) -> [Level<'a>; 2] {
        [
            Level { name: "bucket", datum: Datum::BucketBlock, flags: bucket },
            Level { name: "account", datum: Datum::AccountBlock, flags: account },
        ]
    }

    #[test]
    fn the_gate_of_the_whole_document_decides_whether_the_flag_does_anything() {
        let (on, off) = (on(), Observed::Absent);
        let both = levels(&on, &off);
        assert_eq!(restricting(&both, Gate::NotPublic), []);
        let shut = Hold::Shut("block_public_access:bucket:RestrictPublicBuckets".to_owned());
        assert_eq!(restricting(&both, Gate::Public), [shut]);
        let open = restricting(&both, Gate::Open);
        assert!(matches!(open.as_slice(), [Hold::Maybe(gap)] if gap.datum == Datum::AwsPublic));
        assert_eq!(restricting(&levels(&off, &off), Gate::Open), []);
    }

    #[test]
    fn a_level_that_was_not_read_may_hold() {
        let (denied, off) = (Observed::Unreadable(Unreadable::denied()), Observed::Absent);
        let gap = Gap::new(Datum::BucketBlock, "AccessDenied");
        assert_eq!(restricting(&levels(&denied, &off), Gate::Public), [Hold::Maybe(gap)]);
    }

    #[test]
    fn of_two_policies_one_public_suffices() {
        assert_eq!(Gate::NotPublic.or(Gate::Public), Gate::Public);
        assert_eq!(Gate::Open.or(Gate::NotPublic), Gate::Open);
        assert_eq!(Gate::Open.or(Gate::Public), Gate::Public);
    }
}
