//! MSG: the change in words.

use bucketwatch_engine::escape::terminal_cell;
use bucketwatch_engine::report::sentence;
use bucketwatch_engine::report::wire::{Baseline, TransitionDocument};

use super::Change;

/// Gives `opened: bucket photos is public (was not_public): anyone can read by bucket policy "PublicRead"`.
pub(super) fn of_transition(transition: &TransitionDocument, change: &Change) -> String {
    let kind = sentence::kind(transition);
    let bucket = terminal_cell(&transition.bucket);
    let mut text = format!("{kind}: bucket {bucket} is {}", change.verdict());
    if let Some(before) = &change.before {
        text.push_str(&format!(" (was {})", before.verdict.as_str()));
    }
    if let Some(worst) = change.worst() {
        let (who, how) = (sentence::who(worst), sentence::how(worst));
        text.push_str(&format!(": {who} can {} by {how}", sentence::access(&worst.access)));
        match change.exposures().len() - 1 {
            0 => {}
            more => text.push_str(&format!(" and {more} more")),
        }
    }
    for note in &transition.exceptions {
        text.push_str(&format!("; exception {}", sentence::exception(note)));
    }
    text
}

/// Gives `first scan of account 111122223333: 3 buckets, 1 public, 0 undetermined; worst: photos`.
pub(super) fn of_baseline(baseline: &Baseline) -> String {
    let mut text = sentence::baseline(baseline);
    if !baseline.worst.is_empty() {
        let worst: Vec<_> = baseline.worst.iter().map(terminal_cell).collect();
        text.push_str(&format!("; worst: {}", worst.join(", ")));
    }
    text
}
