//! Exceptions that are written down, which may change while somebody heeds them.

use std::sync::{Arc, PoisonError, RwLock};

use bucketwatch_exposure::exception::Exception;

/// The exceptions of the configuration as they are now. Those who share it see each change at their next look.
#[derive(Clone, Debug, Default)]
pub struct Written(Arc<RwLock<Arc<[Exception]>>>);

impl Written {
    /// Gives them.
    pub fn now(&self) -> Arc<[Exception]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts others in their place.
    pub fn replace(&self, exceptions: Vec<Exception>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = exceptions.into();
    }
}

impl From<Vec<Exception>> for Written {
    fn from(exceptions: Vec<Exception>) -> Self {
        Self(Arc::new(RwLock::new(exceptions.into())))
    }
}
