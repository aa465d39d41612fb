//! A queue of the independent emulator, behind a front that hands messages over again after two seconds instead of a
//! minute, so that a test of crashes need not wait for that.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::calls;
use super::front::Front;
use super::ministack::Ministack;

/// How many messages a call sends at most.
const BATCH: usize = 10;

/// A queue with an emulator of its own.
pub(crate) struct Queue {
    environment: PathBuf,
    emulator: Ministack,
    front: Front,
    name: &'static str,
    url: String,
}

impl Queue {
    /// Starts an emulator and makes the queue `name` there.
    pub(crate) fn start(environment: &Path, name: &'static str) -> Self {
        let emulator = Ministack::start(environment);
        let front =
            Front::replacing(emulator.address(), "\"VisibilityTimeout\":60", "\"VisibilityTimeout\":2");
        let environment = environment.to_owned();
        let mut queue = Self { environment, emulator, front, name, url: String::new() };
        queue.url = queue.create();
        queue
    }

    /// Makes the queue, and gives its address.
    pub(crate) fn create(&self) -> String {
        let made = self.make(&[calls::call("sqs", "create_queue", json!({"QueueName": self.name}))]);
        made[0]["ok"]["QueueUrl"].as_str().expect("its address").to_owned()
    }

    /// Deletes the queue with all that it holds.
    pub(crate) fn delete(&self) {
        self.make(&[calls::call("sqs", "delete_queue", json!({"QueueUrl": self.url}))]);
    }

    /// Gives its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Gives where it is asked.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.front.address())
    }

    /// Puts messages on it.
    pub(crate) fn send(&self, messages: &[String]) {
        let entry = |(number, body): (usize, &String)| json!({"Id": number.to_string(), "MessageBody": body});
        let batch = |batch: &[String]| {
            let entries: Vec<Value> = batch.iter().enumerate().map(entry).collect();
            calls::call("sqs", "send_message_batch", json!({"QueueUrl": self.url, "Entries": entries}))
        };
        self.make(&messages.chunks(BATCH).map(batch).collect::<Vec<_>>());
    }

    /// Gives how many messages wait, and how many are under way.
    pub(crate) fn left(&self) -> (u64, u64) {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let asked = json!({"QueueUrl": self.url, "AttributeNames": names});
        let answers = self.make(&[calls::call("sqs", "get_queue_attributes", asked)]);
        let left = |name: &str| answers[0]["ok"]["Attributes"][name].as_str()?.parse().ok();
        (left(names[0]).expect("a number"), left(names[1]).expect("a number"))
    }

    fn make(&self, calls: &[Value]) -> Vec<Value> {
        calls::make(&self.environment, self.address(), calls)
    }

    fn address(&self) -> SocketAddr {
        self.emulator.address()
    }
}
