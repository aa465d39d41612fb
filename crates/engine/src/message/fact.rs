//! What is to be known beside the headline.

use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::{Line, Reading, Turn, command};
use crate::escape::terminal_cell;
use crate::report::sentence;
use crate::report::wire::{
    Baseline, CauseDocument, DeedDocument, Exposure, Group, OccurrenceDocument, OpenBucket, Side,
    TransitionDocument, Verdict,
};

/// How many ways into one bucket are described.
const WAYS: usize = 3;

/// How many exceptions are described.
const EXCEPTIONS: usize = 2;

/// How many earlier events are named that had a hand in it.
const HANDS: usize = 2;

/// The tags by which people usually say whose a bucket is, in this order.
const OWNER_TAGS: [&str; 5] = ["owner", "team", "contact", "project", "environment"];

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about: a short word.
    pub label: &'static str,
    /// What is to be said.
    pub value: Value,
}

/// What is to be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Words.
    Text(Line),
    /// A command that a reader may copy into a shell.
    Command(Line),
    /// An address, made of ASCII that needs no escape in a URL.
    Link(Line),
}

impl Value {
    /// Gives the line, whatever it is.
    pub fn line(&self) -> &Line {
        match self {
            Self::Text(line) | Self::Command(line) | Self::Link(line) => line,
        }
    }
}

fn text(label: &'static str, text: impl Into<String>) -> Fact {
    Fact { label, value: Value::Text(Line::new(text.into())) }
}

/// Gives the facts of one transition.
pub(super) fn of_one(reading: &Reading<'_>) -> Vec<Fact> {
    let transition = reading.transition;
    let mut facts = vec![text("Bucket", place(reading))];
    facts.extend(owner(reading).map(|owner| text("Tags", owner)));
    facts.push(text("Change", change(reading)));
    for exposure in reading.open().into_iter().take(WAYS) {
        facts.push(text("Way in", way_in(exposure)));
    }
    if let Some(more) = reading.open().len().checked_sub(WAYS).filter(|more| *more > 0) {
        facts.push(text("More", format!("{} more", sentence::counted(more as u64, "way in", "ways in"))));
    }
    if let Some(was) = reading.were_open().first().filter(|_| reading.open().is_empty()) {
        facts.push(text("Was open", way_in(was)));
    }
    facts.extend(missing(reading).map(|missing| text("Missing", missing)));
    let worst = reading.open().first().copied();
    facts.extend(worst.and_then(|worst| command::proof(worst, reading)));
    let exceptions = transition.exceptions.iter().take(EXCEPTIONS);
    facts.extend(exceptions.map(|note| text("Exception", sentence::exception(note))));
    facts.push(who_did_it(reading));
    facts.extend(also(&transition.cause));
    facts.push(text("Since", transition.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()));
    facts.extend(worst.map(|worst| command::closing(worst, reading)));
    facts.extend(command::console(reading));
    facts
}

/// Gives who did it; of a lapse, who made bucketwatch look.
fn who_did_it(reading: &Reading<'_>) -> Fact {
    let TransitionDocument { kind, cause: by, .. } = reading.transition;
    match (kind.as_str(), by) {
        ("lapsed", CauseDocument::Scan { .. } | CauseDocument::Review { .. }) => {
            text("Who", "nobody changed what is open: what was accepted is so no longer")
        }
        ("lapsed", _) => Fact { label: "Seen by", value: Value::Text(cause(by)) },
        _ => Fact { label: "Who", value: Value::Text(cause(by)) },
    }
}

/// Gives the facts that transitions share.
pub(super) fn of_several(readings: &[Reading<'_>]) -> Vec<Fact> {
    let Some(first) = readings.first() else { return Vec::new() };
    let mut facts = Vec::new();
    if readings.iter().all(|reading| reading.transition.cause == first.transition.cause) {
        facts.push(Fact { label: "Who", value: Value::Text(cause(&first.transition.cause)) });
    }
    facts.push(text("Since", first.transition.at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()));
    facts.push(Fact { label: "All", value: Value::Command(Line::new("bucketwatch history")) });
    facts
}

/// Gives a line on a bucket that is still open.
pub(super) fn still_open(open: &OpenBucket) -> Line {
    let since = open.since.strftime("%Y-%m-%d");
    let bucket = terminal_cell(&open.bucket);
    Line::new(match open.exposures.first() {
        Some(worst) => format!(
            "{}: {bucket}: {} can {}, since {since}",
            worst.severity.as_str(),
            sentence::who(worst),
            sentence::access(&worst.access)
        ),
        None => format!("{bucket}, since {since}"),
    })
}

/// Gives the facts of a reminder.
pub(super) fn of_reminder() -> Vec<Fact> {
    vec![
        text("Close", "`bucketwatch explain BUCKET` shows what would"),
        Fact { label: "All", value: Value::Command(Line::new("bucketwatch status")) },
    ]
}

/// Gives the facts of what one interval until `end` brought.
pub(super) fn of_digest(end: Timestamp) -> Vec<Fact> {
    vec![
        text("Until", end.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()),
        Fact { label: "All", value: Value::Command(Line::new("bucketwatch history")) },
    ]
}

/// Gives the facts of a first run.
pub(super) fn of_baseline(baseline: &Baseline) -> Vec<Fact> {
    if baseline.public + baseline.undetermined == 0 {
        return vec![text("From now on", "what changes is told")];
    }
    vec![
        text("From now on", "only what changes is told"),
        Fact { label: "All", value: Value::Command(Line::new("bucketwatch status")) },
    ]
}

fn place(reading: &Reading<'_>) -> String {
    let account = reading.transition.account.as_ref().map_or("unknown", |account| account.as_str());
    let region = reading.transition.region.as_ref();
    let region =
        region.map_or_else(String::new, |region| format!(", {}", terminal_cell(&region.as_str().into())));
    format!("{} (account {account}{region})", reading.bucket().as_str())
}

/// Gives the tags that say whose the bucket is.
fn owner(reading: &Reading<'_>) -> Option<String> {
    let side = reading.after.as_ref().or(reading.before.as_ref())?;
    let named = |wanted: &&str| {
        let found = side.tags.iter().find(|(key, _)| key.as_raw().eq_ignore_ascii_case(wanted))?;
        Some(format!("{}={}", terminal_cell(found.0), terminal_cell(found.1)))
    };
    let tags: Vec<_> = OWNER_TAGS.iter().filter_map(named).collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}

fn change(reading: &Reading<'_>) -> String {
    let verdict = |side: &Side| side.verdict.as_str().replace('_', " ");
    let kind = sentence::kind(reading.transition);
    match (&reading.before, &reading.after) {
        (Some(before), Some(after)) if before.verdict == after.verdict => {
            format!("{kind}; still {}", verdict(after))
        }
        (Some(before), Some(after)) => format!("{kind}; {}, was {}", verdict(after), verdict(before)),
        (Some(before), None) => format!("{kind}; was {}", verdict(before)),
        (None, Some(after)) => format!("{kind}; {}, not seen before", verdict(after)),
        (None, None) => kind,
    }
}

/// Gives who can do what to what, by which statement.
pub(super) fn way_in(exposure: &Exposure) -> String {
    let resources: Vec<_> = exposure.resources.iter().map(terminal_cell).collect();
    let except: Vec<_> = exposure.resources_except.iter().map(terminal_cell).collect();
    let mut way = format!(
        "{} can {} {} by {}",
        sentence::who(exposure),
        sentence::access(&exposure.access),
        sentence::few(&resources, 2),
        sentence::how(exposure),
    );
    if exposure.statement.is_some() {
        way.push_str(&format!(" at {}", terminal_cell(&exposure.pointer.as_str().into())));
    }
    if !except.is_empty() {
        way.push_str(&format!(", except {}", sentence::few(&except, 2)));
    }
    if let Some(by) = &exposure.accepted_by {
        way.push_str(&format!(" (accepted: {})", terminal_cell(by)));
    }
    way
}

/// Gives what keeps the bucket from being judged.
fn missing(reading: &Reading<'_>) -> Option<String> {
    let side = reading.after.as_ref()?;
    if reading.turn() != Turn::LostSight && side.verdict != Verdict::Undetermined {
        return None;
    }
    let gaps: Vec<_> = side
        .undetermined
        .iter()
        .map(|gap| match &gap.permission {
            Some(permission) => format!("{} ({}): needs {permission}", gap.what, terminal_cell(&gap.why)),
            None => format!("{} ({})", gap.what, terminal_cell(&gap.why)),
        })
        .collect();
    (!gaps.is_empty()).then(|| sentence::few(&gaps, 3))
}

/// Gives who did it, with what and from where.
pub(super) fn cause(cause: &CauseDocument) -> Line {
    match cause {
        CauseDocument::Scan { .. } => Line::new("not known: a scan saw it; CloudTrail has the event"),
        CauseDocument::Operator { by, .. } => Line::new(format!("{} at the command line", terminal_cell(by))),
        CauseDocument::Review { .. } => Line::new("nobody: what is known was judged anew"),
        CauseDocument::Event { event, actor, agent, address, name, .. } => {
            Line::new(who([actor, agent, address], name.as_ref(), event))
        }
    }
}

/// Gives who did what in `deed`, with what, from where and when.
pub(crate) fn deed(deed: &DeedDocument) -> String {
    let who = who([&deed.actor, &deed.agent, &deed.address], Some(&deed.name), &deed.event);
    format!("{who} at {}", deed.at.strftime("%Y-%m-%d %H:%M:%S UTC"))
}

fn who([actor, agent, address]: [&Option<Untrusted>; 3], name: Option<&Untrusted>, event: &str) -> String {
    let actor = actor.as_ref().map_or_else(|| "somebody".to_owned(), terminal_cell);
    let agent = agent.as_ref().map_or_else(String::new, |agent| format!(" with {}", terminal_cell(agent)));
    let address = address.as_ref().map_or_else(String::new, |from| format!(" from {}", terminal_cell(from)));
    let name = name.map_or_else(String::new, |name| format!("{}, ", terminal_cell(name)));
    format!("{actor}{agent}{address} ({name}event {})", terminal_cell(&event.into()))
}

/// Gives those who had a hand in it before.
fn also(cause: &CauseDocument) -> Vec<Fact> {
    match cause {
        CauseDocument::Event { also, .. } => {
            also.iter().take(HANDS).map(|earlier| text("Before", deed(earlier))).collect()
        }
        CauseDocument::Scan { .. } | CauseDocument::Operator { .. } | CauseDocument::Review { .. } => {
            Vec::new()
        }
    }
}

/// Gives the facts of a change of an account.
pub(super) fn of_group(group: &Group) -> Vec<Fact> {
    let mut facts = vec![Fact { label: "Who", value: Value::Text(cause(&group.cause)) }];
    if let CauseDocument::Event { at: Some(at), .. } = &group.cause {
        facts.push(text("Since", at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()));
    }
    facts.push(Fact { label: "All", value: Value::Command(Line::new("bucketwatch history")) });
    facts
}

/// Gives the facts of an event that is told for its own sake.
pub(super) fn of_event(event: &OccurrenceDocument) -> Vec<Fact> {
    let account = event.account.as_str();
    let region = event.region.as_ref();
    let region =
        region.map_or_else(String::new, |region| format!(", {}", terminal_cell(&region.as_str().into())));
    let mut facts = vec![text("Where", format!("account {account}{region}")), text("Who", deed(&event.deed))];
    facts.extend(event.code.as_ref().map(|code| text("Answer", terminal_cell(code))));
    facts.extend(event.exposures.iter().take(WAYS).map(|exposure| text("Asked for", way_in(exposure))));
    facts
}
