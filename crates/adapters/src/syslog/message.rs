//! A notice as messages of RFC 5424. Nothing here knows a socket or a clock.

mod element;
mod header;
mod sentence;

use bucketwatch_engine::config::Facility;
use bucketwatch_engine::escape::syslog_text;
use bucketwatch_engine::message::Message;
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::report::wire::{
    Baseline, Exposure, NoticeDocument, Side, TransitionDocument, Verdict,
};

use self::element::Element;
pub(super) use self::header::is_field;
use super::severity::SyslogSeverity;

/// Says that MSG is UTF-8. *Source*: RFC 5424, section 6.4.
const BOM: &str = "\u{feff}";

/// What all messages of a sender share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sender {
    pub(super) facility: Facility,
    pub(super) hostname: String,
    pub(super) app_name: String,
    pub(super) process: u32,
    /// The most bytes of a message; at least 480.
    pub(super) max_bytes: usize,
}

/// Gives the messages of `notice`: one for each transition that it tells, one for a group, a baseline, an event or a reminder.
pub(super) fn messages(sender: &Sender, notice: &Notice) -> Vec<String> {
    let notice = NoticeDocument::from(notice);
    let transitions = notice.transitions.iter().map(|transition| of_transition(sender, &notice, transition));
    let baseline = notice.baseline.iter().map(|baseline| of_baseline(sender, &notice, baseline));
    let says_more = notice.group.is_some() || notice.event.is_some() || notice.reminder.is_some();
    let others = says_more.then(|| of_message(sender, &notice));
    others.into_iter().chain(transitions).chain(baseline).collect()
}

/// Gives the message of a group, an event or a reminder in the words that every sink has for it.
fn of_message(sender: &Sender, notice: &NoticeDocument) -> String {
    let said = Message::of_document(notice);
    let header = sender.header(SyslogSeverity::of_message(said.severity), notice.at, &notice.kind);
    let facts = said.facts.iter().map(|fact| format!("; {}: {}", fact.label, fact.value.line().as_str()));
    let sentence = format!("{}{}", said.headline.as_str(), facts.collect::<String>());
    sender.message(header, &element::of_notice(notice), sentence)
}

fn of_transition(sender: &Sender, notice: &NoticeDocument, transition: &TransitionDocument) -> String {
    let change = Change::of(transition);
    let kind = transition.inner.as_deref().unwrap_or(&transition.kind);
    let severity = SyslogSeverity::of_transition(kind, change.worst());
    let header = sender.header(severity, transition.at, &transition.kind);
    let element = element::of_transition(notice, transition, &change);
    sender.message(header, &element, sentence::of_transition(transition, &change))
}

fn of_baseline(sender: &Sender, notice: &NoticeDocument, baseline: &Baseline) -> String {
    let severity = SyslogSeverity::of_baseline(baseline.unaccepted(), baseline.undetermined);
    let header = sender.header(severity, notice.at, "baseline");
    sender.message(header, &element::of_baseline(notice, baseline), sentence::of_baseline(baseline))
}

/// The two sides of a transition, as far as they can be read.
struct Change {
    before: Option<Side>,
    after: Option<Side>,
    deleted: bool,
}

impl Change {
    fn of(transition: &TransitionDocument) -> Self {
        Self {
            before: Side::read(transition.before.as_ref()),
            after: Side::read(transition.after.as_ref()),
            deleted: transition.after.is_none(),
        }
    }

    /// Gives the verdict that holds now, or the word that the bucket is gone. What cannot be read is undetermined.
    fn verdict(&self) -> &'static str {
        match &self.after {
            Some(side) => side.verdict.as_str(),
            None if self.deleted => "deleted",
            None => Verdict::Undetermined.as_str(),
        }
    }

    /// Gives the ways in that there are now.
    fn exposures(&self) -> &[Exposure] {
        self.after.as_ref().map_or(&[], |side| &side.exposures)
    }

    /// Gives the worst way in that there is now; what somebody accepts only where nothing else is.
    fn worst(&self) -> Option<&Exposure> {
        self.exposures()
            .iter()
            .min_by_key(|exposure| (exposure.accepted_by.is_some(), exposure.severity, exposure.audience))
    }
}

impl Sender {
    /// Joins the parts, within the bound.
    fn message(&self, header: String, element: &Element, sentence: String) -> String {
        let mut message = header;
        message.push_str(&element.render(self.max_bytes, self.max_bytes.saturating_sub(message.len())));
        let room = self.max_bytes.saturating_sub(message.len() + 1 + BOM.len() + '…'.len_utf8());
        if room > 0 {
            message.push(' ');
            message.push_str(BOM);
            message.push_str(&syslog_text(&sentence.into(), room));
        }
        message
    }
}
