//! Routes from the executable: who is told, and what nobody is told.

use std::path::Path;

use bucketwatch_sandbox::{Account, Fleet};

use crate::program::{Credentials, bucketwatch, scan, told};
use crate::sandbox::Served;

const BUCKETS: usize = 12;

fn run(home: &Path, account: &Served) -> String {
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let mut command = scan(home, &account.handle().endpoint_url(), &credentials);
    told(&command.output().expect("the executable starts"))
}

fn configure(home: &Path, routes: &str) {
    let file = format!(
        "[[notify.log]]\nname = \"one\"\npath = \"one.log\"\n[[notify.log]]\nname = \"other\"\npath = \"other.log\"\n{routes}"
    );
    std::fs::write(home.join("bucketwatch.toml"), file).expect("a configuration");
}

fn lines(home: &Path, file: &str) -> usize {
    std::fs::read_to_string(home.join(file)).map_or(0, |text| text.lines().count())
}

#[test]
fn each_hears_of_what_its_routes_take_and_what_nobody_hears_of_is_shown() {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    let home = tempfile::tempdir().expect("a home");
    configure(
        home.path(),
        "[[notify.route]]\nto = [\"one\"]\nkind = [\"opened\"]\n[[notify.route]]\nto = [\"other\"]\nbucket = [\"no-such-*\"]\n",
    );
    run(home.path(), &account);
    assert_eq!((lines(home.path(), "one.log"), lines(home.path(), "other.log")), (0, 1), "the baseline");
    let opened = account.open_one(&Fleet::generate(BUCKETS, 5));
    let said = run(home.path(), &account);
    assert_eq!((lines(home.path(), "one.log"), lines(home.path(), "other.log")), (1, 1), "{said}");
    assert!(!said.contains("no route takes"), "{said}");

    configure(home.path(), "[[notify.route]]\nto = [\"one\", \"other\"]\nbucket = [\"no-such-*\"]\n");
    let line =
        format!("no route takes 1 of 1 transitions, so nobody is told of them; the latest: {opened} opened");
    for command in [&["status"][..], &["notify", "list"]] {
        let said = told(&bucketwatch(home.path()).args(command).output().expect("it runs"));
        assert!(said.contains(&line), "{command:?}: {said}");
    }
}

#[test]
fn a_route_to_nobody_is_refused_with_its_place() {
    let home = tempfile::tempdir().expect("a home");
    configure(home.path(), "[[notify.route]]\nto = [\"onee\"]\n");
    let output = bucketwatch(home.path()).args(["notify", "test"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = told(&output);
    assert!(said.contains("line 8, column 7: no notifier is called `onee`; did you mean `one`?"), "{said}");
}

#[test]
fn the_test_of_a_list_of_findings_is_a_finding_that_is_made_and_shut() {
    let home = tempfile::tempdir().expect("a home");
    let file = "[[notify.log]]\nname = \"list\"\npath = \"list.log\"\nformat = \"ocsf\"\n";
    std::fs::write(home.path().join("bucketwatch.toml"), file).expect("a configuration");
    let said = told(&bucketwatch(home.path()).args(["notify", "test"]).output().expect("it runs"));
    assert!(said.contains("list: delivered: a finding that is made and shut"), "{said}");
    let text = std::fs::read_to_string(home.path().join("list.log")).expect("the file");
    let activities: Vec<_> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["activity_id"].clone())
        .collect();
    assert_eq!(activities, [1, 3]);
}

#[test]
fn a_list_of_findings_has_what_the_first_scan_finds() {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    let home = tempfile::tempdir().expect("a home");
    let file = "[[notify.log]]\nname = \"list\"\npath = \"list.log\"\nformat = \"ocsf\"\n";
    std::fs::write(home.path().join("bucketwatch.toml"), file).expect("a configuration");
    run(home.path(), &account);
    let first = lines(home.path(), "list.log");
    let fleet = Fleet::generate(BUCKETS, 5);
    let public = (0..BUCKETS).filter(|index| fleet.make(*index).is_public()).count();
    assert!(public > 0 && first >= public, "{first} findings of {public} public buckets");
    run(home.path(), &account);
    assert_eq!(lines(home.path(), "list.log"), first, "once only");
}

#[test]
fn what_is_held_for_a_digest_waits_in_the_state_and_is_shown() {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    let home = tempfile::tempdir().expect("a home");
    configure(home.path(), "[notify.digest.one]\nevery = \"744h\"\nat_once = []\n");
    let said = run(home.path(), &account);
    assert_eq!((lines(home.path(), "one.log"), lines(home.path(), "other.log")), (0, 1), "{said}");
    let said = told(&bucketwatch(home.path()).args(["notify", "list"]).output().expect("it runs"));
    assert!(said.contains("one: 1 waiting") && !said.contains("other: "), "{said}");
}

#[test]
fn a_notifier_that_the_file_no_longer_has_is_said_to_be_gone() {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    let home = tempfile::tempdir().expect("a home");
    configure(home.path(), "[notify.digest.one]\nevery = \"744h\"\nat_once = []\n");
    run(home.path(), &account);
    std::fs::write(home.path().join("bucketwatch.toml"), "[notify]\n").expect("a configuration");
    for command in [&["status"][..], &["notify", "list"]] {
        let said = told(&bucketwatch(home.path()).args(command).output().expect("it runs"));
        assert!(said.contains("the configuration file has no notifier of this name"), "{command:?}: {said}");
    }
}
