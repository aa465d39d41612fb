//! Are notices told?

use super::{Check, Condition, Part};
use crate::state::{OutboxCount, StateError};

/// Gives for each of `notifiers` whether its notices are told.
pub(super) fn notices(notifiers: &[String], outbox: Result<Vec<OutboxCount>, StateError>) -> Vec<Check> {
    let counts = match outbox {
        Ok(counts) => counts,
        Err(error) => {
            let text = format!("the outbox cannot be read: {error}");
            return vec![Check::new(Part::Notifier, Condition::Wrong, text)];
        }
    };
    if notifiers.is_empty() {
        let text = "no notifier is configured: nobody is told of anything";
        return vec![Check::new(Part::Notifier, Condition::Wrong, text)];
    }
    let gone = counts.iter().map(|count| &count.notifier).filter(|name| !notifiers.contains(name));
    let check = |name: &String| {
        let count = counts.iter().find(|count| count.notifier == *name);
        of(count, notifiers.contains(name)).about(name)
    };
    notifiers.iter().chain(gone).map(check).collect()
}

fn of(count: Option<&OutboxCount>, is_configured: bool) -> Check {
    let Some(OutboxCount { waiting, dead, reason, .. }) = count else {
        return Check::new(Part::Notifier, Condition::Well, "nothing waits");
    };
    let mut text = format!("notices waiting: {waiting}, given up: {dead}");
    if let Some(reason) = reason.as_ref().filter(|_| *waiting > 0) {
        text.push_str(&format!("; the last attempt failed: {reason}"));
    }
    if !is_configured && waiting + dead > 0 {
        text.push_str("; no notifier of this name is configured");
    }
    let is_well = *dead == 0 && (*waiting == 0 || reason.is_none() && is_configured);
    Check::new(Part::Notifier, if is_well { Condition::Well } else { Condition::Wrong }, text)
}
