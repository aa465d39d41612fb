//! What must be true of a request: clauses over the questions that a policy asks of its keys.

use crate::reach::atom::{Atom, Value};
use crate::reach::domain::{Dimension, Universe};
use crate::reach::meter::Meter;

/// A question with the answer that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal {
    /// The number of the question.
    pub(super) variable: usize,
    /// The answer.
    pub(super) holds: bool,
}

impl Literal {
    /// Gives the same question with the other answer.
    pub(super) fn negated(self) -> Self {
        Self { holds: !self.holds, ..self }
    }
}

/// Clauses over questions about keys: every clause must hold, by at least one of its literals.
#[derive(Clone, Debug, Default)]
pub(super) struct Formula {
    /// The keys.
    pub(super) dimensions: Vec<Dimension>,
    /// For each variable, its dimension and the number of the question there.
    pub(super) variables: Vec<(usize, usize)>,
    /// The clauses; one without literals cannot hold.
    pub(super) clauses: Vec<Vec<Literal>>,
}

impl Formula {
    /// Gives the variable that asks `atom` of `key`; `universe` is called where the key is new.
    pub(super) fn variable(
        &mut self,
        key: &str,
        universe: impl FnOnce() -> Universe,
        meter: &Meter,
        atom: Atom,
    ) -> usize {
        let at = match self.dimensions.iter().position(|dimension| dimension.key == key) {
            Some(known) => known,
            None => {
                self.dimensions.push(Dimension::new(key, universe()));
                self.dimensions.len() - 1
            }
        };
        let Some(dimension) = self.dimensions.get_mut(at) else { return 0 };
        let before = dimension.len();
        let question = dimension.ask(atom, meter);
        if question == before {
            self.variables.push((at, question));
            return self.variables.len() - 1;
        }
        self.variables.iter().position(|known| *known == (at, question)).unwrap_or_default()
    }

    /// Demands `literal`.
    pub(super) fn demand(&mut self, literal: Literal) {
        self.clauses.push(vec![literal]);
    }

    /// Takes samples of every key; no question may be added afterwards.
    pub(super) fn seal(&mut self, meter: &Meter) {
        for dimension in &mut self.dimensions {
            dimension.seal(meter);
        }
    }
}

/// A value for every key of a [`Formula`], the object key under the empty name.
pub(super) type Model = Vec<(String, Value)>;
