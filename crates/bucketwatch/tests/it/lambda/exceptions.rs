//! What somebody accepted and takes back: the next tick tells what that covered.

use serde_json::{Value, json};

use super::function::Function;
use super::{credentials, sandbox};
use crate::program::{bucketwatch, document, told};

/// Runs `accept` with `arguments` on the function's own state.
fn accept(function: &Function, arguments: &[&str]) {
    let mut command = bucketwatch(function.home());
    let output =
        command.arg("accept").args(arguments).args(["--state", "state.db"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

/// Takes back what is accepted.
fn revoke(function: &Function) {
    let mut list = bucketwatch(function.home());
    list.args(["accept", "--list", "--format", "json", "--state", "state.db"]);
    let (list, _) = document(&mut list);
    let counts = |exception: &&Value| exception["revoked"].is_null();
    for exception in list.as_array().expect("an array").iter().filter(counts) {
        accept(function, &["--revoke", exception["id"].as_str().expect("an id")]);
    }
}

/// Ticks, and gives the kinds of what was told of the bucket so far.
fn tick(function: &mut Function) -> Vec<Value> {
    function.handle(&json!({"bucketwatch": "tick"}));
    function.told_of("web").into_iter().map(|transition| transition["kind"].clone()).collect()
}

#[test]
fn what_an_exception_covered_is_told_once_by_the_first_tick_after_it_is_taken_back_and_by_a_later_one() {
    let served = sandbox(&["web"]);
    let mut function = Function::start(&served.handle().endpoint_url(), &credentials());
    function.reconcile();
    served.open("web", &["s3:GetObject"]);
    function.reconcile();
    let until = (jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24)).to_string();
    let website = ["web", "--reason", "the website", "--until", &until];
    accept(&function, &website);
    revoke(&function);
    for _ in 0..2 {
        assert_eq!(tick(&mut function), ["opened", "lapsed"], "{}", function.said());
    }
    accept(&function, &website);
    assert_eq!(tick(&mut function), ["opened", "lapsed"], "what is accepted alerts nobody");
    revoke(&function);
    assert_eq!(tick(&mut function), ["opened", "lapsed", "lapsed"], "{}", function.said());
}
