//! `bucketwatch.notice/1`.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CauseDocument, DeedDocument, Exposure, Severity, TransitionDocument};
use crate::message::Message;
use crate::notice::{Notice, NoticeBody, Occurrence, OccurrenceKind, StillOpen};

/// The most characters of a headline in a digest.
const HEADLINE: usize = 300;

/// A message to a notifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.notice/1")]
pub struct NoticeDocument {
    /// A repeat carries the same.
    pub id: String,
    /// `transitions`, `group`, `event`, `reminder`, `digest` or `baseline`.
    pub kind: String,
    /// When it was written.
    pub at: Timestamp,
    /// Notices of one cause share it.
    pub group_key: String,
    /// The transitions, worst first; none in a baseline or event. A group holds those that are told one by one.
    pub transitions: Vec<TransitionDocument>,
    /// What one change of an account did to its buckets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// An event that is told for its own sake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<OccurrenceDocument>,
    /// What has been open for long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reminder: Option<Reminder>,
    /// What one interval brought; its transitions are among `transitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<DigestDocument>,
    /// What the first run over an account found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
}

/// What the first run over an account found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// The account.
    pub account: AccountId,
    /// How many buckets there are.
    pub buckets: u64,
    /// How many are public.
    pub public: u64,
    /// How many of these somebody accepts as they are.
    #[serde(default)]
    pub accepted: u64,
    /// How many are undetermined.
    pub undetermined: u64,
    /// The names of the worst that nobody accepts.
    pub worst: Vec<Untrusted>,
}

impl Baseline {
    /// Gives how many buckets are public that nobody accepts as they are.
    pub fn unaccepted(&self) -> u64 {
        self.public.saturating_sub(self.accepted)
    }
}

/// What has been open for long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reminder {
    /// The account.
    pub account: AccountId,
    /// How many buckets it is about.
    pub buckets: u64,
    /// The worst of them, the worst first.
    pub open: Vec<OpenBucket>,
}

/// A bucket that is still open to strangers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenBucket {
    /// The bucket.
    pub bucket: Untrusted,
    /// Its region.
    pub region: Option<String>,
    /// Since when it is public.
    pub since: Timestamp,
    /// The worst ways in that nobody accepted.
    pub exposures: Vec<Exposure>,
}

/// What one interval brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestDocument {
    /// The notices, the worst first.
    pub notices: Vec<DigestEntry>,
}

/// One notice of a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DigestEntry {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// When it was written.
    pub at: Timestamp,
    /// How urgent it is.
    pub severity: Severity,
    /// What happened, in one line in which every character shows itself.
    pub headline: String,
}

/// What one change of an account did to its buckets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The account.
    pub account: AccountId,
    /// What did it.
    pub cause: CauseDocument,
    /// How many buckets changed.
    pub buckets: u64,
}

/// An event that is told for its own sake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OccurrenceDocument {
    /// `refused`, `unverified` or `watcher`.
    pub why: OccurrenceKind,
    /// The account that it is about.
    pub account: AccountId,
    /// The bucket, trail, rule, queue or function.
    pub subject: Option<Untrusted>,
    /// The region.
    pub region: Option<String>,
    /// Who did what.
    pub deed: DeedDocument,
    /// AWS's error code.
    pub code: Option<Untrusted>,
    /// The ways in that the request asked for.
    pub exposures: Vec<Exposure>,
}

impl From<&Occurrence> for OccurrenceDocument {
    fn from(occurrence: &Occurrence) -> Self {
        let exposures = occurrence.exposures.iter();
        Self {
            why: occurrence.kind,
            account: occurrence.account.clone(),
            subject: occurrence.subject.clone(),
            region: occurrence.region.clone(),
            deed: (&occurrence.deed).into(),
            code: occurrence.code.clone(),
            exposures: exposures.filter_map(|exposure| Exposure::deserialize(exposure).ok()).collect(),
        }
    }
}

impl From<&StillOpen> for OpenBucket {
    fn from(open: &StillOpen) -> Self {
        let exposures = open.exposures.iter();
        Self {
            bucket: open.bucket.clone(),
            region: open.region.clone(),
            since: open.since,
            exposures: exposures.filter_map(|exposure| Exposure::deserialize(exposure).ok()).collect(),
        }
    }
}

impl From<&Notice> for NoticeDocument {
    fn from(notice: &Notice) -> Self {
        let mut document = Self {
            id: notice.id.clone(),
            kind: String::new(),
            at: notice.at,
            group_key: notice.group_key.clone(),
            transitions: Vec::new(),
            group: None,
            event: None,
            reminder: None,
            digest: None,
            baseline: None,
        };
        document.kind = match &notice.body {
            NoticeBody::Transitions { transitions } => {
                document.transitions = transitions.iter().map(TransitionDocument::from).collect();
                "transitions"
            }
            NoticeBody::Group { account, cause, buckets, transitions } => {
                document.transitions = transitions.iter().map(TransitionDocument::from).collect();
                document.group =
                    Some(Group { account: account.clone(), cause: cause.into(), buckets: *buckets });
                "group"
            }
            NoticeBody::Event(occurrence) => {
                document.event = Some(occurrence.into());
                "event"
            }
            NoticeBody::Reminder { account, buckets, open } => {
                let open = open.iter().map(OpenBucket::from).collect();
                document.reminder = Some(Reminder { account: account.clone(), buckets: *buckets, open });
                "reminder"
            }
            NoticeBody::Digest { notices } => {
                document.fold(notices);
                "digest"
            }
            NoticeBody::Baseline { account, buckets, public, accepted, undetermined, worst } => {
                document.baseline = Some(Baseline {
                    account: account.clone(),
                    buckets: *buckets,
                    public: *public,
                    accepted: *accepted,
                    undetermined: *undetermined,
                    worst: worst.clone(),
                });
                "baseline"
            }
        }
        .to_owned();
        document
    }
}

impl NoticeDocument {
    /// Takes `notices` in, the worst first.
    fn fold(&mut self, notices: &[Notice]) {
        let mut said: Vec<_> =
            notices.iter().map(|notice| (Self::from(notice), Message::of(notice))).collect();
        said.sort_by_key(|(document, message)| (message.severity, document.at));
        let entry = |(document, message): &(Self, Message)| DigestEntry {
            id: document.id.clone(),
            kind: document.kind.clone(),
            at: document.at,
            severity: message.severity,
            headline: message.headline.cut(HEADLINE).as_str().to_owned(),
        };
        self.digest = Some(DigestDocument { notices: said.iter().map(entry).collect() });
        self.transitions = said.into_iter().flat_map(|(document, _)| document.transitions).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::TransitionCause;
    use crate::report::sample;

    fn document(body: NoticeBody) -> NoticeDocument {
        let notice =
            Notice { id: "n1".to_owned(), at: sample::instant(), body, group_key: "run-1".to_owned() };
        let document = NoticeDocument::from(&notice);
        sample::assert_valid("notice", &serde_json::to_value(&document).unwrap());
        document
    }

    #[test]
    fn every_kind_obeys_the_schema() {
        let transitions = document(NoticeBody::Transitions { transitions: vec![sample::opened_record()] });
        assert_eq!(transitions.transitions, [sample::opened()]);
        let baseline = document(NoticeBody::Baseline {
            account: sample::account(),
            buckets: 3,
            public: 1,
            accepted: 1,
            undetermined: 0,
            worst: vec![sample::HOSTILE.into()],
        });
        assert_eq!(baseline.baseline.unwrap().buckets, 3);
        let cause: TransitionCause = sample::deed().into();
        let group = document(NoticeBody::Group {
            account: sample::account(),
            cause,
            buckets: 37,
            transitions: vec![sample::opened_record()],
        });
        assert_eq!((group.group.unwrap().buckets, group.transitions.len()), (37, 1));
        let reminder = document(NoticeBody::Reminder {
            account: sample::account(),
            buckets: 37,
            open: vec![StillOpen {
                bucket: sample::HOSTILE.into(),
                region: None,
                since: sample::instant(),
                exposures: vec![sample::opened_record().after.unwrap()["exposures"][0].clone()],
            }],
        });
        assert_eq!(reminder.reminder.unwrap().open[0].exposures.len(), 1);
        let exposure = sample::opened_record().after.unwrap()["exposures"][0].clone();
        let event = document(NoticeBody::Event(Occurrence {
            kind: OccurrenceKind::Refused,
            account: sample::account(),
            subject: Some(sample::HOSTILE.into()),
            region: Some("eu-west-1".to_owned()),
            deed: sample::deed(),
            code: Some("AccessDenied".into()),
            exposures: vec![exposure],
        }));
        assert_eq!(event.event.unwrap().exposures.len(), 1);
        let notice = |id: &str, body| Notice {
            id: id.to_owned(),
            at: sample::instant(),
            body,
            group_key: "g".to_owned(),
        };
        let opened = NoticeBody::Transitions { transitions: vec![sample::opened_record()] };
        let baseline = NoticeBody::Baseline {
            account: sample::account(),
            buckets: 1,
            public: 0,
            accepted: 1,
            undetermined: 0,
            worst: Vec::new(),
        };
        let digest =
            document(NoticeBody::Digest { notices: vec![notice("n1", baseline), notice("n2", opened)] });
        let ids: Vec<_> = digest.digest.unwrap().notices.into_iter().map(|entry| entry.id).collect();
        assert_eq!((ids, digest.transitions.len()), (vec!["n2".to_owned(), "n1".to_owned()], 1));
    }
}
