//! Acceptance against trying every request of a small world.

use bucketwatch_policy::action::Access::{self, List, Read, Write};
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;
use proptest::prelude::*;

use super::{accepted, entry, exception, named, texts};
use crate::exception::{Accepted, Exception};
use crate::glob;
use crate::standing::Entry;

/// Callers of a world that is small enough to try them all: unsigned and signed ones from three places, and a service.
const CALLERS: [&str; 10] = [
    "unsigned 10.1.0.1",
    "unsigned 10.200.0.1",
    "unsigned 192.0.2.1",
    "1 10.1.0.1",
    "1 10.200.0.1",
    "1 192.0.2.1",
    "2 10.1.0.1",
    "2 10.200.0.1",
    "2 192.0.2.1",
    "service",
];

/// Tells whether `audience` lets `caller` in, written without regard to how containment is decided.
fn lets_in(audience: &Audience, caller: &str) -> bool {
    let (who, place) = caller.split_once(' ').unwrap_or((caller, ""));
    let ranged = |ranges: &[String]| {
        ranges.iter().any(|range| match range.as_str() {
            "10.0.0.0/9" => place == "10.1.0.1",
            "10.128.0.0/9" => place == "10.200.0.1",
            "10.0.0.0/8" => place.starts_with("10."),
            other => panic!("{other}"),
        })
    };
    match audience {
        Audience::Anyone { ranges } => ranges.is_empty() || ranged(ranges),
        Audience::AnyAwsAccount { ranges } => who != "unsigned" && (ranges.is_empty() || ranged(ranges)),
        Audience::Network { ranges, .. } => who != "service" && who != "unsigned" && ranged(ranges),
        Audience::Account { ids, .. } => ids.iter().any(|id| id.as_str().starts_with(who)),
        Audience::Organization { .. } => false,
        Audience::Service { .. } => who == "service",
    }
}

fn any_audience() -> impl Strategy<Value = Audience> {
    let ranges = || proptest::sample::subsequence(vec!["10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/8"], 0..3);
    let owned = |ranges: Vec<&str>| ranges.into_iter().map(str::to_owned).collect::<Vec<String>>();
    prop_oneof![
        ranges().prop_map(move |ranges| Audience::Anyone { ranges: owned(ranges) }),
        ranges().prop_map(move |ranges| Audience::AnyAwsAccount { ranges: owned(ranges) }),
        ranges().prop_map(move |ranges| Audience::Network {
            ranges: owned(ranges),
            vpcs: Vec::new(),
            endpoints: Vec::new()
        }),
        proptest::sample::subsequence(vec!["1", "2"], 0..=2).prop_map(|digits| named(&digits)),
        Just(Audience::Service { names: texts(&["s3.amazonaws.com"]), unscoped: false }),
    ]
}

const OBJECTS: [&str; 6] = ["b", "b/", "b/a", "b/aa", "b/ab", "b/b"];

fn reaches(patterns: &[Untrusted], except: &[Untrusted], object: &str) -> bool {
    let matched = |pattern: &Untrusted| glob::contains(pattern.as_raw(), object);
    patterns.iter().any(matched) && !except.iter().any(matched)
}

fn any_accepted() -> impl Strategy<Value = Accepted> {
    let patterns = || proptest::sample::subsequence(vec!["b", "b/*", "b/a*", "b/?", "b/ab", "*"], 0..3);
    let access = proptest::sample::subsequence(vec![Write, Read, List], 0..=3);
    (any_audience(), access, patterns(), patterns()).prop_map(|(audience, access, resources, except)| {
        let except = if except.len() > 1 { Vec::new() } else { texts(&except) };
        Accepted { resources_except: except, ..accepted(audience, &access, &resources) }
    })
}

/// Gives every (caller, access, object) that `accepted` lets in.
fn reach(accepted: &Accepted) -> Vec<(&'static str, Access, &'static str)> {
    let mut reach = Vec::new();
    for caller in CALLERS.iter().filter(|caller| lets_in(&accepted.audience, caller)) {
        for access in &accepted.access {
            let (resources, except) = (&accepted.resources, &accepted.resources_except);
            let objects = OBJECTS.iter().filter(|object| reaches(resources, except, object));
            reach.extend(objects.map(|object| (*caller, *access, *object)));
        }
    }
    reach
}

proptest! {
    #[test]
    fn acceptance_never_hides_what_is_not_contained_in_it(
        accepted in proptest::collection::vec(any_accepted(), 0..4),
        open in any_accepted(),
    ) {
        let found = Entry { resources_except: open.resources_except.clone(), ..entry(open.audience.clone(), &open.access, &[]) };
        let found = Entry { resources: open.resources.clone(), ..found };
        let allowed: Vec<_> = accepted.iter().flat_map(reach).collect();
        let hidden = reach(&open).into_iter().find(|request| !allowed.contains(request));
        let exception = Exception { accepted, ..exception() };
        prop_assert!(!(exception.covers(&found) && hidden.is_some()), "{hidden:?} is not accepted");
    }

    #[test]
    fn what_is_open_is_covered_by_an_exception_made_of_it(open in any_accepted()) {
        let found = Entry { resources_except: open.resources_except.clone(), ..entry(open.audience.clone(), &open.access, &[]) };
        let found = Entry { resources: open.resources.clone(), ..found };
        let whole = !found.access.is_empty() && !found.resources.is_empty() && says_whom(&found.audience);
        let exception = Exception { accepted: vec![Accepted::of(&found)], ..exception() };
        prop_assert_eq!(exception.covers(&found), whole);
    }
}

fn says_whom(audience: &Audience) -> bool {
    match audience {
        Audience::Network { ranges, .. } => !ranges.is_empty(),
        Audience::Account { ids, .. } => !ids.is_empty(),
        _ => true,
    }
}
