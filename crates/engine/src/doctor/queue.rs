//! Are the queues emptied, and does nothing lie where nobody looks?

use std::time::Duration;

use jiff::Timestamp;

use super::{Check, Condition, Deployment, Part, Queue};

/// How old a message may be before nobody seems to take them off.
const LATE: Duration = Duration::from_secs(15 * 60);

/// Gives whether each of the queues `urls` is emptied, and whether what nobody could handle lies with its dead letters.
pub(super) async fn queues(deployment: &dyn Deployment, urls: &[String], now: Timestamp) -> Vec<Check> {
    let mut checks = Vec::new();
    for url in urls {
        match deployment.queue(url).await {
            Ok(queue) => {
                checks.push(age(deployment, url, &queue, now).await);
                checks.push(dead_letters(deployment, url, &queue).await);
            }
            Err(unseen) if unseen.is_absent => {
                let text = format!("there is no such queue ({})", unseen.why);
                checks.push(Check::new(Part::Queue, Condition::Wrong, text).about(url));
            }
            Err(unseen) => checks.push(Check::unseen(Part::Queue, &unseen).about(url)),
        }
    }
    checks
}

/// Gives the address of the queue `arn`; `None`: it is no queue's.
///
/// *Source*: Amazon SQS Developer Guide, "Queue and message identifiers" (read 2026-11-23).
pub(super) fn address(arn: &str) -> Option<String> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sqs", region, account, name] = parts[..] else { return None };
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Some(format!("https://sqs.{region}.{suffix}/{account}/{name}"))
}

async fn age(deployment: &dyn Deployment, url: &str, queue: &Queue, now: Timestamp) -> Check {
    let Queue { waiting, in_flight, .. } = queue;
    let held = format!("messages waiting: {waiting}, under way: {in_flight}");
    let check = if *waiting == 0 {
        Check::new(Part::Queue, Condition::Well, held)
    } else {
        match deployment.oldest_message(url, now).await {
            Ok(Some(age)) => {
                let condition = if age < LATE { Condition::Well } else { Condition::Wrong };
                Check::new(Part::Queue, condition, format!("{held}; the oldest came {} s ago", age.as_secs()))
            }
            Ok(None) => {
                let text = format!("{held}; how old the oldest is was not measured lately");
                Check::new(Part::Queue, Condition::Unknown, text)
            }
            Err(unseen) => {
                let check = Check::unseen(Part::Queue, &unseen);
                Check { text: format!("{held}; how old the oldest is {}", check.text), ..check }
            }
        }
    };
    check.about(url)
}

async fn dead_letters(deployment: &dyn Deployment, url: &str, queue: &Queue) -> Check {
    let Some(arn) = &queue.dead_letter_queue else {
        let text =
            "it has no dead-letter queue: a message that nobody can read comes back until it is too old";
        return Check::new(Part::Queue, Condition::Wrong, text).about(url);
    };
    let check = match deployment.dead_letters(url, arn).await {
        Ok(0) => Check::new(Part::Queue, Condition::Well, "no dead letters"),
        Ok(count) => {
            let text = format!("messages that nobody could handle: {count}");
            Check::new(Part::Queue, Condition::Wrong, text)
        }
        Err(unseen) => Check::unseen(Part::Queue, &unseen),
    };
    check.about(arn)
}
