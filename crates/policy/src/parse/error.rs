//! Why a document is no policy that could be judged, and where.

use std::fmt;

use crate::position::{LineColumn, line_column, position};
use crate::untrusted::Untrusted;

/// A document that cannot be judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The place as a JSON pointer; empty where the text is no JSON.
    pub pointer: String,
    /// The place as a byte offset into the text.
    pub offset: usize,
    /// The place as a line and a column.
    pub at: LineColumn,
    /// What is wrong there.
    pub reason: Refusal,
}

impl ParseError {
    /// Gives the error for the element that `pointer` names.
    pub(super) fn at_pointer(text: &str, pointer: String, reason: Refusal) -> Self {
        let offset = position(text, &pointer).map_or(0, |range| range.start);
        Self { pointer, offset, at: line_column(text, offset), reason }
    }

    /// Gives the error for the byte `offset`.
    pub(super) fn at_offset(text: &str, offset: usize, reason: Refusal) -> Self {
        Self { pointer: String::new(), offset, at: line_column(text, offset), reason }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {}, column {}", self.reason, self.at.line, self.at.column)?;
        if self.pointer.is_empty() {
            return Ok(());
        }
        write!(f, " (`{}`)", Untrusted::from(self.pointer.as_str()).escaped())
    }
}

impl std::error::Error for ParseError {}

/// What makes a document unjudgeable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The text is longer than any policy that AWS stores.
    #[error("the policy has {size_bytes} bytes, more than the {limit_bytes} that are read")]
    TooLong {
        /// How long it is.
        size_bytes: usize,
        /// How long it may be.
        limit_bytes: usize,
    },
    /// The text is no JSON.
    #[error("the text is no JSON: {0}")]
    Json(String),
    /// A value has the wrong type.
    #[error("`{element}` must be {wanted}, and is {found}")]
    Type {
        /// The element of the policy language.
        element: &'static str,
        /// What it must be.
        wanted: &'static str,
        /// What stands there.
        found: &'static str,
    },
    /// A required element is missing.
    #[error("the element `{0}` is missing")]
    Missing(&'static str),
    /// Two elements that exclude each other.
    #[error("`{0}` and `{1}` exclude each other")]
    Both(&'static str, &'static str),
    /// An element that is spelled in the wrong case: whether AWS would read it is not documented.
    #[error("`{}` must be spelled `{wanted}`", .found.escaped())]
    Spelling {
        /// The name as written.
        found: Untrusted,
        /// The name as it should be.
        wanted: &'static str,
    },
    /// A version of the language that does not exist.
    #[error("`{}` is no version of the policy language", .0.escaped())]
    Version(Untrusted),
    /// An Effect other than Allow and Deny.
    #[error("`{}` is neither `Allow` nor `Deny`", .0.escaped())]
    Effect(Untrusted),
    /// A kind of principal that does not exist.
    #[error("`{}` is no kind of principal", .0.escaped())]
    PrincipalKind(Untrusted),
    /// A principal given as plain text that is not `*`.
    #[error("the principal `{}` must be given as `{{\"AWS\": …}}` or the like", .0.escaped())]
    BarePrincipal(Untrusted),
    /// A condition operator that does not exist, or a combination of qualifiers that does not.
    #[error("`{}` is no condition operator", .0.escaped())]
    Operator(Untrusted),
    /// A policy variable as the value of `Bool`.
    #[error("the policy variable `{}` as a boolean cannot be judged", .0.escaped())]
    BoolVariable(Untrusted),
}
