//! What is odd about a document that can still be judged.

use crate::untrusted::Untrusted;

/// Something that a reader of the policy should know and that did not make it unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Where, as a JSON pointer relative to the policy document.
    pub pointer: String,
    /// What.
    pub kind: Oddity,
}

/// The oddities that the parser reports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Oddity {
    /// The same key twice in one object; the last one counts. How AWS's own parser takes it is not documented.
    #[error("the key `{}` occurs more than once", .0.escaped())]
    DuplicateKey(Untrusted),
    /// An element that the policy language does not have.
    #[error("unknown element `{}`", .0.escaped())]
    UnknownElement(Untrusted),
    /// An ARN that can match nothing.
    #[error("malformed ARN `{}`", .0.escaped())]
    MalformedArn(Untrusted),
    /// An entry of Principal that names nobody.
    #[error("principal `{}` names nobody", .0.escaped())]
    UnknownPrincipal(Untrusted),
    /// A value that its operator cannot read; it never matches.
    #[error("value `{}` cannot be read by its operator and never matches", .0.escaped())]
    UnreadableValue(Untrusted),
    /// A condition key that neither AWS nor S3 defines.
    #[error("no S3 request carries the condition key `{}`", .0.escaped())]
    UnknownKey(Untrusted),
    /// An action pattern that no S3 action matches.
    #[error("no S3 action matches `{}`", .0.escaped())]
    UnknownAction(Untrusted),
    /// `NotPrincipal` with `Allow`: documented as unsupported, judged all the same.
    #[error("NotPrincipal with Allow lets in everybody else")]
    AllowNotPrincipal,
    /// A document of version 2008-10-17 (or none) in which `${` stands: it is literal text there.
    #[error("`${{…}}` is literal text in this version of the language")]
    LiteralVariable,
}
