//! Prints the policies of a generated fleet, one a line with its bucket and account: what the benchmark of the policy
//! engine reads.
//!
//! ```text
//! cargo run --release -p bucketwatch-sandbox --example fleet_policies -- 10000
//! ```
#![allow(clippy::print_stdout, reason = "the policies are printed")]

use bucketwatch_sandbox::Fleet;
use serde_json::json;

/// The seed of the sandbox's own fleet.
const SEED: u64 = 1;

fn main() {
    let buckets = std::env::args().nth(1).and_then(|buckets| buckets.parse().ok()).unwrap_or(10_000);
    let fleet = Fleet::generate(buckets, SEED);
    for index in 0..fleet.len() {
        if let Some(policy) = fleet.policy(index) {
            let bucket = fleet.name(index);
            println!("{}", json!({"bucket": bucket, "account": fleet.account().as_str(), "policy": policy}));
        }
    }
}
