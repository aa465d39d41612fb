//! Reminders.

use bucketwatch_engine::state::{Commit, Reminded, StateError, StateStore};

use super::sample::{account_id, at, notice};

pub(super) async fn of_two_that_remind_at_once_one_is_refused(store: &dyn StateStore) {
    assert_eq!(store.reminded(&account_id()).await.unwrap(), None);
    let remind = async |id: &str, before, second| {
        let reminded = Some(Reminded { account: account_id(), before, at: at(second) });
        store
            .commit(Commit { reminded, notices: vec![notice(id, second, &["log"])], ..Commit::default() })
            .await
    };
    remind("1", None, 1).await.unwrap();
    let refused = remind("2", None, 2).await.unwrap_err();
    assert!(matches!(refused, StateError::Conflict { .. }), "{refused}");
    assert_eq!(store.reminded(&account_id()).await.unwrap(), Some(at(1)));
    remind("3", Some(at(1)), 3).await.unwrap();
    assert_eq!(store.reminded(&account_id()).await.unwrap(), Some(at(3)));
    assert_eq!(store.outbox_counts().await.unwrap()[0].waiting, 2, "the refused one told nobody");
}
