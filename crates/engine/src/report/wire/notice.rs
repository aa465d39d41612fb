//! `bucketwatch.notice/1`.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::TransitionDocument;
use crate::notice::{Notice, NoticeBody};

/// A message to a notifier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.notice/1")]
pub struct NoticeDocument {
    /// A repeat carries the same.
    pub id: String,
    /// `transitions` or `baseline`.
    pub kind: String,
    /// When it was written.
    pub at: Timestamp,
    /// Notices of one cause share it.
    pub group_key: String,
    /// The transitions, worst first; none in a baseline.
    pub transitions: Vec<TransitionDocument>,
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
    /// How many are undetermined.
    pub undetermined: u64,
    /// The names of the worst.
    pub worst: Vec<Untrusted>,
}

impl From<&Notice> for NoticeDocument {
    fn from(notice: &Notice) -> Self {
        let (kind, transitions, baseline) = match &notice.body {
            NoticeBody::Transitions { transitions } => {
                ("transitions", transitions.iter().map(TransitionDocument::from).collect(), None)
            }
            NoticeBody::Baseline { account, buckets, public, undetermined, worst } => {
                let baseline = Baseline {
                    account: account.clone(),
                    buckets: *buckets,
                    public: *public,
                    undetermined: *undetermined,
                    worst: worst.clone(),
                };
                ("baseline", Vec::new(), Some(baseline))
            }
        };
        Self {
            id: notice.id.clone(),
            kind: kind.to_owned(),
            at: notice.at,
            group_key: notice.group_key.clone(),
            transitions,
            baseline,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn document(body: NoticeBody) -> NoticeDocument {
        let notice =
            Notice { id: "n1".to_owned(), at: sample::instant(), body, group_key: "run-1".to_owned() };
        let document = NoticeDocument::from(&notice);
        sample::assert_valid("notice", &serde_json::to_value(&document).unwrap());
        document
    }

    #[test]
    fn both_kinds_obey_the_schema() {
        let transitions = document(NoticeBody::Transitions { transitions: vec![sample::opened_record()] });
        assert_eq!(transitions.transitions, [sample::opened()]);
        let baseline = document(NoticeBody::Baseline {
            account: sample::account(),
            buckets: 3,
            public: 1,
            undetermined: 0,
            worst: vec![sample::HOSTILE.into()],
        });
        assert_eq!(baseline.baseline.unwrap().buckets, 3);
    }
}
