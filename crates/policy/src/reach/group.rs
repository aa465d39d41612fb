//! Actions that a question cannot tell apart.

use crate::action::{Action, ActionSet, ResourceKind};
use crate::catalogue;
use crate::document::{Effect, Statement};

/// Divides `actions` so that all of one part are alike for every one of `statements`.
pub(super) fn divide<'a>(
    actions: ActionSet,
    statements: impl Iterator<Item = &'a Statement> + Clone,
) -> Vec<ActionSet> {
    let of_kind = |kind| actions.iter().filter(|action| action.kind() == kind).collect::<ActionSet>();
    let mut parts: Vec<ActionSet> =
        [ResourceKind::Object, ResourceKind::Bucket, ResourceKind::DirectoryBucket].map(of_kind).into();
    parts.retain(|part| !part.is_empty());
    let refused =
        |test: fn(Action) -> bool| actions.iter().filter(|action| test(*action)).collect::<ActionSet>();
    split(&mut parts, refused(Action::owner_account_only));
    split(&mut parts, refused(Action::signed_only));
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
