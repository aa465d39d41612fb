//! A record's members, whose shapes differ from version to version.

use super::value::{Members, Value};
use bucketwatch_policy::untrusted::Untrusted;

/// An object of a record that is asked leniently: what is not there, `null` or of another shape is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a>(Option<&'a Members<'a>>);

impl<'a> Request<'a> {
    /// Gives the object that `value` is, or an empty one.
    pub(super) fn of(value: Option<&'a Value<'a>>) -> Self {
        Self(value.and_then(Value::as_object))
    }

    /// Gives a member, without regard to letter case: `Host` and `host`; the last of doubled ones.
    pub(super) fn get(self, name: &str) -> Option<&'a Value<'a>> {
        let members = self.0?;
        let exact = members.iter().rev().find(|(key, _)| key == name);
        let found = exact.or_else(|| members.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| value).filter(|value| **value != Value::Null)
    }

    /// Gives a member that is an object.
    pub(super) fn object(self, name: &str) -> Self {
        Self::of(self.get(name))
    }

    /// Gives a text that is not empty: a string, or the first of a list.
    pub(super) fn text(self, name: &str) -> Option<&'a str> {
        let value = self.get(name)?;
        let text = match value {
            Value::List(list) => list.first().and_then(Value::as_str),
            value => value.as_str(),
        };
        text.filter(|text| !text.is_empty())
    }

    /// Gives a text that is not empty, as chosen by a stranger.
    pub(super) fn untrusted(self, name: &str) -> Option<Untrusted> {
        self.text(name).map(Untrusted::new)
    }

    /// Gives a flag: a boolean, or its name as a string.
    pub(super) fn flag(self, name: &str) -> Option<bool> {
        match self.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::Text(word) if word.eq_ignore_ascii_case("true") => Some(true),
            Value::Text(word) if word.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// Gives the elements of a list, or the only one where XML left a single object.
    pub(super) fn list(self, name: &str) -> Vec<Self> {
        match self.get(name) {
            Some(Value::List(list)) => list.iter().map(|element| Self::of(Some(element))).collect(),
            value @ Some(Value::Object(_)) => vec![Self::of(value)],
            _ => Vec::new(),
        }
    }

    /// Gives every member.
    pub(super) fn members(self) -> impl Iterator<Item = (&'a str, &'a Value<'a>)> {
        self.0.into_iter().flatten().map(|(name, value)| (name.as_ref(), value))
    }

    /// Tells whether there is an object at all.
    pub(super) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// Gives the body of a request: the member whose name ends in `Request`, its `Details`, and the parameters
    /// themselves, the innermost first.
    pub(super) fn layers(self) -> Vec<Self> {
        let bodies = self.members().filter(|(name, _)| name.ends_with("Request"));
        let bodies: Vec<Self> = bodies.map(|(_, value)| Self::of(Some(value))).collect();
        let details = bodies.iter().map(|body| body.object("Details")).chain([self.object("Details")]);
        let mut layers: Vec<Self> = details.filter(|layer| layer.is_there()).collect();
        layers.extend(bodies);
        layers.push(self);
        layers
    }
}
