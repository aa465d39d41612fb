//! Reminders of what is still open.

use std::collections::BTreeMap;
use std::time::Duration;

use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::Value;

use super::Observer;
use crate::identity::id_of;
use crate::notice::{Notice, NoticeBody, StillOpen};
use crate::state::{Commit, OutgoingNotice, Reminded, StateError, StatusQuery, StatusRow};

/// How many buckets a reminder names; the rest is counted.
const NAMED: usize = 50;

/// How many ways into one bucket a reminder holds.
const WAYS: usize = 3;

impl Observer {
    /// Gives an observer that reminds every so often of what is still open; `None`: never.
    pub fn reminding(self, every: Option<Duration>) -> Self {
        Self { remind_every: every, ..self }
    }

    /// Reminds of every bucket of `account` that has been open to strangers for a whole number of intervals since it was
    /// last reminded of, all of them in one notice. What somebody accepted is left out, and what is shut by the last look.
    pub async fn remind(&self, account: &AccountId, now: Timestamp) -> Result<(), StateError> {
        let Some(every) = self.remind_every else { return Ok(()) };
        let before = self.store.reminded(account).await?;
        let mut shares: BTreeMap<String, Share> = BTreeMap::new();
        let mut query = StatusQuery {
            account: Some(account.clone()),
            verdicts: vec![Verdict::Public],
            ..StatusQuery::default()
        };
        loop {
            let page = self.store.status(&query).await?;
            for open in page.rows.iter().filter_map(still_open) {
                if is_due(open.since, before, now, every) {
                    for name in self.routing.of_reminder(account, &open) {
                        shares.entry(name).or_default().add(&open);
                    }
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        if shares.is_empty() {
            return Ok(());
        }
        let notices = shares.into_iter().map(|(name, share)| reminder(account, name, share, now)).collect();
        let reminded = Some(Reminded { account: account.clone(), before, at: now });
        match self.store.commit(Commit { notices, reminded, ..Commit::default() }).await {
            // Somebody else reminded meanwhile.
            Err(StateError::Conflict { .. }) => Ok(()),
            outcome => outcome,
        }
    }
}

/// What one notifier is reminded of.
#[derive(Default)]
struct Share {
    buckets: u64,
    worst: Vec<StillOpen>,
}

impl Share {
    /// Adds a bucket; they come the worst first.
    fn add(&mut self, open: &StillOpen) {
        self.buckets += 1;
        if self.worst.len() < NAMED {
            self.worst.push(open.clone());
        }
    }
}

fn reminder(account: &AccountId, name: String, share: Share, now: Timestamp) -> OutgoingNotice {
    let id = id_of(&["reminder", account.as_str(), &name, &now.to_string()]);
    let body = NoticeBody::Reminder { account: account.clone(), buckets: share.buckets, open: share.worst };
    let notice = Notice { id: id.clone(), at: now, body, group_key: id };
    OutgoingNotice { notice, notifiers: vec![name] }
}

/// Tells whether a whole number of intervals since `since` ended after `before` and by `now`.
fn is_due(since: Timestamp, before: Option<Timestamp>, now: Timestamp, every: Duration) -> bool {
    let every = every.as_nanos().max(1);
    let ended = |instant: Timestamp| {
        let open_for = instant.as_nanosecond() - since.as_nanosecond();
        u128::try_from(open_for).unwrap_or_default() / every
    };
    ended(now) > before.map_or(0, ended)
}

/// Gives what of a bucket is open that nobody accepted; `None`: nothing.
fn still_open(row: &StatusRow) -> Option<StillOpen> {
    let is_stranger = |audience: &Value| audience == "anyone" || audience == "any_aws_account";
    let all = row.assessment.document.get("exposures")?.as_array()?;
    let mut open: Vec<Value> = all
        .iter()
        .filter(|exposure| is_stranger(&exposure["audience"]) && exposure["accepted_by"].is_null())
        .cloned()
        .collect();
    if open.is_empty() {
        return None;
    }
    open.truncate(WAYS);
    let since =
        row.last_determined.filter(|(verdict, _)| *verdict == Verdict::Public).map(|(_, since)| since);
    Some(StillOpen {
        bucket: row.key.name.clone(),
        region: row.region.clone(),
        since: since.unwrap_or(row.first_seen_at),
        exposures: open,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_interval_is_due_once_and_none_before_the_first_has_ended() {
        let since: Timestamp = "2026-11-01T10:00:00Z".parse().unwrap();
        let hours = |hours: u64| since + Duration::from_secs(hours * 3600);
        let day = Duration::from_secs(24 * 3600);
        for (rule, before, now, due) in [
            ("too early", None, 23, false),
            ("the first", None, 24, true),
            ("late, the first time", None, 240, true),
            ("told already", Some(24), 47, false),
            ("the next", Some(24), 48, true),
            ("several at once are one", Some(24), 240, true),
            ("told just before it ended", Some(47), 48, true),
            ("told before it was open", Some(0), 23, false),
        ] {
            assert_eq!(is_due(since, before.map(hours), hours(now), day), due, "{rule}");
        }
        assert!(!is_due(since, Some(hours(48)), hours(24), day), "a clock that went back");
        assert!(!is_due(hours(5), None, since, day), "what opened after now");
    }
}
