//! One statement.

use super::error::Refusal;
use super::path::Path;
use super::pattern::{Place, Variables, pattern};
use super::reader::{Entry, Reader, Reading, element, object, refuse, text, texts};
use super::value::Value;
use crate::action::ActionSet;
use crate::catalogue;
use crate::diagnostic::Oddity;
use crate::document::{Actions, Effect, Principals, Resources, Statement};
use crate::pattern::is_arn;

const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Reader {
    /// Reads a statement.
    pub(super) fn statement(&mut self, value: &Value<'_>, path: &Path<'_>) -> Reading<Statement> {
        let entries = object(value, "Statement", path)?;
        self.check_elements(entries, &ELEMENTS, path)?;
        let sid = element(entries, "Sid").map(|sid| text(sid, "Sid", &path.key("Sid"))).transpose()?;
        let effect = effect(entries, path)?;
        let statement = Statement {
            sid: sid.map(Into::into),
            effect,
            principals: self.whom(entries, path)?,
            actions: self.actions(entries, path)?,
            resources: self.resources(entries, path)?,
            conditions: match element(entries, "Condition") {
                Some(condition) => self.conditions(condition, &path.key("Condition"))?,
                None => Vec::new(),
            },
        };
        if effect == Effect::Allow && matches!(statement.principals, Principals::Except(_)) {
            self.odd(&path.key("NotPrincipal"), Oddity::AllowNotPrincipal);
        }
        Ok(statement)
    }

    fn whom(&mut self, entries: &[Entry<'_>], path: &Path<'_>) -> Reading<Principals> {
        let (name, value, negated) = either(entries, "Principal", "NotPrincipal", path)?;
        let principals = self.principals(value, name, &path.key(name))?;
        Ok(if negated { Principals::Except(principals) } else { Principals::Only(principals) })
    }

    fn actions(&mut self, entries: &[Entry<'_>], path: &Path<'_>) -> Reading<Actions> {
        let (name, value, negated) = either(entries, "Action", "NotAction", path)?;
        let mut named = ActionSet::EMPTY;
        let patterns = texts(value, name, &path.key(name), |text, path| {
            let selected = catalogue::matching(text);
            if selected.is_empty() {
                self.odd(path, Oddity::UnknownAction(text.into()));
            }
            named = named.or(selected);
            Ok(text.into())
        })?;
        let set = if negated { ActionSet::ALL.minus(named) } else { named };
        Ok(Actions { negated, patterns, set })
    }

    fn resources(&mut self, entries: &[Entry<'_>], path: &Path<'_>) -> Reading<Resources> {
        let (name, value, negated) = either(entries, "Resource", "NotResource", path)?;
        let place = Place { wildcards: true, variables: self.variables(Variables::InResourcePart) };
        let patterns = texts(value, name, &path.key(name), |text, path| {
            self.note_literal_variable(text, path);
            if !is_arn(text) && text != "*" {
                self.odd(path, Oddity::MalformedArn(text.into()));
            }
            Ok(pattern(text, place))
        })?;
        Ok(Resources { negated, patterns })
    }
}

fn effect(entries: &[Entry<'_>], path: &Path<'_>) -> Reading<Effect> {
    let Some(value) = element(entries, "Effect") else {
        return refuse(path, Refusal::Missing("Effect"));
    };
    let path = path.key("Effect");
    match text(value, "Effect", &path)? {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => refuse(&path, Refusal::Effect(other.into())),
    }
}

/// Gives the one of two elements that is there, and whether it is the negated one.
fn either<'v, 'a>(
    entries: &'v [Entry<'a>],
    plain: &'static str,
    negated: &'static str,
    path: &Path<'_>,
) -> Reading<(&'static str, &'v Value<'a>, bool)> {
    match (element(entries, plain), element(entries, negated)) {
        (Some(value), None) => Ok((plain, value, false)),
        (None, Some(value)) => Ok((negated, value, true)),
        (Some(_), Some(_)) => refuse(path, Refusal::Both(plain, negated)),
        (None, None) => refuse(path, Refusal::Missing(plain)),
    }
}
