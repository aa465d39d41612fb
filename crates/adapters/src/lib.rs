//! The edge of bucketwatch: AWS, SQLite, and the notifiers.

pub mod aws;
mod hook;
pub mod http;
pub mod log_file;
pub mod pagerduty;
pub mod secrets;
pub mod slack;
pub mod sqlite;
pub mod syslog;
pub mod teams;
pub mod trust;
pub mod webhook;
