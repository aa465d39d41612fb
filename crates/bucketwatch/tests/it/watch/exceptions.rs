//! What is accepted ends, is taken back and is written anew while the daemon runs.

use bucketwatch_sandbox::{Account, demo};
use serde_json::{Value, json};

use super::daemon::Daemon;
use super::{READ, history, patiently};
use crate::program::{Credentials, document, scan};
use crate::sandbox::Served;

/// A queue at which nobody answers.
const NOBODY: &str = "http://127.0.0.1:9/111122223333/events";

/// An account with the bucket `web`, which strangers may read, and a state that knows and accepts that.
struct World {
    account: Served,
    home: tempfile::TempDir,
}

impl World {
    fn accepting_until(until: &str) -> Self {
        let mut account = Account::new(demo::account_id(), Default::default());
        account.insert(account.new_bucket("web", "us-east-1"));
        let world = Self { account: Served::start(account), home: tempfile::tempdir().expect("a home") };
        world.configure("");
        world.write(&entry(until));
        world.scan();
        world.account.open("web", &READ);
        world.scan();
        assert_eq!(world.alerts(), [Value::Null; 0]);
        world
    }

    fn configure(&self, more: &str) {
        let text = format!(
            "accept_file = \"reviewed.toml\"\n[[notify.log]]\nname = \"file\"\npath = \"log\"\n{more}"
        );
        std::fs::write(self.home.path().join("bucketwatch.toml"), text).expect("a configuration");
    }

    fn write(&self, entries: &str) {
        std::fs::write(self.home.path().join("reviewed.toml"), entries).expect("a reviewed file");
    }

    fn scan(&self) {
        let credentials =
            Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
        document(&mut scan(self.home.path(), &self.account.handle().endpoint_url(), &credentials));
    }

    fn watch(&self) -> Daemon {
        Daemon::start(self.home.path(), &self.account, &["--no-scan", "--queue", NOBODY])
    }

    /// Gives the transitions that were told.
    fn alerts(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default();
        let read = |line: &str| serde_json::from_str::<Value>(line).expect("a notice a line");
        let notices = text.lines().map(read).filter(|notice| notice["kind"] == "transitions");
        notices.flat_map(|notice| notice["transitions"].as_array().expect("a list").clone()).collect()
    }

    /// Waits for the next alert, which must be the only one.
    fn alert(&self) -> Value {
        patiently("the alert", || (!self.alerts().is_empty()).then_some(()));
        let [alert] = &self.alerts()[..] else { panic!("{:?}", self.alerts()) };
        alert.clone()
    }
}

fn entry(until: &str) -> String {
    let account = demo::account_id();
    format!(
        "[[accept]]\nid = \"website\"\nbucket = \"w*\"\naccount = \"{account}\"\naudience = \"anyone\"\naccess = [\"read\"]\n\
         resources = [\"arn:aws:s3:::web/*\"]\nowner = \"web team\"\nreason = \"the website\"\nuntil = {until}\n"
    )
}

fn in_seconds(seconds: i64) -> String {
    (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(seconds)).to_string()
}

fn hang_up(daemon: &Daemon) {
    let pid = daemon.id().to_string();
    assert!(std::process::Command::new("kill").args(["-HUP", &pid]).status().expect("kill runs").success());
}

#[test]
fn the_end_of_what_was_accepted_alerts_while_nothing_else_happens() {
    let world = World::accepting_until(&in_seconds(3600));
    world.write(&entry(&in_seconds(20)));
    let watch = world.watch();
    let alert = world.alert();
    assert_eq!((&alert["kind"], &alert["inner"]), (&json!("lapsed"), &json!("opened")), "{alert}");
    assert_eq!(alert["cause"]["kind"], "review", "{alert}");
    assert_eq!(alert["exceptions"][0]["what"], "expired", "{alert}");
    std::thread::sleep(std::time::Duration::from_secs(1));
    assert_eq!(watch.end(), Some(0));
    assert_eq!(world.alerts().len(), 1, "once");
}

#[test]
fn a_file_that_changes_counts_after_a_hangup_and_a_broken_one_leaves_what_counted() {
    let world = World::accepting_until(&in_seconds(3600));
    let watch = world.watch();
    watch.address();
    world.write("[[accept]]\nbucket = \"web\"\n");
    hang_up(&watch);
    let kept = "what was accepted before goes on to be: the exceptions in";
    patiently("word of it", || watch.said().contains(kept).then_some(()));
    hang_up(&watch);
    std::fs::remove_file(world.home.path().join("bucketwatch.toml")).expect("it is there");
    hang_up(&watch);
    patiently("word of that too", || (watch.said().matches("goes on to be").count() == 2).then_some(()));

    world.configure("");
    world.write("");
    hang_up(&watch);
    patiently("word of it", || watch.said().contains("changed: 0 are written there").then_some(()));
    let alert = world.alert();
    assert_eq!((&alert["kind"], &alert["exceptions"][0]["what"]), (&json!("lapsed"), &json!("withdrawn")));

    world.write(&entry(&in_seconds(3600)));
    hang_up(&watch);
    let kinds = || history(world.home.path()).iter().map(|row| row["kind"].clone()).collect::<Vec<_>>();
    patiently("it to be accepted again", || (kinds()[0] == "accepted").then_some(()));
    assert_eq!(kinds(), ["accepted", "lapsed", "opened"]);
    assert_eq!(watch.end(), Some(0));
    assert_eq!(world.alerts().len(), 1, "what is accepted again alerts nobody");
}
