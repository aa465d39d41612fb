//! Exceptions through the executable: accepted, outgrown, over, taken back, listed; beside a scan; with hostile texts.

use std::process::{Command, Output};

use bucketwatch_sandbox::{Account, demo};
use serde_json::{Value, json};

use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::{Served, public_policy};

/// A name that attacks every sink.
const HOSTILE: &str = "=cmd|'\u{1b}[31m\r\n\u{202e}\"],<b>${jndi}\\";

/// An account with the bucket `web`, which strangers may do `actions` in.
struct World {
    account: Served,
    home: tempfile::TempDir,
}

impl World {
    fn start() -> Self {
        let mut account = Account::new(demo::account_id(), Default::default());
        account.insert(account.new_bucket("web", "us-east-1"));
        account.insert(account.new_bucket("private", "us-east-1"));
        let world = Self { account: Served::start(account), home: tempfile::tempdir().expect("a home") };
        world.scan(0);
        world
    }

    fn open(&self, actions: &[&str]) {
        self.account.open("web", actions);
    }

    fn configure(&self, entries: &str) {
        let text = format!("[[notify.log]]\npath = \"notices.log\"\n{entries}");
        std::fs::write(self.home.path().join("bucketwatch.toml"), text).expect("a configuration");
    }

    /// Scans, which must end with `code`.
    fn scan(&self, code: i32) -> Value {
        let credentials =
            Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
        let mut command = scan(self.home.path(), &self.account.handle().endpoint_url(), &credentials);
        let (document, ended) = document(command.args(["--log-file", "notices.log"]));
        assert_eq!(ended, code, "{document}");
        document
    }

    fn run(&self, arguments: &[&str]) -> Output {
        bucketwatch(self.home.path()).args(arguments).output().expect("it runs")
    }

    fn accept(&self, more: &[&str]) -> Output {
        let usual = ["accept", "web", "--reason", "the website", "--until"];
        let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
        let output = self.run(&[&usual[..], &[until.as_str()], more].concat());
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
        output
    }

    /// Gives the exceptions, in their order.
    fn list(&self) -> Vec<Value> {
        let (list, code) = document(&mut self.command(&["accept", "--list", "--format", "json"]));
        assert_eq!(code, 0);
        list.as_array().expect("an array").clone()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = bucketwatch(self.home.path());
        command.args(arguments);
        command
    }

    /// Gives the notices in the log file after the baseline.
    fn notices(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home.path().join("notices.log")).unwrap_or_default();
        let read = |line: &str| serde_json::from_str::<Value>(line).expect("a notice a line");
        text.lines().map(read).filter(|notice| notice["kind"] == "transitions").collect()
    }
}

fn marks(scan: &Value, bucket: &str) -> Vec<Value> {
    let all = scan["assessments"].as_array().expect("assessments");
    let found = all.iter().find(|assessment| assessment["bucket"] == bucket).expect("the bucket");
    found["exposures"].as_array().unwrap().iter().map(|exposure| exposure["accepted_by"].clone()).collect()
}

fn entry(access: &str, until: &str) -> String {
    format!(
        "[[accept]]\nid = \"website\"\nbucket = \"w*\"\naccount = \"{}\"\naudience = \"anyone\"\naccess = [{access}]\nresources = [\"arn:aws:s3:::web/*\"]\nowner = \"web team\"\nreason = \"the website\"\nuntil = {until}\n",
        demo::account_id()
    )
}

fn tomorrow() -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).strftime("%Y-%m-%d").to_string()
}

#[test]
fn what_is_accepted_makes_no_code_and_no_alert_until_write_outgrows_it() {
    let world = World::start();
    world.open(&["s3:GetObject"]);
    world.scan(10);
    assert_eq!(world.notices().len(), 1, "it opened and nobody had accepted it");
    let said = told(&world.accept(&["--owner", "web team"]));
    assert!(said.contains("anyone: read on arn:aws:s3:::web/*"), "{said}");
    let id = world.list()[0]["id"].clone();
    let seen = world.scan(0);
    assert_eq!(marks(&seen, "web"), std::slice::from_ref(&id));
    assert_eq!(seen["transitions"], json!([]));
    assert_eq!(world.run(&["status"]).status.code(), Some(0));
    assert!(told(&world.run(&["status"])).contains("1 of the public accepted"));
    assert_eq!(world.notices().len(), 1);

    world.open(&["s3:GetObject", "s3:PutObject"]);
    let seen = world.scan(10);
    assert_eq!(marks(&seen, "web"), [Value::Null], "the finding is more than what was accepted");
    let [_, alert] = &world.notices()[..] else { panic!("{:?}", world.notices()) };
    let transition = &alert["transitions"][0];
    assert_eq!(transition["kind"], "widened");
    let exception = &transition["exceptions"][0];
    assert_eq!((&exception["id"], &exception["what"]), (&id, &json!("outgrown")));
    assert_eq!((&exception["owner"], &exception["detail"]), (&json!("web team"), &json!("access write")));
    world.scan(10);
    assert_eq!(world.notices().len(), 2, "once");

    world.open(&["s3:GetObject"]);
    assert_eq!(marks(&world.scan(0), "web"), [id]);
    let history = told(&world.run(&["history", "web"]));
    assert!(history.contains(&format!("exception {}", world.list()[0]["id"].as_str().unwrap())), "{history}");
}

#[test]
fn an_exception_of_the_file_that_is_over_alerts_once_and_a_reviewed_file_does_the_same() {
    let world = World::start();
    world.configure(&entry("\"read\"", &tomorrow()));
    world.open(&["s3:GetObject"]);
    let seen = world.scan(0);
    assert_eq!((marks(&seen, "web"), world.notices().len()), (vec![json!("website")], 0));
    let opened = &seen["transitions"][0];
    assert_eq!((&opened["kind"], &opened["exceptions"][0]["what"]), (&json!("opened"), &json!("accepted")));
    world.configure(&entry("\"read\"", "2020-01-01"));
    let seen = world.scan(10);
    assert_eq!(marks(&seen, "web"), [Value::Null]);
    assert_eq!(seen["transitions"][0]["kind"], "lapsed");
    let [alert] = &world.notices()[..] else { panic!("{:?}", world.notices()) };
    let exception = &alert["transitions"][0]["exceptions"][0];
    assert_eq!((&exception["id"], &exception["what"]), (&json!("website"), &json!("expired")));
    world.scan(10);
    assert_eq!(world.notices().len(), 1, "once, not at each scan");

    std::fs::write(world.home.path().join("reviewed.toml"), entry("\"read\"", &tomorrow())).expect("a file");
    let text = std::fs::read_to_string(world.home.path().join("bucketwatch.toml")).expect("it is there");
    let (notify, _) = text.split_once("[[accept]]").expect("the entry");
    std::fs::write(
        world.home.path().join("bucketwatch.toml"),
        format!("accept_file = \"reviewed.toml\"\n{notify}"),
    )
    .expect("a configuration");
    assert_eq!(marks(&world.scan(0), "web"), [json!("website")]);
    std::fs::write(world.home.path().join("reviewed.toml"), "[[accept]]\nbucket = \"web\"\n")
        .expect("a file");
    let refused = world.run(&["status"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = told(&refused);
    assert!(said.contains("reviewed.toml") && said.contains("line 1, column 1: missing field"), "{said}");
}

#[test]
fn what_is_taken_back_is_open_again_at_once_and_alerts_at_the_next_scan() {
    let world = World::start();
    world.open(&["s3:GetObject"]);
    world.scan(10);
    world.accept(&[]);
    world.scan(0);
    let id = world.list()[0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(world.run(&["accept", "--revoke", &id]).status.code(), Some(0));
    assert_eq!(world.run(&["status"]).status.code(), Some(10));
    assert_eq!(world.list()[0]["state"], "revoked");
    let before = world.notices().len();
    world.scan(10);
    assert_eq!(world.notices().len(), before + 1);
    let again = world.run(&["accept", "--revoke", &id]);
    assert_eq!(again.status.code(), Some(1));
    assert!(told(&again).contains("taken back already"), "{}", told(&again));
}

#[test]
fn the_command_line_asks_for_what_an_exception_must_say() {
    let world = World::start();
    world.open(&["s3:GetObject"]);
    world.scan(10);
    let far = "2099-01-01";
    for (arguments, code, said) in [
        (&["accept"][..], 2, "--list"),
        (&["accept", "web"], 2, "--reason"),
        (&["accept", "web", "--reason", "x"], 2, "--until"),
        (&["accept", "web", "--until", "2027-01-01"], 2, "--reason"),
        (&["accept", "web", "--reason", " ", "--until", "2027-01-01"], 2, "must not be empty"),
        (&["accept", "web", "--reason", "x", "--until", "soon"], 2, "is no day"),
        (&["accept", "web", "--reason", "x", "--until", far], 2, "may last 400 days"),
        (&["accept", "web", "--reason", "x", "--until", "2020-01-01"], 2, "over already"),
        (&["accept", "web", "--list"], 2, "cannot be used with"),
        (&["accept", "other", "--reason", "x", "--until", "2027-01-01"], 1, "nothing is known of bucket"),
        (&["accept", "private", "--reason", "x", "--until", "2027-01-01"], 2, "nothing of it is open"),
        (
            &["accept", "web", "--reason", "x", "--until", "2027-01-01", "--access", "write"],
            2,
            "say `--ahead`",
        ),
        (&["accept", "--revoke", "x-0"], 1, "no exception of the state is called `x-0`"),
    ] {
        let output = world.run(arguments);
        let text = told(&output);
        assert_eq!((output.status.code(), text.contains(said)), (Some(code), true), "{arguments:?}: {text}");
    }
    assert_eq!(world.list(), [""; 0].map(Value::from));
    world.accept(&["--ahead", "--audience", "anyone", "--access", "write,read"]);
    world.open(&["s3:GetObject", "s3:PutObject"]);
    world.scan(0);
}

#[test]
fn the_list_shows_the_next_to_expire_first_then_what_lapsed() {
    let world = World::start();
    assert!(told(&world.run(&["accept", "--list"])).contains("Nothing is accepted."));
    world.open(&["s3:GetObject"]);
    world.scan(10);
    let until = |days: i64| {
        (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days))
            .strftime("%Y-%m-%d")
            .to_string()
    };
    for days in [100, 10, 200] {
        let until = until(days);
        let output = world.run(&["accept", "web", "--reason", "x", "--until", &until]);
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }
    let revoked = world.list()[2]["id"].as_str().unwrap().to_owned();
    world.run(&["accept", "--revoke", &revoked]);
    world.configure(&entry("\"read\"", "2020-01-01"));
    let list = world.list();
    let states: Vec<_> = list.iter().map(|exception| exception["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["expiring", "holds", "revoked", "expired"]);
    assert_eq!(list[2]["revoked"]["by"], list[2]["made"]["by"]);
    assert_eq!((&list[3]["id"], &list[3]["source"]), (&json!("website"), &json!("configuration")));
    let text = told(&world.run(&["accept", "--list"]));
    assert!(text.contains("EXPIRES in 10 days") || text.contains("EXPIRES in 9 days"), "{text}");
    let refused = world.run(&["accept", "--revoke", "website"]);
    assert!(told(&refused).contains("take it out there"), "{}", told(&refused));
}

#[test]
fn hostile_reasons_and_owners_do_nothing_to_any_sink() {
    let world = World::start();
    world.open(&["s3:GetObject"]);
    world.scan(10);
    let output =
        world.run(&["accept", "web", "--until", &tomorrow(), "--reason", HOSTILE, "--owner", HOSTILE]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    world.open(&["s3:GetObject", "s3:PutObject"]);
    world.scan(10);
    assert_eq!(world.list()[0]["owner"], HOSTILE, "machines get the text itself");
    for arguments in [
        &["accept", "--list"][..],
        &["accept", "--list", "--format", "csv"],
        &["status"],
        &["status", "--format", "csv"],
        &["history"],
    ] {
        let text = told(&world.run(arguments)).replace("\r\n", "\n");
        assert!(
            text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
            "{arguments:?}: {text:?}"
        );
        assert!(text.lines().all(|line| !line.starts_with('=')), "{arguments:?}: {text}");
    }
    assert!(told(&output).chars().all(|c| c == '\n' || !c.is_control()), "{:?}", told(&output));
    let log = std::fs::read_to_string(world.home.path().join("notices.log")).expect("the log");
    assert!(log.chars().all(|c| c == '\n' || !c.is_control()), "{log:?}");
}

#[test]
fn a_document_is_marked_by_the_configuration_and_explained() {
    let world = World::start();
    world.configure(&entry("\"read\"", &tomorrow()));
    std::fs::write(world.home.path().join("policy.json"), public_policy("web", &["s3:GetObject"]))
        .expect("a file");
    let check = |more: &[&str]| {
        let account = demo::account_id();
        let usual = ["check", "policy.json", "--account", account.as_str()];
        world.run(&[&usual[..], more].concat())
    };
    let checked = check(&[]);
    assert_eq!(checked.status.code(), Some(0), "{}", told(&checked));
    let explained = told(&check(&["--explain"]));
    assert!(explained.contains("accepted: by the exception website"), "{explained}");
    let unknown = world.run(&["check", "policy.json"]);
    assert_eq!(unknown.status.code(), Some(10), "an account that nobody names is not the account");
}
