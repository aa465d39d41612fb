//! The form of the catalogue's entries.

/// One line of the table of actions.
#[derive(Debug)]
pub(super) struct ActionFact {
    /// The name with its service: `s3:GetObject`.
    pub(super) name: &'static str,
    /// AWS's access level.
    pub(super) level: Level,
    /// The resource types that it acts on, in AWS's words, separated by spaces.
    pub(super) resources: &'static str,
    /// The condition keys that its requests may carry besides those of all of AWS, separated by spaces.
    pub(super) keys: &'static str,
}

/// AWS's own classes of actions.
///
/// *Source*: service authorization reference, "Actions, resources, and condition keys for Amazon S3".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Sees which resources there are.
    List,
    /// Sees what is in them.
    Read,
    /// Changes them.
    Write,
    /// Changes who may do what.
    Permissions,
    /// Changes tags.
    Tagging,
}

/// One condition key, or a family of keys.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyFact {
    /// The name as AWS writes it; a family ends in `/` (`aws:PrincipalTag/`).
    pub name: &'static str,
    /// What its values are.
    pub kind: KeyKind,
    /// Whether one request may carry several values of it.
    pub many: bool,
}

/// What the values of a condition key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyKind {
    /// Text.
    Text,
    /// An ARN.
    Arn,
    /// A number.
    Number,
    /// An instant.
    Time,
    /// `true` or `false`.
    Bool,
    /// An IP address.
    Address,
    /// Bytes.
    Binary,
}
