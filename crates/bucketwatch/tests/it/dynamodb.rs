//! The state in a table of DynamoDB, from the making of it to a scan that is killed.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::emulator::account::put_block;
use crate::emulator::calls::{self, ACCOUNT, call};
use crate::emulator::environment;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::program::{bucketwatch, document, told};

const STATE: &str = "dynamodb://bucketwatch?region=us-east-1";

/// The emulator with a few buckets, a front before it, and a table that holds the state.
struct World {
    home: tempfile::TempDir,
    front: Front,
    emulator: Ministack,
    environment: std::path::PathBuf,
}

impl World {
    fn new(test: &str) -> Option<Self> {
        let environment = environment(test)?;
        let emulator = Ministack::start(&environment);
        let front = Front::start(emulator.address());
        let world = Self { home: tempfile::tempdir().unwrap(), front, emulator, environment };
        for name in ["open", "shut"] {
            world.make(&[call("s3", "create_bucket", json!({ "Bucket": name }))]);
        }
        Some(world)
    }

    fn make(&self, calls: &[Value]) {
        calls::make(&self.environment, self.emulator.address(), calls);
    }

    fn open_up(&self) {
        let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        self.make(&[
            put_block("open", [false; 4]),
            call("s3", "put_bucket_policy", json!({"Bucket": "open", "Policy": policy})),
        ]);
    }

    /// Ends the lease of a scan that was killed, and of the deliveries that it had begun, as two minutes would.
    fn let_time_pass(&self) {
        let zero = json!({":then": {"N": "0"}});
        let end = |pk: &Value, sk: &Value, attribute: &str| {
            call(
                "dynamodb",
                "update_item",
                json!({
                    "TableName": "bucketwatch",
                    "Key": {"pk": pk, "sk": sk},
                    "UpdateExpression": "SET #due = :then",
                    "ExpressionAttributeNames": {"#due": attribute},
                    "ExpressionAttributeValues": zero,
                }),
            )
        };
        let scanned = calls::make(
            &self.environment,
            self.emulator.address(),
            &[call("dynamodb", "scan", json!({"TableName": "bucketwatch"}))],
        );
        let items = scanned[0]["ok"]["Items"].as_array().cloned().unwrap_or_default();
        let ends = items.iter().filter_map(|item| match item["sk"]["S"].as_str()? {
            "lease" => Some(end(&item["pk"], &item["sk"], "until")),
            waiting if waiting.starts_with("waiting#") => Some(end(&item["pk"], &item["sk"], "due")),
            _ => None,
        });
        self.make(&ends.collect::<Vec<_>>());
    }

    fn command(&self, arguments: &[&str]) -> Command {
        on(self.home.path(), &format!("http://{}", self.front.address()), arguments)
    }
}

fn on(home: &Path, endpoint: &str, arguments: &[&str]) -> Command {
    let mut command = bucketwatch(home);
    command
        .args(arguments)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("BUCKETWATCH_STATE", STATE);
    command
}

#[test]
fn a_table_remembers_from_one_command_to_the_next() {
    let Some(world) = World::new("a_table_remembers_from_one_command_to_the_next") else { return };
    let missing = world.command(&["scan", "--quiet"]).output().unwrap();
    assert_eq!(missing.status.code(), Some(1), "{}", told(&missing));
    assert!(told(&missing).contains("bucketwatch state create --state"), "{}", told(&missing));
    for _ in 0..2 {
        let made = world.command(&["state", "create"]).output().unwrap();
        assert!(made.status.success(), "{}", told(&made));
    }
    let log = world.home.path().join("told.jsonl");
    let scan =
        |format: &str| world.command(&["scan", "--quiet", "--format", format, "--log-file", "told.jsonl"]);
    let (first, code) = document(&mut scan("json"));
    assert_eq!((code, &first["transitions"]), (0, &json!([])), "{first}");
    world.open_up();
    let (second, code) = document(&mut scan("json"));
    assert_eq!(code, 10, "{second}");
    let transitions = second["transitions"].as_array().unwrap();
    assert_eq!(transitions.len(), 1, "{second}");
    assert_eq!((&transitions[0]["bucket"], &transitions[0]["kind"]), (&json!("open"), &json!("opened")));
    let told = std::fs::read_to_string(log).unwrap();
    assert_eq!(told.lines().filter(|line| line.contains("\"opened\"")).count(), 1, "{told}");

    let (status, code) = document(&mut world.command(&["status", "--format", "json"]));
    assert_eq!(code, 10, "{status}");
    assert!(status.to_string().contains("\"open\"") && status.to_string().contains("\"shut\""), "{status}");
    let (history, _) = document(&mut world.command(&["history", "open", "--format", "json"]));
    assert_eq!(history.as_array().unwrap().len(), 1, "{history}");
    let (third, _) = document(&mut scan("json"));
    assert_eq!(third["transitions"], json!([]), "what is known is told once");
}

#[test]
fn a_scan_that_is_killed_loses_nothing_that_it_found() {
    let Some(world) = World::new("a_scan_that_is_killed_loses_nothing_that_it_found") else { return };
    assert!(world.command(&["state", "create"]).output().unwrap().status.success());
    let scan = || world.command(&["scan", "--quiet", "--format", "json", "--log-file", "told.jsonl"]);
    document(&mut scan());
    world.open_up();
    for wait in [50, 100, 150, 250, 400] {
        let mut killed = scan().stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(wait));
        let _ = killed.kill();
        let _ = killed.wait();
        world.let_time_pass();
    }
    let (last, code) = document(&mut scan());
    assert_eq!(code, 10, "{last}");
    let told = std::fs::read_to_string(world.home.path().join("told.jsonl")).unwrap();
    assert!(told.lines().any(|line| line.contains("\"opened\"")), "{told}");
    let (history, _) = document(&mut world.command(&["history", "open", "--format", "json"]));
    assert_eq!(history.as_array().unwrap().len(), 1, "recorded once: {history}");
}
