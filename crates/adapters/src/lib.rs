//! The edge of bucketwatch: AWS, the stores of the state, and the notifiers.

pub mod aws;
pub mod command;
pub mod dynamodb;
pub mod eventbridge;
mod hook;
pub mod http;
pub mod log_file;
pub mod memory;
pub mod network;
pub mod pagerduty;
pub mod secrets;
pub mod security_hub;
pub mod serve;
pub mod slack;
#[cfg(feature = "smtp")]
pub mod smtp;
pub mod sns;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod syslog;
pub mod teams;
pub mod trust;
pub mod webhook;
