//! What was asked: for the error that may come of it.

use bucketwatch_engine::cloud::{Cause, CloudError};
use bucketwatch_engine::operation::Operation;
use bucketwatch_policy::untrusted::Untrusted;

use super::failure::{Causes, Failure};
use super::xml::{self, Element};

/// An operation and what it is about.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) operation: Operation,
    pub(super) subject: Option<Untrusted>,
    pub(super) region: Option<String>,
}

impl Asked {
    /// Something about the account.
    pub(super) fn about_account(operation: Operation, region: &str) -> Self {
        Self { operation, subject: None, region: Some(region.to_owned()) }
    }

    /// The error of an answer that does not say what it should.
    pub(super) fn misunderstood(&self, why: &'static str) -> CloudError {
        self.error(Cause::Bug, "UnexpectedAnswer".to_owned(), Causes::of_text(why))
    }

    /// Gives what the answer `body` says, whose document has to be a `root`.
    pub(super) fn understood<T>(
        &self,
        body: &[u8],
        root: &str,
        understand: impl FnOnce(Element<'_>) -> Result<T, &'static str>,
    ) -> Result<T, CloudError> {
        xml::read(body, root, understand).map_err(|why| self.misunderstood(why))
    }

    /// The error that comes of `failure`.
    pub(super) fn refused(&self, failure: Failure) -> CloudError {
        let (cause, code, causes) = failure.sorted();
        self.error(cause, code, causes)
    }

    fn error(&self, cause: Cause, code: String, causes: Causes) -> CloudError {
        CloudError {
            cause,
            operation: self.operation,
            subject: self.subject.clone(),
            region: self.region.clone(),
            code,
            source: Some(Box::new(causes)),
        }
    }
}
