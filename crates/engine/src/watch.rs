//! The daemon's part in events: messages of queues are read, handled, and taken off the queue only then.
//!
//! A message whose events could not be handled, or that holds a record nobody can read, stays on its queue: the queue
//! hands it over again and, after as many times as it is told, puts it with its own dead letters. Its other events are
//! known by their ids then, and nothing is done twice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_ingest::cloudtrail::{Change, DeadLetter, Item, read_message};
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use crate::handle::{HandleError, Handled, Handler};
use crate::scan::Stop;

/// How long after a queue failed it is asked again.
const PAUSE: Duration = Duration::from_secs(5);

/// How often planned looks are made.
const TICK: Duration = Duration::from_secs(1);

/// How long one round of work may take. Messages stay invisible to others for longer.
const ROUND: Duration = Duration::from_secs(20);

/// How often old events are forgotten, and is looked for what to remind of.
const FORGET: Duration = Duration::from_secs(3600);

/// The port to a queue that holds events.
#[async_trait]
pub trait EventQueue: Send + Sync {
    /// Gives the queue's name, for people.
    fn name(&self) -> &str;

    /// Waits a while for messages, and gives those that came; nobody else gets them meanwhile.
    async fn receive(&self) -> Result<Vec<Message>, QueueError>;

    /// Takes messages off the queue, by their receipts.
    async fn delete(&self, receipts: Vec<String>) -> Result<(), QueueError>;
}

/// A message of a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// What takes it off the queue.
    pub receipt: String,
    /// What it says.
    pub body: String,
}

/// Why a queue did not answer, for a person, free of secrets.
#[derive(Debug, thiserror::Error)]
#[error("the queue `{queue}` does not answer: {why}")]
pub struct QueueError {
    /// The queue's name.
    pub queue: String,
    /// What happened.
    pub why: String,
}

/// What a daemon has to say.
#[derive(Debug)]
pub enum Said {
    /// Events were handled.
    Handled(Handled),
    /// A message holds a record that cannot be read.
    DeadLetter {
        /// The message's id.
        message: String,
        /// The record and the reason.
        letter: Box<DeadLetter>,
    },
    /// Events could not be handled and come again.
    Failed(HandleError),
    /// A queue does not answer and is asked again.
    Queue(QueueError),
}

/// Hears what a daemon has to say.
pub type Journal = Arc<dyn Fn(Said) + Send + Sync>;

/// Takes events off queues until it is stopped.
pub struct Watch {
    handler: Arc<Handler>,
    queues: Vec<Arc<dyn EventQueue>>,
    journal: Journal,
    stop: Stop,
}

/// What became of messages.
#[derive(Debug, Default)]
struct Taken {
    /// The receipts of those that are done.
    done: Vec<String>,
    handled: Handled,
}

impl Watch {
    /// Gives a daemon that has `handler` handle what `queues` hold, until `stop`.
    pub fn new(
        handler: Arc<Handler>,
        queues: Vec<Arc<dyn EventQueue>>,
        journal: Journal,
        stop: Stop,
    ) -> Self {
        Self { handler, queues, journal, stop }
    }

    /// Watches until it is stopped. What is under way is finished.
    pub async fn run(&self) {
        let polls = futures::future::join_all(self.queues.iter().map(|queue| self.poll(&**queue)));
        futures::join!(polls, self.look_again());
    }

    async fn poll(&self, queue: &dyn EventQueue) {
        while self.stop.why().is_none() {
            let received = tokio::select! {
                () = self.stop.stopped() => return,
                received = queue.receive() => received,
            };
            let outcome = match received {
                Ok(messages) if messages.is_empty() => continue,
                Ok(messages) => queue.delete(self.take(messages).await).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                (self.journal)(Said::Queue(error));
                self.rest(PAUSE).await;
            }
        }
    }

    /// Handles messages together, and one by one where that fails, so that one bad bucket holds up no other. Gives the
    /// receipts of those that are done.
    async fn take(&self, messages: Vec<Message>) -> Vec<String> {
        let deadline = Instant::now() + ROUND;
        let together = self.try_take(&messages, deadline).await;
        let taken = match together {
            Err(_) if messages.len() > 1 => {
                let mut sum = Taken::default();
                for message in &messages {
                    match self.try_take(std::slice::from_ref(message), deadline).await {
                        Ok(taken) => sum.add(taken),
                        Err(error) => (self.journal)(Said::Failed(error)),
                    }
                }
                sum
            }
            Err(error) => {
                (self.journal)(Said::Failed(error));
                Taken::default()
            }
            Ok(taken) => taken,
        };
        if taken.handled.events > 0 {
            (self.journal)(Said::Handled(taken.handled));
        }
        taken.done
    }

    async fn try_take(&self, messages: &[Message], deadline: Instant) -> Result<Taken, HandleError> {
        let mut changes: Vec<Change> = Vec::new();
        let mut done = Vec::new();
        let mut letters = Vec::new();
        for message in messages {
            let known = letters.len();
            for item in read_message(message.body.as_bytes()) {
                match item {
                    Item::Change(change) => changes.push(*change),
                    Item::Skipped => {}
                    Item::DeadLetter(letter) => letters.push((message.id.clone(), letter)),
                }
            }
            if letters.len() == known {
                done.push(message.receipt.clone());
            }
        }
        let handled = self.handler.events(changes, Timestamp::now(), deadline).await?;
        for (message, letter) in letters {
            (self.journal)(Said::DeadLetter { message, letter });
        }
        Ok(Taken { done, handled })
    }

    /// Makes the looks that are due, forgets what is old, and reminds of what is still open.
    async fn look_again(&self) {
        let mut forget_at = Instant::now();
        while self.stop.why().is_none() {
            let now = Instant::now();
            if let Err(error) = self.handler.revisit(Timestamp::now(), now + ROUND).await {
                (self.journal)(Said::Failed(error));
                self.rest(PAUSE).await;
            }
            if forget_at <= now {
                forget_at = now + FORGET;
                if let Err(error) = self.handler.forget(Timestamp::now()).await {
                    (self.journal)(Said::Failed(error.into()));
                }
                if let Err(error) = self.handler.remind(Timestamp::now()).await {
                    (self.journal)(Said::Failed(error.into()));
                }
            }
            self.rest(TICK).await;
        }
    }

    async fn rest(&self, time: Duration) {
        tokio::select! {
            () = self.stop.stopped() => {}
            () = sleep(time) => {}
        }
    }
}

impl Taken {
    fn add(&mut self, other: Self) {
        self.done.extend(other.done);
        self.handled.events += other.handled.events;
        self.handled.known += other.handled.known;
        self.handled.looks += other.handled.looks;
    }
}
