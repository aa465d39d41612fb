//! An invocation from beginning to end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, bail};
use bucketwatch_engine::intake::Left;
use bucketwatch_engine::watch::Message;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::{Instrument as _, error, info, warn};

use super::deadline::Deadline;
use super::environment::Environment;
use super::parts::Parts;
use super::payload::Payload;
use super::reconcile::reconcile;
use crate::failure::explain_failure;

/// How long notices are delivered at the end of an invocation where a tick delivers the rest.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many planned looks are seen at once.
const LOOKS: usize = 64;

/// The function of one process.
pub(super) struct Function {
    environment: Result<Environment>,
    parts: OnceCell<Parts>,
    /// Whether this process has forgotten what is old, and looked for what to remind of.
    tidied: AtomicBool,
}

impl Function {
    /// Gives the function; what is wrong with its environment fails every invocation, with the reason.
    pub(super) fn new(environment: Result<Environment>) -> Self {
        Self { environment, parts: OnceCell::new(), tidied: AtomicBool::new(false) }
    }

    /// Answers an invocation. One that fails is handed over again by the service.
    pub(super) async fn invoke(&self, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
        let deadline = Deadline::before(event.context.deadline(), SystemTime::now());
        let span = tracing::info_span!("invocation", request_id = event.context.request_id);
        let work = async {
            let answer = self.answer(&event.payload, event.context.request_id.clone(), deadline).await;
            answer.map_err(|error| {
                let why = explain_failure(&error);
                error!("the invocation failed: {why}");
                Diagnostic { error_type: "bucketwatch".to_owned(), error_message: why }
            })
        };
        work.instrument(span).await
    }

    async fn answer(&self, payload: &Value, request: String, deadline: Deadline) -> Result<Value> {
        let payload = Payload::read(payload)?;
        let parts = self.parts(deadline).await?;
        let answer = match payload {
            Payload::Batch(messages) => {
                let left = take(parts, &messages, deadline.work).await;
                let failures = left.iter().map(|left| json!({"itemIdentifier": left.message.id}));
                Ok(json!({"batchItemFailures": failures.collect::<Vec<_>>()}))
            }
            Payload::Event(body) => {
                let message = [Message { id: request, receipt: String::new(), body }];
                match take(parts, &message, deadline.work).await.first() {
                    Some(left) => Err(anyhow::anyhow!("the event is not handled: {}", left.why)),
                    None => Ok(json!({"handled": true})),
                }
            }
            Payload::Tick => self.tick(parts, deadline.work).await,
            Payload::Reconcile => reconcile(parts, deadline.work).await,
            Payload::SelfCheck => parts.self_check.look(parts, deadline.work).await,
        };
        deliver(parts, deadline).await;
        answer
    }

    /// Gives the parts; the first invocation makes them, and again the next one where that failed.
    async fn parts(&self, deadline: Deadline) -> Result<&Parts> {
        let environment = match &self.environment {
            Ok(environment) => environment,
            Err(error) => bail!("{error}"),
        };
        let made = self.parts.get_or_try_init(|| Parts::make(environment));
        timeout_at(deadline.work, made).await.context("AWS does not answer in time")?
    }

    /// Makes the looks that are due; now and then forgets what is old, and reminds of what is still open; looks which
    /// exceptions count.
    async fn tick(&self, parts: &Parts, deadline: Instant) -> Result<Value> {
        let now = Timestamp::now();
        let looks = parts.handler.revisit(now, deadline).await?;
        let is_hour = now.as_second().rem_euclid(3600) < 60;
        if is_hour || !self.tidied.swap(true, Ordering::Relaxed) {
            parts.handler.forget(now).await?;
            parts.handler.remind(now).await?;
        }
        match timeout_at(deadline, async { parts.review.lock().await.turn(now).await }).await {
            Ok(reviewed) => reviewed.map(drop)?,
            Err(_) => warn!("there was not enough time to look which exceptions count; the next tick does"),
        }
        Ok(json!({"looks": looks}))
    }
}

/// Takes messages, and gives those that are left.
async fn take<'m>(parts: &Parts, messages: &'m [Message], deadline: Instant) -> Vec<Left<'m>> {
    let taken = timeout_at(deadline, parts.intake.take(messages, deadline)).await;
    let left = match taken {
        Ok(taken) => taken.left,
        Err(_) => {
            error!(messages = messages.len(), "there was not enough time; the messages come again");
            let why = || "there was not enough time".to_owned();
            messages.iter().map(|message| Left { message, why: why() }).collect()
        }
    };
    if parts.memory.passes {
        settle(parts, deadline).await;
    }
    left
}

/// Asks again, at once, where AWS's answers were older than the event: nobody does it later where nothing is remembered.
async fn settle(parts: &Parts, deadline: Instant) {
    let ahead = Timestamp::now().checked_add(deadline.duration_since(Instant::now()));
    let Ok(ahead) = ahead else { return };
    loop {
        let outcome = async {
            parts.handler.revisit(Timestamp::now(), deadline).await?;
            let planned = parts.memory.store.revisits(ahead, LOOKS).await?;
            Ok::<_, anyhow::Error>(planned.into_iter().find(|look| !look.last).map(|look| look.due_at))
        };
        match timeout_at(deadline, outcome).await {
            Ok(Ok(Some(due))) => {
                let wait = Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or_default();
                sleep_until((Instant::now() + wait).min(deadline)).await;
            }
            Ok(Ok(None)) => return,
            Ok(Err(error)) => return warn!("AWS could not be asked again: {}", explain_failure(&error)),
            Err(_) => {
                return warn!("AWS's answers are still older than the event, and there is no time left");
            }
        }
        if Instant::now() >= deadline {
            return warn!("AWS's answers are still older than the event, and there is no time left");
        }
    }
}

/// Delivers what is due. What cannot be delivered now waits in the state.
async fn deliver(parts: &Parts, deadline: Deadline) {
    let patience = Instant::now() + parts.notifiers.patience(PATIENCE);
    let until = if parts.memory.passes { deadline.delivery } else { patience.min(deadline.delivery) };
    let outbox = parts.notifiers.outbox(&parts.memory.store, parts.holder());
    match outbox.deliver_until(until).await {
        Ok(done) if done.failed + done.dead > 0 => {
            warn!(delivered = done.delivered, failed = done.failed, given_up = done.dead, "notices wait");
        }
        Ok(done) if done.delivered > 0 => info!(delivered = done.delivered, "notices delivered"),
        Ok(_) => {}
        Err(error) => error!("the outbox cannot be read: {}", explain_failure(&error.into())),
    }
}
