//! Numbers that look random and are the same for the same input on every machine.

use std::hash::{Hash, Hasher};

/// Gives a well-mixed number for `value`.
pub(crate) fn of<T: Hash + ?Sized>(value: &T) -> u64 {
    let mut state = Fnv(0xcbf2_9ce4_8422_2325);
    value.hash(&mut state);
    mix(state.finish())
}

/// Gives a fraction in `0.0..1.0` for `value`.
pub(crate) fn fraction<T: Hash + ?Sized>(value: &T) -> f64 {
    (of(value) >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finisher of splitmix64.
fn mix(mut number: u64) -> u64 {
    number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// FNV-1a: unlike the standard library's hasher its result is part of no version's freedom to change.
struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_fill_the_unit_interval() {
        let drawn: Vec<f64> = (0..10_000_u64).map(|i| fraction(&(7_u64, i))).collect();
        assert!(drawn.iter().all(|value| (0.0..1.0).contains(value)));
        let below = drawn.iter().filter(|value| **value < 0.2).count();
        assert!((1_900..2_100).contains(&below), "{below}");
    }
}
