//! A policy that is attached to something, with the place it was read from.

use std::cell::OnceCell;

use bucketwatch_policy::action::ActionSet;
use bucketwatch_policy::diagnostic::Oddity;
use bucketwatch_policy::document::{Actions, Effect, Policy};
use bucketwatch_policy::untrusted::Untrusted;

use crate::assessment::Diagnosis;
use crate::gap::{Datum, Gap};
use crate::observed::Observed;

/// A policy and the JSON pointer to it in the snapshot document.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) policy: Policy,
    pointer: String,
    without_denies: OnceCell<Policy>,
}

/// What is known of a policy.
#[derive(Debug)]
pub(crate) enum Known {
    /// It was read.
    There(Attached),
    /// There is none.
    None,
    /// It was not read, or cannot be.
    Missing(Gap),
}

impl Known {
    /// Gives what is known of the policy whose text is `fact` and stands at `pointer`.
    pub(crate) fn of(datum: Datum, fact: &Observed<String>, pointer: impl Into<String>) -> Self {
        match fact {
            Observed::Present(text) => match Attached::parse(text, pointer) {
                Ok(attached) => Self::There(attached),
                Err(why) => Self::Missing(Gap::new(datum, why)),
            },
            Observed::Absent => Self::None,
            fact => Gap::in_fact(datum, fact).map_or(Self::None, Self::Missing),
        }
    }

    /// Gives the policy where there is one that could be read.
    pub(crate) fn there(&self) -> Option<&Attached> {
        if let Self::There(attached) = self { Some(attached) } else { None }
    }

    /// Gives why the policy is not known.
    pub(crate) fn missing(&self) -> Option<&Gap> {
        if let Self::Missing(gap) = self { Some(gap) } else { None }
    }
}

impl Attached {
    /// Gives the policy that `text` spells, or why it cannot be read.
    pub(crate) fn parse(text: &str, pointer: impl Into<String>) -> Result<Self, String> {
        let pointer = pointer.into();
        let policy = Policy::parse(text).map_err(|error| {
            let place = Untrusted::new(format!("{pointer}{}", error.pointer));
            format!("the policy cannot be read: {} (`{}`)", error.reason, place.escaped())
        })?;
        Ok(Self::new(policy, pointer))
    }

    /// Gives a policy that stands at `pointer`.
    pub(crate) fn new(policy: Policy, pointer: impl Into<String>) -> Self {
        Self { policy, pointer: pointer.into(), without_denies: OnceCell::new() }
    }

    /// Gives the pointer to statement `index`.
    pub(crate) fn statement_pointer(&self, index: usize) -> String {
        format!("{}{}", self.pointer, self.policy.pointer(index))
    }

    /// Tells whether a statement denies anything.
    pub(crate) fn has_denies(&self) -> bool {
        self.policy.statements.iter().any(|statement| statement.effect == Effect::Deny)
    }

    /// Tells whether a statement allows anything.
    pub(crate) fn has_allows(&self) -> bool {
        self.policy.statements.iter().any(|statement| statement.effect == Effect::Allow)
    }

    /// Gives the policy as it would be without its Denies; statements keep their index.
    pub(crate) fn without_denies(&self) -> &Policy {
        if !self.has_denies() {
            return &self.policy;
        }
        self.without_denies.get_or_init(|| silenced(&self.policy, |_, effect| effect == Effect::Deny))
    }

    /// Gives the pointers of every Deny.
    pub(crate) fn denies(&self) -> impl Iterator<Item = String> {
        let statements = self.policy.statements.iter().enumerate();
        statements
            .filter(|(_, statement)| statement.effect == Effect::Deny)
            .map(|(index, _)| self.statement_pointer(index))
    }

    /// Gives why it is not known what the policy says: a key that decides something stands twice, and nobody
    /// documents which one AWS takes.
    pub(crate) fn ambiguity(&self) -> Option<Gap> {
        let twice = self.policy.diagnostics.iter().find(|diagnostic| {
            let label =
                matches!(&diagnostic.kind, Oddity::DuplicateKey(key) if matches!(key.as_raw(), "Sid" | "Id"));
            matches!(diagnostic.kind, Oddity::DuplicateKey(_)) && !label
        })?;
        let place = Untrusted::new(format!("{}{}", self.pointer, twice.pointer));
        let why =
            format!("a key stands twice, and which one counts is not documented (`{}`)", place.escaped());
        Some(Gap::new(Datum::Reasoning, why))
    }

    /// Gives what is odd about the policy.
    pub(crate) fn diagnoses(&self) -> impl Iterator<Item = Diagnosis> {
        self.policy.diagnostics.iter().map(|diagnostic| Diagnosis {
            pointer: format!("{}{}", self.pointer, diagnostic.pointer),
            message: diagnostic.kind.to_string(),
        })
    }
}

/// Gives `policy` with the statements that `silence` picks made to speak of no action.
pub(crate) fn silenced(policy: &Policy, silence: impl Fn(usize, Effect) -> bool) -> Policy {
    let mut policy = policy.clone();
    for (index, statement) in policy.statements.iter_mut().enumerate() {
        if silence(index, statement.effect) {
            statement.actions = Actions { negated: false, patterns: Vec::new(), set: ActionSet::EMPTY };
        }
    }
    policy
}
