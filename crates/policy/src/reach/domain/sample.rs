//! The first samples of a key's values, the most natural first.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::network::Span;
use super::{Space, Universe};
use crate::reach::atom::{Atom, Check, Value, View};
use crate::reach::glob::{Glob, Token};
use crate::reach::shape::Shape;

/// Gives samples of `universe`, and whether they stand for every class of values that `atoms` tell apart.
pub(super) fn of(universe: &Universe, atoms: &[Atom]) -> (Vec<Value>, bool) {
    let mut samples = Vec::new();
    if universe.absent {
        samples.push(Value::Absent);
    }
    let complete = match &universe.space {
        Space::Text { shape, natural } => texts(shape, natural, atoms, &mut samples),
        Space::Finite(values) => {
            samples.extend(values.iter().map(|value| Value::one(*value)));
            true
        }
        Space::Count => counts(atoms, &mut samples),
        Space::Time => instants(atoms, &mut samples),
        Space::Address => addresses(atoms, &mut samples),
        Space::Set => {
            let texts = globs(atoms).map(|glob| Value::Many(vec![glob.instance("")]));
            samples.push(Value::Many(vec!["a".to_owned()]));
            samples.extend(texts);
            false
        }
    };
    (samples, complete)
}

fn globs(atoms: &[Atom]) -> impl Iterator<Item = &Glob> {
    atoms.iter().filter_map(|atom| atom.check.globs()).flatten()
}

fn texts(shape: &Shape, natural: &str, atoms: &[Atom], samples: &mut Vec<Value>) -> bool {
    // Questions about the order of numbers and the like are seldom asked of text; they get samples all the same.
    let plain = globs(atoms).all(Glob::is_literal)
        && atoms.iter().all(|atom| {
            atom.view == View::Whole && matches!(atom.check, Check::Text(_) | Check::Presence(_))
        });
    let mut fresh = natural.to_owned();
    while plain && globs(atoms).any(|glob| glob.matches(&fresh)) {
        fresh.push('x');
    }
    let mut complete = plain && shape.matches(&fresh);
    let asked = atoms.iter().flat_map(|atom| {
        let texts = instances(atom).chain(typed(atom));
        texts.filter_map(|text| match &atom.view {
            View::Whole => Some(text),
            View::Name(before) => text.strip_prefix(before).map(|name| shape.ending_in(name)),
        })
    });
    for text in [natural.to_owned(), fresh].into_iter().chain(asked) {
        let value = Value::One(text);
        if matches!(&value, Value::One(text) if shape.matches(text)) && !samples.contains(&value) {
            samples.push(value);
        }
    }
    // One text only: nothing beside it.
    complete |= shape.is_literal();
    complete
}

fn instances(atom: &Atom) -> impl Iterator<Item = String> {
    atom.check.globs().into_iter().flatten().flat_map(|glob| {
        let runs: &[&str] = if glob.is_literal() { &[""] } else { &["", "a"] };
        runs.iter().map(|run| glob.instance(run))
    })
}

/// Texts that read as what a typed question asks for.
fn typed(atom: &Atom) -> Vec<String> {
    match &atom.check {
        Check::Bool(wanted) => wanted.iter().map(ToString::to_string).collect(),
        Check::Number(_, numbers) => numbers.iter().flat_map(|number| around(*number)).collect(),
        Check::Time(_, instants) => instants.iter().flat_map(|at| beside(*at)).collect(),
        Check::Network(ranges) => ranges.iter().map(|range| range.address.to_string()).collect(),
        Check::Text(_) | Check::Binary(_) | Check::Presence(_) => Vec::new(),
    }
}

/// The whole numbers at and beside `number`.
fn around(number: f64) -> impl Iterator<Item = String> {
    let whole = number.floor().clamp(0.0, 9e15);
    [whole - 1.0, whole, whole + 1.0].into_iter().filter(|n| *n >= 0.0).map(|n| format!("{n:.0}"))
}

fn counts(atoms: &[Atom], samples: &mut Vec<Value>) -> bool {
    let mut complete = true;
    let mut numbers: Vec<String> = vec!["1".to_owned(), "0".to_owned()];
    for atom in atoms {
        match &atom.check {
            Check::Number(_, literals) => numbers.extend(literals.iter().flat_map(|number| around(*number))),
            Check::Text(globs) => {
                complete &= globs.iter().all(Glob::is_literal);
                let read =
                    |glob: &Glob| glob.instance("").parse::<u64>().ok().map(|number| number.to_string());
                numbers.extend(globs.iter().filter_map(read));
            }
            Check::Presence(_) => {}
            _ => complete = false,
        }
    }
    // A number that no literal is near stands for all the others.
    let past = numbers.iter().filter_map(|number| number.parse::<u64>().ok()).max().unwrap_or(0);
    numbers.push(past.saturating_add(7).to_string());
    for value in numbers.into_iter().map(Value::One) {
        if !samples.contains(&value) {
            samples.push(value);
        }
    }
    complete
}

/// An instant, the one a second before and the one a second after, as requests carry them.
fn beside(at: Timestamp) -> impl Iterator<Item = String> {
    let second = SignedDuration::from_secs(1);
    [Some(at), at.checked_sub(second).ok(), at.checked_add(second).ok()]
        .into_iter()
        .flatten()
        .map(|at| at.to_string())
}

fn instants(atoms: &[Atom], samples: &mut Vec<Value>) -> bool {
    let mut complete = true;
    for atom in atoms {
        match &atom.check {
            Check::Time(_, instants) => {
                samples.extend(instants.iter().flat_map(|at| beside(*at)).map(Value::One));
            }
            Check::Presence(_) => {}
            _ => complete = false,
        }
    }
    if samples.iter().all(|sample| *sample == Value::Absent) {
        samples.push(Value::one("2030-01-01T00:00:00Z"));
    }
    complete
}

fn addresses(atoms: &[Atom], samples: &mut Vec<Value>) -> bool {
    let mut complete = true;
    let mut found: BTreeSet<String> = BTreeSet::new();
    for atom in atoms {
        match &atom.check {
            Check::Network(ranges) => {
                found.extend(ranges.iter().flat_map(|range| Span::of(*range).edges()));
            }
            Check::Presence(_) => {}
            Check::Text(globs) => {
                complete &= globs.iter().all(|glob| !glob.0.contains(&Token::Run));
                found.extend(
                    globs
                        .iter()
                        .map(|glob| glob.instance(""))
                        .filter(|text| text.parse::<std::net::IpAddr>().is_ok()),
                );
            }
            _ => complete = false,
        }
    }
    for value in ["10.0.0.1".to_owned(), "fd00::1".to_owned()].into_iter().chain(found).map(Value::One) {
        if !samples.contains(&value) {
            samples.push(value);
        }
    }
    complete
}
