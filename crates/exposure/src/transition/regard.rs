//! What a change means for those who are told of what nobody has accepted.

use super::{ReachChange, TransitionKind, compare};
use crate::standing::Standing;

/// A transition as exceptions leave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regarded {
    /// What happened.
    pub kind: TransitionKind,
    /// By which word it alerts; `accepted`: everything that it let in is accepted.
    pub alerts_as: &'static str,
}

/// Gives what happened from `before` to `after`, whose entries are marked where an exception covers them, when `seen` is
/// what happened regardless of exceptions.
///
/// - What opens within exceptions is still a transition, and alerts nobody.
/// - What opens beyond them alerts as the change of what nobody accepts, whatever was open and accepted before.
/// - Where nothing changed but what is covered: `lapsed` alerts, once, because the marks of `after` are remembered;
///   `accepted` alerts nobody.
pub fn regard(seen: Option<TransitionKind>, before: &Standing, after: &Standing) -> Option<Regarded> {
    let bare = compare(&before.unaccepted(), &after.unaccepted());
    let (kind, alerts_as) = match (seen, bare) {
        (None, None) => return None,
        (None, Some(change)) if grows(change) => (TransitionKind::Lapsed(change), change.as_str()),
        (None, Some(_)) => (TransitionKind::Accepted, TransitionKind::Accepted.as_str()),
        (Some(TransitionKind::RegainedSight(None)), Some(change)) if grows(change) => {
            (TransitionKind::RegainedSight(Some(change)), change.as_str())
        }
        (Some(kind), Some(change)) if grows(change) => (kind, change.as_str()),
        (Some(kind), _) if kind_grows(kind) => (kind, TransitionKind::Accepted.as_str()),
        (Some(kind), _) => (kind, kind.alerts_as()),
    };
    Some(Regarded { kind, alerts_as })
}

fn kind_grows(kind: TransitionKind) -> bool {
    match kind {
        TransitionKind::Reach(change) | TransitionKind::RegainedSight(Some(change)) => grows(change),
        _ => false,
    }
}

fn grows(change: ReachChange) -> bool {
    matches!(change, ReachChange::Opened | ReachChange::Widened | ReachChange::Changed)
}

#[cfg(test)]
mod tests {
    use bucketwatch_policy::action::Access;
    use bucketwatch_policy::reach::Audience;

    use super::*;
    use crate::assessment::{Path, Verdict};
    use crate::standing::Entry;

    /// Gives a standing of entries like `read`, `write!` and `list?x`: accesses of anyone, those with `!` accepted.
    fn standing(entries: &str) -> Standing {
        let entry = |text: &str| Entry {
            fingerprint: text.trim_end_matches('!').to_owned(),
            path: Path::BucketPolicy,
            via: None,
            audience: Audience::Anyone { ranges: Vec::new() },
            access: vec![match text.trim_end_matches('!') {
                "read" => Access::Read,
                "write" => Access::Write,
                _ => Access::List,
            }],
            resources: vec!["b/*".into()],
            resources_except: Vec::new(),
            accepted_by: text.ends_with('!').then(|| "x".to_owned()),
        };
        let entries: Vec<Entry> = entries.split_whitespace().map(entry).collect();
        let verdict = if entries.is_empty() { Verdict::NotPublic } else { Verdict::Public };
        Standing { verdict, complete: true, entries }
    }

    #[test]
    fn what_is_told_is_the_change_of_what_nobody_accepts() {
        for (name, before, after, expected) in [
            ("nothing", "", "", ""),
            ("opens and nobody accepts it", "", "read", "opened as opened"),
            ("opens as accepted", "", "read!", "opened as accepted"),
            ("nothing changes", "read!", "read!", ""),
            ("write beside the accepted read", "read!", "read! write", "widened as opened"),
            ("write beside the accepted read, accepted too", "read!", "read! write!", "widened as accepted"),
            ("write beside a read", "read", "read write", "widened as widened"),
            ("an exception ends", "read!", "read", "lapsed(opened) as opened"),
            ("one of two exceptions ends", "read! list", "read list", "lapsed(widened) as widened"),
            ("somebody accepts", "read", "read!", "accepted as accepted"),
            ("somebody accepts a part", "read list", "read! list", "accepted as accepted"),
            ("one ends, another begins", "read! list", "read list!", "lapsed(changed) as changed"),
            ("the accepted closes", "read!", "", "closed as closed"),
            ("the accepted narrows", "read! list!", "read!", "narrowed as narrowed"),
            ("the accepted narrows and its exception ends", "read! list!", "read", "narrowed as opened"),
            ("something else opens while one ends", "read!", "read write", "widened as opened"),
            ("closes and is accepted in part", "read list", "read!", "narrowed as narrowed"),
        ] {
            let (before, after) = (standing(before), standing(after));
            let seen = compare(&before, &after).map(TransitionKind::Reach);
            let said = regard(seen, &before, &after).map_or_else(String::new, |regarded| {
                let inner = regarded.kind.inner().map(|inner| format!("({})", inner.as_str()));
                format!("{}{} as {}", regarded.kind.as_str(), inner.unwrap_or_default(), regarded.alerts_as)
            });
            assert_eq!(said, expected, "{name}");
        }
    }

    #[test]
    fn an_exception_that_ended_out_of_sight_is_told_when_sight_is_regained() {
        let regained = Some(TransitionKind::RegainedSight(None));
        let told = regard(regained, &standing("read!"), &standing("read"));
        let kind = TransitionKind::RegainedSight(Some(ReachChange::Opened));
        assert_eq!(told, Some(Regarded { kind, alerts_as: "opened" }));
        let told = regard(regained, &standing("read!"), &standing("read!")).unwrap();
        assert_eq!((told.kind, told.alerts_as), (TransitionKind::RegainedSight(None), "regained_sight"));
    }
}
