use jiff::SignedDuration;

use super::*;
use crate::config::Config;

/// Gives when `chat` is told, by a configuration as the file has it.
fn timing(rest: &str) -> Timing {
    let file = format!("[[notify.command]]\nname = \"chat\"\nprogram = [\"x\"]\n{rest}");
    Config::parse(&file).unwrap().notify.timing_of("chat")
}

fn quiet(zone: &str, from: &str, to: &str, rest: &str) -> String {
    format!("[[notify.quiet.chat]]\nzone = \"{zone}\"\nfrom = \"{from}\"\nto = \"{to}\"\n{rest}\n")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Asserts when a notice of low severity is told that is written at `written`.
fn check(rule: &str, timing: &Timing, written: &str, told: &str) {
    let written = at(written);
    assert_eq!(timing.due(written, Severity::Low, written), at(told), "{rule}");
}

#[test]
fn quiet_hours_hold_until_they_end_and_hold_nothing_outside() {
    let nights = timing(&quiet("UTC", "22:00", "07:00", ""));
    check("before", &nights, "2026-11-23T21:59:59Z", "2026-11-23T21:59:59Z");
    check("at the beginning", &nights, "2026-11-23T22:00:00Z", "2026-11-24T07:00:00Z");
    check("past midnight", &nights, "2026-11-24T03:00:00Z", "2026-11-24T07:00:00Z");
    check("at the end", &nights, "2026-11-24T07:00:00Z", "2026-11-24T07:00:00Z");
    let days = timing(&quiet("UTC", "00:00", "24:00", "days = [\"sat\", \"sun\"]"));
    check("a weekend", &days, "2026-11-28T12:00:00Z", "2026-11-30T00:00:00Z");
    check("Friday", &days, "2026-11-27T23:59:59Z", "2026-11-27T23:59:59Z");
    let friday = timing(&quiet("UTC", "18:00", "08:00", "days = [\"fri\"]"));
    check("the day is that of the beginning", &friday, "2026-11-28T03:00:00Z", "2026-11-28T08:00:00Z");
    check("not that of the end", &friday, "2026-11-27T03:00:00Z", "2026-11-27T03:00:00Z");
    let whole = timing(&quiet("UTC", "09:00", "09:00", "days = [\"mon\"]"));
    check("the same time is a day later", &whole, "2026-11-24T08:00:00Z", "2026-11-24T09:00:00Z");
}

#[test]
fn windows_that_follow_each_other_are_one() {
    let nights =
        quiet("UTC", "22:00", "07:00", "") + &quiet("UTC", "00:00", "24:00", "days = [\"sat\", \"sun\"]");
    let both = timing(&nights);
    check("from Friday night to Monday morning", &both, "2026-11-27T23:00:00Z", "2026-11-30T07:00:00Z");
}

#[test]
fn what_breaks_through_is_not_held_and_what_breaks_through_one_window_may_be_held_by_another() {
    let night = at("2026-11-23T23:00:00Z");
    let usual = timing(&quiet("UTC", "22:00", "07:00", ""));
    for (severity, told) in [(Severity::Critical, true), (Severity::High, true), (Severity::Medium, false)] {
        assert_eq!(usual.due(night, severity, night) == night, told, "{severity:?}");
    }
    let nothing = timing(&quiet("UTC", "22:00", "07:00", "through = []"));
    assert_eq!(nothing.due(night, Severity::Critical, night), at("2026-11-24T07:00:00Z"));
    let two =
        quiet("UTC", "22:00", "07:00", "") + &quiet("UTC", "22:00", "06:00", "through = [\"critical\"]");
    assert_eq!(timing(&two).due(night, Severity::High, night), at("2026-11-24T06:00:00Z"));
}

#[test]
fn hours_are_those_of_the_clock_on_the_wall() {
    let berlin = timing(&quiet("Europe/Berlin", "22:00", "07:00", ""));
    check("winter", &berlin, "2026-01-15T22:00:00Z", "2026-01-16T06:00:00Z");
    check("summer", &berlin, "2026-07-15T22:00:00Z", "2026-07-16T05:00:00Z");
    check("into summer time", &berlin, "2026-03-28T22:00:00Z", "2026-03-29T05:00:00Z");
    check("out of it", &berlin, "2026-10-24T22:00:00Z", "2026-10-25T06:00:00Z");
}

#[test]
fn a_time_that_the_clock_leaps_over_is_the_instant_of_the_leap() {
    // 2026-03-29: 02:00 is 03:00 in Berlin, at 01:00 UTC.
    let until = timing(&quiet("Europe/Berlin", "22:00", "02:30", ""));
    check("the end", &until, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z");
    let from = timing(&quiet("Europe/Berlin", "02:30", "06:00", ""));
    check("before the beginning", &from, "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z");
    check("the beginning", &from, "2026-03-29T01:00:00Z", "2026-03-29T04:00:00Z");
    let inside = timing(&quiet("Europe/Berlin", "02:10", "02:50", ""));
    check("both", &inside, "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z");
    // Samoa had no 30 December 2011.
    let samoa = timing(&quiet("Pacific/Apia", "12:00", "13:00", "days = [\"fri\"]"));
    check("a day that is left out", &samoa, "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z");
}

#[test]
fn of_an_hour_that_comes_twice_quiet_hours_begin_with_the_first_and_end_with_the_last() {
    // 2026-10-25: 03:00 is 02:00 in Berlin, at 01:00 UTC; 02:30 is 00:30 and 01:30 UTC.
    let until = timing(&quiet("Europe/Berlin", "22:00", "02:30", ""));
    check("past the first 02:30", &until, "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z");
    let from = timing(&quiet("Europe/Berlin", "02:30", "06:00", ""));
    check("from the first 02:30", &from, "2026-10-25T00:30:00Z", "2026-10-25T05:00:00Z");
    check("before it", &from, "2026-10-25T00:29:59Z", "2026-10-25T00:29:59Z");
}

#[test]
fn no_instant_of_a_year_is_held_for_longer_than_the_hours_last_and_none_is_held_backwards() {
    for zone in
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia"]
    {
        let nights = timing(&quiet(zone, "21:30", "06:15", ""));
        let mut now = at("2026-01-01T00:00:00Z");
        while now < at("2027-01-01T00:00:00Z") {
            let told = nights.due(now, Severity::Low, now);
            let held = told.duration_since(now);
            assert!(
                !held.is_negative() && held <= SignedDuration::from_mins(9 * 60 + 45),
                "{zone} {now} {told}"
            );
            assert_eq!(nights.due(told, Severity::Low, told), told, "{zone} {now}");
            now += SignedDuration::from_mins(37);
        }
    }
}

#[test]
fn a_digest_collects_until_its_interval_ends() {
    let hourly = timing("[notify.digest.chat]\nevery = \"1h\"\n");
    check("in an interval", &hourly, "2026-11-23T10:00:01Z", "2026-11-23T11:00:00Z");
    check("at its beginning", &hourly, "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z");
    let now = at("2026-11-23T12:34:00Z");
    assert_eq!(hourly.due(at("2026-11-23T10:00:01Z"), Severity::Low, now), now, "it is over");
    assert_eq!(hourly.due(now, Severity::Critical, now), now, "told at once");
    assert!(hourly.due(now, Severity::High, now) > now);
}

#[test]
fn a_digest_comes_at_its_time_of_day_on_its_days() {
    let daily = timing("[notify.digest.chat]\nat = \"09:00\"\nzone = \"Europe/Berlin\"\n");
    check("before it", &daily, "2026-07-01T06:59:59Z", "2026-07-01T07:00:00Z");
    check("at it", &daily, "2026-07-01T07:00:00Z", "2026-07-02T07:00:00Z");
    check("into winter", &daily, "2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z");
    let leap = timing("[notify.digest.chat]\nat = \"02:30\"\nzone = \"Europe/Berlin\"\n");
    check("in a leap", &leap, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
    check("the first of two", &leap, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
    check("once a day", &leap, "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    let weekly = timing("[notify.digest.chat]\nat = \"09:00\"\nzone = \"UTC\"\ndays = [\"mon\"]\n");
    check("weekly", &weekly, "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z");
}

#[test]
fn a_digest_that_falls_into_quiet_hours_waits_for_their_end() {
    let both =
        timing(&("[notify.digest.chat]\nevery = \"1h\"\n".to_owned() + &quiet("UTC", "22:00", "07:00", "")));
    check("at night", &both, "2026-11-23T21:30:00Z", "2026-11-24T07:00:00Z");
    check("by day", &both, "2026-11-23T20:30:00Z", "2026-11-23T21:00:00Z");
}

#[test]
fn what_can_never_be_told_or_says_two_things_is_refused() {
    let refused = |rest: &str| {
        let file = format!(
            "[[notify.command]]\nname = \"chat\"\nprogram = [\"x\"]\n[[notify.syslog]]\nname = \"log\"\ntarget = \"local\"\n{rest}"
        );
        Config::parse(&file).unwrap_err().to_string()
    };
    let (first, second) = (quiet("UTC", "00:00", "12:00", ""), quiet("UTC", "12:00", "24:00", ""));
    for (rest, said) in [
        (quiet("UTC", "09:00", "09:00", ""), "line 7, column 16: these quiet hours never end"),
        (first + &second, "never end"),
        (quiet("Europe/Berln", "09:00", "10:00", ""), "line 8, column 8: `Europe/Berln` is no time zone"),
        (quiet("UTC", "9", "10:00", ""), "line 9, column 8: `9` is no time of day"),
        (
            "[notify.digest.chat]\nevery = \"1h\"\nat = \"09:00\"\n".to_owned(),
            "either `every`, or `at` and `zone`",
        ),
        ("[notify.digest.chat]\nat = \"09:00\"\n".to_owned(), "either `every`, or `at` and `zone`"),
        ("[notify.digest.chat]\nevery = \"1h\"\ndays = [\"mon\"]\n".to_owned(), "`days` goes with `at`"),
        ("[notify.digest.chat]\nevery = \"1s\"\n".to_owned(), "between a minute and 31 days"),
        ("[notify.digest.log]\nevery = \"1h\"\n".to_owned(), "line 7, column 16: no digest goes here"),
        ("[notify.digest.cha]\nevery = \"1h\"\n".to_owned(), "did you mean `chat`?"),
        ("[notify]\ngroup_over = 0\n".to_owned(), "`group_over` must be at least 1"),
    ] {
        assert!(refused(&rest).contains(said), "{rest}: {}", refused(&rest));
    }
}
