//! What changed between two looks at a bucket.

mod regard;

use serde::{Deserialize, Serialize};

use crate::assessment::Verdict;
use crate::containment::covers;
use crate::standing::{Entry, Standing};

pub use self::regard::{Regarded, regard};

/// What happened to a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransitionKind {
    /// Who gets in changed.
    Reach(ReachChange),
    /// What was determined cannot be determined any more.
    LostSight,
    /// It can be determined again; what changed since the last time it could.
    RegainedSight(Option<ReachChange>),
    /// The bucket is gone.
    Deleted,
    /// What was open before is accepted now.
    Accepted,
    /// Somebody took an exception back. What it covered lapses at the next look.
    Revoked,
    /// Nothing changed but that exceptions no longer cover what is open; what that means for what nobody accepts.
    Lapsed(ReachChange),
}

/// How the set of exposures changed, by the order of [`crate::containment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReachChange {
    /// Strangers get in where none did.
    Opened,
    /// More than before, and nothing less. The verdict is the same.
    Widened,
    /// Less than before, and nothing more. The verdict is the same.
    Narrowed,
    /// Neither contains the other. The verdict is the same.
    Changed,
    /// Strangers got in and no longer do.
    Closed,
}

/// What is remembered of a bucket between two looks: the last standing that was determined, and whether it still is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// The last standing that was determined; `None` where there never was one.
    pub determined: Option<Standing>,
    /// Whether the latest look could not determine it.
    pub lost: bool,
}

/// Gives what happened between what is remembered and a new look, or nothing.
///
/// - A bucket that was never seen counts as one that nobody outside reaches: public at first sight is `opened`,
///   undetermined at first sight is `lost_sight`.
/// - An undetermined standing is compared with nothing: it loses sight, once.
/// - A public standing in which something could not be read may lack exposures that are still there; what was open
///   before counts as open, so it never narrows and never closes.
/// - Latent exposures play no part.
pub fn diff(before: Option<&Sight>, after: &Standing) -> Option<TransitionKind> {
    let lost = before.is_some_and(|sight| sight.lost);
    if after.verdict == Verdict::Undetermined {
        return (!lost).then_some(TransitionKind::LostSight);
    }
    let shut = Standing::shut();
    let known = before.and_then(|sight| sight.determined.as_ref()).unwrap_or(&shut);
    let change = compare(known, after);
    if lost { Some(TransitionKind::RegainedSight(change)) } else { change.map(TransitionKind::Reach) }
}

impl Sight {
    /// Gives what to remember after a new look.
    pub fn after(before: Option<&Self>, after: &Standing) -> Self {
        let determined = before.and_then(|sight| sight.determined.as_ref());
        match (after.verdict, determined) {
            (Verdict::Undetermined, _) => Self { determined: determined.cloned(), lost: true },
            (_, Some(known)) => Self { determined: Some(filled(known, after)), lost: false },
            (_, None) => Self { determined: Some(after.clone()), lost: false },
        }
    }
}

/// Gives how the set of exposures changed from `before` to `after`, both determined.
///
/// Whether somebody accepts them plays no part: [`regard`] has its say afterwards.
pub fn compare(before: &Standing, after: &Standing) -> Option<ReachChange> {
    let after = &filled(before, after);
    match (lets_strangers_in(before), lets_strangers_in(after)) {
        (false, true) => return Some(ReachChange::Opened),
        (true, false) => return Some(ReachChange::Closed),
        _ => {}
    }
    if before.entries == after.entries {
        return None;
    }
    match (covers(&before.entries, &after.entries), covers(&after.entries, &before.entries)) {
        (true, true) => None,
        (false, true) => Some(ReachChange::Widened),
        (true, false) => Some(ReachChange::Narrowed),
        (false, false) => Some(ReachChange::Changed),
    }
}

/// Gives `after`, with what `before` held open added where `after` could not see everything.
///
/// A verdict of `not_public` is certain of strangers: theirs is not added.
fn filled(before: &Standing, after: &Standing) -> Standing {
    let mut filled = after.clone();
    if !after.complete {
        let may_be_there = |entry: &&Entry| after.verdict == Verdict::Public || !entry.is_to_strangers();
        let is_seen = |entry: &Entry| after.entries.iter().any(|seen| seen.is_as(entry));
        let unseen = before.entries.iter().filter(|entry| !is_seen(entry)).filter(may_be_there);
        filled.entries.extend(unseen.cloned());
        filled.entries.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    }
    filled
}

fn lets_strangers_in(standing: &Standing) -> bool {
    standing.entries.iter().any(Entry::is_to_strangers)
}

impl TransitionKind {
    /// Gives the word that documents and configuration use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reach(change) => change.as_str(),
            Self::LostSight => "lost_sight",
            Self::RegainedSight(_) => "regained_sight",
            Self::Deleted => "deleted",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
            Self::Lapsed(_) => "lapsed",
        }
    }

    /// Gives the word by which alerts are chosen: regained sight and lapses alert as the change that they carry.
    pub fn alerts_as(self) -> &'static str {
        self.inner().map_or(self.as_str(), ReachChange::as_str)
    }

    /// Gives the change that it carries: what changed while the bucket could not be seen, or by a lapse.
    pub fn inner(self) -> Option<ReachChange> {
        match self {
            Self::RegainedSight(inner) => inner,
            Self::Lapsed(inner) => Some(inner),
            _ => None,
        }
    }

    /// Reads the words of [`Self::as_str`] and [`Self::inner`] back.
    pub fn parse(word: &str, inner: Option<&str>) -> Option<Self> {
        match word {
            "lost_sight" => Some(Self::LostSight),
            "deleted" => Some(Self::Deleted),
            "accepted" => Some(Self::Accepted),
            "revoked" => Some(Self::Revoked),
            "lapsed" => ReachChange::parse(inner?).map(Self::Lapsed),
            "regained_sight" => match inner {
                Some(inner) => ReachChange::parse(inner).map(|inner| Self::RegainedSight(Some(inner))),
                None => Some(Self::RegainedSight(None)),
            },
            _ => ReachChange::parse(word).map(Self::Reach),
        }
    }
}

impl ReachChange {
    /// Every change.
    pub const ALL: [Self; 5] = [Self::Opened, Self::Widened, Self::Narrowed, Self::Changed, Self::Closed];

    /// Gives the word that documents and configuration use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Widened => "widened",
            Self::Narrowed => "narrowed",
            Self::Changed => "changed",
            Self::Closed => "closed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }
}

#[cfg(test)]
mod tests;
