//! An S3 account on loopback: S3, its control service and the token service over real HTTP.
//!
//! It serves demonstrations, tests and benchmarks. It accepts every SigV4 signature without verifying it, and
//! because it answers strangers by this project's own evaluator it proves paging, faults and speed, never a verdict.
//!
//! ```
//! use bucketwatch_sandbox::{Account, Fleet, Sandbox, SandboxConfig};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! let account = Account::from_fleet(Fleet::generate(100, 7));
//! let sandbox = Sandbox::start(SandboxConfig::new(account)).await.unwrap();
//! println!("AWS_ENDPOINT_URL={}", sandbox.endpoint_url());
//! sandbox.stop().await;
//! # });
//! ```

pub mod account;
mod caller;
mod conduct;
mod counters;
pub mod demo;
mod fault;
mod fleet;
mod gate;
mod operation;
mod outsider;
mod random;
mod route;
mod server;
mod wire;
mod world;

pub use account::Account;
pub use conduct::{Conduct, EXPIRED_ACCESS_KEY, INVALID_ACCESS_KEY};
pub use counters::Counts;
pub use fault::Faults;
pub use fleet::{Fleet, Make};
pub use gate::Gate;
pub use operation::Operation;
pub use server::{Handle, Sandbox, SandboxConfig, StartError};
