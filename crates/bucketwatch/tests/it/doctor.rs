//! `doctor` against a deployment of stand-ins, and against an independent EventBridge and SQS.

pub(crate) mod stand_in;

use std::process::Command;

use bucketwatch_sandbox::{Account, Fleet, Gate};
use serde_json::{Value, json};

use self::stand_in::StandIn;
use crate::emulator::ministack::Ministack;
use crate::emulator::{calls, environment};
use crate::program::{Credentials, bucketwatch, document, scan, told};
use crate::sandbox::Served;

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
        let account =
            Served::start(Account::from_fleet(Fleet::generate(6, 5).in_regions(vec![REGION.to_owned()])));
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
        world
    }

    fn answer(&self, operation: &str, answer: Value) {
        self.around.answer(operation, 200, answer);
    }

    fn refuse(&self, operation: &str) {
        self.around.answer(operation, 400, json!({"__type": "AccessDeniedException", "Message": "no"}));
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
    let now = jiff::Timestamp::now().as_second();
    world.answer(
        "GetMetricStatistics",
        json!({"Datapoints": [{"Timestamp": now - 600, "Maximum": 1.0},
        {"Timestamp": now - 300, "Maximum": 4000.0}]}),
    );
    let (found, code) = world.found();
    assert_eq!(code, 1, "{found:?}");
    for word in [
        "wrong permission: refused: GetBucketPolicy",
        "wrong queue: 2 messages wait, 0 are under way; the oldest came 4000 s ago",
        "wrong queue: it has no dead-letter queue",
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
    assert_eq!(queues, ["well 0 messages wait, 0 are under way", "well no dead letters"]);
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
    assert_eq!(queues[1], "wrong 1 messages that nobody could handle lie here");
    make(&[calls::call("events", "disable_rule", json!({"Name": "bucketwatch"}))]);
    assert_eq!(doctor().0, ["wrong bucketwatch is disabled"]);
}
