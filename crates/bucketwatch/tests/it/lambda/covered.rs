//! No event that counts is without a row.

use bucketwatch_ingest::cloudtrail::EVENTS;

use super::{change, tables, tier_one, watcher, wide};

#[test]
fn every_event_that_counts_is_handed_to_the_function_in_two_shapes() {
    let rows = tier_one::events().chain(wide::events()).chain(change::events());
    let rows: Vec<(&str, &str)> = rows.chain(tables::events()).chain(watcher::events()).collect();
    let undated = |name: &'static str| name.split(|c: char| c.is_ascii_digit()).next();
    let has_row = |source: &str, name: &str| {
        rows.iter().any(|(of, called)| *of == source && undated(called) == Some(name))
    };
    let without: Vec<_> = EVENTS.iter().filter(|(source, name, _)| !has_row(source, name)).collect();
    assert!(without.is_empty(), "no row has these: {without:?}");
}
