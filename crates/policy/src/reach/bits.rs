//! Small sets of small numbers.

/// A set of numbers; those below 64 cost no allocation.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bits {
    low: u64,
    high: Vec<u64>,
}

impl Bits {
    /// Adds `bit`.
    pub(super) fn insert(&mut self, bit: usize) {
        let Some(word) = (bit / 64).checked_sub(1) else {
            self.low |= 1 << bit;
            return;
        };
        if self.high.len() <= word {
            self.high.resize(word + 1, 0);
        }
        if let Some(slot) = self.high.get_mut(word) {
            *slot |= 1 << (bit % 64);
        }
    }

    /// Takes `bit` out.
    pub(super) fn remove(&mut self, bit: usize) {
        match (bit / 64).checked_sub(1) {
            None => self.low &= !(1 << bit),
            Some(word) => {
                if let Some(slot) = self.high.get_mut(word) {
                    *slot &= !(1 << (bit % 64));
                }
            }
        }
        while self.high.last() == Some(&0) {
            self.high.pop();
        }
    }

    /// Tells whether `bit` is in the set.
    pub(super) fn contains(&self, bit: usize) -> bool {
        let word = (bit / 64).checked_sub(1).map_or(Some(&self.low), |word| self.high.get(word));
        word.is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// Tells whether every number of this set is in `other`.
    pub(super) fn is_subset_of(&self, other: &Self) -> bool {
        self.low & !other.low == 0
            && self
                .high
                .iter()
                .enumerate()
                .all(|(at, word)| word & !other.high.get(at).copied().unwrap_or(0) == 0)
    }

    /// Tells whether the sets share no number.
    pub(super) fn is_disjoint_from(&self, other: &Self) -> bool {
        self.low & other.low == 0 && self.high.iter().zip(&other.high).all(|(a, b)| a & b == 0)
    }

    /// Gives the numbers, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.low).chain(self.high.iter().copied()).enumerate().flat_map(|(at, word)| {
            std::iter::successors((word != 0).then_some(word), |word| {
                let rest = word & (word - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |word| at * 64 + word.trailing_zeros() as usize)
        })
    }
}

impl FromIterator<usize> for Bits {
    fn from_iter<T: IntoIterator<Item = usize>>(bits: T) -> Self {
        let mut set = Self::default();
        for bit in bits {
            set.insert(bit);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::Bits;

    #[test]
    fn numbers_past_the_first_word_behave_as_the_others() {
        let mut set: Bits = [3, 63, 64, 200].into_iter().collect();
        assert_eq!(set.iter().collect::<Vec<_>>(), [3, 63, 64, 200]);
        assert!(set.contains(200) && !set.contains(199));
        set.remove(200);
        set.remove(64);
        assert_eq!(set, [63, 3].into_iter().collect());
        assert!(set.is_subset_of(&[3, 63, 300].into_iter().collect()));
        assert!(set.is_disjoint_from(&[4, 300].into_iter().collect()));
    }
}
