//! Notifiers and secrets that are services of AWS: against ministack in a process of its own, and stand-ins that hold
//! a request to what the service documents.

mod bus;
mod hub;
mod published;
mod secret;
mod topic;

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use bucketwatch_adapters::aws::{AwsSession, ConnectOptions, Embedded};
use serde_json::{Value, json};

use crate::emulators::{Server, environment};

const ACCOUNT: &str = "111122223333";

/// Gives a session whose services are all at `url`.
fn session(url: &str) -> Arc<AwsSession> {
    let embedded = Some(Embedded { url: url.to_owned(), access_key_id: ACCOUNT.to_owned() });
    Arc::new(AwsSession::new(ConnectOptions { embedded, ..ConnectOptions::default() }))
}

/// An emulator of AWS, and a client that shares nothing with bucketwatch.
struct Emulator {
    server: Server,
    client: Mutex<Client>,
}

/// botocore in a process of its own.
struct Client {
    process: Child,
    calls: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Emulator {
    /// Starts one; `None` where there is none to start.
    fn start() -> Option<Self> {
        let environment = environment()?;
        let command = Command::new(environment.join("bin/ministack"));
        let server = Server::start(command, |command, port| {
            command
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("AUTH", "true")
                .env("BIND_HOST", "127.0.0.1")
                .env("GATEWAY_PORT", port.to_string())
                .stdout(Stdio::null());
        });
        let mut process = Command::new(environment.join("bin/python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/services/calls.py"))
            .args([&format!("http://{}", server.address), ACCOUNT])
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (calls, answers) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let client = Mutex::new(Client { process, calls, answers: BufReader::new(answers) });
        Some(Self { server, client })
    }

    fn session(&self) -> Arc<AwsSession> {
        session(&format!("http://{}", self.server.address))
    }

    /// Makes a call.
    fn call(&self, service: &str, operation: &str, params: Value) -> Value {
        let mut client = self.client.lock().unwrap();
        writeln!(client.calls, "{}", json!([service, operation, params])).unwrap();
        let mut answer = String::new();
        client.answers.read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer.get("error").is_none(), "{service} {operation}: {answer}");
        answer
    }

    /// Makes a queue that everything may send to, and gives its URL and ARN.
    fn queue(&self, name: &str, attributes: Value) -> (String, String) {
        let statement =
            json!({"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"});
        let mut attributes = attributes;
        attributes["Policy"] = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string().into();
        let made = self.call("sqs", "create_queue", json!({"QueueName": name, "Attributes": attributes}));
        let url = made["QueueUrl"].as_str().unwrap().to_owned();
        (url, format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"))
    }

    /// Takes every message from a queue, in order, as JSON.
    fn take(&self, url: &str) -> Vec<Value> {
        let mut taken = Vec::new();
        loop {
            let params =
                json!({"QueueUrl": url, "MaxNumberOfMessages": 10, "MessageAttributeNames": ["All"]});
            let answer = self.call("sqs", "receive_message", params);
            let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
            if messages.is_empty() {
                return taken;
            }
            for message in messages {
                taken.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
                let receipt = &message["ReceiptHandle"];
                self.call("sqs", "delete_message", json!({"QueueUrl": url, "ReceiptHandle": receipt}));
            }
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let client = self.client.get_mut().unwrap();
        let _ = client.process.kill();
        let _ = client.process.wait();
    }
}
