//! DynamoDB's errors in the words of the port.

use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use bucketwatch_engine::state::{Source, StateError};

use super::item::BadItem;
use crate::aws::Causes;

/// Where the table is, for messages: the address that named it.
#[derive(Clone, Debug)]
pub(super) struct Place(pub(super) String);

impl Place {
    /// Sorts the failure of a call.
    pub(super) fn refused<E>(&self, error: &SdkError<E>) -> StateError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let (place, source) = (self.0.clone(), Source::from(Causes::of(error).to_string()));
        let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default();
        match code {
            "ResourceNotFoundException" => StateError::Missing { place },
            "ProvisionedThroughputExceededException"
            | "ThrottlingException"
            | "RequestLimitExceeded"
            | "LimitExceededException" => StateError::Throttled { place, source },
            "AccessDeniedException" | "UnrecognizedClientException" | "ExpiredTokenException" => {
                StateError::Denied { place, source }
            }
            "ValidationException" if is_of_other_keys(error) => {
                StateError::Foreign { place, detail: "its keys are not `pk` and `sk`".to_owned() }
            }
            _ => StateError::Failed { place, source },
        }
    }

    /// Tells that something went wrong that has no better word.
    pub(super) fn failed(&self, why: impl Into<Source>) -> StateError {
        StateError::Failed { place: self.0.clone(), source: why.into() }
    }

    /// Tells that a stored record cannot be understood.
    pub(super) fn bad_record(&self, what: &str, error: BadItem) -> StateError {
        StateError::BadRecord { what: format!("{what} in `{}`", self.0), source: error.into() }
    }
}

/// Tells whether the table exists and has other keys than ours.
fn is_of_other_keys<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let message = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default();
    message.contains("does not match the schema") || message.contains("Missing the key")
}
