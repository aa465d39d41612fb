//! A parsed policy: the typed form that the evaluator, `aws_public` and `reach` share.

use crate::action::ActionSet;
use crate::condition::Condition;
use crate::diagnostic::Diagnostic;
use crate::name::{AccountId, Partition};
use crate::pattern::Pattern;
use crate::untrusted::Untrusted;

/// A policy document as AWS would judge it.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The language version; a document without one has [`Version::V2008`].
    pub version: Version,
    /// The document's `Id`.
    pub id: Option<Untrusted>,
    /// Every statement, in the order of the text.
    pub statements: Vec<Statement>,
    /// What is odd about the document without making it unreadable.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether `Statement` is a single object instead of a list (it changes the JSON pointers).
    pub lone_statement: bool,
}

impl Policy {
    /// Gives the JSON pointer, relative to the policy document, of statement `index`.
    pub fn pointer(&self, index: usize) -> String {
        if self.lone_statement { "/Statement".to_owned() } else { format!("/Statement/{index}") }
    }
}

/// The version of the policy language.
///
/// *Source*: IAM user guide, "IAM JSON policy elements: Version": without 2012-10-17 a `${…}` is literal text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`, also what a missing element means.
    V2008,
    /// `2012-10-17`: policy variables are read.
    V2012,
}

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The statement's `Sid`.
    pub sid: Option<Untrusted>,
    /// Allow or Deny.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`.
    pub principals: Principals,
    /// `Action` or `NotAction`, resolved against the catalogue.
    pub actions: Actions,
    /// `Resource` or `NotResource`.
    pub resources: Resources,
    /// Every operator × key entry of `Condition`; all must hold.
    pub conditions: Vec<Condition>,
}

/// What a statement that matches does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Lets the request in, unless a Deny matches.
    Allow,
    /// Refuses the request, whatever allows it.
    Deny,
}

/// Whom a statement speaks of.
#[derive(Clone, Debug, PartialEq)]
pub enum Principals {
    /// `Principal`: these.
    Only(Vec<Principal>),
    /// `NotPrincipal`: everybody but these.
    Except(Vec<Principal>),
}

/// One entry of a `Principal` element.
///
/// *Source*: IAM user guide, "AWS JSON policy elements: Principal".
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Principal {
    /// `"*"`, or `{"AWS": "*"}`: anybody, signed or not.
    Anyone,
    /// A whole account: its id or the ARN of its root.
    Account {
        /// The account.
        account: AccountId,
        /// The partition where the text says it.
        partition: Option<Partition>,
    },
    /// A user, role or session by ARN, as written.
    Arn {
        /// The ARN's account.
        account: AccountId,
        /// The whole ARN.
        arn: Untrusted,
    },
    /// `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E…`: CloudFront's own caller.
    OriginAccessIdentity(Untrusted),
    /// A dangling unique id (`AIDA…`, `AROA…`): nobody any more.
    UniqueId(Untrusted),
    /// `{"CanonicalUser": …}`: an account by its canonical id.
    CanonicalUser(Untrusted),
    /// `{"Federated": …}`: anybody whom the provider signs in.
    Federated(Untrusted),
    /// `{"Service": …}`: an AWS service.
    Service(Untrusted),
    /// An entry that names nobody AWS knows; it matches nobody, and a diagnostic says so.
    Malformed(Untrusted),
}

/// Which actions a statement speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Actions {
    /// Whether the element was `NotAction`.
    pub negated: bool,
    /// The patterns as written (`s3:Get*`).
    pub patterns: Vec<Untrusted>,
    /// The catalogue's actions that the element selects, the negation already applied.
    pub set: ActionSet,
}

/// Which resources a statement speaks of.
#[derive(Clone, Debug, PartialEq)]
pub struct Resources {
    /// Whether the element was `NotResource`.
    pub negated: bool,
    /// The ARN patterns as written, in order.
    pub patterns: Vec<Pattern>,
}
