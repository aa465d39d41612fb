//! CloudTrail records, in every wrapping that they arrive in, become typed [`Change`]s.
//!
//! A record says where to look and who did it; the live configuration is the truth. So nothing here judges: an event
//! gives what it touched, by whom, with what, from where, and what the request itself asked for, which is judged only
//! where the configuration cannot be read.
//!
//! [`read_message`] reads one message of a queue, a rule or a function; [`RecordFile`] streams a log file of any size.
//! Both skip what is not about the exposure of buckets, and turn what they cannot read into [`DeadLetter`]s, one for
//! each record: the rest of the batch goes on.
//!
//! ```
//! use bucketwatch_ingest::cloudtrail::{Item, Kind, read_message};
//!
//! let message = br#"{"detail-type": "AWS API Call via CloudTrail", "detail": {
//!     "eventSource": "s3.amazonaws.com", "eventName": "DeleteBucketPolicy", "eventID": "e-1",
//!     "eventTime": "2026-11-22T06:00:00Z", "awsRegion": "eu-west-1", "recipientAccountId": "111122223333",
//!     "requestParameters": {"bucketName": "photos", "policy": ""},
//!     "userIdentity": {"type": "Root", "accountId": "111122223333"}}}"#;
//! let items = read_message(message);
//! let [Item::Change(change)] = &items[..] else { panic!("{items:?}") };
//! assert_eq!(change.kind, Kind::BucketPolicy);
//! assert_eq!(change.target.bucket().unwrap().as_raw(), "photos");
//! ```

mod actor;
mod agent;
mod change;
mod content;
mod dead_letter;
mod envelope;
mod file;
mod kind;
mod notification;
mod record;
mod request;
mod splitter;
mod value;

pub use self::actor::Actor;
pub use self::agent::{Agent, AgentKind};
pub use self::change::{Change, Item, Outcome, Target};
pub use self::content::Content;
pub use self::dead_letter::{DeadLetter, Reason};
pub use self::envelope::read_message;
pub use self::file::{MAX_RECORD_BYTES, RecordFile};
pub use self::kind::{EVENTS, Kind, Scope, kind_of};

#[cfg(test)]
mod tests;
