//! Measures how long a policy takes: parsing, `aws_public`, and `reach` for all outsiders.
//!
//! ```text
//! cargo run --release -p bucketwatch-policy --example bench_policy            # generated policies
//! cargo run --release -p bucketwatch-policy --example bench_policy -- FOLDER  # every .json below FOLDER
//! ```
//!
//! A file may be a bare policy or hold one under `policy` or `document`. Times are the best of several runs.
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bucketwatch_policy::aws_public::{self, aws_public};
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::reach::{
    AttachedTo, Budget, Callers, Document, Endpoint, Layer, Question, Reach, reach,
};
use bucketwatch_policy::setting::Setting;
use serde_json::{Value, json};

fn main() {
    let policies = match std::env::args().nth(1) {
        Some(folder) => collected(Path::new(&folder)),
        None => generated(),
    };
    let pair = [("40 Denies, escapable", forty(false)), ("40 Denies, contradictory", forty(true))];
    let measured: Vec<Measured> = policies.iter().filter_map(|text| measure(text)).collect();
    println!("{} policies, microseconds", measured.len());
    println!("{:<12} {:>9} {:>9} {:>9}", "", "p50", "p99", "max");
    for (name, part) in PARTS {
        let mut times: Vec<Duration> = measured.iter().map(part).collect();
        times.sort_unstable();
        let at = |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
        let (p50, p99, max) = (at(50), at(99), at(100));
        println!("{name:<12} {:>9.1} {:>9.1} {:>9.1}", micros(p50), micros(p99), micros(max));
    }
    for (name, text) in pair {
        let Some(found) = measure(&text) else { continue };
        let answer = &found.answer;
        println!(
            "{name}: reach {:.1}, openings {}, undecided {}, steps {}",
            micros(Some(&found.reach)),
            answer.openings.len(),
            answer.undecided.len(),
            answer.effort.work
        );
    }
}

type Part = fn(&Measured) -> Duration;

const PARTS: [(&str, Part); 4] = [
    ("parse", |found| found.parse),
    ("aws_public", |found| found.aws_public),
    ("reach", |found| found.reach),
    ("all", |found| found.parse + found.aws_public + found.reach),
];

fn micros(time: Option<&Duration>) -> f64 {
    time.map_or(0.0, |time| time.as_secs_f64() * 1e6)
}

struct Measured {
    parse: Duration,
    aws_public: Duration,
    reach: Duration,
    answer: Reach,
}

fn measure(text: &str) -> Option<Measured> {
    let policy = Policy::parse(text).ok()?;
    let setting = setting();
    let document = Document { policy: &policy, attached_to: AttachedTo::Bucket, restricted: false };
    let question = Question {
        setting: &setting,
        endpoint: Endpoint::Bucket,
        layers: vec![Layer::Policy(document)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    Some(Measured {
        parse: best(|| drop(std::hint::black_box(Policy::parse(text)))),
        aws_public: best(|| {
            std::hint::black_box(aws_public(&policy, aws_public::AttachedTo::Bucket));
        }),
        reach: best(|| {
            std::hint::black_box(reach(&question, Budget::default()));
        }),
        answer: reach(&question, Budget::default()),
    })
}

/// Gives the shortest of a few runs: what the work itself takes.
fn best(run: impl Fn()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn setting() -> Setting {
    Setting {
        partition: Partition::Aws,
        bucket: Some("b".into()),
        account: AccountId::parse("111122223333"),
        region: Some("eu-west-1".to_owned()),
        organization: None,
        bucket_tags: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// Gives the policies of every JSON file below `folder`.
fn collected(folder: &Path) -> Vec<String> {
    let mut folders = vec![folder.to_owned()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().filter_map(|file| policy_of(&std::fs::read_to_string(file).ok()?)).collect()
}

fn policy_of(text: &str) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    for member in ["document", "policy"] {
        if let Some(inner) = value.get(member) {
            value = inner.clone();
        }
    }
    match value {
        Value::String(text) => Some(text),
        value => value.get("Statement").map(|_| value.to_string()),
    }
}

/// Gives what a fleet holds: mostly grants to the own account and a demand for TLS, now and then something open.
fn generated() -> Vec<String> {
    let tls = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    let allow = |principal: Value, action: &str, condition: Value| json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "arn:aws:s3:::b/*", "Condition": condition});
    let kinds = [
        vec![tls.clone()],
        vec![
            tls.clone(),
            allow(json!({"AWS": "arn:aws:iam::111122223333:role/app"}), "s3:GetObject", json!({})),
        ],
        vec![tls.clone(), allow(json!({"AWS": "arn:aws:iam::111122223333:root"}), "s3:*", json!({}))],
        vec![
            allow(
                json!({"Service": "cloudtrail.amazonaws.com"}),
                "s3:PutObject",
                json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
            ),
            tls.clone(),
        ],
        vec![allow(json!("*"), "s3:GetObject", json!({}))],
        vec![
            allow(json!("*"), "s3:*", json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})),
            tls.clone(),
        ],
        vec![
            allow(
                json!("*"),
                "s3:GetObject",
                json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}),
            ),
            tls,
        ],
    ];
    // Of twenty buckets, fourteen speak of their own account only.
    let share = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5, 6];
    let statements = (0..1_000).filter_map(|at| kinds.get(*share.get(at % share.len())?));
    statements
        .map(|statements| json!({"Version": "2012-10-17", "Statement": statements}).to_string())
        .collect()
}

/// Gives a public Allow under forty Denies that each can be escaped in four ways; or one where the escapes exclude
/// each other, so that every combination has to be ruled out.
fn forty(contradictory: bool) -> String {
    let keys = ["aws:Referer", "aws:UserAgent", "s3:x-amz-content-sha256", "s3:versionid"];
    let mut statements = vec![json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObjectVersion",
        "Resource": "arn:aws:s3:::b/*"})];
    for at in 0..40 {
        let condition = if contradictory && at < 16 {
            // Bit by bit: each Deny forbids one combination of "starts with x" on four keys.
            let bit = |key: usize| if at >> key & 1 == 1 { "StringLike" } else { "StringNotLike" };
            let mut condition = json!({"StringLike": {}, "StringNotLike": {}});
            for (number, key) in
                ["aws:Referer", "aws:UserAgent", "s3:ExistingObjectTag/a", "s3:versionid"].iter().enumerate()
            {
                condition[bit(number)][key] = json!("x*");
            }
            condition
        } else {
            let mut like = json!({});
            for (number, key) in keys.iter().enumerate() {
                like[key] = json!(format!("*{}{at}*", ["a", "b", "c", "d"].get(number).unwrap_or(&"e")));
            }
            json!({"StringLike": like})
        };
        statements.push(
            json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
            "Condition": condition}),
        );
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}
