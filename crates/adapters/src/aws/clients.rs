//! One S3 and one s3control client per region, made when the region is first asked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_config::retry::RetryConfig;
use aws_config::{Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::config::retry::{RetryPartition, TokenBucket};

use super::control_endpoint::ControlEndpoint;

/// Retries that may fail before the SDK stops retrying at all: many more than its own default, which a scan under
/// throttling would use up, and few enough that an endpoint which died is given up within a minute.
const RETRY_TOKENS: usize = 10_000;

const STS_ATTEMPTS: u32 = 4;

/// The clients of all regions; they share the connection pool, the credentials and the pace.
#[derive(Debug)]
pub(super) struct Clients {
    config: SdkConfig,
    retries: RetryPartition,
    s3: Mutex<HashMap<String, aws_sdk_s3::Client>>,
    s3control: Mutex<HashMap<String, aws_sdk_s3control::Client>>,
}

impl Clients {
    pub(super) fn new(config: SdkConfig) -> Self {
        let tokens = TokenBucket::builder().capacity(RETRY_TOKENS).build();
        let retries = RetryPartition::custom("bucketwatch").token_bucket(tokens).build();
        Self { config, retries, s3: Mutex::default(), s3control: Mutex::default() }
    }

    /// Gives clients that do the same with other credentials.
    pub(super) fn with(&self, credentials: SharedCredentialsProvider) -> Self {
        Self::new(self.config.clone().into_builder().credentials_provider(credentials).build())
    }

    /// Gives the configuration that all of them share.
    pub(super) fn config(&self) -> &SdkConfig {
        &self.config
    }

    /// Gives the S3 client of `region`.
    ///
    /// Always path style: names with dots match no certificate otherwise, custom endpoints seldom serve names in front
    /// of their own, and buckets of one region share connections instead of each opening its own.
    pub(super) fn s3(&self, region: &str) -> aws_sdk_s3::Client {
        let make = || {
            let config = aws_sdk_s3::config::Builder::from(&self.config)
                .region(Region::new(region.to_owned()))
                .force_path_style(true)
                .retry_partition(self.retries.clone())
                .build();
            aws_sdk_s3::Client::from_conf(config)
        };
        get_or_make(&self.s3, region, make)
    }

    /// Gives the s3control client of `region`.
    pub(super) fn s3control(&self, region: &str) -> aws_sdk_s3control::Client {
        let make = || {
            let config = aws_sdk_s3control::config::Builder::from(&self.config)
                .region(Region::new(region.to_owned()))
                .endpoint_resolver(ControlEndpoint::default())
                .retry_partition(self.retries.clone())
                .build();
            aws_sdk_s3control::Client::from_conf(config)
        };
        get_or_make(&self.s3control, region, make)
    }

    /// Gives an STS client for the home region: tokens of a regional endpoint are valid in opt-in regions too. It gives
    /// up early, since somebody waits to hear that the endpoint is wrong.
    pub(super) fn sts(&self) -> aws_sdk_sts::Client {
        let retries = self.config.retry_config().cloned().unwrap_or_else(RetryConfig::standard);
        let config = aws_sdk_sts::config::Builder::from(&self.config)
            .retry_config(retries.with_max_attempts(STS_ATTEMPTS))
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }
}

fn get_or_make<C: Clone>(clients: &Mutex<HashMap<String, C>>, region: &str, make: impl FnOnce() -> C) -> C {
    let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(client) = clients.get(region) {
        return client.clone();
    }
    let client = make();
    clients.insert(region.to_owned(), client.clone());
    client
}
