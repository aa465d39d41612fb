//! The edge of bucketwatch: AWS, SQLite, syslog.

pub mod aws;
pub mod log_file;
pub mod sqlite;
pub mod syslog;
