//! The function: the executable in its role in AWS Lambda, under a stand-in of the Runtime API.

mod accounts;
mod batches;
mod change;
mod covered;
mod event;
mod exceptions;
mod failures;
mod flood;
mod function;
mod orders;
mod runtime_api;
mod self_check;
mod settings;
mod stateless;
mod table;
mod tables;
mod tier_one;
mod watcher;
mod wide;

use bucketwatch_sandbox::{Account, demo};

use crate::program::Credentials;
use crate::sandbox::Served;

/// What the sandbox takes for a key.
fn credentials() -> Credentials {
    Credentials { key: "AKIASANDBOXSANDBOX00".to_owned(), secret: "any".to_owned(), token: None }
}

/// An account with these buckets, as CreateBucket makes them today: nobody reaches any.
fn sandbox(buckets: &[&str]) -> Served {
    let mut account = Account::new(demo::account_id(), Default::default());
    for bucket in buckets {
        account.insert(account.new_bucket(bucket, "us-east-1"));
    }
    Served::start(account)
}
