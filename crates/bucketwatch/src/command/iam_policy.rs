//! `iam-policy`: the least that a job needs.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;

use anyhow::{Result, bail};
use bucketwatch_adapters::dynamodb::DynamoAddress;
use bucketwatch_engine::config::{Config, NotifyConfig, SecretSource};
use bucketwatch_engine::escape::to_json_pretty;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::operation::Operation;
use serde::Serialize;

use crate::cli::{IamPolicyArguments, JobWord};
use crate::output::Output;
use crate::settings;

/// Runs the command.
pub(crate) fn run(arguments: &IamPolicyArguments) -> Result<Exit> {
    let needed = |job| arguments.jobs.contains(&job);
    let mut grants = Grants::default();
    let reads = [JobWord::Scan, JobWord::Explain, JobWord::Watch, JobWord::Doctor];
    if reads.into_iter().any(needed) {
        scan(&mut grants);
    }
    if needed(JobWord::Explain) {
        // *Source*: Service Authorization Reference, "AWS CloudTrail": the action takes no resource.
        grants.add("cloudtrail:LookupEvents", "*");
    }
    if needed(JobWord::Doctor) {
        doctor(&mut grants);
    }
    if needed(JobWord::Watch) {
        events(&mut grants);
        queues(&arguments.queue, &mut grants);
        let Config { organization, .. } = settings::load(arguments.common.config.as_deref())?;
        if let Some(role) = organization.role_name {
            grants.add("sts:AssumeRole", &format!("iam::*:role/{role}"));
        }
    }
    if needed(JobWord::State) {
        let config = settings::load(arguments.common.config.as_deref())?;
        table(super::state::table(&arguments.state, &config)?.as_ref(), &mut grants);
    }
    if needed(JobWord::Notify) {
        let Config { notify, .. } = settings::load(arguments.common.config.as_deref())?;
        notifiers(&notify, &mut grants);
    }
    if grants.0.is_empty() {
        bail!("no permission is needed: the configuration names neither a notifier nor a secret in AWS");
    }
    let mut output = Output::open(None)?;
    writeln!(output, "{}", to_json_pretty(&grants.policy()))?;
    output.finish()?;
    Ok(Exit::Clean)
}

/// A policy in the order in which people write one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    version: &'static str,
    statement: Vec<Statement>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    effect: &'static str,
    action: BTreeSet<&'static str>,
    resource: String,
}

/// The actions that are needed, by the resource that they are needed on.
#[derive(Default)]
struct Grants(BTreeMap<String, BTreeSet<&'static str>>);

impl Grants {
    /// Adds `action` on `resource`: a whole ARN, or one without its beginning, which then holds in every partition.
    fn add(&mut self, action: &'static str, resource: &str) {
        let whole = resource == "*" || resource.starts_with("arn:");
        let resource = if whole { resource.to_owned() } else { format!("arn:*:{resource}") };
        self.0.entry(resource).or_default().insert(action);
    }

    fn policy(self) -> Policy {
        let statement = |(resource, action)| Statement { effect: "Allow", action, resource };
        Policy { version: "2012-10-17", statement: self.0.into_iter().map(statement).collect() }
    }
}

fn scan(grants: &mut Grants) {
    for operation in Operation::SCAN {
        if let Some(action) = operation.permission() {
            grants.add(action, operation.resource());
        }
    }
}

fn events(grants: &mut Grants) {
    for operation in Operation::EVENTS {
        if let Some(action) = operation.permission() {
            grants.add(action, operation.resource());
        }
    }
}

/// *Source*: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SQS": a batch needs
/// what its single calls need.
fn queues(urls: &[String], grants: &mut Grants) {
    let every = ["sqs:*:*:*".to_owned()];
    let named: Vec<String> = urls.iter().map(|url| queue(url)).collect();
    for queue in if named.is_empty() { &every[..] } else { &named } {
        grants.add("sqs:DeleteMessage", queue);
        grants.add("sqs:ReceiveMessage", queue);
    }
}

/// *Source*: Service Authorization Reference, the pages of AWS CloudTrail, Amazon EventBridge, Amazon SQS and Amazon
/// CloudWatch. The names of dead-letter queues are found out, so every queue may be looked at.
fn doctor(grants: &mut Grants) {
    grants.add("cloudtrail:DescribeTrails", "*");
    grants.add("cloudtrail:GetEventSelectors", "cloudtrail:*:*:trail/*");
    grants.add("cloudtrail:GetTrailStatus", "cloudtrail:*:*:trail/*");
    grants.add("cloudwatch:GetMetricStatistics", "*");
    grants.add("events:ListRules", "*");
    grants.add("events:ListTargetsByRule", "*");
    grants.add("events:TestEventPattern", "*");
    grants.add("sqs:GetQueueAttributes", "sqs:*:*:*");
}

/// Gives the ARN of the queue at `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`; what an address of another form does
/// not say is left open.
fn queue(url: &str) -> String {
    let mut parts = url.split("://").last().unwrap_or(url).trim_end_matches('/').split('/');
    let host = parts.next().unwrap_or_default();
    let region = host.strip_prefix("sqs.").and_then(|rest| rest.split('.').next()).unwrap_or("*");
    let (account, name) = (parts.next().unwrap_or("*"), parts.next().unwrap_or("*"));
    format!("sqs:{region}:{account}:{name}")
}

/// *Source*: Service Authorization Reference, "Actions, resources, and condition keys for Amazon DynamoDB": a transaction
/// needs what its single writes need.
fn table(address: Option<&DynamoAddress>, grants: &mut Grants) {
    const OF_TABLE: [&str; 7] = [
        "dynamodb:BatchGetItem",
        "dynamodb:ConditionCheckItem",
        "dynamodb:DeleteItem",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:Query",
        "dynamodb:UpdateItem",
    ];
    let region = address.and_then(DynamoAddress::region).unwrap_or("*");
    let table = format!("dynamodb:{region}:*:table/{}", address.map_or("*", DynamoAddress::table));
    for action in OF_TABLE {
        grants.add(action, &table);
    }
    grants.add("dynamodb:Query", &format!("{table}/index/gsi1"));
}

/// *Source*: Service Authorization Reference, the pages of Amazon SNS, Amazon EventBridge, AWS Security Hub, AWS Secrets
/// Manager (its ARNs end in six characters after the name) and AWS Systems Manager.
fn notifiers(config: &NotifyConfig, grants: &mut Grants) {
    for sns in &config.sns {
        grants.add("sns:Publish", &sns.topic);
    }
    for target in &config.eventbridge {
        let region = target.region.as_deref().unwrap_or("*");
        grants.add(
            "events:PutEvents",
            &arn_or(&target.bus, |bus| format!("events:{region}:*:event-bus/{bus}")),
        );
    }
    for hub in &config.security_hub {
        grants.add("securityhub:BatchImportFindings", &format!("securityhub:{}:*:product/*/*", hub.region));
    }
    for secret in config.secrets() {
        match secret {
            SecretSource::Env(_) | SecretSource::File(_) => {}
            SecretSource::SecretsManager { id, .. } => {
                let named = |name: &str| format!("secretsmanager:*:*:secret:{name}-??????");
                grants.add("secretsmanager:GetSecretValue", &arn_or(id, named));
            }
            SecretSource::Ssm(name) => {
                let named = |name: &str| format!("ssm:*:*:parameter/{}", name.trim_start_matches('/'));
                grants.add("ssm:GetParameter", &arn_or(name, named));
            }
        }
    }
}

/// Gives `named` itself where it is an ARN, else what `arn` makes of the name.
fn arn_or(named: &str, arn: impl Fn(&str) -> String) -> String {
    if named.starts_with("arn:") { named.to_owned() } else { arn(named) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_gives_the_arn_of_its_queue() {
        for (url, arn) in [
            ("https://sqs.eu-west-1.amazonaws.com/111122223333/events", "sqs:eu-west-1:111122223333:events"),
            (
                "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/e.fifo",
                "sqs:cn-north-1:111122223333:e.fifo",
            ),
            ("http://127.0.0.1:9324/000000000000/events", "sqs:*:000000000000:events"),
            ("events", "sqs:*:*:*"),
        ] {
            assert_eq!(queue(url), arn);
        }
    }

    #[test]
    fn the_state_needs_its_table_and_its_index_and_nothing_else() {
        let address = DynamoAddress::parse("dynamodb://watch?region=eu-west-1").unwrap();
        let mut grants = Grants::default();
        table(Some(&address), &mut grants);
        let resources: Vec<_> = grants.0.iter().map(|(on, actions)| (on.as_str(), actions.len())).collect();
        let of_table = "arn:*:dynamodb:eu-west-1:*:table/watch";
        let of_index = "arn:*:dynamodb:eu-west-1:*:table/watch/index/gsi1";
        assert_eq!(resources, [(of_table, 7), (of_index, 1)]);
    }

    #[test]
    fn notifiers_need_what_they_reach_in_aws_and_nothing_else() {
        let config = Config::parse(
            r#"
            [[notify.sns]]
            topic = "arn:aws:sns:eu-west-1:111122223333:alerts"
            [[notify.eventbridge]]
            region = "eu-west-1"
            [[notify.security_hub]]
            region = "eu-west-1"
            [[notify.slack]]
            url = { secretsmanager = "hooks", key = "slack" }
            [[notify.teams]]
            url = { ssm = "/bucketwatch/teams" }
            [[notify.webhook]]
            url = { env = "HOOK" }
            signing_key = { secretsmanager = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-a1b2c3" }
            "#,
        );
        let mut grants = Grants::default();
        notifiers(&config.unwrap().notify, &mut grants);
        let found: Vec<(&str, &str)> = grants
            .0
            .iter()
            .flat_map(|(resource, actions)| actions.iter().map(move |action| (*action, resource.as_str())))
            .collect();
        assert_eq!(
            found,
            [
                ("events:PutEvents", "arn:*:events:eu-west-1:*:event-bus/default"),
                ("secretsmanager:GetSecretValue", "arn:*:secretsmanager:*:*:secret:hooks-??????"),
                ("securityhub:BatchImportFindings", "arn:*:securityhub:eu-west-1:*:product/*/*"),
                ("ssm:GetParameter", "arn:*:ssm:*:*:parameter/bucketwatch/teams"),
                (
                    "secretsmanager:GetSecretValue",
                    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:key-a1b2c3"
                ),
                ("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:alerts"),
            ]
        );
    }
}
