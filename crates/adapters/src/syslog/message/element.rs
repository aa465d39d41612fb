//! STRUCTURED-DATA: one element. *Source*: RFC 5424, section 6.3; 32473 is the enterprise number for examples and
//! private use (RFC 5612).

use bucketwatch_engine::escape::syslog_param;
use bucketwatch_engine::report::wire::{Baseline, CauseDocument, NoticeDocument, TransitionDocument};
use bucketwatch_policy::untrusted::Untrusted;

use super::Change;

const ID: &str = "bucketwatch@32473";

/// Says that parameters were left out because the message would have become too long.
const INCOMPLETE: &str = " incomplete=\"true\"";

/// The parameters of a message, the most important first.
pub(super) struct Element(Vec<(&'static str, Untrusted)>);

impl Element {
    fn push(&mut self, name: &'static str, value: impl Into<Untrusted>) {
        self.0.push((name, value.into()));
    }

    /// Gives the element in at most `room` bytes, or `-`: parameters that do not fit are left out, and that is said.
    /// A value takes an eighth of a message of `max_bytes`, and 256 bytes, at most.
    pub(super) fn render(&self, max_bytes: usize, room: usize) -> String {
        let limit = (max_bytes / 8).min(256);
        let mut element = format!("[{ID}");
        let mut incomplete = false;
        for (name, value) in &self.0 {
            let value = syslog_param(value, limit);
            let param = format!(" {name}=\"{value}\"");
            if element.len() + param.len() + INCOMPLETE.len() + "]".len() <= room {
                element.push_str(&param);
            } else {
                incomplete = true;
            }
        }
        if incomplete {
            element.push_str(INCOMPLETE);
        }
        element.push(']');
        if element.len() <= room { element } else { "-".to_owned() }
    }
}

/// Gives the element of a transition.
pub(super) fn of_transition(
    notice: &NoticeDocument,
    transition: &TransitionDocument,
    change: &Change,
) -> Element {
    let mut element = Element(Vec::new());
    element.push("bucket", transition.bucket.clone());
    if let Some(account) = &transition.account {
        element.push("account", account.as_str());
    }
    element.push("verdict", change.verdict());
    element.push("transition", transition.kind.as_str());
    element.push("notice", notice.id.as_str());
    if let Some(region) = &transition.region {
        element.push("region", region.as_str());
    }
    if let Some(inner) = &transition.inner {
        element.push("inner", inner.as_str());
    }
    if let Some(before) = &change.before {
        element.push("before", before.verdict.as_str());
    }
    push_worst(&mut element, change);
    if let Some(note) = transition.exceptions.first() {
        element.push("exception", note.id.as_str());
        element.push("exception_is", note.what.as_str());
        if let Some(owner) = &note.owner {
            element.push("exception_owner", owner.clone());
        }
    }
    element.push("id", transition.id.as_str());
    push_cause(&mut element, &transition.cause);
    element.push("group", transition.group_key.as_str());
    element
}

/// Gives the element of a first run.
pub(super) fn of_baseline(notice: &NoticeDocument, baseline: &Baseline) -> Element {
    let mut element = Element(Vec::new());
    element.push("account", baseline.account.as_str());
    element.push("notice", notice.id.as_str());
    element.push("buckets", baseline.buckets.to_string());
    element.push("public", baseline.public.to_string());
    element.push("accepted", baseline.accepted.to_string());
    element.push("undetermined", baseline.undetermined.to_string());
    element.push("group", notice.group_key.as_str());
    element
}

/// Gives the element of a group or of an event.
pub(super) fn of_notice(notice: &NoticeDocument) -> Element {
    let mut element = Element(Vec::new());
    if let Some(group) = &notice.group {
        element.push("account", group.account.as_str());
        element.push("buckets", group.buckets.to_string());
        push_cause(&mut element, &group.cause);
    }
    if let Some(event) = &notice.event {
        element.push("account", event.account.as_str());
        for (name, value) in [("subject", &event.subject), ("code", &event.code)] {
            if let Some(value) = value {
                element.push(name, value.clone());
            }
        }
        element.push("event", event.deed.event.as_str());
        element.push("name", event.deed.name.clone());
        let told =
            [("actor", &event.deed.actor), ("address", &event.deed.address), ("agent", &event.deed.agent)];
        for (name, value) in told {
            if let Some(value) = value {
                element.push(name, value.clone());
            }
        }
    }
    element.push("notice", notice.id.as_str());
    element.push("group", notice.group_key.as_str());
    element
}

fn push_worst(element: &mut Element, change: &Change) {
    let Some(worst) = change.worst() else { return };
    element.push("severity", worst.severity.as_str());
    element.push("audience", worst.audience.as_str());
    let access: Vec<_> = worst.access.iter().map(|access| access.as_str()).collect();
    element.push("access", access.join(","));
    element.push("path", worst.path.as_str());
    element.push("fingerprint", worst.fingerprint.as_str());
    if let Some(statement) = &worst.statement {
        element.push("statement", statement.clone());
    }
    element.push("exposures", change.exposures().len().to_string());
}

fn push_cause(element: &mut Element, cause: &CauseDocument) {
    match cause {
        CauseDocument::Scan { run } => element.push("run", run.as_str()),
        CauseDocument::Operator { act, by } => {
            element.push("operator", by.clone());
            element.push("act", act.as_str());
        }
        CauseDocument::Review { review } => element.push("review", review.as_str()),
        CauseDocument::Event { event, actor, agent, address, name: done, .. } => {
            element.push("event", event.as_str());
            for (name, value) in [("actor", actor), ("address", address), ("agent", agent), ("name", done)] {
                if let Some(value) = value {
                    element.push(name, value.clone());
                }
            }
        }
    }
}
