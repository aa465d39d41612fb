//! Messages that hold events: read, handled, and done only then.
//!
//! A message whose events could not be handled, or that holds a record nobody can read, is left: whoever handed it over
//! does so again and, after as many times as it is told, puts it with its own dead letters. Its other events are known
//! by their ids then, and nothing is done twice.

use std::sync::Arc;

use bucketwatch_ingest::cloudtrail::{Change, DeadLetter, Item, read_message};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::handle::{HandleError, Handled, Handler};
use crate::watch::{Journal, Message, Said};

/// Has a handler handle what messages hold.
pub struct Intake {
    handler: Arc<Handler>,
    journal: Journal,
}

/// What became of messages.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Taken<'m> {
    /// Those that are done.
    pub done: Vec<&'m Message>,
    /// Those that have to be handed over again.
    pub left: Vec<Left<'m>>,
    /// What came of their events.
    pub handled: Handled,
}

/// A message that has to be handed over again.
#[derive(Debug, PartialEq, Eq)]
pub struct Left<'m> {
    /// The message.
    pub message: &'m Message,
    /// Why, for a person.
    pub why: String,
}

impl Intake {
    /// Gives what has `handler` handle messages, and tells `journal` how it goes.
    pub fn new(handler: Arc<Handler>, journal: Journal) -> Self {
        Self { handler, journal }
    }

    /// Takes messages together, and one by one where that fails, so that one bad bucket holds up no other. Those that
    /// nobody comes to before `deadline` are left.
    pub async fn take<'m>(&self, messages: &'m [Message], deadline: Instant) -> Taken<'m> {
        let mut taken = Taken::default();
        if let Err(error) = self.try_take(messages, deadline, &mut taken).await {
            match messages {
                [message] => self.leave(message, error, &mut taken),
                _ => self.take_each(messages, deadline, &mut taken).await,
            }
        }
        if taken.handled.events + taken.handled.known > 0 {
            (self.journal)(Said::Handled(taken.handled));
        }
        taken
    }

    async fn take_each<'m>(&self, messages: &'m [Message], deadline: Instant, taken: &mut Taken<'m>) {
        for message in messages {
            if Instant::now() >= deadline {
                taken.left.push(Left { message, why: "there was no time left for it".to_owned() });
            } else if let Err(error) = self.try_take(std::slice::from_ref(message), deadline, taken).await {
                self.leave(message, error, taken);
            }
        }
    }

    fn leave<'m>(&self, message: &'m Message, error: HandleError, taken: &mut Taken<'m>) {
        taken.left.push(Left { message, why: error.to_string() });
        (self.journal)(Said::Failed(error));
    }

    /// Takes messages; where that fails, `taken` is as it was.
    async fn try_take<'m>(
        &self,
        messages: &'m [Message],
        deadline: Instant,
        taken: &mut Taken<'m>,
    ) -> Result<(), HandleError> {
        let mut changes: Vec<Change> = Vec::new();
        let mut letters: Vec<(&Message, Box<DeadLetter>)> = Vec::new();
        let mut done = Vec::new();
        for message in messages {
            let known = letters.len();
            for item in read_message(message.body.as_bytes()) {
                match item {
                    Item::Change(change) => changes.push(*change),
                    Item::Skipped => {}
                    Item::DeadLetter(letter) => letters.push((message, letter)),
                }
            }
            if letters.len() == known {
                done.push(message);
            }
        }
        let times = changes.iter().map(|change| change.at).collect();
        let handled = self.handler.events(changes, Timestamp::now(), deadline).await?;
        (self.journal)(Said::Done(times));
        taken.handled.events += handled.events;
        taken.handled.known += handled.known;
        taken.handled.looks += handled.looks;
        taken.done.extend(done);
        for (message, letter) in letters {
            if taken.left.last().is_none_or(|left| left.message.id != message.id) {
                taken.left.push(Left { message, why: letter.to_string() });
            }
            (self.journal)(Said::DeadLetter { message: message.id.clone(), letter });
        }
        Ok(())
    }
}
