//! Two runs and the receivers of their notices: down in one, up in the next.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use bucketwatch_sandbox::{Account, Fleet};
use serde_json::Value;

use crate::program::{Credentials, bucketwatch, scan, told};
use crate::sandbox::Served;

const BUCKETS: usize = 12;

/// How long a receiver waits for its messages.
const PATIENCE: Duration = Duration::from_secs(60);

fn account() -> Served {
    Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)))
}

fn scan_telling(home: &Path, account: &Served, syslog: SocketAddr) -> Command {
    let credentials =
        Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None };
    let mut command = scan(home, &account.handle().endpoint_url(), &credentials);
    command.args(["--syslog", &format!("tcp://{syslog}"), "--log-file", "notices.log"]);
    command
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the executable starts");
    assert!(output.status.code().is_some_and(|code| code != 1 && code != 2), "{}", told(&output));
    output
}

/// Gives an address on which nobody listens until somebody binds it.
fn address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address")
}

/// Takes connections, each to its end, until `most` messages came; fails when that takes too long.
fn receive(address: SocketAddr, most: usize) -> JoinHandle<Vec<String>> {
    let listener = TcpListener::bind(address).expect("the port is free again");
    listener.set_nonblocking(true).expect("a listener that is asked now and then");
    std::thread::spawn(move || {
        let (begun, mut messages) = (Instant::now(), Vec::new());
        while messages.len() < most {
            assert!(begun.elapsed() < PATIENCE, "only {} of {most} messages came", messages.len());
            let Ok((stream, _)) = listener.accept() else {
                std::thread::sleep(Duration::from_millis(20));
                continue;
            };
            messages.extend(messages_of(stream));
        }
        messages
    })
}

/// Reads a connection to its end.
fn messages_of(mut stream: TcpStream) -> Vec<String> {
    stream.set_nonblocking(false).expect("a stream that waits");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("messages to their end");
    let (mut messages, mut rest) = (Vec::new(), text.as_str());
    while let Some((length, after)) = rest.split_once(' ') {
        let (message, next) = after.split_at(length.parse().expect("octets are counted"));
        messages.push(message.to_owned());
        rest = next;
    }
    messages
}

/// Gives the value of a parameter of structured data.
fn parameter<'a>(message: &'a str, name: &str) -> &'a str {
    let (_, value) = message.split_once(&format!(" {name}=\"")).expect("the parameter");
    value.split('"').next().expect("its end")
}

/// Gives the ids of the notices in the log file, in order.
fn logged(home: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(home.join("notices.log")).expect("the log file");
    let id = |line: &str| {
        let notice: Value = serde_json::from_str(line).expect("a notice a line");
        notice["id"].as_str().expect("an id").to_owned()
    };
    text.lines().map(id).collect()
}

#[test]
fn what_a_receiver_missed_in_one_run_it_gets_once_in_the_next_under_the_same_id() {
    let (account, home, syslog) = (account(), tempfile::tempdir().expect("a home"), address());
    // Few attempts, so that the pause after the last one ends well within the next run.
    let configuration = home.path().join("bucketwatch.toml");
    std::fs::write(&configuration, "[notify]\ndeadline = \"4s\"\n").expect("a configuration");
    let first = run(&mut scan_telling(home.path(), &account, syslog));
    std::fs::remove_file(&configuration).expect("the configuration is there");
    assert!(told(&first).contains("they wait for the next run"), "{}", told(&first));
    let baseline = logged(home.path());
    assert_eq!(baseline.len(), 1, "the log file does not wait for syslog");
    let waiting = told(&bucketwatch(home.path()).arg("status").output().expect("it runs"));
    assert!(waiting.contains(&format!("notifier syslog:tcp://{syslog}: 1 waiting")), "{waiting}");

    account.open_one(&Fleet::generate(BUCKETS, 5));
    let receiver = receive(syslog, 2);
    run(&mut scan_telling(home.path(), &account, syslog));
    let messages = receiver.join().expect("the receiver ends");
    let ids: Vec<&str> = messages.iter().map(|message| parameter(message, "notice")).collect();
    let logged = logged(home.path());
    assert_eq!((ids.len(), &logged[..1]), (2, &baseline[..]), "{messages:?}");
    assert!(messages.iter().any(|message| message.contains("transition=\"opened\"")), "{messages:?}");
    let sorted = |mut ids: Vec<&str>| {
        ids.sort_unstable();
        ids.join(" ")
    };
    let logged: Vec<&str> = logged.iter().map(String::as_str).collect();
    assert_eq!(sorted(ids), sorted(logged), "each notice once, under one id everywhere");

    let quiet = told(&run(&mut scan_telling(home.path(), &account, syslog)));
    assert!(!quiet.contains("wait for the next run"), "nothing is left to deliver: {quiet}");
}

#[test]
fn a_target_that_the_file_and_the_command_line_name_is_one_notifier() {
    let (account, home, syslog) = (account(), tempfile::tempdir().expect("a home"), address());
    let receiver = receive(syslog, 1);
    let configuration = format!(
        "[[notify.syslog]]\nname = \"siem\"\ntarget = \"tcp://{syslog}\"\nfacility = \"local3\"\n\n[[notify.log]]\npath = \"notices.log\"\n"
    );
    std::fs::write(home.path().join("bucketwatch.toml"), configuration).expect("a configuration");
    let mut command = scan_telling(home.path(), &account, syslog);
    run(command.args(["--syslog", &format!("tcp://{syslog}")]).env("BUCKETWATCH_CONFIG", "bucketwatch.toml"));
    let messages = receiver.join().expect("the receiver ends");
    assert_eq!((messages.len(), logged(home.path()).len()), (1, 1), "{messages:?}");
    assert!(messages[0].starts_with("<15"), "what the file says of it holds (local3): {}", messages[0]);
}
