//! The daemon's part in events: messages of queues are taken in, and taken off the queue only when they are done.

mod vitals;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_ingest::cloudtrail::DeadLetter;
use jiff::Timestamp;
use tokio::time::{Instant, sleep};

pub use self::vitals::{Health, Part, Vitals};

use crate::handle::{HandleError, Handled, Handler};
use crate::intake::Intake;
use crate::scan::Stop;
use crate::state::StateError;

/// How long after a queue failed it is asked again.
const PAUSE: Duration = Duration::from_secs(5);

/// How often planned looks are made.
const TICK: Duration = Duration::from_secs(1);

/// How long one round of work may take. Messages stay invisible to others for longer.
const ROUND: Duration = Duration::from_secs(20);

/// How often is looked which exceptions count.
const REVIEW: Duration = Duration::from_secs(15);

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
    /// A queue answered.
    Answered {
        /// The queue's name.
        queue: String,
        /// How many messages it gave.
        messages: usize,
    },
    /// Events were handled.
    Handled(Handled),
    /// Events are done, new ones and those that were known: when each happened.
    Done(Vec<Timestamp>),
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
    /// The looks that were due are made; how many buckets were looked at.
    Looked(usize),
    /// Looks that were due could not be made and are tried again.
    NotLooked(HandleError),
}

/// Hears what a daemon has to say.
pub type Journal = Arc<dyn Fn(Said) + Send + Sync>;

/// Takes events off queues until it is stopped.
pub struct Watch {
    handler: Arc<Handler>,
    intake: Intake,
    queues: Vec<Arc<dyn EventQueue>>,
    journal: Journal,
    stop: Stop,
}

impl Watch {
    /// Gives a daemon that has `handler` handle what `queues` hold, until `stop`.
    pub fn new(
        handler: Arc<Handler>,
        queues: Vec<Arc<dyn EventQueue>>,
        journal: Journal,
        stop: Stop,
    ) -> Self {
        let intake = Intake::new(Arc::clone(&handler), Arc::clone(&journal));
        Self { handler, intake, queues, journal, stop }
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
            if let Ok(messages) = &received {
                let queue = queue.name().to_owned();
                (self.journal)(Said::Answered { queue, messages: messages.len() });
            }
            let outcome = match received {
                Ok(messages) if messages.is_empty() => continue,
                Ok(messages) => queue.delete(self.take(&messages).await).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                (self.journal)(Said::Queue(error));
                self.rest(PAUSE).await;
            }
        }
    }

    /// Gives the receipts of the messages that are done.
    async fn take(&self, messages: &[Message]) -> Vec<String> {
        let taken = self.intake.take(messages, Instant::now() + ROUND).await;
        taken.done.into_iter().map(|message| message.receipt.clone()).collect()
    }

    /// Makes the looks that are due, looks through the exceptions, forgets what is old, and reminds of what is still open.
    async fn look_again(&self) {
        let mut forget_at = Instant::now();
        let (mut review, mut review_at) = (self.handler.review(), forget_at);
        while self.stop.why().is_none() {
            let now = Instant::now();
            match self.handler.revisit(Timestamp::now(), now + ROUND).await {
                Ok(looks) => (self.journal)(Said::Looked(looks)),
                Err(error) => {
                    (self.journal)(Said::NotLooked(error));
                    self.rest(PAUSE).await;
                }
            }
            if review_at <= now {
                review_at = now + REVIEW;
                self.hear(review.turn(Timestamp::now()).await);
            }
            if forget_at <= now {
                forget_at = now + FORGET;
                self.hear(self.handler.forget(Timestamp::now()).await);
                self.hear(self.handler.remind(Timestamp::now()).await);
            }
            self.rest(TICK).await;
        }
    }

    /// Tells of what failed.
    fn hear<T>(&self, outcome: Result<T, StateError>) {
        if let Err(error) = outcome {
            (self.journal)(Said::Failed(error.into()));
        }
    }

    async fn rest(&self, time: Duration) {
        tokio::select! {
            () = self.stop.stopped() => {}
            () = sleep(time) => {}
        }
    }
}
