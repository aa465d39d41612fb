//! Status and history.

use bucketwatch_engine::state::{
    AssessmentRecord, BucketRecord, Commit, HistoryQuery, Look, RunId, StateStore, StatusQuery, Summary,
};
use bucketwatch_exposure::assessment::{Objects, Severity, Verdict};

use super::sample::{at, bucket, transition};

async fn fill(store: &dyn StateStore) {
    let shown = |name: &str, verdict, severity, run: Option<&str>| {
        let record = bucket(name, verdict);
        let assessment = record.assessment.clone().unwrap();
        BucketRecord {
            assessment: Some(AssessmentRecord { severity, ..assessment }),
            last_look: Look { at: at(3), run: run.map(RunId::new) },
            ..record
        }
    };
    let mut checked = shown("f", Verdict::NotPublic, None, None);
    checked.assessment.as_mut().unwrap().objects = Objects::CannotMatter;
    let buckets = vec![
        shown("a", Verdict::NotPublic, None, Some("r")),
        shown("b", Verdict::Undetermined, None, Some("r")),
        shown("c", Verdict::Public, Some(Severity::Low), None),
        shown("d", Verdict::Public, Some(Severity::Critical), Some("r")),
        shown("e", Verdict::NotPublic, Some(Severity::Informational), None),
        checked,
    ];
    store.commit(Commit { buckets, ..Commit::default() }).await.unwrap();
}

async fn names(store: &dyn StateStore, mut query: StatusQuery) -> String {
    let mut names = String::new();
    for _ in 0..20 {
        let page = store.status(&query).await.unwrap();
        assert!(page.rows.len() <= query.limit);
        names.extend(page.rows.iter().map(|row| row.key.name.as_raw().to_owned()));
        match page.next {
            Some(next) => query.after = Some(next),
            None => return names,
        }
    }
    panic!("the pages have no end")
}

pub(super) async fn a_status_shows_the_worst_first_on_pages_of_any_size(store: &dyn StateStore) {
    fill(store).await;
    for limit in [1, 2, 3, 6, 100] {
        assert_eq!(names(store, StatusQuery { limit, ..Default::default() }).await, "dcbeaf", "{limit}");
    }
    let rows = store.status(&StatusQuery::default()).await.unwrap().rows;
    let stored = bucket("d", Verdict::Public);
    assert_eq!(rows[0].assessment.severity, Some(Severity::Critical));
    assert_eq!(rows[0].assessment.document, stored.assessment.unwrap().document);
    assert_eq!(rows[0].last_determined, Some((Verdict::NotPublic, at(1))));
    assert_eq!((rows[0].first_seen_at, rows[0].sight_lost_at), (at(1), Some(at(3))));
}

pub(super) async fn a_status_is_filtered_and_counted_alike(store: &dyn StateStore) {
    fill(store).await;
    let all = StatusQuery::default();
    let verdicts = vec![Verdict::Public, Verdict::Undetermined];
    let run = Some(RunId::new("r"));
    let other = bucketwatch_policy::name::AccountId::parse("000000000000");
    for (query, shown, public, undetermined, not_public, objects_unchecked) in [
        (all.clone(), "dcbeaf", 2, 1, 3, 5),
        (StatusQuery { verdicts: verdicts.clone(), ..all.clone() }, "dcb", 2, 1, 0, 3),
        (StatusQuery { run: run.clone(), ..all.clone() }, "dba", 1, 1, 1, 3),
        (StatusQuery { run, verdicts, ..all.clone() }, "db", 1, 1, 0, 2),
        (StatusQuery { account: other, ..all }, "", 0, 0, 0, 0),
    ] {
        let summary = store.summary(&query).await.unwrap();
        assert_eq!(summary, Summary { public, undetermined, not_public, objects_unchecked }, "{query:?}");
        assert_eq!(summary.buckets() as usize, shown.len());
        assert_eq!(names(store, query).await, shown);
    }
}

pub(super) async fn a_history_is_newest_first_and_filtered(store: &dyn StateStore) {
    for (id, bucket, run) in [("1", "a", "r"), ("2", "b", "r"), ("3", "a", "s")] {
        let transitions = vec![transition(id, bucket, run)];
        store.commit(Commit { transitions, ..Commit::default() }).await.unwrap();
    }
    let all = HistoryQuery::default();
    for (query, expected) in [
        (all.clone(), "321"),
        (HistoryQuery { bucket: Some("a".into()), ..all.clone() }, "31"),
        (HistoryQuery { run: Some(RunId::new("r")), ..all.clone() }, "21"),
        (HistoryQuery { bucket: Some("b".into()), run: Some(RunId::new("s")), ..all.clone() }, ""),
    ] {
        let rows = store.history(&query).await.unwrap().rows;
        let ids: String = rows.iter().map(|row| row.id.as_str()).collect();
        assert_eq!(ids, expected, "{query:?}");
    }
    let first = store.history(&HistoryQuery { limit: 2, ..all.clone() }).await.unwrap();
    let second = store.history(&HistoryQuery { limit: 2, after: first.next, ..all }).await.unwrap();
    assert_eq!(
        (&first.rows[0], &second.rows[..]),
        (&transition("3", "a", "s"), &[transition("1", "a", "r")][..])
    );
    assert_eq!(second.next, None);
}
