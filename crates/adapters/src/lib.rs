//! The edge of bucketwatch: AWS, SQLite, syslog.

pub mod aws;
pub mod sqlite;
