//! S3 actions: an index into the catalogue, sets of them, and what each lets a stranger do.

use serde::{Deserialize, Serialize};

/// One action of the catalogue: an index into [`crate::catalogue`]'s table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Action(pub(crate) u8);

/// What an action lets its caller do: the classes that findings speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// See the names of objects, versions or uploads.
    List,
    /// Read objects or their data.
    Read,
    /// Create or overwrite objects.
    Write,
    /// Delete objects or the bucket.
    Delete,
    /// Read ACLs or policies.
    ReadAcl,
    /// Change who may do what: ACLs and policies.
    WriteAcl,
    /// Change the bucket's configuration: lifecycle, replication, website, logging, blocks, …
    Configure,
    /// Anything else, such as reading configuration.
    Other,
}

/// What an action acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceKind {
    /// The bucket itself: `arn:aws:s3:::bucket`.
    Bucket,
    /// An object: `arn:aws:s3:::bucket/key`.
    Object,
    /// A directory bucket of S3 Express: `arn:aws:s3express:region:account:bucket/name`. No policy of an ordinary
    /// bucket can grant it.
    DirectoryBucket,
    /// Anything else (an access point itself, a job, the account): no bucket policy can grant it.
    Elsewhere,
}

/// A set of actions of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ActionSet([u64; 4]);

impl ActionSet {
    /// Gives the set without any action.
    pub const EMPTY: Self = Self([0; 4]);

    /// Gives the set of every action of the catalogue.
    pub const ALL: Self = Self::range(0, crate::catalogue::COUNT);

    /// Gives the actions whose index in the catalogue is at least `start` and less than `end`.
    pub(crate) const fn range(start: usize, end: usize) -> Self {
        let below_end = Self::below(end);
        let below_start = Self::below(start);
        let [a, b, c, d] = below_end.0;
        let [e, f, g, h] = below_start.0;
        Self([a & !e, b & !f, c & !g, d & !h])
    }

    const fn below(end: usize) -> Self {
        const fn word(end: usize, index: usize) -> u64 {
            match end.saturating_sub(64 * index) {
                0 => 0,
                bits if bits < 64 => (1 << bits) - 1,
                _ => u64::MAX,
            }
        }
        Self([word(end, 0), word(end, 1), word(end, 2), word(end, 3)])
    }

    /// Adds `action`.
    pub fn insert(&mut self, action: Action) {
        if let Some(word) = self.0.get_mut(usize::from(action.0 >> 6)) {
            *word |= 1 << (action.0 & 63);
        }
    }

    /// Tells whether `action` is in the set.
    pub fn contains(&self, action: Action) -> bool {
        self.0.get(usize::from(action.0 >> 6)).is_some_and(|word| word >> (action.0 & 63) & 1 == 1)
    }

    /// Tells whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; 4]
    }

    /// Counts the actions.
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Gives the actions that are in both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Gives the actions that are in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Gives the actions of this set that are not in `other`.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Tells whether every action of this set is in `other`.
    pub fn is_subset_of(self, other: Self) -> bool {
        self.minus(other).is_empty()
    }

    /// Gives the actions in the catalogue's order.
    pub fn iter(self) -> impl Iterator<Item = Action> {
        [0, 64, 128, 192].into_iter().zip(self.0).flat_map(|(base, word): (u8, u64)| {
            let lowest_cleared = |word: &u64| Some(word & (word - 1)).filter(|rest| *rest != 0);
            std::iter::successors(Some(word).filter(|word| *word != 0), lowest_cleared)
                .map(move |word| Action(base + word.trailing_zeros() as u8))
        })
    }

    fn zip(self, other: Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let [a, b, c, d] = self.0;
        let [e, f, g, h] = other.0;
        Self([combine(a, e), combine(b, f), combine(c, g), combine(d, h)])
    }
}

impl FromIterator<Action> for ActionSet {
    fn from_iter<T: IntoIterator<Item = Action>>(actions: T) -> Self {
        let mut set = Self::EMPTY;
        for action in actions {
            set.insert(action);
        }
        set
    }
}
