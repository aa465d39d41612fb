use bucketwatch_policy::action::Access;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::Audience;
use proptest::prelude::*;

use super::*;
use crate::assessment::Path;

fn entry(audience: Audience, access: &[Access], resources: &[&str]) -> Entry {
    Entry {
        fingerprint: format!("{audience:?}{access:?}{resources:?}"),
        path: Path::BucketPolicy,
        via: None,
        audience,
        access: access.to_vec(),
        resources: resources.iter().map(|text| (*text).into()).collect(),
        resources_except: Vec::new(),
        accepted_by: None,
    }
}

fn anyone() -> Audience {
    Audience::Anyone { ranges: Vec::new() }
}

fn signed() -> Audience {
    Audience::AnyAwsAccount { ranges: Vec::new() }
}

fn account(digit: &str) -> Audience {
    Audience::Account { ids: vec![AccountId::parse(&digit.repeat(12)).unwrap()], principals: Vec::new() }
}

fn standing(entries: Vec<Entry>) -> Standing {
    let mut standing = Standing { verdict: Verdict::NotPublic, complete: true, entries };
    standing.entries.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
    if lets_strangers_in(&standing) {
        standing.verdict = Verdict::Public;
    }
    standing
}

fn undetermined() -> Standing {
    Standing { verdict: Verdict::Undetermined, complete: false, entries: Vec::new() }
}

fn read(audience: Audience, resource: &str) -> Entry {
    entry(audience, &[Access::Read], &[resource])
}

#[test]
fn the_order_of_exposures_names_every_change() {
    use ReachChange::{Changed, Closed, Narrowed, Opened, Widened};
    let rows = [
        ("nothing and nothing", vec![], vec![], None),
        ("a stranger appears", vec![], vec![read(anyone(), "b/*")], Some(Opened)),
        ("the last stranger goes", vec![read(signed(), "b/*")], vec![], Some(Closed)),
        (
            "every account becomes anybody",
            vec![read(signed(), "b/*")],
            vec![read(anyone(), "b/*")],
            Some(Widened),
        ),
        (
            "a prefix instead of all",
            vec![read(anyone(), "b/*")],
            vec![read(anyone(), "b/p/*")],
            Some(Narrowed),
        ),
        ("another prefix", vec![read(anyone(), "b/p/*")], vec![read(anyone(), "b/q/*")], Some(Changed)),
        (
            "write beside read",
            vec![read(anyone(), "b/*")],
            vec![entry(anyone(), &[Access::Write, Access::Read], &["b/*"])],
            Some(Widened),
        ),
        (
            "two statements say what one said",
            vec![entry(anyone(), &[Access::Write, Access::Read], &["b/*"])],
            vec![read(anyone(), "b/*"), entry(anyone(), &[Access::Write], &["b/*"])],
            None,
        ),
        ("a named account appears", vec![], vec![read(account("1"), "b/*")], Some(Widened)),
        (
            "one account for another",
            vec![read(account("1"), "b/*")],
            vec![read(account("2"), "b/*")],
            Some(Changed),
        ),
        (
            "opened, though the named account went",
            vec![read(account("1"), "b/x")],
            vec![read(anyone(), "b/y")],
            Some(Opened),
        ),
        (
            "a named account beside anybody adds nothing",
            vec![read(anyone(), "b/*")],
            vec![read(anyone(), "b/*"), read(account("1"), "b/x")],
            None,
        ),
    ];
    for (name, before, after, expected) in rows {
        assert_eq!(compare(&standing(before), &standing(after)), expected, "{name}");
    }
}

#[test]
fn the_same_reach_by_another_path_is_no_change() {
    let before = read(anyone(), "b/*");
    let after = Entry { path: Path::ObjectAcl, fingerprint: "other".to_owned(), ..before.clone() };
    assert_eq!(compare(&standing(vec![before]), &standing(vec![after])), None);
}

#[test]
fn sight_is_lost_once_and_regained_with_what_changed_meanwhile() {
    let shut = Standing::shut();
    let open = standing(vec![read(anyone(), "b/*")]);
    let first = Sight::after(None, &shut);
    assert_eq!(diff(None, &shut), None);
    assert_eq!(diff(Some(&first), &undetermined()), Some(TransitionKind::LostSight));
    let lost = Sight::after(Some(&first), &undetermined());
    assert_eq!(diff(Some(&lost), &undetermined()), None);
    assert_eq!(diff(Some(&lost), &shut), Some(TransitionKind::RegainedSight(None)));
    let regained = diff(Some(&lost), &open);
    assert_eq!(regained, Some(TransitionKind::RegainedSight(Some(ReachChange::Opened))));
    assert_eq!(regained.map(TransitionKind::alerts_as), Some("opened"));
}

#[test]
fn a_bucket_never_seen_counts_as_shut() {
    let open = standing(vec![read(anyone(), "b/*")]);
    assert_eq!(diff(None, &open), Some(TransitionKind::Reach(ReachChange::Opened)));
    assert_eq!(diff(None, &undetermined()), Some(TransitionKind::LostSight));
}

#[test]
fn an_exposure_that_could_not_be_looked_for_has_not_gone() {
    let both = standing(vec![read(anyone(), "b/*"), entry(anyone(), &[Access::List], &["b"])]);
    let partial = Standing { complete: false, ..standing(vec![read(anyone(), "b/*")]) };
    let before = Sight::after(None, &both);
    assert_eq!(diff(Some(&before), &partial), None);
    let after = Sight::after(Some(&before), &partial);
    assert_eq!(after.determined.as_ref().map(|known| known.entries.len()), Some(2));
    let whole = standing(vec![read(anyone(), "b/*")]);
    assert_eq!(diff(Some(&after), &whole), Some(TransitionKind::Reach(ReachChange::Narrowed)));
}

#[test]
fn what_could_not_be_seen_stays_once_whether_or_not_it_is_accepted() {
    let mut both = standing(vec![read(anyone(), "b/*"), entry(anyone(), &[Access::List], &["b"])]);
    both.entries.iter_mut().for_each(|entry| entry.accepted_by = Some("x".to_owned()));
    let partial = Standing { complete: false, ..standing(vec![read(anyone(), "b/*")]) };
    let before = Sight::after(None, &both);
    assert_eq!(diff(Some(&before), &partial), None);
    let after = Sight::after(Some(&before), &partial);
    assert_eq!(after.determined.map(|known| known.entries.len()), Some(2));
}

#[test]
fn a_verdict_of_not_public_is_certain_of_strangers_only() {
    let both = standing(vec![read(anyone(), "b/*"), read(account("1"), "b/*"), read(account("2"), "b/x")]);
    let before = Sight::after(None, &both);
    let partial = Standing { complete: false, ..standing(vec![read(account("1"), "b/*")]) };
    assert_eq!(diff(Some(&before), &partial), Some(TransitionKind::Reach(ReachChange::Closed)));
    let after = Sight::after(Some(&before), &partial);
    assert_eq!(after.determined.map(|known| known.entries.len()), Some(2));
}

#[test]
fn every_kind_survives_its_words() {
    let inner = ReachChange::ALL.into_iter();
    let kinds = inner
        .clone()
        .map(TransitionKind::Reach)
        .chain(inner.clone().map(|change| TransitionKind::RegainedSight(Some(change))))
        .chain(inner.map(TransitionKind::Lapsed))
        .chain([TransitionKind::LostSight, TransitionKind::RegainedSight(None), TransitionKind::Deleted])
        .chain([TransitionKind::Accepted, TransitionKind::Revoked]);
    for kind in kinds {
        let inner = kind.inner().map(ReachChange::as_str);
        assert_eq!(TransitionKind::parse(kind.as_str(), inner), Some(kind));
    }
    assert_eq!(TransitionKind::parse("no such word", None), None);
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let audience = prop_oneof![
        Just(anyone()),
        Just(signed()),
        Just(Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] }),
        Just(account("1")),
        Just(account("2")),
    ];
    let access = proptest::sample::subsequence(vec![Access::Write, Access::Read, Access::List], 1..=3);
    let resource = proptest::sample::select(vec!["b/*", "b/p/*", "b/q", "b?q", "*"]);
    (audience, access, resource)
        .prop_map(|(audience, access, resource)| entry(audience, &access, &[resource]))
}

fn any_standing() -> impl Strategy<Value = Standing> {
    proptest::collection::vec(any_entry(), 0..4).prop_map(standing)
}

fn mirrored(change: ReachChange) -> ReachChange {
    match change {
        ReachChange::Opened => ReachChange::Closed,
        ReachChange::Closed => ReachChange::Opened,
        ReachChange::Widened => ReachChange::Narrowed,
        ReachChange::Narrowed => ReachChange::Widened,
        ReachChange::Changed => ReachChange::Changed,
    }
}

proptest! {
    #[test]
    fn nothing_differs_from_itself(a in any_standing()) {
        prop_assert_eq!(compare(&a, &a), None);
        prop_assert_eq!(diff(Some(&Sight::after(None, &a)), &a), None);
    }

    #[test]
    fn going_back_mirrors_going_there(a in any_standing(), b in any_standing()) {
        prop_assert_eq!(compare(&a, &b), compare(&b, &a).map(mirrored));
    }

    #[test]
    fn adding_never_narrows_and_never_closes(a in any_standing(), more in any_entry()) {
        let mut entries = a.entries.clone();
        entries.push(more);
        let change = compare(&a, &standing(entries));
        prop_assert!(matches!(change, None | Some(ReachChange::Opened | ReachChange::Widened)), "{:?}", change);
    }

    #[test]
    fn containment_is_transitive(a in any_standing(), b in any_standing(), c in any_standing()) {
        if covers(&a.entries, &b.entries) && covers(&b.entries, &c.entries) {
            prop_assert!(covers(&a.entries, &c.entries));
        }
    }
}
