//! The look at itself: the questions of `doctor`, and an invocation that fails where an answer is not good.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bucketwatch_adapters::aws::{AwsDeployment, AwsSession, ConnectOptions};
use bucketwatch_engine::config::{Config, WatchConfig};
use bucketwatch_engine::doctor::{Check, Condition, Part, Scope, examine};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use tracing::warn;

use super::parts::Parts;

/// How often the account is scanned unless the configuration says otherwise.
const SCAN_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many faults an error names; the log has all.
const NAMED: usize = 10;

/// What a function looks at to see whether it still sees and tells.
pub(super) struct SelfCheck {
    session: Arc<AwsSession>,
    queues: Vec<String>,
    regions: Vec<String>,
    notifiers: Vec<String>,
    scan_every: Option<Duration>,
}

impl SelfCheck {
    /// Gives what `config` and `own`, the names of what is ours, say that there is to look at.
    pub(super) fn of(config: &Config, own: &[String], aws: ConnectOptions) -> Self {
        let known = config.watch.queues.iter().cloned();
        Self {
            session: Arc::new(AwsSession::new(aws)),
            queues: known.chain(own.iter().filter_map(|name| queue_url(name))).collect(),
            regions: config.doctor.regions.clone(),
            notifiers: config.notify.names(),
            scan_every: scan_every(&config.watch),
        }
    }

    /// Looks, until `deadline`, and gives how many answers were good and how many nobody could give.
    ///
    /// # Errors
    /// Something is wrong, or may not be looked at. What could not be looked at for another reason is logged.
    pub(super) async fn look(&self, parts: &Parts, deadline: Instant) -> Result<Value> {
        let work = timeout_at(deadline, self.checks(parts));
        let checks = work.await.context("there was not enough time to look at everything")??;
        let (faults, rest): (Vec<Check>, Vec<Check>) = checks.into_iter().partition(is_fault);
        for check in rest.iter().filter(|check| check.condition == Condition::Unknown) {
            warn!("not known: {}", in_words(check));
        }
        if !faults.is_empty() {
            let more = faults.len().saturating_sub(NAMED);
            let mut named: Vec<String> = faults.iter().take(NAMED).map(in_words).collect();
            named.extend((more > 0).then(|| format!("and {more} more")));
            bail!("{}", named.join("; "));
        }
        let well = rest.iter().filter(|check| check.condition == Condition::Well).count();
        Ok(json!({"well": well, "unknown": rest.len() - well}))
    }

    async fn checks(&self, parts: &Parts) -> Result<Vec<Check>> {
        let store = parts.memory.store.as_ref();
        let home = self.session.region().await?;
        // Elsewhere somebody may have left it to the scan to find what changes.
        let regions = if self.regions.is_empty() { vec![home.clone()] } else { self.regions.clone() };
        let scope = Scope {
            cloud: parts.cloud.as_ref(),
            deployment: &AwsDeployment::new(Arc::clone(&self.session)),
            store: Ok(store),
            queues: &self.queues,
            regions: &regions,
            home: &home,
            scan_every: self.scan_every,
            notifiers: &self.notifiers,
        };
        let mut checks = examine(&scope, Timestamp::now()).await;
        // What is new, or remembers nothing, was never scanned.
        if store.runs(1).await?.is_empty() {
            checks.retain(|check| check.part != Part::State);
        }
        Ok(checks)
    }
}

/// Tells whether an answer must be heard of. A permission that is missing must: what it hides may be wrong.
fn is_fault(check: &Check) -> bool {
    match check.condition {
        Condition::Well => false,
        Condition::Wrong => true,
        Condition::Unknown => check.permission.is_some(),
    }
}

fn in_words(check: &Check) -> String {
    let about = [Some(check.part.as_str()), check.region.as_deref(), check.subject.as_deref()];
    let about: Vec<&str> = about.into_iter().flatten().collect();
    format!("{}: {}", about.join(" "), check.text)
}

fn scan_every(config: &WatchConfig) -> Option<Duration> {
    (!config.no_scan).then(|| config.scan_every.as_ref().map_or(SCAN_EVERY, |every| every.duration()))
}

/// Gives the URL of the queue that `name` names by its ARN or URL; `None`: it is the name of something else.
///
/// *Source*: Amazon SQS developer guide, "Queue and message identifiers": a queue's URL is made of what its ARN names.
fn queue_url(name: &str) -> Option<String> {
    if name.starts_with("https://") {
        return Some(name.to_owned());
    }
    let [_, partition, "sqs", region, account, queue] = name.split(':').collect::<Vec<_>>()[..] else {
        return None;
    };
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://sqs.{region}.{suffix}/{account}/{queue}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_known_by_its_arn_or_url_and_a_name_alone_is_none() {
        let url = "https://sqs.eu-west-1.amazonaws.com/111122223333/events";
        for (name, expected) in [
            ("arn:aws:sqs:eu-west-1:111122223333:events", Some(url)),
            (
                "arn:aws-cn:sqs:cn-north-1:111122223333:events",
                Some("https://sqs.cn-north-1.amazonaws.com.cn/111122223333/events"),
            ),
            (url, Some(url)),
            ("bucketwatch-events", None),
            ("arn:aws:lambda:eu-west-1:111122223333:function:bucketwatch", None),
            ("arn:aws:events:eu-west-1:111122223333:rule/bucketwatch", None),
        ] {
            assert_eq!(queue_url(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn what_is_wrong_and_what_may_not_be_looked_at_is_heard_of() {
        let check = |condition| Check::new(Part::Trail, condition, "text");
        let denied = Check { permission: Some("cloudtrail:DescribeTrails"), ..check(Condition::Unknown) };
        for (check, expected) in [
            (check(Condition::Well), false),
            (check(Condition::Wrong), true),
            (check(Condition::Unknown), false),
            (denied, true),
        ] {
            assert_eq!(is_fault(&check), expected, "{check:?}");
        }
    }
}
