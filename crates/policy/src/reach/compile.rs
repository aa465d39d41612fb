//! From statements to clauses: what a scene leaves open of each.

mod entry;
mod resource;

use crate::action::ResourceKind;
use crate::document::Statement;
use crate::reach::atom::Atom;
use crate::reach::domain::{Space, Universe};
use crate::reach::formula::{Formula, Literal};
use crate::reach::glob::{Glob, Reading};
use crate::reach::meter::Meter;
use crate::reach::names::Names;
use crate::reach::outsider::Kind;
use crate::reach::principal::{Spoken, is_granted, speaks_of};
use crate::reach::scene::Scene;
use crate::reach::{Document, PseudoAllow, Why};

/// How to take what is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// Against the caller: what is then let in is let in for certain.
    Strict,
    /// In favour of the caller: what is then not let in is kept out for certain.
    Lenient,
}

/// What a scene says of one part of a statement.
enum Term {
    True,
    False,
    Open(Literal),
    Unknown(Why),
}

impl From<bool> for Term {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

/// Clauses in the making.
pub(super) struct Compiler<'a, 's> {
    scene: &'s Scene<'a>,
    names: &'s Names,
    mood: Mood,
    meter: &'s Meter,
    formula: Formula,
    whys: Vec<Why>,
    closed: bool,
}

/// What a compiler leaves.
pub(super) struct Compiled {
    /// The clauses; `None` = nothing gets in.
    pub(super) formula: Option<Formula>,
    /// What was not known on the way.
    pub(super) whys: Vec<Why>,
}

impl<'a, 's> Compiler<'a, 's> {
    /// Begins the clauses of `scene` at the bucket of `names`.
    pub(super) fn new(scene: &'s Scene<'a>, names: &'s Names, mood: Mood, meter: &'s Meter) -> Self {
        Self { scene, names, mood, meter, formula: Formula::default(), whys: Vec::new(), closed: false }
    }

    /// Tells whether it is certain already that nothing gets in.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Demands that `statement`, an Allow of `document`, speaks of the request.
    pub(super) fn allow(&mut self, document: &Document<'_>, statement: &Statement) {
        if document.restricted {
            let held = match self.scene.outsider.kind {
                Kind::Service => Term::True,
                Kind::Identity => Term::Unknown(Why::NoRule(
                    "whether RestrictPublicBuckets spares an origin access identity is not documented",
                )),
                _ => Term::False,
            };
            self.demand(held);
        }
        let spoken = self.spoken(statement);
        self.demand(spoken);
        let resource = self.resource(document, &statement.resources, !statement.resources.negated);
        self.demand(resource);
        for entry in &statement.conditions {
            if self.closed {
                return;
            }
            let term = self.entry(entry);
            self.demand(term);
        }
    }

    /// Demands that an ACL's grant speaks of the request.
    pub(super) fn grant(&mut self, grant: &PseudoAllow) {
        self.demand(is_granted(&grant.grantee, self.scene.outsider).into());
        if let Some(keys) = &grant.keys {
            let globs = self.globs(keys, Reading::Wild);
            let term = match self.scene.action.kind() {
                ResourceKind::Object => self.key_matches(globs, false),
                _ => Term::False,
            };
            self.demand(term);
        }
    }

    /// Demands that the object key matches one of `globs`.
    pub(super) fn within(&mut self, globs: Vec<Glob>) {
        let term = self.key_matches(globs, false);
        self.demand(term);
    }

    /// Demands that the object key matches none of `globs`.
    pub(super) fn outside(&mut self, globs: Vec<Glob>) {
        let term = self.key_matches(globs, true);
        self.demand(term);
    }

    /// Demands that the principal is none of those that the documents name.
    pub(super) fn unnamed<'n>(&mut self, arns: impl FnOnce() -> &'n Vec<&'n str>) {
        if !self.formula.dimensions.iter().any(|known| known.key == "aws:principalarn") {
            return;
        }
        let arns = arns();
        if arns.is_empty() {
            return;
        }
        let atom = Atom::text(arns.iter().map(|arn| Glob::literal(arn)).collect());
        let unreachable = || Universe { absent: true, space: Space::Set };
        let variable = self.formula.variable("aws:principalarn", unreachable, self.meter, atom);
        self.formula.demand(Literal { variable, holds: false });
    }

    /// Demands that the request has none of `keys`, where it is asked for them.
    pub(super) fn without(&mut self, keys: &[&str]) {
        for key in keys {
            if self.formula.dimensions.iter().any(|known| known.key == *key) {
                let unreachable = || Universe { absent: true, space: Space::Set };
                let variable = self.formula.variable(key, unreachable, self.meter, Atom::presence());
                self.formula.demand(Literal { variable, holds: false });
            }
        }
    }

    /// Demands that `statement`, a Deny of `document`, does not speak of the request.
    pub(super) fn escape(&mut self, document: &Document<'_>, statement: &Statement) {
        if self.closed || !statement.actions.set.contains(self.scene.action) {
            return;
        }
        let head = [
            self.spoken(statement),
            self.resource(document, &statement.resources, statement.resources.negated),
        ];
        let mut ways = Vec::new();
        let mut doubts = Vec::new();
        let mut weigh = |term| {
            match term {
                Term::True => {}
                Term::False => return false,
                Term::Open(literal) => ways.push(literal.negated()),
                Term::Unknown(why) => doubts.push(why),
            }
            true
        };
        let spoken_of = head.into_iter().all(&mut weigh)
            && statement.conditions.iter().all(|entry| weigh(self.entry(entry)));
        if !spoken_of {
            return;
        }
        let spared = !doubts.is_empty() && self.mood == Mood::Lenient;
        self.whys.append(&mut doubts);
        if !spared {
            self.closed |= ways.is_empty();
            self.formula.clauses.push(ways);
        }
    }

    /// Gives the clauses, ready to be solved.
    pub(super) fn finish(mut self) -> Compiled {
        if self.closed {
            return Compiled { formula: None, whys: self.whys };
        }
        self.formula.seal(self.meter);
        Compiled { formula: Some(self.formula), whys: self.whys }
    }

    fn demand(&mut self, term: Term) {
        match term {
            Term::True => {}
            Term::False => self.closed = true,
            Term::Open(literal) => self.formula.demand(literal),
            Term::Unknown(why) => {
                self.whys.push(why);
                self.closed |= self.mood == Mood::Strict;
            }
        }
    }

    fn spoken(&self, statement: &Statement) -> Term {
        match speaks_of(statement, self.scene.outsider) {
            Spoken::Yes => Term::True,
            Spoken::No => Term::False,
            Spoken::Undocumented => Term::Unknown(Why::NoRule(
                "whether NotPrincipal spares this principal of a listed account is not documented",
            )),
        }
    }
}

fn variable_doubt(key: &str) -> Why {
    Why::PolicyVariable(format!("${{{key}}}").into())
}
