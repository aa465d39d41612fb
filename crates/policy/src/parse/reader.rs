//! What every part of the parser shares: the language version, the diagnostics, and reading of objects and lists.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::error::Refusal;
use super::path::Path;
use super::value::Value;
use crate::diagnostic::{Diagnostic, Oddity};
use crate::document::Version;

/// One entry of an object.
pub(super) type Entry<'a> = (Cow<'a, str>, Value<'a>);

/// A refusal and the pointer to its place.
pub(super) struct Refused {
    pub(super) pointer: String,
    pub(super) reason: Refusal,
}

/// What a part of the parser gives.
pub(super) type Reading<T> = Result<T, Refused>;

/// Refuses the element at `path`.
pub(super) fn refuse<T>(path: &Path<'_>, reason: Refusal) -> Reading<T> {
    Err(Refused { pointer: path.pointer(), reason })
}

/// The state of one parse.
pub(super) struct Reader {
    pub(super) version: Version,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Reader {
    /// Records that something at `path` is odd.
    pub(super) fn odd(&mut self, path: &Path<'_>, kind: Oddity) {
        self.diagnostics.push(Diagnostic { pointer: path.pointer(), kind });
    }

    /// Checks the keys of an element whose names are `known`: none twice, none unknown, none in the wrong case.
    pub(super) fn check_elements(
        &mut self,
        object: &[Entry<'_>],
        known: &[&'static str],
        path: &Path<'_>,
    ) -> Reading<()> {
        let mut seen = Names::default();
        for (name, _) in object {
            if !seen.insert(name) {
                self.odd(&path.key(name), Oddity::DuplicateKey(name.as_ref().into()));
            } else if !known.contains(&name.as_ref()) {
                if let Some(wanted) = known.iter().find(|wanted| wanted.eq_ignore_ascii_case(name)) {
                    return refuse(
                        &path.key(name),
                        Refusal::Spelling { found: name.as_ref().into(), wanted },
                    );
                }
                self.odd(&path.key(name), Oddity::UnknownElement(name.as_ref().into()));
            }
        }
        Ok(())
    }

    /// Gives the entries of an object with free keys; of a key that occurs twice, the last.
    pub(super) fn distinct<'v, 'a>(
        &mut self,
        object: &'v [Entry<'a>],
        path: &Path<'_>,
    ) -> Vec<&'v Entry<'a>> {
        let mut seen = Names::default();
        let mut entries = Vec::with_capacity(object.len());
        for entry in object.iter().rev() {
            if seen.insert(&entry.0) {
                entries.push(entry);
            } else {
                self.odd(&path.key(&entry.0), Oddity::DuplicateKey(entry.0.as_ref().into()));
            }
        }
        entries.reverse();
        entries
    }
}

/// Names met so far: the first few in place, since outside an attack there are no more.
#[derive(Default)]
struct Names<'v> {
    few: [Option<&'v str>; 16],
    many: BTreeSet<&'v str>,
}

impl<'v> Names<'v> {
    /// Adds `name`, and tells whether it is new.
    fn insert(&mut self, name: &'v str) -> bool {
        for place in &mut self.few {
            match place {
                Some(earlier) if *earlier == name => return false,
                Some(_) => {}
                None => {
                    *place = Some(name);
                    return true;
                }
            }
        }
        self.many.insert(name)
    }
}

/// Gives the value of the element `name`; of one that occurs twice, the last.
pub(super) fn element<'v, 'a>(object: &'v [Entry<'a>], name: &str) -> Option<&'v Value<'a>> {
    object.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// Gives the object that `value` must be.
pub(super) fn object<'v, 'a>(
    value: &'v Value<'a>,
    element: &'static str,
    path: &Path<'_>,
) -> Reading<&'v [Entry<'a>]> {
    match value {
        Value::Object(entries) => Ok(entries),
        other => wrong_type(element, "an object", other, path),
    }
}

/// Gives the text that `value` must be.
pub(super) fn text<'v>(value: &'v Value<'_>, element: &'static str, path: &Path<'_>) -> Reading<&'v str> {
    match value {
        Value::Text(text) => Ok(text),
        other => wrong_type(element, "a text", other, path),
    }
}

/// Reads a text or a list of texts, each by `read`.
pub(super) fn texts<T>(
    value: &Value<'_>,
    element: &'static str,
    path: &Path<'_>,
    mut read: impl FnMut(&str, &Path<'_>) -> Reading<T>,
) -> Reading<Vec<T>> {
    match value {
        Value::Text(only) => Ok(vec![read(only, path)?]),
        Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| {
                let path = path.index(index);
                read(text(item, element, &path)?, &path)
            })
            .collect(),
        other => wrong_type(element, "a text or a list of texts", other, path),
    }
}

/// Refuses a value of the wrong type.
pub(super) fn wrong_type<T>(
    element: &'static str,
    wanted: &'static str,
    found: &Value<'_>,
    path: &Path<'_>,
) -> Reading<T> {
    refuse(path, Refusal::Type { element, wanted, found: found.kind() })
}
