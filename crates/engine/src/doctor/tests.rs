use std::collections::BTreeMap;

use super::Condition::{Unknown, Well, Wrong};
use super::*;
use crate::state::{Coverage, OutboxCount, Run, RunEnd, RunId, StateError};

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/events";
const DEAD: &str = "arn:aws:sqs:eu-west-1:111122223333:events-dead";

/// A deployment that answers what it was told to.
#[derive(Clone)]
struct Scripted {
    trails: BTreeMap<&'static str, Result<Vec<Trail>, Unseen>>,
    logging: Result<Logging, Unseen>,
    records_changes: Result<bool, Unseen>,
    rules: Result<Vec<Rule>, Unseen>,
    targets: Vec<String>,
    matched: Result<Vec<&'static str>, Unseen>,
    lost: Result<u64, Unseen>,
    queue: Result<Queue, Unseen>,
    dead_letters: Result<u64, Unseen>,
    oldest: Result<Option<Duration>, Unseen>,
}

fn refused(action: &'static str) -> Unseen {
    Unseen { action, why: "AccessDenied (403)".to_owned(), is_denied: true, is_absent: false }
}

fn trail(home: &str, is_multi_region: bool) -> Trail {
    Trail { name: "main".to_owned(), arn: format!("arn:{home}"), home: home.to_owned(), is_multi_region }
}

fn rule(is_enabled: bool) -> Rule {
    let pattern = Some(r#"{"source": ["aws.s3"]}"#.to_owned());
    Rule { name: "bucketwatch".to_owned(), is_enabled, pattern }
}

const EVERY_CALL: [&str; 4] =
    ["PutBucketPolicy", "PutBucketAcl", "DeleteBucketPublicAccessBlock", "PutAccountPublicAccessBlock"];

impl Scripted {
    /// Gives one where everything is well.
    fn well() -> Self {
        Self {
            trails: BTreeMap::from([("eu-west-1", Ok(vec![trail("eu-west-1", true)]))]),
            logging: Ok(Logging { is_on: true, delivered_at: Some(Timestamp::UNIX_EPOCH), error: None }),
            records_changes: Ok(true),
            rules: Ok(vec![rule(true)]),
            targets: vec!["arn:aws:sqs:eu-west-1:111122223333:events".to_owned()],
            matched: Ok(EVERY_CALL.to_vec()),
            lost: Ok(0),
            queue: Ok(Queue { waiting: 0, in_flight: 0, dead_letter_queue: Some(DEAD.to_owned()) }),
            dead_letters: Ok(0),
            oldest: Ok(None),
        }
    }
}

#[async_trait]
impl Deployment for Scripted {
    async fn trails(&self, region: &str) -> Result<Vec<Trail>, Unseen> {
        self.trails.get(region).cloned().unwrap_or(Ok(Vec::new()))
    }

    async fn logging(&self, _: &Trail) -> Result<Logging, Unseen> {
        self.logging.clone()
    }

    async fn records_changes(&self, _: &Trail) -> Result<bool, Unseen> {
        self.records_changes.clone()
    }

    async fn rules(&self, _: &str) -> Result<Vec<Rule>, Unseen> {
        self.rules.clone()
    }

    async fn targets(&self, _: &str, _: &str) -> Result<Vec<String>, Unseen> {
        Ok(self.targets.clone())
    }

    async fn matches(&self, _: &str, _: &str, event: &Value) -> Result<bool, Unseen> {
        let call = event["detail"]["eventName"].as_str().unwrap();
        self.matched.clone().map(|matched| matched.contains(&call))
    }

    async fn lost(&self, _: &str, rule: &str, _: Timestamp) -> Result<u64, Unseen> {
        assert_eq!(rule, "bucketwatch");
        self.lost.clone()
    }

    async fn queue(&self, _: &str) -> Result<Queue, Unseen> {
        self.queue.clone()
    }

    async fn dead_letters(&self, _: &str, arn: &str) -> Result<u64, Unseen> {
        assert_eq!(arn, DEAD);
        self.dead_letters.clone()
    }

    async fn oldest_message(&self, _: &str, _: Timestamp) -> Result<Option<Duration>, Unseen> {
        self.oldest.clone()
    }
}

fn regions(names: &[&str]) -> Regions {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Holds `checks` to the expected answers.
fn check(rule: &str, checks: &[Check], expected: Expected<'_>) {
    let found: Vec<_> = checks.iter().map(|check| check.condition).collect();
    assert_eq!(
        found,
        expected.iter().map(|(condition, _)| *condition).collect::<Vec<_>>(),
        "{rule}: {checks:?}"
    );
    for (check, (_, word)) in checks.iter().zip(expected) {
        assert!(check.text.contains(word), "{rule}: `{word}` in {check:?}");
        let is_named = check.text.contains("is refused");
        assert_eq!(check.permission.is_some(), is_named, "{rule}: {check:?}");
    }
}

type Change = fn(&mut Scripted);

/// How each answer is to be, and a word of its text.
type Expected<'a> = &'a [(Condition, &'a str)];

#[tokio::test]
async fn each_region_needs_a_trail_that_records_changes() {
    let both = &["eu-west-1", "us-east-1"][..];
    let off = |scripted: &mut Scripted| {
        scripted.logging = Ok(Logging { is_on: false, delivered_at: None, error: None });
    };
    let cases: [(&str, Change, &[&str], Expected<'_>); 9] = [
        ("one for all regions", |_| {}, both, &[(Well, "last log file"), (Well, "it is logging")]),
        (
            "one for one region",
            |scripted| {
                scripted.trails = BTreeMap::from([("eu-west-1", Ok(vec![trail("eu-west-1", false)]))]);
            },
            both,
            &[(Well, "it is logging"), (Wrong, "there is no trail")],
        ),
        ("switched off", off, &["eu-west-1"], &[(Wrong, "main is not logging")]),
        (
            "data events only",
            |scripted| scripted.records_changes = Ok(false),
            &["eu-west-1"],
            &[(Wrong, "no changes")],
        ),
        (
            "no trail at all",
            |scripted| scripted.trails.clear(),
            &["eu-west-1"],
            &[(Wrong, "there is no trail")],
        ),
        (
            "trails are hidden",
            |scripted| {
                scripted.trails = BTreeMap::from([("eu-west-1", Err(refused("cloudtrail:DescribeTrails")))]);
            },
            &["eu-west-1"],
            &[(Unknown, "cloudtrail:DescribeTrails is refused")],
        ),
        (
            "the status is hidden",
            |scripted| scripted.logging = Err(refused("cloudtrail:GetTrailStatus")),
            &["eu-west-1"],
            &[(Unknown, "cloudtrail:GetTrailStatus is refused")],
        ),
        (
            "the selectors are hidden",
            |scripted| scripted.records_changes = Err(refused("cloudtrail:GetEventSelectors")),
            &["eu-west-1"],
            &[(Unknown, "cloudtrail:GetEventSelectors is refused")],
        ),
        (
            "its bucket is gone",
            |scripted| {
                let error = Some("NoSuchBucket".to_owned());
                scripted.logging = Ok(Logging { is_on: true, delivered_at: None, error });
            },
            &["eu-west-1"],
            &[(Well, "no log file yet"), (Wrong, "NoSuchBucket")],
        ),
    ];
    for (rule, change, named, expected) in cases {
        let mut scripted = Scripted::well();
        change(&mut scripted);
        check(rule, &trail::trails(&scripted, &regions(named)).await, expected);
    }
    let mut hidden_and_off = Scripted::well();
    off(&mut hidden_and_off);
    hidden_and_off.records_changes = Err(refused("cloudtrail:GetEventSelectors"));
    let checks = trail::trails(&hidden_and_off, &regions(&["eu-west-1"])).await;
    check("off whatever it would record", &checks, &[(Wrong, "not logging")]);
}

#[tokio::test]
async fn each_region_needs_an_enabled_rule_with_a_target_that_matches_every_call() {
    let good = (Well, "hands on to arn:aws:sqs");
    let cases: [(&str, Change, Expected<'_>); 10] = [
        ("a good one", |_| {}, &[good]),
        ("none", |scripted| scripted.rules = Ok(Vec::new()), &[(Wrong, "no rule of the default bus")]),
        (
            "disabled",
            |scripted| scripted.rules = Ok(vec![rule(false)]),
            &[(Wrong, "bucketwatch is disabled")],
        ),
        ("without a target", |scripted| scripted.targets.clear(), &[(Wrong, "bucketwatch has no target")]),
        (
            "not every call",
            |scripted| scripted.matched = Ok(vec!["PutBucketPolicy", "PutBucketAcl"]),
            &[(Wrong, "does not match DeleteBucketPublicAccessBlock, PutAccountPublicAccessBlock")],
        ),
        (
            "about something else",
            |scripted| scripted.matched = Ok(Vec::new()),
            &[(Wrong, "no rule of the default bus")],
        ),
        (
            "a good one beside a disabled one",
            |scripted| scripted.rules = Ok(vec![rule(false), rule(true)]),
            &[good],
        ),
        (
            "hidden",
            |scripted| scripted.rules = Err(refused("events:ListRules")),
            &[(Unknown, "events:ListRules is refused")],
        ),
        ("its target refuses", |scripted| scripted.lost = Ok(3), &[good, (Wrong, "in the last day: 3")]),
        (
            "what it lost is hidden",
            |scripted| scripted.lost = Err(refused("cloudwatch:GetMetricStatistics")),
            &[good, (Unknown, "cloudwatch:GetMetricStatistics is refused")],
        ),
    ];
    for (name, change, expected) in cases {
        let mut scripted = Scripted::well();
        change(&mut scripted);
        let now = Timestamp::UNIX_EPOCH;
        let rules = rule::rules(&scripted, "111122223333", &regions(&["eu-west-1"]), now).await;
        check(name, &rules.checks, expected);
        let is_good = expected.contains(&good);
        assert_eq!(rules.targets.len(), usize::from(is_good), "{name}: what it hands on to");
    }
}

#[test]
fn a_queue_that_a_rule_hands_on_to_has_its_address() {
    for (rule, arn, expected) in [
        ("a queue", "arn:aws:sqs:eu-west-1:111122223333:events", Some(QUEUE)),
        (
            "of China",
            "arn:aws-cn:sqs:cn-north-1:111122223333:q.fifo",
            Some("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/q.fifo"),
        ),
        ("a function", "arn:aws:lambda:eu-west-1:111122223333:function:bucketwatch", None),
        ("a bus", "arn:aws:events:eu-west-1:111122223333:event-bus/central", None),
        ("nothing", "", None),
    ] {
        assert_eq!(queue::address(arn).as_deref(), expected, "{rule}");
    }
}

#[tokio::test]
async fn a_queue_must_be_emptied_and_its_dead_letters_looked_at() {
    fn waiting(scripted: &mut Scripted, oldest: Result<Option<Duration>, Unseen>) {
        scripted.queue = Ok(Queue { waiting: 3, in_flight: 0, dead_letter_queue: Some(DEAD.to_owned()) });
        scripted.oldest = oldest;
    }
    let none = (Well, "no dead letters");
    let absent = || Unseen {
        action: "sqs:GetQueueAttributes",
        why: "gone".to_owned(),
        is_denied: false,
        is_absent: true,
    };
    let cases: [(&str, Change, Expected<'_>); 9] = [
        ("empty", |_| {}, &[(Well, "waiting: 0"), none]),
        (
            "fresh",
            |scripted| waiting(scripted, Ok(Some(Duration::from_secs(30)))),
            &[(Well, "30 s ago"), none],
        ),
        (
            "old",
            |scripted| waiting(scripted, Ok(Some(Duration::from_secs(901)))),
            &[(Wrong, "901 s ago"), none],
        ),
        ("not measured", |scripted| waiting(scripted, Ok(None)), &[(Unknown, "not measured"), none]),
        (
            "measures hidden",
            |scripted| waiting(scripted, Err(refused("cloudwatch:GetMetricStatistics"))),
            &[(Unknown, "cloudwatch:GetMetricStatistics is refused"), none],
        ),
        (
            "dead letters",
            |scripted| scripted.dead_letters = Ok(2),
            &[(Well, "waiting: 0"), (Wrong, "could handle: 2")],
        ),
        (
            "dead letters hidden",
            |scripted| scripted.dead_letters = Err(refused("sqs:GetQueueAttributes")),
            &[(Well, "waiting: 0"), (Unknown, "sqs:GetQueueAttributes is refused")],
        ),
        (
            "nowhere for dead letters",
            |scripted| {
                scripted.queue = Ok(Queue { waiting: 0, in_flight: 0, dead_letter_queue: None });
            },
            &[(Well, "waiting: 0"), (Wrong, "no dead-letter queue")],
        ),
        (
            "hidden",
            |scripted| scripted.queue = Err(refused("sqs:GetQueueAttributes")),
            &[(Unknown, "sqs:GetQueueAttributes is refused")],
        ),
    ];
    for (rule, change, expected) in cases {
        let mut scripted = Scripted::well();
        change(&mut scripted);
        check(rule, &queue::queues(&scripted, &[QUEUE.to_owned()], Timestamp::UNIX_EPOCH).await, expected);
    }
    let gone = Scripted { queue: Err(absent()), ..Scripted::well() };
    let checks = queue::queues(&gone, &[QUEUE.to_owned()], Timestamp::UNIX_EPOCH).await;
    check("it does not exist", &checks, &[(Wrong, "no such queue")]);
}

#[test]
fn the_last_scan_must_be_whole_and_not_too_old() {
    let now = Timestamp::from_second(1_800_000_000).unwrap();
    let run = |hours: i64, partial: Option<&str>| {
        let at = now - jiff::SignedDuration::from_hours(hours);
        let end = RunEnd { at, partial: partial.map(str::to_owned), coverage: Coverage::default() };
        Run { id: RunId::new("r"), holder: String::new(), started_at: at, end: Some(end) }
    };
    let open = Run { end: None, ..run(0, None) };
    let day = Some(Duration::from_secs(24 * 3600));
    for (rule, runs, every, expected) in [
        ("fresh", vec![run(20, None)], day, (Well, "the last scan ended")),
        ("one is under way", vec![open.clone(), run(20, None)], day, (Well, "the last scan ended")),
        ("none has ended", vec![open], day, (Wrong, "no scan has ended yet")),
        ("too old", vec![run(49, None)], day, (Wrong, "one was due")),
        ("old, and nobody scans", vec![run(4_900, None)], None, (Well, "the last scan ended")),
        ("partial", vec![run(1, Some("interrupted"))], day, (Wrong, "is partial: interrupted")),
    ] {
        check(rule, &[state::last_scan(Ok(runs), every, now)], &[expected]);
    }
    check(
        "unreadable",
        &[state::last_scan(Err(StateError::LeaseLost), day, now)],
        &[(Wrong, "cannot be read")],
    );
}

#[test]
fn an_event_must_have_come_for_anybody_to_know_that_events_come() {
    for (rule, last, expected) in [
        ("one came", Ok(Some(Timestamp::UNIX_EPOCH)), (Well, "the last event came at 1970-01-01T00:00:00Z")),
        ("none", Ok(None), (Unknown, "no event has come yet")),
        ("nobody can tell", Err(StateError::LeaseLost), (Wrong, "cannot be read")),
    ] {
        check(rule, &[state::last_event(last)], &[expected]);
    }
}

#[test]
fn notices_must_be_told() {
    let count = |name: &str, waiting, dead, reason: Option<&str>| OutboxCount {
        notifier: name.to_owned(),
        waiting,
        dead,
        oldest: None,
        reason: reason.map(str::to_owned),
    };
    let mail = ["mail".to_owned()];
    for (rule, notifiers, counts, expected) in [
        ("nothing waits", &mail[..], vec![], &[(Well, "nothing waits")][..]),
        ("held", &mail, vec![count("mail", 2, 0, None)], &[(Well, "waiting: 2")]),
        ("failing", &mail, vec![count("mail", 2, 0, Some("no route"))], &[(Wrong, "no route")]),
        ("given up", &mail, vec![count("mail", 0, 1, None)], &[(Wrong, "given up: 1")]),
        (
            "gone",
            &mail,
            vec![count("chat", 1, 0, None)],
            &[(Well, "nothing"), (Wrong, "no notifier of this name")],
        ),
        ("nobody", &[], vec![], &[(Wrong, "nobody is told")]),
    ] {
        check(rule, &notice::notices(notifiers, Ok(counts)), expected);
    }
}

#[test]
fn the_document_obeys_its_schema() {
    let unseen = Check::unseen(Part::Trail, &refused("cloudtrail:DescribeTrails")).within("eu-west-1");
    let checks = vec![Check::new(Part::Identity, Well, "known").about("arn"), unseen];
    let document = serde_json::to_value(Diagnosis::of(checks, Timestamp::UNIX_EPOCH)).unwrap();
    crate::report::sample::assert_valid("diagnosis", &document);
    assert_eq!((&document["well"], &document["unknown"]), (&1.into(), &1.into()));
}

#[test]
fn the_code_is_that_of_the_worst_answer_and_no_answer_is_not_well() {
    let of = |conditions: &[Condition]| {
        let checks = conditions.iter().map(|condition| Check::new(Part::Rule, *condition, "")).collect();
        Diagnosis::of(checks, Timestamp::UNIX_EPOCH).exit()
    };
    for (conditions, expected) in [
        (&[Well, Well][..], Exit::Clean),
        (&[Well, Unknown], Exit::Undetermined),
        (&[Unknown, Wrong, Well], Exit::Failed),
        (&[], Exit::Undetermined),
    ] {
        assert_eq!(of(conditions), expected, "{conditions:?}");
    }
}
