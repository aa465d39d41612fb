//! Condition entries: operator, key and values.

use crate::pattern::Pattern;

/// One `operator: {key: values}` entry. All entries of a statement must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operator with its qualifiers.
    pub operator: Operator,
    /// The condition key, lower case (`aws:sourceip`, `aws:principaltag/team`).
    pub key: String,
    /// The key as written.
    pub key_text: crate::untrusted::Untrusted,
    /// The values as written, typed by the operator.
    pub values: Values,
}

/// A condition operator: `ForAnyValue:StringLikeIfExists` has all three parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operator {
    /// The test itself.
    pub test: Test,
    /// Whether the entry holds when the key is missing (`…IfExists`).
    pub if_exists: bool,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
}

/// How a set operator reads a multi-valued key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// Every value of the request matches; true when there is none.
    ForAllValues,
    /// Some value of the request matches; false when there is none.
    ForAnyValue,
}

/// The tests of the policy language.
///
/// *Source*: IAM user guide, "IAM JSON policy elements: Condition operators".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// `StringEquals`.
    StringEquals,
    /// `StringNotEquals`.
    StringNotEquals,
    /// `StringEqualsIgnoreCase`.
    StringEqualsIgnoreCase,
    /// `StringNotEqualsIgnoreCase`.
    StringNotEqualsIgnoreCase,
    /// `StringLike`.
    StringLike,
    /// `StringNotLike`.
    StringNotLike,
    /// `ArnEquals`, the same test as `ArnLike`.
    ArnEquals,
    /// `ArnNotEquals`, the same test as `ArnNotLike`.
    ArnNotEquals,
    /// `ArnLike`.
    ArnLike,
    /// `ArnNotLike`.
    ArnNotLike,
    /// `NumericEquals`.
    NumericEquals,
    /// `NumericNotEquals`.
    NumericNotEquals,
    /// `NumericLessThan`.
    NumericLessThan,
    /// `NumericLessThanEquals`.
    NumericLessThanEquals,
    /// `NumericGreaterThan`.
    NumericGreaterThan,
    /// `NumericGreaterThanEquals`.
    NumericGreaterThanEquals,
    /// `DateEquals`.
    DateEquals,
    /// `DateNotEquals`.
    DateNotEquals,
    /// `DateLessThan`.
    DateLessThan,
    /// `DateLessThanEquals`.
    DateLessThanEquals,
    /// `DateGreaterThan`.
    DateGreaterThan,
    /// `DateGreaterThanEquals`.
    DateGreaterThanEquals,
    /// `Bool`.
    Bool,
    /// `BinaryEquals`.
    BinaryEquals,
    /// `IpAddress`.
    IpAddress,
    /// `NotIpAddress`.
    NotIpAddress,
    /// `Null`: `"true"` wants the key missing, `"false"` wants it present.
    Null,
}

/// The values of a condition entry, typed by its operator. A value that its operator cannot read is
/// `Malformed`: it never matches, and a diagnostic says so.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// For the String and Arn operators. Wildcards count only under the Like and Arn operators.
    Text(Vec<Pattern>),
    /// For `Numeric…`. `None` never matches.
    Number(Vec<Option<f64>>),
    /// For `Date…`. `None` never matches.
    Time(Vec<Option<jiff::Timestamp>>),
    /// For `Bool` and `Null`. A variable or unreadable value is `None`.
    Bool(Vec<Option<bool>>),
    /// For `BinaryEquals`: the decoded bytes.
    Binary(Vec<Option<Vec<u8>>>),
    /// For `IpAddress` and `NotIpAddress`.
    Network(Vec<Option<Cidr>>),
}

/// A range of IP addresses in CIDR form; a value without prefix is one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    /// The address as written, host bits not cleared.
    pub address: std::net::IpAddr,
    /// The prefix length in bits, at most 32 or 128.
    pub prefix: u8,
}
