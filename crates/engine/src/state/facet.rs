//! Facets: facts that are read together and age together.

use jiff::Timestamp;
use serde_json::Value;

/// Which facts of a bucket a facet holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacetKind {
    /// The bucket's own configuration: policy, ACL, ownership, block, website, tags …
    Configuration,
    /// Its access points and multi-Region access points.
    AccessPoints,
    /// What was found of its objects.
    Objects,
}

impl FacetKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Configuration, Self::AccessPoints, Self::Objects];

    /// Gives the name under which it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::AccessPoints => "access_points",
            Self::Objects => "objects",
        }
    }

    /// Reads the name under which it is stored.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Facts that were read together.
#[derive(Clone, Debug, PartialEq)]
pub struct Facet {
    /// The instant before the first read, by the local clock corrected to AWS's.
    pub observed_at: Timestamp,
    /// The facts: the keys of a `bucketwatch.snapshot/1` document that belong to the facet.
    pub document: Value,
}

/// What becomes of a stored facet when another observation of it arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The arrival is newer and takes its place.
    Replace,
    /// The arrival is older, or the same: the stored one stays.
    Keep,
    /// Both were observed at the same instant and differ: nobody can tell which is the later fact. Read again.
    Tie,
}

impl Facet {
    /// Tells what becomes of `self` when `arrival` is observed.
    pub fn merge(&self, arrival: &Self) -> Merge {
        match arrival.observed_at.cmp(&self.observed_at) {
            std::cmp::Ordering::Greater => Merge::Replace,
            std::cmp::Ordering::Less => Merge::Keep,
            std::cmp::Ordering::Equal if arrival.document == self.document => Merge::Keep,
            std::cmp::Ordering::Equal => Merge::Tie,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_older_facet_never_replaces_a_newer_one_and_a_tie_of_differing_facts_is_read_again() {
        let facet = |second: i64, fact: &str| Facet {
            observed_at: Timestamp::from_second(second).unwrap(),
            document: json!({ "policy": fact }),
        };
        let stored = facet(10, "a");
        for (rule, arrival, expected) in [
            ("newer replaces", facet(11, "a"), Merge::Replace),
            ("newer and different replaces", facet(11, "b"), Merge::Replace),
            ("older is dropped", facet(9, "b"), Merge::Keep),
            ("the same again changes nothing", facet(10, "a"), Merge::Keep),
            ("same instant, other facts", facet(10, "b"), Merge::Tie),
        ] {
            assert_eq!(stored.merge(&arrival), expected, "{rule}");
        }
    }
}
