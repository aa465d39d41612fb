//! The look at itself: it fails where something that sees or tells is not in order, and says what.

use std::collections::BTreeSet;

use bucketwatch_sandbox::Gate;
use serde_json::{Value, json};

use super::function::Function;
use super::{credentials, sandbox};
use crate::doctor::stand_in::StandIn;
use crate::program::{bucketwatch, document};
use crate::sandbox::Served;

/// A deployment, its account, and a function of it.
struct World {
    account: Served,
    around: StandIn,
    function: Function,
    _settings: tempfile::NamedTempFile,
}

/// What the services say of a deployment where everything is well.
fn well() -> [(&'static str, Value); 8] {
    let arn = |service: &str, name: &str| format!("arn:aws:{service}:us-east-1:111122223333:{name}");
    let redrive = json!({"deadLetterTargetArn": arn("sqs", "dead")}).to_string();
    let trail = json!({"Name": "main", "TrailARN": arn("cloudtrail", "trail/main"), "HomeRegion": "us-east-1",
        "IsMultiRegionTrail": true});
    let rule = json!({"Name": "ours", "State": "ENABLED", "EventPattern": json!({"source": ["aws.s3"]}).to_string()});
    let selector = json!({"ReadWriteType": "All", "IncludeManagementEvents": true});
    [
        ("DescribeTrails", json!({"trailList": [trail]})),
        ("GetTrailStatus", json!({"IsLogging": true, "LatestDeliveryTime": 1.8e9})),
        ("GetEventSelectors", json!({"EventSelectors": [selector]})),
        ("ListRules", json!({"Rules": [rule]})),
        ("ListTargetsByRule", json!({"Targets": [{"Id": "1", "Arn": arn("sqs", "events")}]})),
        ("TestEventPattern", json!({"Result": true})),
        ("GetQueueAttributes", holding("0", &redrive)),
        ("GetMetricStatistics", json!({"Datapoints": []})),
    ]
}

fn holding(waiting: &str, redrive: &str) -> Value {
    json!({"Attributes": {"ApproximateNumberOfMessages": waiting, "ApproximateNumberOfMessagesNotVisible": "0",
        "RedrivePolicy": redrive}})
}

impl World {
    fn start() -> Self {
        let (account, around) = (sandbox(&["photos"]), StandIn::start());
        for (operation, answer) in well() {
            around.answer(operation, 200, answer);
        }
        let settings = tempfile::NamedTempFile::new().expect("a file");
        let queue = format!("{}/111122223333/events", around.url());
        let text = format!(
            "[watch]\nqueues = [\"{queue}\"]\n[[notify.log]]\nname = \"log\"\npath = \"notices.log\"\n"
        );
        std::fs::write(settings.path(), text).expect("a configuration");
        let url = around.url();
        let variables = [
            ("BUCKETWATCH_CONFIG", settings.path().to_str().expect("a path of text")),
            ("AWS_ENDPOINT_URL_CLOUDTRAIL", &url),
            ("AWS_ENDPOINT_URL_EVENTBRIDGE", &url),
            ("AWS_ENDPOINT_URL_SQS", &url),
            ("AWS_ENDPOINT_URL_CLOUDWATCH", &url),
        ];
        let function = Function::with(&account.handle().endpoint_url(), &credentials(), &variables);
        Self { account, around, function, _settings: settings }
    }

    fn check(&mut self) -> Result<Value, String> {
        let answer = self.function.invoke(&json!({"bucketwatch": "self-check"}));
        answer.map_err(|error| error["errorMessage"].as_str().expect("a reason").to_owned())
    }

    /// Expects a look at itself to fail with all of `words`.
    fn fails_with(&mut self, words: &[&str]) {
        let why = self.check().expect_err("something is wrong");
        for word in words {
            assert!(why.contains(word), "`{word}` in `{why}`");
        }
    }
}

#[test]
fn a_deployment_that_is_well_answers_and_one_that_is_not_fails_by_name() {
    let mut world = World::start();
    let answer = world.check();
    assert_eq!(answer.map(|answer| answer["unknown"].clone()), Ok(json!(0)), "{}", world.function.said());

    world.around.answer("GetTrailStatus", 200, json!({"IsLogging": false}));
    world.fails_with(&["trail us-east-1", "main is not logging"]);
    world.around.answer("GetTrailStatus", 200, json!({"IsLogging": true}));

    let pattern = json!({"source": ["aws.s3"]}).to_string();
    let disabled = json!({"Name": "ours", "State": "DISABLED", "EventPattern": pattern});
    world.around.answer("ListRules", 200, json!({"Rules": [disabled]}));
    world.fails_with(&["rule us-east-1", "ours is disabled"]);
    let refused = json!({"__type": "AccessDeniedException", "Message": "no"});
    world.around.answer("ListRules", 400, refused);
    world.fails_with(&["events:ListRules is refused"]);
    let (_, enabled) = well().into_iter().find(|(operation, _)| *operation == "ListRules").expect("a rule");
    world.around.answer("ListRules", 200, enabled);

    let redrive = json!({"deadLetterTargetArn": "arn:aws:sqs:us-east-1:111122223333:dead"}).to_string();
    world.around.answer("GetQueueAttributes", 200, holding("3", &redrive));
    world.fails_with(&["queue", "could handle: 3"]);
    world.around.answer("GetQueueAttributes", 200, holding("0", &redrive));

    world.account.handle().change_conduct(|conduct| conduct.gate = Gate::without(["s3:GetBucketPolicy"]));
    world.fails_with(&["permission s3:GetBucketPolicy", "refused"]);
    world.account.handle().change_conduct(|conduct| conduct.gate = Gate::default());
    assert!(world.check().is_ok(), "it is well again: {}", world.function.said());
}

#[test]
fn what_nobody_could_look_at_is_counted_and_logged() {
    let mut world = World::start();
    world.around.answer("TestEventPattern", 400, json!({"__type": "ThrottlingException"}));
    let answer = world.check().expect("nothing is known to be wrong");
    assert_eq!(answer["unknown"], 1, "{answer}");
    assert!(world.function.said().contains("not known: rule us-east-1"), "{}", world.function.said());
}

/// Gives each action of a policy with the resource that it is allowed on.
fn grants(policy: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let of = |statement: &Value| {
        let actions = statement["Action"].as_array().expect("actions").iter();
        actions.map(|action| (text(action), text(&statement["Resource"]))).collect::<Vec<_>>()
    };
    policy["Statement"].as_array().expect("statements").iter().flat_map(of).collect()
}

#[test]
fn a_deployed_function_may_look_at_all_that_it_looks_at_and_at_nothing_else() {
    let home = tempfile::tempdir().expect("a home");
    let needed = |job: &str| grants(&document(bucketwatch(home.path()).args(["iam-policy", "--for", job])).0);
    let given = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/terraform/permissions/check.json");
    let given = std::fs::read_to_string(given).expect("what is deployed");
    let beside: BTreeSet<_> = &needed("doctor") - &needed("scan");
    assert_eq!(grants(&serde_json::from_str(&given).expect("JSON")), beside);
}
