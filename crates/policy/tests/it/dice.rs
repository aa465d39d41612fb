//! Random choices that a seed repeats.

/// A small deterministic source of choices (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Starts from a seed; each `number` under one seed is a case of its own.
    pub(crate) fn new(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(1_000_003).wrapping_add(number.wrapping_mul(0xd134_2543_de82_ef95)))
    }

    /// Gives a number below `sides`.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % sides as u64).expect("fewer sides than a usize holds")
    }

    /// Tells, in one of `sides` cases, yes.
    pub(crate) fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    /// Gives one of several.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }

    /// Gives one to `most` of several, without repeats.
    pub(crate) fn some<'a, T: PartialEq>(&mut self, of: &'a [T], most: usize) -> Vec<&'a T> {
        let mut chosen: Vec<&T> = (0..=self.roll(most)).map(|_| self.one(of)).collect();
        chosen.dedup();
        chosen
    }
}

/// Gives how many cases a run has: few in the normal run, `nightly` of them where `BUCKETWATCH_TEST_NIGHTLY` is set.
pub(crate) fn cases(normal: u64, nightly: u64) -> u64 {
    if std::env::var_os("BUCKETWATCH_TEST_NIGHTLY").is_some() { nightly } else { normal }
}

/// Gives the seed of a run: `BUCKETWATCH_TEST_SEED`, or one that stays the same.
pub(crate) fn seed() -> u64 {
    std::env::var("BUCKETWATCH_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_122)
}
