//! The values that one condition key can take, divided into the classes that the policy tells apart.
//!
//! A [`Dimension`] holds sample values, each with the truth of every question that the policy asks about the key.
//! Where the samples are known to stand for all classes, deciding is a matter of bits; where a pattern could
//! divide further, a sample is searched for on demand and kept.

pub(super) mod network;
mod sample;
mod set;
pub(super) mod text;

use std::borrow::Cow;

use crate::reach::atom::{Atom, Check, Value, View};
use crate::reach::bits::Bits;
use crate::reach::glob::Glob;
use crate::reach::meter::Meter;
use crate::reach::shape::{Shape, of_name};
use text::Search;

/// Which values a key can have at all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Universe {
    /// Whether the key may be absent.
    pub(super) absent: bool,
    /// What its values are.
    pub(super) space: Space,
}

/// What the values of a key are.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Space {
    /// Text of this `shape`; `natural` is what to show where anything goes.
    Text {
        /// What every value looks like.
        shape: Shape,
        /// The value to prefer.
        natural: String,
    },
    /// One of these.
    Finite(&'static [&'static str]),
    /// A whole number, zero or more.
    Count,
    /// An instant.
    Time,
    /// Any IP address, private ones too.
    Address,
    /// Any number of texts.
    Set,
}

/// What a set of asserted questions comes to.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Outcome {
    /// This sample satisfies them.
    Sample(usize),
    /// These of them contradict each other: must hold, must not hold.
    Conflict(Bits, Bits),
    /// It could not be decided within the limit.
    Unknown,
}

/// One key: its values, and every question asked about them.
#[derive(Clone, Debug)]
pub(super) struct Dimension {
    /// The condition key, lower case; empty for the object key.
    pub(super) key: String,
    universe: Universe,
    atoms: Vec<Atom>,
    samples: Vec<Sample>,
    complete: bool,
    conflicts: Vec<(Bits, Bits)>,
    /// What it costs to ask every question of one value.
    weight: usize,
}

#[derive(Clone, Debug)]
struct Sample {
    value: Value,
    truth: Bits,
}

impl Dimension {
    /// Gives the dimension of `key` without any question yet.
    pub(super) fn new(key: &str, universe: Universe) -> Self {
        Self {
            key: key.to_owned(),
            universe,
            atoms: Vec::new(),
            samples: Vec::new(),
            complete: false,
            conflicts: Vec::new(),
            weight: 0,
        }
    }

    /// Adds a question and gives its number; one that is known already keeps its number.
    pub(super) fn ask(&mut self, atom: Atom, meter: &Meter) -> usize {
        meter.spend(self.atoms.len());
        match self.atoms.iter().position(|known| *known == atom) {
            Some(known) => known,
            None => {
                self.weight += 4 + atom.check.weight();
                self.atoms.push(atom);
                self.atoms.len() - 1
            }
        }
    }

    /// Gives how many questions there are.
    pub(super) fn len(&self) -> usize {
        self.atoms.len()
    }

    /// Takes the first samples, the most natural first. No question may be added afterwards.
    pub(super) fn seal(&mut self, meter: &Meter) {
        let (values, complete) = sample::of(&self.universe, &self.atoms);
        self.complete = complete;
        for value in values {
            if meter.is_empty() {
                self.complete = false;
                return;
            }
            self.keep(value, meter);
        }
    }

    fn keep(&mut self, value: Value, meter: &Meter) -> usize {
        meter.spend(self.samples.len() + self.weight);
        if let Some(known) = self.samples.iter().position(|sample| sample.value == value) {
            return known;
        }
        let holding = self.atoms.iter().enumerate().filter(|(_, atom)| atom.holds(&value));
        let truth = holding.map(|(at, _)| at).collect();
        self.samples.push(Sample { value, truth });
        self.samples.len() - 1
    }

    /// Gives the value of a sample.
    pub(super) fn value(&self, sample: usize) -> &Value {
        self.samples.get(sample).map_or(&Value::Absent, |sample| &sample.value)
    }

    /// Tells whether question `atom` holds for a sample.
    pub(super) fn holds(&self, sample: usize, atom: usize) -> bool {
        self.samples.get(sample).is_some_and(|sample| sample.truth.contains(atom))
    }

    /// Looks for a sample for which every question of `hold` holds and none of `fail` does, `hint` first. A
    /// contradiction is reduced to what it takes where somebody is to learn from it.
    pub(super) fn decide(
        &mut self,
        hold: &Bits,
        fail: &Bits,
        hint: usize,
        learns: bool,
        meter: &Meter,
    ) -> Outcome {
        let fits = |sample: &Sample| hold.is_subset_of(&sample.truth) && fail.is_disjoint_from(&sample.truth);
        if self.samples.get(hint).is_some_and(fits) {
            return Outcome::Sample(hint);
        }
        meter.spend(self.samples.len() + self.conflicts.len());
        if let Some(found) = self.samples.iter().position(fits) {
            return Outcome::Sample(found);
        }
        let known = self.conflicts.iter().find(|(h, f)| h.is_subset_of(hold) && f.is_subset_of(fail));
        if let Some((hold, fail)) = known {
            return Outcome::Conflict(hold.clone(), fail.clone());
        }
        match self.search(hold, fail, meter) {
            Found::Value(value) => Outcome::Sample(self.keep(value, meter)),
            Found::Nothing if !learns => Outcome::Conflict(hold.clone(), fail.clone()),
            Found::Nothing => {
                let (hold, fail) = self.minimise(hold.clone(), fail.clone(), meter);
                self.conflicts.push((hold.clone(), fail.clone()));
                Outcome::Conflict(hold, fail)
            }
            Found::Unknown => Outcome::Unknown,
        }
    }

    /// Drops questions from a contradiction as long as it stays one.
    fn minimise(&mut self, mut hold: Bits, mut fail: Bits, meter: &Meter) -> (Bits, Bits) {
        for (part, atom) in
            hold.iter().map(|at| (true, at)).chain(fail.iter().map(|at| (false, at))).collect::<Vec<_>>()
        {
            let set = if part { &mut hold } else { &mut fail };
            set.remove(atom);
            let fits =
                |sample: &Sample| hold.is_subset_of(&sample.truth) && fail.is_disjoint_from(&sample.truth);
            meter.spend(self.samples.len());
            let needed = if self.samples.iter().any(fits) {
                true
            } else {
                match self.search(&hold, &fail, meter) {
                    Found::Nothing => false,
                    Found::Unknown => true,
                    Found::Value(value) => {
                        self.keep(value, meter);
                        true
                    }
                }
            };
            if needed {
                if part { &mut hold } else { &mut fail }.insert(atom);
            }
        }
        (hold, fail)
    }

    /// Decides where no sample fits.
    fn search(&self, hold: &Bits, fail: &Bits, meter: &Meter) -> Found {
        if self.complete {
            return Found::Nothing;
        }
        match &self.universe.space {
            Space::Text { shape, .. } => self.search_text(shape, hold, fail, meter),
            Space::Set => set::search(&self.atoms, hold, fail, meter),
            _ => Found::Unknown,
        }
    }

    fn search_text(&self, shape: &Shape, hold: &Bits, fail: &Bits, meter: &Meter) -> Found {
        let mut asked: Vec<(Cow<'_, [Glob]>, bool)> = vec![(shape.globs().into(), true)];
        let asserted = hold.iter().map(|at| (at, true)).chain(fail.iter().map(|at| (at, false)));
        for (at, holds) in asserted {
            let Some(atom) = self.atoms.get(at) else { return Found::Unknown };
            match &atom.check {
                Check::Text(globs) => asked.push((atom.view.whole(globs), holds != atom.negated)),
                Check::Presence(present) if *present == holds => {}
                Check::Presence(_) => return Found::Nothing,
                _ => return Found::Unknown,
            }
        }
        let wanted: Vec<&[Glob]> =
            asked.iter().filter(|(_, wanted)| *wanted).map(|(globs, _)| globs.as_ref()).collect();
        let unwanted: Vec<&Glob> =
            asked.iter().filter(|(_, wanted)| !wanted).flat_map(|(globs, _)| globs.iter()).collect();
        match text::find(&wanted, &unwanted, meter) {
            // A text that is too long leaves open whether another one would do.
            Search::Found(text) if !shape.matches(&text) => Found::Unknown,
            Search::Found(text) => Found::Value(Value::One(text)),
            Search::Empty => Found::Nothing,
            Search::Exhausted => Found::Unknown,
        }
    }
}

impl View {
    /// Gives patterns over whole values for those of which this is asked.
    fn whole<'g>(&self, globs: &'g [Glob]) -> Cow<'g, [Glob]> {
        match self {
            Self::Whole => globs.into(),
            Self::Name(before) => globs.iter().flat_map(|glob| of_name(glob, before)).collect(),
        }
    }
}

/// What a search beyond the samples gives.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    /// A value that fits.
    Value(Value),
    /// Proof that none does.
    Nothing,
    /// Neither.
    Unknown,
}
