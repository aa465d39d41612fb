//! Resources and object keys: what a statement's patterns leave open of the key.

use super::{Compiler, Mood, Term, variable_doubt};
use crate::action::ResourceKind;
use crate::document::Resources;
use crate::pattern::{Part, Pattern};
use crate::reach::atom::{Atom, Value};
use crate::reach::domain::{Space, Universe};
use crate::reach::formula::Literal;
use crate::reach::glob::{Glob, Reading, Substitute};
use crate::reach::scene::Fact;
use crate::reach::shape::Shape;
use crate::reach::{Document, Why};

impl Compiler<'_, '_> {
    /// `helps` says whether a pattern that matches is in favour of the caller.
    pub(super) fn resource(&mut self, document: &Document<'_>, resources: &Resources, helps: bool) -> Term {
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

    pub(super) fn key_matches(&mut self, globs: Vec<Glob>, negated: bool) -> Term {
        if globs.is_empty() {
            return negated.into();
        }
        if globs.iter().any(Glob::is_everything) {
            return (!negated).into();
        }
        let variable = self.key_variable(globs);
        Term::Open(Literal { variable, holds: !negated })
    }

    pub(super) fn key_variable(&mut self, globs: Vec<Glob>) -> usize {
        let key = || Universe {
            absent: false,
            space: Space::Text { shape: Shape::some_text(), natural: "a".to_owned() },
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
    pub(super) fn chosen_variable<'p>(&self, pattern: &'p Pattern) -> Option<&'p str> {
        pattern.parts.iter().find_map(|part| match part {
            Part::Variable { key, .. } if self.is_chosen(key) => Some(key.as_str()),
            _ => None,
        })
    }

    /// Tells whether the caller chooses the value of `key`, so that the pinned one is only an example.
    pub(super) fn is_chosen(&self, key: &str) -> bool {
        matches!(self.scene.fact(key), Fact::Free(_) | Fact::NameAfter(_))
    }

    pub(super) fn globs(&self, patterns: &[Pattern], reading: Reading) -> Vec<Glob> {
        let substitute = |key: &str, default: Option<&str>| self.substitute(key, default);
        patterns.iter().filter_map(|pattern| Glob::compile(pattern, reading, &substitute)).collect()
    }

    /// *Source*: IAM user guide, "IAM policy elements: Variables and tags": a multi-valued key is no variable.
    pub(super) fn substitute(&self, key: &str, default: Option<&str>) -> Substitute {
        match self.scene.pinned(key) {
            Fact::Fixed(Value::One(text)) => Substitute::Text(text),
            _ => default.map_or(Substitute::Null, |text| Substitute::Text(text.to_owned())),
        }
    }

    /// Gives why the value of some variable is not known: it is not null then.
    pub(super) fn unknown_variable(&self, patterns: &[Pattern]) -> Option<Why> {
        let parts = patterns.iter().flat_map(|pattern| &pattern.parts);
        let mut facts = parts.filter_map(|part| match part {
            Part::Variable { key, .. } => Some(self.scene.fact(key)),
            _ => None,
        });
        facts.find_map(|fact| if let Fact::Unknown(why) = fact { Some(why) } else { None })
    }
}
