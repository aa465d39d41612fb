//! Multi-valued keys: is there a set of texts of which some must match and all must match?

use super::Found;
use super::text::{Search, find};
use crate::condition::Quantifier;
use crate::reach::atom::{Atom, Check, Value};
use crate::reach::bits::Bits;
use crate::reach::glob::Glob;
use crate::reach::meter::Meter;

/// Looks for a set of values for which every question of `hold` holds and none of `fail` does.
///
/// Each question is either "some value matches" or "all values match", and its negation is one of the other kind;
/// so one value per "some", each within every "all", is enough, and where one of them is impossible no set fits.
pub(super) fn search(atoms: &[Atom], hold: &Bits, fail: &Bits, meter: &Meter) -> Found {
    let mut needs = Needs::default();
    for (at, holds) in hold.iter().map(|at| (at, true)).chain(fail.iter().map(|at| (at, false))) {
        if let Some(Atom { check: Check::Presence(present), .. }) = atoms.get(at) {
            // The samples cover the absent key; every value found here is there.
            if *present == holds {
                continue;
            }
            return Found::Nothing;
        }
        let Some(Atom { check: Check::Text(globs), negated, quantifier, .. }) = atoms.get(at) else {
            return Found::Unknown;
        };
        let for_all = match quantifier {
            Some(quantifier) => *quantifier == Quantifier::ForAllValues,
            None => *negated,
        };
        // The question speaks of values that match (`matching`) or of values that do not; failing turns both round.
        let matching = holds != *negated;
        if for_all == holds { needs.every(globs, matching) } else { needs.some.push((globs, matching)) }
    }
    needs.satisfy(meter)
}

#[derive(Default)]
struct Needs<'a> {
    /// Some value must match one of these, or match none of them.
    some: Vec<(&'a [Glob], bool)>,
    /// Every value must match one of these.
    wanted: Vec<&'a [Glob]>,
    /// No value may match one of these.
    unwanted: Vec<&'a Glob>,
}

impl<'a> Needs<'a> {
    fn every(&mut self, globs: &'a [Glob], matching: bool) {
        if matching { self.wanted.push(globs) } else { self.unwanted.extend(globs) }
    }

    fn satisfy(mut self, meter: &Meter) -> Found {
        // A set of no value is as good as an absent key, which the samples cover.
        if self.some.is_empty() {
            self.some.push((&[], false));
        }
        let mut values = Vec::new();
        for (globs, matching) in &self.some {
            let mut wanted = self.wanted.clone();
            let mut unwanted = self.unwanted.clone();
            if *matching {
                wanted.push(globs)
            } else {
                unwanted.extend(*globs)
            }
            match find(&wanted, &unwanted, meter) {
                Search::Found(text) if !values.contains(&text) => values.push(text),
                Search::Found(_) => {}
                Search::Empty => return Found::Nothing,
                Search::Exhausted => return Found::Unknown,
            }
        }
        Found::Value(Value::Many(values))
    }
}
