//! One change, as an event tells it.

use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::actor::Actor;
use super::agent::Agent;
use super::content::Content;
use super::dead_letter::DeadLetter;
use super::kind::Kind;

/// What a record became.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// It is about the exposure of buckets, or about what watches them.
    Change(Box<Change>),
    /// It is about something else.
    Skipped,
    /// It cannot be read.
    DeadLetter(Box<DeadLetter>),
}

/// Who did what to which configuration, or tried to.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The same for every delivery of the event, and for the copies that several accounts get.
    pub id: String,
    /// When the request was made, to the second.
    pub at: Timestamp,
    /// What kind of configuration it is about.
    pub kind: Kind,
    /// The event's name, for people.
    pub event_name: Untrusted,
    /// What was touched.
    pub target: Target,
    /// The account that owns what was touched. *Unknowns*: `None` in redacted records.
    pub account: Option<AccountId>,
    /// The partition, by the region.
    pub partition: Partition,
    /// The region that logged it.
    pub region: Option<Untrusted>,
    /// Who.
    pub actor: Actor,
    /// With what.
    pub agent: Agent,
    /// From where: an address, or the name of a service.
    pub address: Untrusted,
    /// Whether it was done.
    pub outcome: Outcome,
    /// What the request itself asked for.
    pub content: Content,
}

/// What was touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A bucket.
    Bucket(Untrusted),
    /// Several buckets: those that a multi-Region access point or a distribution holds.
    Buckets {
        /// The thing that holds them.
        name: Untrusted,
        /// The buckets, as far as the request names them.
        buckets: Vec<Untrusted>,
    },
    /// An object.
    Object {
        /// Its bucket.
        bucket: Untrusted,
        /// Its key.
        key: Untrusted,
        /// Its version, where the request names one.
        version_id: Option<Untrusted>,
    },
    /// An access point.
    AccessPoint {
        /// Its name.
        name: Untrusted,
        /// Its bucket, where the request names it.
        bucket: Option<Untrusted>,
    },
    /// A table bucket of S3 Tables, by its ARN.
    TableBucket(Untrusted),
    /// A table of S3 Tables.
    Table {
        /// The ARN of its bucket.
        bucket: Untrusted,
        /// Its namespace; empty where the request does not name it.
        namespace: Untrusted,
        /// Its name; empty where the request does not name it.
        name: Untrusted,
    },
    /// The account or organization as a whole.
    Account,
    /// One account of an organization.
    Member(AccountId),
    /// A trail, rule, queue or function.
    Watcher(Untrusted),
}

impl Target {
    /// Gives the bucket, where the event names exactly one.
    pub fn bucket(&self) -> Option<&Untrusted> {
        match self {
            Self::Bucket(bucket) | Self::Object { bucket, .. } => Some(bucket),
            Self::AccessPoint { bucket, .. } => bucket.as_ref(),
            Self::Buckets { buckets, .. } => match &buckets[..] {
                [bucket] => Some(bucket),
                _ => None,
            },
            Self::TableBucket(_)
            | Self::Table { .. }
            | Self::Account
            | Self::Member(_)
            | Self::Watcher(_) => None,
        }
    }
}

/// Whether a request was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// AWS did it.
    Done,
    /// AWS refused it.
    Refused {
        /// AWS's error code.
        code: Untrusted,
        /// AWS's message.
        message: Option<Untrusted>,
    },
}

impl Outcome {
    /// Tells whether AWS did it.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done)
    }
}
