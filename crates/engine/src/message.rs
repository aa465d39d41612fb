//! What a notice says to a person, once for all sinks: a headline, facts with their proof and their cure, or a list
//! where several buckets changed at once. It fits one screen.
//!
//! [`Message`] knows no sink. The modules below render it, each with the escape of its sink; no text of a stranger
//! reaches a sink but through [`Line`], and none reaches its markup unescaped.

mod asff;
mod bounded;
mod card;
mod command;
mod fact;
mod html;
mod incident;
mod line;
mod ocsf;
mod reading;
mod slack;
mod text;

use jiff::Timestamp;

pub use self::asff::findings as asff_findings;
pub use self::bounded::bounded;
pub use self::card::teams_card;
pub(crate) use self::fact::deed;
pub use self::fact::{Fact, Value};
pub use self::html::html;
pub use self::incident::{Incident, incidents};
pub use self::line::Line;
pub use self::ocsf::detection_findings;
pub use self::reading::{Reading, Turn};
pub use self::slack::slack_message;
pub use self::text::{ascii_subject, plain_text};

use crate::escape::terminal_cell;
use crate::notice::{Notice, OccurrenceKind};
use crate::report::sentence::{self, counted, few};
use crate::report::wire::{
    Baseline, CauseDocument, DigestDocument, Group, NoticeDocument, OccurrenceDocument, Reminder, Severity,
};

/// How many buckets a message names; the rest is counted.
const SHOWN: usize = 10;

/// A notice for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The notice's id: a repeat carries the same.
    pub id: String,
    /// When the notice was written.
    pub at: Timestamp,
    /// How urgent it is.
    pub severity: Severity,
    /// What happened, in one line.
    pub headline: Line,
    /// What else is to be known, the most important first.
    pub facts: Vec<Fact>,
    /// Where several buckets changed: one line for each, worst first, at most ten.
    pub list: Vec<Line>,
    /// How many buckets the list leaves out.
    pub folded: usize,
}

impl Message {
    /// Gives what `notice` says.
    pub fn of(notice: &Notice) -> Self {
        Self::of_document(&NoticeDocument::from(notice))
    }

    /// Gives what the document of a notice says.
    pub fn of_document(notice: &NoticeDocument) -> Self {
        let mut readings: Vec<_> = notice.transitions.iter().map(Reading::of).collect();
        readings.sort_by_key(Reading::severity);
        if let Some(digest) = &notice.digest {
            return Self::of_digest(notice, digest);
        }
        if let Some(reminder) = &notice.reminder {
            return Self::of_reminder(notice, reminder);
        }
        match (&notice.baseline, &notice.event, &notice.group, readings.as_slice()) {
            (Some(baseline), ..) => Self::of_baseline(notice, baseline),
            (_, Some(event), ..) => Self::of_event(notice, event),
            (_, _, Some(group), readings) => Self::of_group(notice, group, readings),
            (.., [reading]) => Self::of_one(notice, reading),
            (.., readings) => Self::of_several(notice, readings),
        }
    }

    fn of_group(notice: &NoticeDocument, group: &Group, readings: &[Reading<'_>]) -> Self {
        let buckets = counted(group.buckets, "bucket", "buckets");
        let exposed =
            readings.first().is_some_and(|worst| matches!(worst.turn(), Turn::Opened | Turn::Widened));
        let what = if exposed { "exposed" } else { "changed" };
        let name = match &group.cause {
            CauseDocument::Event { name: Some(name), .. } => terminal_cell(name),
            _ => "a change of the account".to_owned(),
        };
        let headline = format!("{name} {what} {buckets} of account {}", group.account.as_str());
        let several = Self::of_several(notice, readings);
        let told = several.list.len() as u64;
        let folded = usize::try_from(group.buckets.saturating_sub(told)).unwrap_or(usize::MAX);
        Self { headline: Line::new(headline), facts: fact::of_group(group), folded, ..several }
    }

    fn of_digest(notice: &NoticeDocument, digest: &DigestDocument) -> Self {
        let mut severities: Vec<(&str, u64)> = Vec::new();
        for entry in &digest.notices {
            match severities.last_mut() {
                Some((word, count)) if *word == entry.severity.as_str() => *count += 1,
                _ => severities.push((entry.severity.as_str(), 1)),
            }
        }
        let counts: Vec<_> = severities.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let notices = counted(digest.notices.len() as u64, "notice", "notices");
        let list = digest.notices.iter().take(SHOWN).map(|entry| {
            let at = entry.at.strftime("%Y-%m-%d %H:%M UTC");
            Line::new(format!("{}: {} ({at})", entry.severity.as_str(), entry.headline))
        });
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity: digest.notices.first().map_or(Severity::Informational, |worst| worst.severity),
            headline: Line::new(format!("digest of {notices}: {}", counts.join(", "))),
            facts: fact::of_digest(notice.at),
            list: list.collect(),
            folded: digest.notices.len().saturating_sub(SHOWN),
        }
    }

    fn of_reminder(notice: &NoticeDocument, reminder: &Reminder) -> Self {
        let account = reminder.account.as_str();
        let list: Vec<_> = reminder.open.iter().take(SHOWN).map(fact::still_open).collect();
        let headline = match reminder.open.as_slice() {
            [one] if reminder.buckets == 1 => {
                format!("{} is still public (account {account})", terminal_cell(&one.bucket))
            }
            _ => {
                let buckets = counted(reminder.buckets, "bucket", "buckets");
                format!("{buckets} of account {account} are still public")
            }
        };
        let worst =
            reminder.open.iter().flat_map(|open| &open.exposures).map(|exposure| exposure.severity).min();
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity: worst.unwrap_or(Severity::Informational),
            headline: Line::new(headline),
            facts: fact::of_reminder(),
            folded: usize::try_from(reminder.buckets).unwrap_or(usize::MAX).saturating_sub(list.len()),
            list,
        }
    }

    fn of_event(notice: &NoticeDocument, event: &OccurrenceDocument) -> Self {
        let subject = match &event.subject {
            Some(subject) => terminal_cell(subject),
            None => format!("account {}", event.account.as_str()),
        };
        let name = terminal_cell(&event.deed.name);
        let worst = event.exposures.iter().map(|exposure| exposure.severity).min();
        let (headline, severity) = match event.why {
            OccurrenceKind::Refused if worst.is_some() => {
                (format!("{subject}: an attempt to make it public was refused ({name})"), Severity::Low)
            }
            OccurrenceKind::Refused => (format!("{subject}: {name} was refused"), Severity::Low),
            OccurrenceKind::Unverified => {
                let may = match worst {
                    Some(_) => "asks to let strangers in, and what came of it cannot be read",
                    None => "may let others in, and what came of it is undetermined",
                };
                (format!("{subject}: {name} {may}"), worst.unwrap_or(Severity::Medium))
            }
            OccurrenceKind::Watcher => {
                (format!("{subject}: {name} touches what watches the account"), Severity::High)
            }
        };
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity,
            headline: Line::new(headline),
            facts: fact::of_event(event),
            list: Vec::new(),
            folded: 0,
        }
    }

    fn of_one(notice: &NoticeDocument, reading: &Reading<'_>) -> Self {
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity: reading.severity(),
            headline: reading.headline(),
            facts: fact::of_one(reading),
            list: Vec::new(),
            folded: 0,
        }
    }

    fn of_several(notice: &NoticeDocument, readings: &[Reading<'_>]) -> Self {
        let mut kinds: Vec<(String, u64)> = Vec::new();
        for reading in readings {
            let word = reading.turn().in_words();
            match kinds.iter_mut().find(|(known, _)| known == word) {
                Some((_, count)) => *count += 1,
                None => kinds.push((word.to_owned(), 1)),
            }
        }
        let kinds: Vec<_> = kinds.iter().map(|(word, count)| format!("{count} {word}")).collect();
        let buckets = counted(readings.len() as u64, "bucket", "buckets");
        let list = readings.iter().take(SHOWN).map(|reading| {
            let account = reading.transition.account.as_ref().map_or("", |account| account.as_str());
            Line::new(format!(
                "{}: {} (account {account})",
                reading.severity().as_str(),
                reading.headline().as_str()
            ))
        });
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity: readings.first().map_or(Severity::Informational, Reading::severity),
            headline: Line::new(format!("{buckets}: {}", few(&kinds, 4))),
            facts: fact::of_several(readings),
            list: list.collect(),
            folded: readings.len().saturating_sub(SHOWN),
        }
    }

    fn of_baseline(notice: &NoticeDocument, baseline: &Baseline) -> Self {
        let (unaccepted, worst) = (baseline.unaccepted(), &baseline.worst);
        let severity = match (unaccepted, baseline.undetermined) {
            (0, 0) => Severity::Informational,
            (0, _) => Severity::Medium,
            _ => Severity::High,
        };
        Self {
            id: notice.id.clone(),
            at: notice.at,
            severity,
            headline: Line::new(sentence::baseline(baseline)),
            facts: fact::of_baseline(baseline),
            list: worst.iter().take(SHOWN).map(Line::new).collect(),
            folded: usize::try_from(unaccepted).unwrap_or(usize::MAX).saturating_sub(worst.len().min(SHOWN)),
        }
    }
}

#[cfg(test)]
mod tests;
