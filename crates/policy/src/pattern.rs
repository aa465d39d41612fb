//! Text with wildcards and policy variables, as resources and condition values hold it.

use crate::untrusted::Untrusted;

/// A pattern: literal text, `*`, `?` and `${variables}`.
///
/// Whether `*` and `?` are wildcards depends on where the pattern stands: they are in a resource and under
/// `StringLike` or an Arn operator; under `StringEquals` they are plain text and part of a [`Part::Literal`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pattern {
    /// The text as written.
    pub text: Untrusted,
    /// The text taken apart. Variables appear only where the policy's version and the place read them.
    pub parts: Vec<Part>,
}

/// One piece of a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// Text that stands for itself; the `${*}`, `${?}` and `${$}` escapes are already undone.
    Literal(String),
    /// `*`: any run of characters, `/` and `:` among them.
    AnyRun,
    /// `?`: exactly one character.
    AnyOne,
    /// `${key}` or `${key, 'default'}`.
    Variable {
        /// The condition key, lower case.
        key: String,
        /// What stands for a missing value.
        default: Option<String>,
    },
}

impl Pattern {
    /// Tells whether a `${variable}` occurs.
    pub fn has_variable(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Variable { .. }))
    }

    /// Tells whether a wildcard occurs.
    pub fn has_wildcard(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::AnyRun | Part::AnyOne))
    }
}

/// Tells whether `text` has the six fields of an ARN, wildcards or not.
pub(crate) fn is_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.bytes().filter(|byte| *byte == b':').count() >= 5
}
