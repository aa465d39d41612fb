//! Finds values for every key that satisfy all clauses, or proves that there are none.
//!
//! Conflict-driven: the current samples of all keys are a candidate; a clause that they break is satisfied by a
//! decision; a contradiction, of clauses or within one key, is resolved into a clause that rules out its whole
//! kind. Most policies are settled by the first candidate.

use crate::reach::bits::Bits;
use crate::reach::domain::Outcome;
use crate::reach::formula::{Formula, Literal, Model};
use crate::reach::meter::Meter;

/// The answer to a formula.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    /// This satisfies it.
    Satisfied {
        /// A value for every key.
        model: Model,
        /// Whether nothing had to be chosen: every key has the first of its values that can be.
        forced: bool,
    },
    /// Nothing does.
    Impossible,
    /// It was not decided within the budget.
    Exhausted,
}

/// Solves `formula` as far as `meter` lets it.
pub(super) fn solve(formula: Formula, meter: &Meter) -> Answer {
    Search::new(formula, meter).run()
}

/// What is known of one question.
#[derive(Clone, Debug, Default)]
struct Variable {
    value: Option<bool>,
    level: usize,
    reason: Option<usize>,
    activity: u32,
    /// The clauses that hold where the answer is no, and where it is yes.
    clauses: [Vec<usize>; 2],
}

/// What is asserted of one key.
#[derive(Clone, Debug, Default)]
struct Asserted {
    hold: Bits,
    fail: Bits,
    sample: usize,
    changed: bool,
}

struct Search<'m> {
    formula: Formula,
    /// How many clauses were given; those after it were learned.
    given: usize,
    variables: Vec<Variable>,
    keys: Vec<Asserted>,
    trail: Vec<Literal>,
    /// The length of the trail at each decision.
    levels: Vec<usize>,
    /// How much of the trail has been propagated.
    propagated: usize,
    /// Whether a decision was made, be it taken back.
    chose: bool,
    meter: &'m Meter,
}

/// Why a step failed.
enum Failure {
    /// The literals of this clause are all false.
    Clause(Vec<Literal>),
    /// A key could not be decided.
    Undecided,
}

impl<'m> Search<'m> {
    fn new(formula: Formula, meter: &'m Meter) -> Self {
        let mut search = Self {
            given: formula.clauses.len(),
            variables: vec![Variable::default(); formula.variables.len()],
            keys: vec![Asserted { changed: true, ..Asserted::default() }; formula.dimensions.len()],
            formula,
            trail: Vec::new(),
            levels: Vec::new(),
            propagated: 0,
            chose: false,
            meter,
        };
        for at in 0..search.given {
            search.index(at);
        }
        search
    }

    fn index(&mut self, clause: usize) {
        for literal in self.formula.clauses.get(clause).into_iter().flatten() {
            if let Some(variable) = self.variables.get_mut(literal.variable) {
                let [no, yes] = &mut variable.clauses;
                if literal.holds { yes } else { no }.push(clause);
            }
        }
    }

    fn run(&mut self) -> Answer {
        for at in 0..self.given {
            match self.formula.clauses.get(at).map(Vec::as_slice) {
                Some([]) => return Answer::Impossible,
                Some([only]) => match self.value(*only) {
                    Some(false) => return Answer::Impossible,
                    Some(true) => {}
                    None => self.assert(*only, Some(at)),
                },
                _ => {}
            }
        }
        loop {
            if !self.meter.spend(self.given) {
                return Answer::Exhausted;
            }
            match self.propagate().and_then(|()| self.check_keys()) {
                Err(Failure::Undecided) => return Answer::Exhausted,
                Err(Failure::Clause(clause)) => {
                    if self.levels.is_empty() || !self.learn(clause) {
                        return Answer::Impossible;
                    }
                }
                Ok(()) => match self.broken_clause() {
                    None => return Answer::Satisfied { model: self.model(), forced: !self.chose },
                    Some(choice) => {
                        self.chose = true;
                        self.levels.push(self.trail.len());
                        self.assert(choice, None);
                    }
                },
            }
        }
    }

    fn value(&self, literal: Literal) -> Option<bool> {
        let value = self.variables.get(literal.variable)?.value?;
        Some(value == literal.holds)
    }

    fn level(&self, literal: Literal) -> usize {
        self.variables.get(literal.variable).map_or(0, |variable| variable.level)
    }

    fn assert(&mut self, literal: Literal, reason: Option<usize>) {
        let level = self.levels.len();
        if let Some(variable) = self.variables.get_mut(literal.variable) {
            variable.value = Some(literal.holds);
            variable.level = level;
            variable.reason = reason;
        }
        self.trail.push(literal);
        self.touch(literal, Bits::insert);
    }

    /// Enters an assertion into its key, or takes it back.
    fn touch(&mut self, literal: Literal, change: fn(&mut Bits, usize)) {
        let Some((key, question)) = self.formula.variables.get(literal.variable) else { return };
        if let Some(asserted) = self.keys.get_mut(*key) {
            change(if literal.holds { &mut asserted.hold } else { &mut asserted.fail }, *question);
            asserted.changed = true;
        }
    }

    /// Asserts what clauses with one literal left force.
    fn propagate(&mut self) -> Result<(), Failure> {
        while let Some(literal) = self.trail.get(self.propagated).copied() {
            self.propagated += 1;
            let weakened = self.variables.get(literal.variable).map(|variable| {
                let [no, yes] = &variable.clauses;
                if literal.holds { no.clone() } else { yes.clone() }
            });
            let weakened = weakened.unwrap_or_default();
            self.meter.spend(4 * weakened.len());
            for at in weakened {
                match self.standing(at) {
                    Standing::Fine => {}
                    Standing::Forced(literal) => self.assert(literal, Some(at)),
                    Standing::Broken => return Err(Failure::Clause(self.clause(at).to_vec())),
                }
            }
        }
        Ok(())
    }

    fn clause(&self, at: usize) -> &[Literal] {
        self.formula.clauses.get(at).map_or(&[], Vec::as_slice)
    }

    fn standing(&self, at: usize) -> Standing {
        let mut open = None;
        for literal in self.clause(at) {
            match (self.value(*literal), open) {
                (Some(true), _) | (None, Some(_)) => return Standing::Fine,
                (None, None) => open = Some(*literal),
                (Some(false), _) => {}
            }
        }
        open.map_or(Standing::Broken, Standing::Forced)
    }

    /// Looks for a sample for each key whose assertions changed.
    fn check_keys(&mut self) -> Result<(), Failure> {
        for (at, (asserted, dimension)) in self.keys.iter_mut().zip(&mut self.formula.dimensions).enumerate()
        {
            if !asserted.changed {
                continue;
            }
            let learns = !self.levels.is_empty();
            match dimension.decide(&asserted.hold, &asserted.fail, asserted.sample, learns, self.meter) {
                Outcome::Sample(sample) => {
                    asserted.sample = sample;
                    asserted.changed = false;
                }
                Outcome::Unknown => return Err(Failure::Undecided),
                Outcome::Conflict(hold, fail) => return Err(Failure::Clause(self.lemma(at, &hold, &fail))),
            }
        }
        Ok(())
    }

    /// Says as a clause that not all of `hold` can hold and all of `fail` fail.
    fn lemma(&self, key: usize, hold: &Bits, fail: &Bits) -> Vec<Literal> {
        let asserted = hold.iter().map(|at| (at, false)).chain(fail.iter().map(|at| (at, true)));
        asserted
            .filter_map(|(question, holds)| {
                let variable = self.formula.variables.iter().position(|known| *known == (key, question))?;
                Some(Literal { variable, holds })
            })
            .collect()
    }

    /// Gives a literal to decide on: the most contested of the first clause that the current samples break.
    fn broken_clause(&self) -> Option<Literal> {
        let clauses = self.formula.clauses.get(..self.given).unwrap_or_default();
        let broken = clauses.iter().find(|clause| !clause.iter().any(|literal| self.holds_now(*literal)))?;
        let open = broken.iter().filter(|literal| self.value(**literal).is_none());
        open.copied().max_by_key(|literal| {
            let activity = self.variables.get(literal.variable).map_or(0, |variable| variable.activity);
            (activity, std::cmp::Reverse(literal.variable))
        })
    }

    fn holds_now(&self, literal: Literal) -> bool {
        self.formula.variables.get(literal.variable).is_some_and(|(key, question)| {
            let sample = self.keys.get(*key).map_or(0, |asserted| asserted.sample);
            let dimension = self.formula.dimensions.get(*key);
            dimension.is_some_and(|dimension| dimension.holds(sample, *question)) == literal.holds
        })
    }

    /// Resolves a broken clause back to the one assertion of the current level that brought it about, goes back
    /// to where that could have been known, and keeps the result. `false` = nothing is left to go back to.
    fn learn(&mut self, broken: Vec<Literal>) -> bool {
        // A contradiction within a key may lie wholly below the current level.
        let newest = broken.iter().map(|literal| self.level(*literal)).max().unwrap_or(0);
        if newest == 0 {
            return false;
        }
        self.go_back(newest);
        let mut seen = vec![false; self.variables.len()];
        let mut learned = Vec::new();
        let mut open = 0_usize;
        let mut at = self.trail.len();
        let mut pending = broken;
        loop {
            for literal in pending.drain(..) {
                let Some(mark) = seen.get_mut(literal.variable).filter(|mark| !**mark) else { continue };
                *mark = true;
                if let Some(variable) = self.variables.get_mut(literal.variable) {
                    variable.activity = variable.activity.saturating_add(1);
                }
                match self.level(literal) {
                    0 => {}
                    level if level == newest => open += 1,
                    _ => learned.push(literal),
                }
            }
            let pivot = loop {
                let Some(before) = at.checked_sub(1) else { return false };
                at = before;
                let Some(literal) = self.trail.get(at).copied() else { return false };
                if seen.get(literal.variable) == Some(&true) && self.level(literal) == newest {
                    break literal;
                }
            };
            open = open.saturating_sub(1);
            if open == 0 {
                return self.keep(pivot.negated(), learned);
            }
            let reason = self.variables.get(pivot.variable).and_then(|variable| variable.reason);
            pending = reason.map_or_else(Vec::new, |reason| self.clause(reason).to_vec());
        }
    }

    fn keep(&mut self, asserting: Literal, mut learned: Vec<Literal>) -> bool {
        let target = learned.iter().map(|literal| self.level(*literal)).max().unwrap_or(0);
        self.go_back(target);
        learned.push(asserting);
        self.formula.clauses.push(learned);
        let at = self.formula.clauses.len() - 1;
        self.index(at);
        self.assert(asserting, Some(at));
        true
    }

    /// Takes back every assertion above `level`.
    fn go_back(&mut self, level: usize) {
        let Some(keep) = self.levels.get(level).copied() else { return };
        self.levels.truncate(level);
        for literal in self.trail.split_off(keep) {
            if let Some(variable) = self.variables.get_mut(literal.variable) {
                variable.value = None;
                variable.reason = None;
            }
            self.touch(literal, Bits::remove);
        }
        self.propagated = self.propagated.min(keep);
    }

    fn model(&self) -> Model {
        let samples = self.keys.iter().zip(&self.formula.dimensions);
        samples.map(|(asserted, key)| (key.key.clone(), key.value(asserted.sample).clone())).collect()
    }
}

enum Standing {
    Fine,
    Forced(Literal),
    Broken,
}
