//! The credentials that calls are signed with: kept, and asked for anew shortly before they end.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::identity::Identity;
use tokio::sync::Mutex;

/// How long before they end credentials are asked for anew.
const AHEAD: Duration = Duration::from_secs(60);

/// For how long credentials are kept that do not say when they end. A file may hold others by then.
const KEPT: Duration = Duration::from_secs(15 * 60);

/// The credentials of one account.
#[derive(Debug)]
pub(super) struct Keys {
    provider: Option<SharedCredentialsProvider>,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    identity: Identity,
    renewed_at: SystemTime,
    ends_at: Option<SystemTime>,
}

impl Keys {
    /// Gives the credentials that `provider` gives.
    pub(super) fn new(provider: Option<SharedCredentialsProvider>) -> Self {
        Self { provider, held: Mutex::default() }
    }

    /// Gives who signs at `now`. Credentials that still hold outlast a provider that fails.
    pub(super) async fn identity(&self, now: SystemTime) -> Result<Identity, CredentialsError> {
        let mut held = self.held.lock().await;
        if let Some(held) = held.as_ref().filter(|held| now < held.renewed_at) {
            return Ok(held.identity.clone());
        }
        let nobody = || CredentialsError::not_loaded("there is nobody to ask for credentials");
        let asked = match &self.provider {
            Some(provider) => provider.provide_credentials().await,
            None => Err(nobody()),
        };
        match (asked, held.as_ref()) {
            (Ok(credentials), _) => {
                let ends_at = credentials.expiry();
                let renewed_at = match ends_at {
                    Some(end) => end.checked_sub(AHEAD).unwrap_or(end),
                    None => now + KEPT,
                };
                let identity = Identity::from(credentials);
                *held = Some(Held { identity: identity.clone(), renewed_at, ends_at });
                Ok(identity)
            }
            (Err(_), Some(held)) if held.ends_at.is_none_or(|end| now < end) => Ok(held.identity.clone()),
            (Err(error), _) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::Credentials;
    use aws_credential_types::provider::{ProvideCredentials, future};

    use super::*;

    /// Gives credentials that end after `lasts`, so many times; then fails.
    #[derive(Clone, Debug)]
    struct Provider {
        start: SystemTime,
        lasts: Option<Duration>,
        times: usize,
        asked: Arc<AtomicUsize>,
    }

    impl ProvideCredentials for Provider {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let asked = self.asked.fetch_add(1, Ordering::Relaxed);
            let end = self.lasts.map(|lasts| self.start + lasts);
            future::ProvideCredentials::ready(match asked < self.times {
                true => Ok(Credentials::new("AKIA", "s", None, end, "test")),
                false => Err(CredentialsError::not_loaded("gone")),
            })
        }
    }

    /// Tells, for each second after the start, whether there are credentials and how often they were asked for.
    async fn course(lasts: Option<u64>, times: usize, seconds: &[u64]) -> Vec<(bool, usize)> {
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        let asked = Arc::new(AtomicUsize::new(0));
        let lasts = lasts.map(Duration::from_secs);
        let keys = Keys::new(Some(SharedCredentialsProvider::new(Provider {
            start,
            lasts,
            times,
            asked: Arc::clone(&asked),
        })));
        let mut course = Vec::new();
        for second in seconds {
            let there = keys.identity(start + Duration::from_secs(*second)).await.is_ok();
            course.push((there, asked.load(Ordering::Relaxed)));
        }
        course
    }

    #[tokio::test]
    async fn credentials_are_asked_for_once_and_again_before_they_end() {
        assert_eq!(
            course(Some(3_600), 9, &[0, 1, 3_539, 3_541]).await,
            [(true, 1), (true, 1), (true, 1), (true, 2)]
        );
    }

    #[tokio::test]
    async fn credentials_without_an_end_are_asked_for_now_and_then() {
        assert_eq!(course(None, 9, &[0, 899, 901]).await, [(true, 1), (true, 1), (true, 2)]);
    }

    #[tokio::test]
    async fn credentials_that_hold_outlast_a_provider_that_fails() {
        assert_eq!(course(Some(3_600), 1, &[0, 3_590, 3_601]).await, [(true, 1), (true, 2), (false, 3)]);
    }

    #[tokio::test]
    async fn without_a_provider_there_are_none() {
        assert!(Keys::new(None).identity(SystemTime::now()).await.is_err());
    }
}
