//! From statements to clauses: what a scene leaves open of each.

use crate::action::ResourceKind;
use crate::condition::{Condition, Quantifier, Test, Values};
use crate::document::{Resources, Statement};
use crate::pattern::{Part, Pattern};
use crate::reach::atom::{Atom, Check, Relation, Value, is_negated};
use crate::reach::domain::{Space, Universe};
use crate::reach::formula::{Formula, Literal};
use crate::reach::glob::{Glob, Reading, Substitute};
use crate::reach::mention::textual_range;
use crate::reach::meter::Meter;
use crate::reach::names::Names;
use crate::reach::outsider::{Kind, fixes_an_id, partly_wild, tells_services_apart};
use crate::reach::principal::{Spoken, is_granted, speaks_of};
use crate::reach::scene::{Fact, Scene};
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

    /// Demands that the principal is none of those that a policy names.
    pub(super) fn unnamed(&mut self, arns: &[&str]) {
        if arns.is_empty() || !self.formula.dimensions.iter().any(|known| known.key == "aws:principalarn") {
            return;
        }
        let atom = Atom::text(arns.iter().map(|arn| Glob::literal(arn)).collect());
        let unreachable = || Universe { absent: true, space: Space::Set };
        let variable = self.formula.variable("aws:principalarn", unreachable, self.meter, atom);
        self.formula.demand(Literal { variable, holds: false });
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
        if self.scene.action.kind() == ResourceKind::Object {
            self.key_variable(Vec::new());
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

    /// `helps` says whether a pattern that matches is in favour of the caller.
    fn resource(&mut self, document: &Document<'_>, resources: &Resources, helps: bool) -> Term {
        if let Some(why) = self.unknown_variable(&resources.patterns) {
            return Term::Unknown(why);
        }
        self.meter.spend(4 * resources.patterns.len());
        let kind = self.scene.action.kind();
        let names = self.names;
        if kind != ResourceKind::Object {
            let patterns = match self.mood {
                Mood::Strict => self.globs(&resources.patterns, Reading::Wild),
                Mood::Lenient => self.generous(&resources.patterns, helps, |pattern, substitute| {
                    Glob::compile(pattern, Reading::Wild, substitute).into_iter().collect()
                }),
            };
            let bucket = names.bucket(document.attached_to, kind);
            let named = patterns.iter().any(|glob| glob.matches(bucket));
            return (named != resources.negated).into();
        }
        let prefix = names.object_prefix(document.attached_to);
        let globs = match self.mood {
            Mood::Strict => {
                let substitute = |key: &str, default: Option<&str>| self.substitute(key, default);
                let beyond = |pattern| Glob::beyond(pattern, prefix, &substitute);
                resources.patterns.iter().flat_map(beyond).collect()
            }
            Mood::Lenient => self.generous(&resources.patterns, helps, |pattern, substitute| {
                Glob::beyond(pattern, prefix, substitute)
            }),
        };
        self.key_matches(globs, resources.negated)
    }

    fn key_matches(&mut self, globs: Vec<Glob>, negated: bool) -> Term {
        if globs.is_empty() {
            return negated.into();
        }
        if globs.iter().any(Glob::is_everything) {
            return (!negated).into();
        }
        let variable = self.key_variable(globs);
        Term::Open(Literal { variable, holds: !negated })
    }

    fn key_variable(&mut self, globs: Vec<Glob>) -> usize {
        let key = || Universe {
            absent: false,
            space: Space::Text { shape: Glob::wild("?*"), natural: "a".to_owned() },
        };
        self.formula.variable("", key, self.meter, Atom::text(globs))
    }

    /// Takes variables that the caller chooses in its favour: where a match helps it they are anything, elsewhere
    /// their patterns match nothing.
    fn generous(
        &mut self,
        patterns: &[Pattern],
        helps: bool,
        compile: impl Fn(&Pattern, &dyn Fn(&str, Option<&str>) -> Substitute) -> Vec<Glob>,
    ) -> Vec<Glob> {
        let chosen: Vec<Option<&str>> =
            patterns.iter().map(|pattern| self.chosen_variable(pattern)).collect();
        let substitute = |key: &str, default: Option<&str>| match self.is_chosen(key) {
            true => Substitute::Anything,
            false => self.substitute(key, default),
        };
        let globs = patterns
            .iter()
            .zip(&chosen)
            .filter(|(_, chosen)| helps || chosen.is_none())
            .flat_map(|(pattern, _)| compile(pattern, &substitute))
            .collect();
        self.whys.extend(chosen.into_iter().flatten().map(variable_doubt));
        globs
    }

    /// Gives a variable of `pattern` whose value the caller chooses.
    fn chosen_variable<'p>(&self, pattern: &'p Pattern) -> Option<&'p str> {
        pattern.parts.iter().find_map(|part| match part {
            Part::Variable { key, .. } if self.is_chosen(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Tells whether the caller chooses the value of `key`, so that the pinned one is only an example. A stranger
    /// chooses the names of its users.
    fn is_chosen(&self, key: &str) -> bool {
        let caller = self.scene.outsider;
        let names_itself = key == "aws:username" && caller.kind == Kind::User && !caller.named;
        names_itself || matches!(self.scene.fact(key), Fact::Free(_))
    }

    fn globs(&self, patterns: &[Pattern], reading: Reading) -> Vec<Glob> {
        let substitute = |key: &str, default: Option<&str>| self.substitute(key, default);
        patterns.iter().filter_map(|pattern| Glob::compile(pattern, reading, &substitute)).collect()
    }

    /// *Source*: IAM user guide, "IAM policy elements: Variables and tags": a multi-valued key is no variable.
    fn substitute(&self, key: &str, default: Option<&str>) -> Substitute {
        match self.scene.pinned(key) {
            Fact::Fixed(Value::One(text)) => Substitute::Text(text),
            _ => default.map_or(Substitute::Null, |text| Substitute::Text(text.to_owned())),
        }
    }

    /// Gives why the value of some variable is not known: it is not null then.
    fn unknown_variable(&self, patterns: &[Pattern]) -> Option<Why> {
        let parts = patterns.iter().flat_map(|pattern| &pattern.parts);
        let mut facts = parts.filter_map(|part| match part {
            Part::Variable { key, .. } => Some(self.scene.fact(key)),
            _ => None,
        });
        facts.find_map(|fact| if let Fact::Unknown(why) = fact { Some(why) } else { None })
    }

    fn entry(&mut self, entry: &Condition) -> Term {
        let fact = if self.scene.mentions.has_variable(&entry.key) {
            self.scene.pinned(&entry.key)
        } else {
            self.scene.fact(&entry.key)
        };
        if let Some(doubt) = self.doubt(entry, &fact) {
            return Term::Unknown(doubt);
        }
        match fact {
            Fact::Unknown(why) => Term::Unknown(why),
            Fact::Fixed(value) => match self.atom(entry) {
                _ if matches!(&value, Value::Many(values) if values.len() > 1)
                    && entry.operator.quantifier.is_none() =>
                {
                    Term::Unknown(SEVERAL)
                }
                atom => atom.holds(&value).into(),
            },
            Fact::Free(universe) => {
                if universe.space == Space::Set
                    && entry.operator.quantifier.is_none()
                    && entry.operator.test != Test::Null
                {
                    return Term::Unknown(SEVERAL);
                }
                let atom = self.atom(entry);
                let variable = self.formula.variable(&entry.key, || universe, self.meter, atom);
                Term::Open(Literal { variable, holds: true })
            }
        }
    }

    /// Gives why an entry cannot be taken at its word in this scene.
    fn doubt(&self, entry: &Condition, fact: &Fact) -> Option<Why> {
        let patterns: &[Pattern] = if let Values::Text(patterns) = &entry.values { patterns } else { &[] };
        if entry.key == "aws:sourceip" && *fact != Fact::Fixed(Value::Absent) {
            let readable = |pattern: &Pattern| !pattern.has_wildcard() || textual_range(pattern).is_some();
            if !patterns.iter().all(readable) && patterns.iter().any(|pattern| pattern.text.as_raw() != "*") {
                return Some(Why::NoRule("a pattern over the text of addresses cannot be taken as ranges"));
            }
        }
        if let Some(why) = self.unknown_variable(patterns) {
            return Some(why);
        }
        let bare = |pattern: &Pattern| pattern.parts == [Part::AnyRun];
        if reading(entry.operator.test) == Reading::Arn
            && *fact != Fact::Fixed(Value::Absent)
            && patterns.iter().any(bare)
        {
            return Some(Why::NoRule(
                "whether an Arn operator takes a bare `*` for an ARN is not documented",
            ));
        }
        // What is pinned in one mood may be anything in the other.
        if self.mood == Mood::Strict {
            return None;
        }
        if let Some(key) = patterns.iter().find_map(|pattern| self.chosen_variable(pattern)) {
            return Some(variable_doubt(key));
        }
        if self.scene.mentions.has_variable(&entry.key) && self.is_chosen(&entry.key) {
            return Some(variable_doubt(&entry.key));
        }
        if tells_services_apart(&entry.key) && self.scene.outsider.signed().is_some() {
            return Some(VIA_A_SERVICE);
        }
        let luck = match entry.key.as_str() {
            "aws:principalaccount" | "aws:principalorgid" => {
                self.scene.outsider.stranger
                    && patterns.iter().any(|pattern| partly_wild(pattern.text.as_raw()))
            }
            "aws:principalorgpaths" | "aws:vpceorgpaths"
                if self.scene.outsider.stranger && *fact != Fact::Fixed(Value::Absent) =>
            {
                let open = |pattern: &Pattern| fixes_an_id(pattern.text.as_raw());
                return patterns.iter().any(open).then_some(LUCK);
            }
            "aws:sourcevpc" | "aws:sourcevpce" => patterns.iter().any(|pattern| {
                pattern.has_wildcard() && pattern.text.as_raw().contains(|c: char| c.is_ascii_digit())
            }),
            _ => false,
        };
        let handed_out = match fact {
            Fact::Fixed(Value::One(id)) => !self.scene.mentions.literals(&entry.key).contains(&id.as_str()),
            _ => false,
        };
        (luck && handed_out).then_some(LUCK)
    }

    fn atom(&self, entry: &Condition) -> Atom {
        let test = entry.operator.test;
        let relation = Relation::of(test).unwrap_or(Relation::Equal);
        let check = match &entry.values {
            Values::Text(patterns) => {
                self.meter.spend(8 * patterns.len());
                Check::Text(self.globs(patterns, reading(test)))
            }
            Values::Number(numbers) => Check::Number(relation, readable(numbers)),
            Values::Time(instants) => Check::Time(relation, readable(instants)),
            Values::Bool(wanted) if test == Test::Null => Check::Presence(wanted.contains(&Some(false))),
            Values::Bool(wanted) => Check::Bool(readable(wanted)),
            Values::Binary(wanted) => Check::Binary(readable(wanted)),
            Values::Network(ranges) => Check::Network(readable(ranges)),
        };
        let negated = is_negated(test);
        let absent = match (test, entry.operator.quantifier, &entry.values) {
            (Test::Null, _, Values::Bool(wanted)) => wanted.contains(&Some(true)),
            (_, Some(Quantifier::ForAllValues), _) => true,
            (_, Some(Quantifier::ForAnyValue), _) => entry.operator.if_exists,
            _ => negated || entry.operator.if_exists,
        };
        Atom { check, negated, absent, quantifier: entry.operator.quantifier }
    }
}

const LUCK: Why = Why::NoRule("whether a stranger can have an id that fits the pattern is luck");

/// A stranger may have Athena, say, ask for it (forward access sessions): nothing that can be proven by a plain request.
const VIA_A_SERVICE: Why = Why::NoRule(
    "a service may ask on behalf of a stranger, which is not tried (aws:ViaAWSService, aws:CalledVia)",
);

const SEVERAL: Why = Why::NoRule(
    "what an operator without ForAllValues or ForAnyValue makes of several values is not documented",
);

fn variable_doubt(key: &str) -> Why {
    Why::PolicyVariable(format!("${{{key}}}").into())
}

fn readable<T: Clone>(values: &[Option<T>]) -> Vec<T> {
    values.iter().flatten().cloned().collect()
}

fn reading(test: Test) -> Reading {
    match test {
        Test::StringLike | Test::StringNotLike => Reading::Wild,
        Test::ArnEquals | Test::ArnNotEquals | Test::ArnLike | Test::ArnNotLike => Reading::Arn,
        Test::StringEqualsIgnoreCase | Test::StringNotEqualsIgnoreCase => Reading::Folded,
        _ => Reading::Plain,
    }
}
