//! The edge of bucketwatch: AWS, SQLite, syslog.

pub mod sqlite;
