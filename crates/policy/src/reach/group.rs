//! Actions that a question cannot tell apart.

use std::sync::LazyLock;

use crate::action::{Action, ActionSet, ResourceKind};
use crate::catalogue;
use crate::document::{Effect, Statement};

/// What the catalogue says of all actions, as sets.
pub(super) struct Facts {
    /// Those that act on objects.
    pub(super) objects: ActionSet,
    /// Those that act on a bucket.
    pub(super) buckets: ActionSet,
    /// Those that act on a directory bucket.
    pub(super) directory_buckets: ActionSet,
    owner_account_only: ActionSet,
    signed_only: ActionSet,
}

/// Read once: the catalogue keeps resource types as text.
pub(super) static FACTS: LazyLock<Facts> = LazyLock::new(|| {
    let those = |test: &dyn Fn(Action) -> bool| catalogue::all().filter(|action| test(*action)).collect();
    Facts {
        objects: those(&|action| action.kind() == ResourceKind::Object),
        buckets: those(&|action| action.kind() == ResourceKind::Bucket),
        directory_buckets: those(&|action| action.kind() == ResourceKind::DirectoryBucket),
        owner_account_only: those(&Action::owner_account_only),
        signed_only: those(&Action::signed_only),
    }
});

/// Divides `actions` so that all of one part are alike for every one of `statements`.
pub(super) fn divide<'a>(
    actions: ActionSet,
    statements: impl Iterator<Item = &'a Statement> + Clone,
) -> Vec<ActionSet> {
    let facts = &*FACTS;
    let mut parts: Vec<ActionSet> =
        [facts.objects, facts.buckets, facts.directory_buckets].map(|kind| actions.and(kind)).into();
    parts.retain(|part| !part.is_empty());
    split(&mut parts, facts.owner_account_only);
    split(&mut parts, facts.signed_only);
    for statement in statements {
        if statement.effect == Effect::Deny {
            split(&mut parts, statement.actions.set);
        }
        for entry in &statement.conditions {
            split(&mut parts, catalogue::defining(&entry.key));
        }
    }
    parts
}

fn split(parts: &mut Vec<ActionSet>, by: ActionSet) {
    for at in 0..parts.len() {
        let Some(part) = parts.get_mut(at) else { return };
        let (inside, outside) = (part.and(by), part.minus(by));
        if !inside.is_empty() && !outside.is_empty() {
            *part = inside;
            parts.push(outside);
        }
    }
}
