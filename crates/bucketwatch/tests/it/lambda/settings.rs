//! Settings and secrets that lie in AWS: a parameter of Systems Manager, and Secrets Manager.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::json;

use super::event::{HANDS, Shape, record};
use super::function::Function;
use crate::emulator::front::Front;
use crate::emulator::ministack::Ministack;
use crate::emulator::{account, calls, environment};
use crate::program::Credentials;
use crate::request::Request;
use crate::sandbox::public_policy;

const PARAMETER: &str = "/bucketwatch/configuration";

/// Takes one post on a free port of the loopback interface.
fn receive_one() -> (SocketAddr, Receiver<Request>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("its address");
    let (tell, post) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().expect("a connection");
        let request = Request::read(&stream).expect("a request");
        let answered = (&stream).write_all(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n");
        answered.expect("the answer is taken");
        let _ = tell.send(request);
    });
    (address, post)
}

#[test]
fn the_configuration_comes_from_a_parameter_and_what_is_secret_in_it_from_two_more_places() {
    let test = "the_configuration_comes_from_a_parameter_and_what_is_secret_in_it_from_two_more_places";
    let Some(environment) = environment(test) else { return };
    let emulator = Ministack::start(&environment);
    let front = Front::start(emulator.address());
    let (hook, post) = receive_one();
    let configuration = "[[notify.webhook]]\nname = \"hook\"\n\
        url = { secretsmanager = \"hooks\", key = \"bucketwatch\" }\n\
        headers = { X-Token = { ssm = \"/bucketwatch/token\" } }\n\
        http = { allow_private = true }\n";
    let address = json!({"bucketwatch": format!("http://{hook}/told")}).to_string();
    let parameter = |name: &str, value: &str| {
        calls::call("ssm", "put_parameter", json!({"Name": name, "Value": value, "Type": "SecureString"}))
    };
    let setup = [
        parameter(PARAMETER, configuration),
        parameter("/bucketwatch/token", "not-for-everybody"),
        calls::call("secretsmanager", "create_secret", json!({"Name": "hooks", "SecretString": address})),
        calls::call("s3", "create_bucket", json!({"Bucket": "photos"})),
        calls::call("s3", "delete_public_access_block", json!({"Bucket": "photos"})),
        account::put_policy("photos", &public_policy("photos", &["s3:GetObject"])),
    ];
    calls::make(&environment, front.address(), &setup);
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let endpoint = format!("http://{}", front.address());
    let variables = [("BUCKETWATCH_CONFIG_PARAMETER", PARAMETER), ("BUCKETWATCH_STATE", "memory:")];
    let mut function = Function::with(&endpoint, &credentials, &variables);
    let request = json!({"bucketName": "photos", "policy": ""});
    let event = record("e-1", "PutBucketPolicy", calls::ACCOUNT, &request, &HANDS[1]);
    function.handle(&Shape::Queue.payload(&event));
    let post = post.recv_timeout(Duration::from_secs(30));
    let post = post.unwrap_or_else(|error| panic!("{error}: {}", function.said()));
    assert!(post.line.starts_with("POST /told "), "{}", post.line);
    assert_eq!(post.header("x-token"), Some("not-for-everybody"));
    let body = post.json();
    let transition = &body["transitions"][0];
    assert_eq!((&transition["kind"], &transition["bucket"]), (&json!("opened"), &json!("photos")), "{body}");
    assert_eq!(transition["cause"]["actor"], HANDS[1].actor, "{body}");
    assert!(function.notices().is_empty(), "the configuration in the package does not count beside it");
    let said = function.said();
    assert!(!said.contains("not-for-everybody") && !said.contains("/told"), "{said}");
}

#[test]
fn a_parameter_that_is_not_there_fails_every_invocation_by_its_name() {
    let Some(environment) = environment("a_parameter_that_is_not_there_fails_every_invocation_by_its_name")
    else {
        return;
    };
    let emulator = Ministack::start(&environment);
    let credentials = Credentials { key: calls::ACCOUNT.to_owned(), secret: "any".to_owned(), token: None };
    let endpoint = format!("http://{}", emulator.address());
    let variables = [("BUCKETWATCH_CONFIG_PARAMETER", "/nowhere")];
    let mut function = Function::with(&endpoint, &credentials, &variables);
    for _ in 0..2 {
        let error = function.invoke(&json!({"bucketwatch": "tick"})).expect_err("there are no settings");
        let why = error["errorMessage"].as_str().expect("a reason");
        assert!(why.contains("/nowhere") && why.contains("ParameterNotFound"), "{why}");
    }
}
