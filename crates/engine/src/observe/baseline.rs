//! What the first complete run over an account found, told once.

use bucketwatch_exposure::assessment::Verdict;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use super::look::Occasion;
use super::{ATTEMPTS, Observer};
use crate::identity::id_of;
use crate::notice::{Notice, NoticeBody};
use crate::state::{AccountRecord, AssessmentRecord, Commit, StateError, StatusQuery};

/// How many names a baseline shows.
const WORST: usize = 10;

impl Observer {
    /// Tells of what there is, unless a run told of this account before.
    pub(super) async fn baseline(&self, occasion: &Occasion, account: &AccountId) -> Result<(), StateError> {
        for _ in 0..ATTEMPTS {
            let Some(record) = self.store.account(account).await? else { return Ok(()) };
            if record.baseline.is_some() || occasion.run().is_none() {
                return Ok(());
            }
            let id = id_of(&["baseline", account.as_str(), occasion.group_key()]);
            let group_key = occasion.group_key().to_owned();
            let notice = Notice { id, at: occasion.at, body: self.there_is(account).await?, group_key };
            let commit = Commit {
                run: occasion.run(),
                accounts: vec![AccountRecord { baseline: occasion.run(), ..record }],
                notices: vec![self.addressed(notice)],
                ..Commit::default()
            };
            if self.committed(commit).await? {
                return Ok(());
            }
        }
        Err(StateError::Conflict { subject: Untrusted::new(account.as_str()) })
    }

    async fn there_is(&self, account: &AccountId) -> Result<NoticeBody, StateError> {
        let all = StatusQuery { account: Some(account.clone()), ..StatusQuery::default() };
        let summary = self.store.summary(&all).await?;
        let mut public = StatusQuery { verdicts: vec![Verdict::Public], ..all };
        let (mut accepted, mut worst) = (0, Vec::new());
        loop {
            let page = self.store.status(&public).await?;
            for row in page.rows {
                match is_accepted(&row.assessment) {
                    true => accepted += 1,
                    false if worst.len() < WORST => worst.push(row.key.name),
                    false => {}
                }
            }
            match page.next {
                Some(next) => public.after = Some(next),
                None => break,
            }
        }
        Ok(NoticeBody::Baseline {
            account: account.clone(),
            buckets: summary.buckets(),
            public: summary.public,
            accepted,
            undetermined: summary.undetermined,
            worst,
        })
    }
}

/// Tells whether every exposure of a public bucket is accepted.
fn is_accepted(shown: &AssessmentRecord) -> bool {
    let exposures = shown.document["exposures"].as_array();
    exposures.is_some_and(|all| all.iter().all(|exposure| !exposure["accepted_by"].is_null()))
}
