//! Services of AWS's JSON protocol that answer what they are told to.

use std::collections::{BTreeSet, HashMap};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use crate::request::Request;

type Answer = (u16, Value);

/// What it is to answer, and what it was asked, in small letters.
#[derive(Default)]
struct Script {
    answers: HashMap<String, Answer>,
    asked: BTreeSet<String>,
}

type Shared = Arc<Mutex<Script>>;

/// A server on loopback. Its thread ends with the process of the test.
pub(crate) struct StandIn {
    address: SocketAddr,
    script: Shared,
}

impl StandIn {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let script = Shared::default();
        let kept = Arc::clone(&script);
        std::thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| drop(serve(stream, &kept)));
        });
        Self { address, script }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers `operation` so from now on.
    pub(crate) fn answer(&self, operation: &str, status: u16, answer: Value) {
        self.script().answers.insert(operation.to_lowercase(), (status, answer));
    }

    /// Refuses `operation` from now on, and gives what it answered before.
    pub(super) fn refuse(&self, operation: &str) -> Option<Answer> {
        let refusal = (400, json!({"__type": "AccessDeniedException", "Message": "no"}));
        self.script().answers.insert(operation.to_lowercase(), refusal)
    }

    /// Answers `operation` as before.
    pub(super) fn restore(&self, operation: &str, before: Option<Answer>) {
        let before = before.expect("an answer");
        self.script().answers.insert(operation.to_lowercase(), before);
    }

    /// Gives what it was asked.
    pub(super) fn asked(&self) -> BTreeSet<String> {
        self.script().asked.clone()
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("no panic before")
    }
}

fn serve(mut stream: TcpStream, script: &Shared) -> std::io::Result<()> {
    let request = Request::read(&stream)?;
    let target = request.header("x-amz-target").unwrap_or_default().to_lowercase();
    let asked = target.rsplit('.').next().unwrap_or_default().trim().to_owned();
    let mut script = script.lock().expect("no panic before");
    let unknown = (400, json!({"__type": "UnknownOperationException"}));
    let (status, body) = script.answers.get(&asked).unwrap_or(&unknown);
    let (status, body) = (*status, body.to_string());
    script.asked.insert(asked);
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes())
}
