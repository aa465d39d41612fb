//! `doctor` against a deployment of stand-ins, and against an independent EventBridge and SQS.

pub(crate) mod stand_in;

use std::collections::BTreeSet;
use std::process::Command;

use bucketwatch_sandbox::{Account, Fleet, Gate, demo};
use serde_json::{Value, json};

use self::stand_in::StandIn;
use crate::emulator::ministack::Ministack;
use crate::emulator::{calls, environment};
use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::Served;
use crate::watch::{policy_put, with_credentials};

const REGION: &str = "us-east-1";

/// An account, what stands around it, and a home with the state of a scan.
struct World {
    account: Served,
    around: StandIn,
    home: tempfile::TempDir,
}

impl World {
    /// Gives one where everything is well.
    fn well() -> Self {
        let world = Self::of(Account::from_fleet(Fleet::generate(6, 5).in_regions(vec![REGION.to_owned()])));
        world.hear_of("bucketwatch-doctor");
        world
    }

    /// Gives one around `account` of which no event has come yet.
    fn of(account: Account) -> Self {
        let account = Served::start(account);
        let home = tempfile::tempdir().expect("a home");
        let credentials =
            Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
        document(&mut scan(home.path(), &account.handle().endpoint_url(), &credentials));
        let around = StandIn::start();
        let queue = format!("{}/111122223333/events", around.url());
        let file =
            format!("[watch]\nqueues = [\"{queue}\"]\n[[notify.log]]\nname = \"file\"\npath = \"log\"\n");
        std::fs::write(home.path().join("bucketwatch.toml"), file).expect("a configuration");
        let world = Self { account, around, home };
        world.answer("DescribeTrails", json!({"trailList": [{"Name": "main", "TrailARN": "arn:aws:cloudtrail:us-east-1:111122223333:trail/main",
            "HomeRegion": REGION, "IsMultiRegionTrail": true}]}));
        world.answer("GetTrailStatus", json!({"IsLogging": true, "LatestDeliveryTime": 1.8e9}));
        world.answer(
            "GetEventSelectors",
            json!({"EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": true}]}),
        );
        world.answer("ListRules", json!({"Rules": [{"Name": "bucketwatch", "State": "ENABLED", "EventPattern": "{\"source\": [\"aws.s3\"]}"}]}));
        world.answer(
            "ListTargetsByRule",
            json!({"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:111122223333:events"}]}),
        );
        world.answer("TestEventPattern", json!({"Result": true}));
        let redrive = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead"}).to_string();
        world.answer(
            "GetQueueAttributes",
            json!({"Attributes": {"ApproximateNumberOfMessages": "0",
            "ApproximateNumberOfMessagesNotVisible": "0", "RedrivePolicy": redrive}}),
        );
        world.answer("GetMetricStatistics", json!({"Datapoints": []}));
        world
    }

    /// Has an event about `bucket` come.
    fn hear_of(&self, bucket: &str) {
        let event = policy_put("e-1", bucket, demo::account_id().as_str());
        std::fs::write(self.home.path().join("events.json"), event.to_string()).expect("a file");
        let mut command = bucketwatch(self.home.path());
        command.args(["watch", "--file", "events.json"]);
        let credentials =
            Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
        with_credentials(&mut command, &self.account.handle().endpoint_url(), &credentials);
        let output = command.output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    }

    fn answer(&self, operation: &str, answer: Value) {
        self.around.answer(operation, 200, answer);
    }

    fn refuse(&self, operation: &str) {
        self.around.refuse(operation);
    }

    fn doctor(&self, format: &str) -> Command {
        let mut command = bucketwatch(self.home.path());
        command
            .args(["doctor", "--format", format])
            .env("AWS_ENDPOINT_URL", self.account.handle().endpoint_url());
        for service in ["CLOUDTRAIL", "EVENTBRIDGE", "SQS", "CLOUDWATCH"] {
            command.env(format!("AWS_ENDPOINT_URL_{service}"), self.around.url());
        }
        command.env("AWS_ACCESS_KEY_ID", calls::ACCOUNT).env("AWS_SECRET_ACCESS_KEY", "any");
        command
    }

    /// Gives what it finds that is not well, as `condition part: text`, and its exit code.
    fn found(&self) -> (Vec<String>, i32) {
        let (diagnosis, code) = document(&mut self.doctor("json"));
        (not_well(&diagnosis), code)
    }
}

fn not_well(diagnosis: &Value) -> Vec<String> {
    let checks = diagnosis["checks"].as_array().expect("checks").iter();
    let word = |check: &Value, name: &str| check[name].as_str().unwrap_or_default().to_owned();
    let line = |check: &Value| {
        format!("{} {}: {}", word(check, "condition"), word(check, "part"), word(check, "text"))
    };
    checks.filter(|check| check["condition"] != "well").map(line).collect()
}

#[test]
fn a_deployment_where_everything_is_well_is_said_to_be_line_by_line() {
    let world = World::well();
    let (diagnosis, code) = document(&mut world.doctor("json"));
    assert_eq!((not_well(&diagnosis), code), (Vec::new(), 0), "{diagnosis}");
    let parts: std::collections::BTreeSet<_> =
        diagnosis["checks"].as_array().unwrap().iter().map(|check| check["part"].as_str().unwrap()).collect();
    assert_eq!(
        parts.into_iter().collect::<Vec<_>>(),
        ["identity", "notifier", "permission", "queue", "rule", "state", "trail"]
    );
    let output = world.doctor("table").output().expect("it runs");
    let said = told(&output);
    assert!(said.contains("well     permission s3:GetBucketPolicy: granted\n"), "{said}");
    assert!(said.contains(", 0 wrong, 0 could not be looked at"), "{said}");
}

#[test]
fn what_is_wrong_is_named_and_what_nobody_can_look_at_is_not_well() {
    let world = World::well();
    world.refuse("DescribeTrails");
    world.refuse("TestEventPattern");
    let (found, code) = world.found();
    assert_eq!(code, 3, "{found:?}");
    let expected = [
        "unknown trail: could not be looked at: cloudtrail:DescribeTrails is refused",
        "unknown rule: could not be looked at: events:TestEventPattern is refused",
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (line, beginning) in found.iter().zip(expected) {
        assert!(line.starts_with(beginning), "{line}");
    }

    world.account.handle().change_conduct(|conduct| conduct.gate = Gate::without(["s3:GetBucketPolicy"]));
    world.answer(
        "GetQueueAttributes",
        json!({"Attributes": {"ApproximateNumberOfMessages": "2",
        "ApproximateNumberOfMessagesNotVisible": "0"}}),
    );
    world.answer("TestEventPattern", json!({"Result": true}));
    let now = jiff::Timestamp::now().as_second();
    world.answer(
        "GetMetricStatistics",
        json!({"Datapoints": [{"Timestamp": now - 600, "Maximum": 1.0, "Sum": 0.0},
        {"Timestamp": now - 300, "Maximum": 4000.0, "Sum": 7.0}]}),
    );
    let (found, code) = world.found();
    assert_eq!(code, 1, "{found:?}");
    for word in [
        "wrong permission: refused: GetBucketPolicy",
        "wrong queue: messages waiting: 2, under way: 0; the oldest came 4000 s ago",
        "wrong queue: it has no dead-letter queue",
        "wrong rule: events that could not be handed on in the last day: 7",
    ] {
        assert!(found.iter().any(|line| line.starts_with(word)), "`{word}` in {found:?}");
    }

    let stopped = World::well();
    stopped.answer("GetTrailStatus", json!({"IsLogging": false}));
    std::fs::remove_dir_all(stopped.home.path().join(".local")).expect("the state is there");
    let (found, code) = stopped.found();
    assert_eq!(code, 1);
    for word in [
        "wrong trail: EventBridge hears of nothing: main is not logging",
        "wrong state: there is no state at",
    ] {
        assert!(found.iter().any(|line| line.starts_with(word)), "`{word}` in {found:?}");
    }
}

#[test]
fn a_deployment_that_no_event_has_reached_is_not_well_until_one_has() {
    let world = World::of(Account::from_fleet(Fleet::generate(2, 5).in_regions(vec![REGION.to_owned()])));
    let (found, code) = world.found();
    assert_eq!(code, 3, "{found:?}");
    assert!(
        matches!(&found[..], [line] if line.starts_with("unknown state: no event has come yet")),
        "{found:?}"
    );
    world.hear_of("bucketwatch-doctor");
    assert_eq!(world.found(), (Vec::new(), 0));
}

#[test]
fn queues_that_nobody_named_are_those_that_the_rules_hand_on_to() {
    let world = World::well();
    let notifier = "[[notify.log]]\nname = \"file\"\npath = \"log\"\n";
    std::fs::write(world.home.path().join("bucketwatch.toml"), notifier).expect("a configuration");
    let (diagnosis, code) = document(&mut world.doctor("json"));
    assert_eq!(code, 0, "{diagnosis}");
    let checks = diagnosis["checks"].as_array().expect("checks").iter();
    let queues: Vec<&Value> =
        checks.filter(|check| check["part"] == "queue").map(|check| &check["subject"]).collect();
    assert_eq!(
        queues,
        [
            "https://sqs.us-east-1.amazonaws.com/111122223333/events",
            "arn:aws:sqs:us-east-1:111122223333:dead"
        ]
    );
}

/// Gives the actions that `iam-policy --for job` grants.
fn granted(home: &std::path::Path, job: &str) -> BTreeSet<String> {
    let (policy, _) = document(bucketwatch(home).args(["iam-policy", "--for", job]));
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().expect("actions"));
    actions.map(|action| action.as_str().expect("an action").to_owned()).collect()
}

#[test]
fn its_policy_grants_what_it_asks_for_and_each_action_is_missed_by_name() {
    let world = World::of(demo::account());
    world.answer(
        "GetQueueAttributes",
        json!({"Attributes": {"ApproximateNumberOfMessages": "1", "ApproximateNumberOfMessagesNotVisible": "0",
        "RedrivePolicy": json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead"}).to_string()}}),
    );
    let missing = || -> BTreeSet<String> {
        let (diagnosis, code) = document(&mut world.doctor("json"));
        let checks = diagnosis["checks"].as_array().expect("checks").iter();
        let missing: BTreeSet<String> =
            checks.filter_map(|check| check["permission"].as_str()).map(str::to_owned).collect();
        assert!(missing.is_empty() || code != 0, "{diagnosis}");
        missing
    };
    let (whole, of_scan) = (granted(world.home.path(), "doctor"), granted(world.home.path(), "scan"));
    let gate = |gate: Gate| world.account.handle().change_conduct(|conduct| conduct.gate = gate);
    gate(Gate::only(&of_scan));
    assert_eq!(missing(), BTreeSet::new(), "the policy grants all that it asks for");
    let own: BTreeSet<String> = whole.difference(&of_scan).cloned().collect();
    let names = own.iter().map(|action| action.split(':').next_back().expect("its name").to_lowercase());
    assert_eq!(names.collect::<BTreeSet<_>>(), world.around.asked(), "and no more");
    for action in &own {
        let name = action.split(':').next_back().expect("its name");
        let before = world.around.refuse(name);
        assert_eq!(missing(), BTreeSet::from([action.clone()]));
        world.around.restore(name, before);
    }
    // No multi-Region access point is there whose policy could be read.
    for action in of_scan.iter().filter(|action| *action != "s3:GetMultiRegionAccessPointPolicy") {
        gate(Gate::only(of_scan.iter().filter(|other| *other != action)));
        assert!(missing().contains(action), "{action} is not missed");
    }
    let output = world.doctor("table").output().expect("it runs");
    let last = of_scan.last().expect("an action");
    let said = format!("prints the statements that grant {last}\n");
    assert!(told(&output).contains(&said), "{}", told(&output));
}

#[test]
fn credentials_that_nobody_has_are_what_is_wrong() {
    let home = tempfile::tempdir().expect("a home");
    let (diagnosis, code) = document(bucketwatch(home.path()).args(["doctor", "--format", "json"]));
    assert_eq!(code, 1, "{diagnosis}");
    assert!(not_well(&diagnosis)[0].starts_with("wrong identity: no AWS credentials found"), "{diagnosis}");
}

#[test]
fn an_independent_event_bus_and_queue_are_judged_as_they_are() {
    let test = "an_independent_event_bus_and_queue_are_judged_as_they_are";
    let Some(environment) = environment(test) else { return };
    let emulator = Ministack::start(&environment);
    let make = |calls: &[Value]| calls::make(&environment, emulator.address(), calls);
    let made = make(&[
        calls::call("sqs", "create_queue", json!({"QueueName": "dead"})),
        calls::call(
            "sqs",
            "create_queue",
            json!({"QueueName": "events", "Attributes": {"RedrivePolicy":
            json!({"deadLetterTargetArn": format!("arn:aws:sqs:us-east-1:{}:dead", calls::ACCOUNT), "maxReceiveCount": 5}).to_string()}}),
        ),
        calls::call(
            "events",
            "put_rule",
            json!({"Name": "bucketwatch", "State": "ENABLED", "EventPattern":
            json!({"source": ["aws.s3"], "detail-type": ["AWS API Call via CloudTrail"], "detail": {"eventSource": ["s3.amazonaws.com"]}}).to_string()}),
        ),
    ]);
    let queue = made[1]["ok"]["QueueUrl"].as_str().expect("its address").to_owned();
    let world = World::well();
    let doctor = || {
        let mut command = world.doctor("json");
        command.args(["--queue", &queue]);
        for service in ["EVENTBRIDGE", "SQS"] {
            command.env(format!("AWS_ENDPOINT_URL_{service}"), format!("http://{}", emulator.address()));
        }
        let (diagnosis, _) = document(command.env("AWS_ACCESS_KEY_ID", calls::ACCOUNT));
        let checks = diagnosis["checks"].as_array().expect("checks").clone();
        let of = |part: &str| -> Vec<String> {
            let of_part = checks.iter().filter(|check| check["part"] == part);
            of_part
                .map(|check| {
                    format!("{} {}", check["condition"].as_str().unwrap(), check["text"].as_str().unwrap())
                })
                .collect()
        };
        (of("rule"), of("queue"))
    };
    let (rule, queues) = doctor();
    assert_eq!(rule, ["wrong bucketwatch has no target"]);
    assert_eq!(queues, ["well messages waiting: 0, under way: 0", "well no dead letters"]);
    let dead = made[0]["ok"]["QueueUrl"].as_str().expect("its address");
    let target = format!("arn:aws:sqs:us-east-1:{}:events", calls::ACCOUNT);
    make(&[
        calls::call(
            "events",
            "put_targets",
            json!({"Rule": "bucketwatch", "Targets": [{"Id": "1", "Arn": target}]}),
        ),
        calls::call("sqs", "send_message", json!({"QueueUrl": dead, "MessageBody": "nobody can read this"})),
    ]);
    let (rule, queues) = doctor();
    assert_eq!(rule, [format!("well it is enabled and hands on to {target}")]);
    assert_eq!(queues[1], "wrong messages that nobody could handle: 1");
    make(&[calls::call("events", "disable_rule", json!({"Name": "bucketwatch"}))]);
    assert_eq!(doctor().0, ["wrong bucketwatch is disabled"]);
}
