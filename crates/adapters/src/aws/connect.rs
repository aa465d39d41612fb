//! From nothing but the environment to an account: credentials, region, TLS, proxy, endpoint, identity.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use aws_config::default_provider::region::DefaultRegionChain;
use aws_config::identity::IdentityCache;
use aws_config::imds::client::error::ImdsError;
use aws_config::meta::region::RegionProviderChain;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use bucketwatch_engine::cloud::{Cause, CloudError};

use super::AwsCloud;
use super::client::Client;
use super::endpoint::is_region;
use super::failure::Causes;
use super::identity::identity;
use super::retry::{FIRST_PAUSE, LONGEST_PAUSE, MOST_ATTEMPTS};
use super::transport::{Paced, Traffic, client, pool};
use super::trust::{tls_context, trust_nobody};

/// Where calls that concern no region go when nothing names one. ListBuckets gives every bucket's own region.
const DEFAULT_REGION: &str = "us-east-1";

/// What some name for a region that stands for none.
const GLOBAL: &str = "aws-global";

/// How to connect. What is `None` comes from the environment, as AWS's other tools read it.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The profile of the shared configuration files.
    pub profile: Option<String>,
    /// The region that calls without one go to.
    pub region: Option<String>,
    /// An endpoint for every service, in place of AWS.
    pub endpoint: Option<String>,
    /// An account inside this process or beside it on loopback, in place of everything that the environment says.
    pub embedded: Option<Embedded>,
    /// The most calls in flight.
    pub concurrency: usize,
    /// How long one attempt of a call may take, from the moment it is sent.
    pub attempt_timeout: Duration,
    /// How long a call may take with all its attempts.
    pub call_deadline: Duration,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            profile: None,
            region: None,
            endpoint: None,
            embedded: None,
            concurrency: 64,
            attempt_timeout: Duration::from_secs(10),
            call_deadline: Duration::from_secs(60),
        }
    }
}

/// A sandbox account: reached directly, with a key that is no secret.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// Its URL.
    pub url: String,
    /// The id of the access key to show.
    pub access_key_id: String,
}

/// Why there is no account to look at.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing gave credentials.
    #[error(
        "no AWS credentials found; looked for AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, {profile} in \
         ~/.aws/config and ~/.aws/credentials (keys, SSO, assume-role, credential_process), a web identity token \
         (AWS_WEB_IDENTITY_TOKEN_FILE), and the roles of the container and the EC2 instance{metadata}; `bucketwatch \
         demo` needs none"
    )]
    NoCredentials {
        /// The profile that was looked for.
        profile: String,
        /// In brackets, what the instance's metadata service said instead of giving a role; empty where there is none.
        metadata: String,
    },
    /// The place that should give credentials did not.
    #[error(
        "the AWS credentials of {profile} cannot be obtained: {why}; sign in again (`aws sso login`) or correct the \
         profile; `bucketwatch demo` needs none"
    )]
    CredentialsFailed {
        /// The profile in use.
        profile: String,
        /// What went wrong.
        why: String,
    },
    /// The credentials are too old.
    #[error(
        "the AWS credentials have expired ({code}); renew them, or try `bucketwatch demo`, which needs none"
    )]
    Expired {
        /// AWS's error code.
        code: String,
    },
    /// AWS does not know the credentials.
    #[error(
        "AWS refuses the credentials ({code}: asked STS in {region}); check the keys, and for accounts in China or \
         GovCloud set AWS_REGION; `bucketwatch demo` needs none"
    )]
    Refused {
        /// AWS's error code.
        code: String,
        /// The region that was asked.
        region: String,
    },
    /// Nobody answers.
    #[error(
        "cannot reach AWS at {endpoint}: {why}; check the network, AWS_ENDPOINT_URL and HTTPS_PROXY; \
         `bucketwatch demo` needs no network"
    )]
    Unreachable {
        /// The address that did not answer.
        endpoint: String,
        /// What happened.
        why: String,
    },
    /// What answers is not AWS, or not as expected.
    #[error(
        "{endpoint} does not answer as AWS's STS does: {why}; check AWS_ENDPOINT_URL; `bucketwatch demo` needs none"
    )]
    NotAws {
        /// The endpoint, or the region's own.
        endpoint: String,
        /// What happened.
        why: String,
    },
    /// The certificate bundle is of no use.
    #[error("AWS_CA_BUNDLE `{path}` cannot be used: {why}", path = .path.display())]
    CaBundle {
        /// The bundle.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A setting is wrong.
    #[error("the AWS settings are wrong: {why}")]
    Settings {
        /// Which and how.
        why: String,
    },
}

/// Connects to the account that the ambient credentials open, and asks who it is.
///
/// *Errors*: each cause has a variant of its own; none is retried by waiting.
pub async fn connect(options: &ConnectOptions) -> Result<AwsCloud, ConnectError> {
    let (pool, config) = ambient(options).await?;
    let home = home_region(&config)?;
    check_credentials(options, &config).await?;
    let traffic = Arc::new(Traffic::new(options.concurrency, options.attempt_timeout));
    let paced = Paced { traffic: Arc::clone(&traffic), inner: pool };
    let config = config.into_builder().http_client(client(paced.clone())).build();
    let client = Client::new(config, paced, options.call_deadline);
    let identity = match identity(&client, &home).await {
        Ok(identity) => identity,
        Err(error) => return Err(explain(error, &traffic, &home)),
    };
    Ok(AwsCloud::new(client, traffic, home, identity))
}

/// Gives the connections and the configuration that `options` and the environment name; nothing is asked yet.
pub(crate) async fn ambient(
    options: &ConnectOptions,
) -> Result<(SharedHttpConnector, SdkConfig), ConnectError> {
    if let Some(embedded) = &options.embedded {
        let pool = pool(trust_nobody()?, ProxyConfig::disabled(), options.concurrency);
        return Ok((pool.clone(), embedded_config(embedded, options, client(pool))));
    }
    let bundle = std::env::var_os("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let pool = pool(tls_context(bundle)?, ProxyConfig::from_env(), options.concurrency);
    Ok((pool.clone(), load(options, client(pool)).await))
}

fn embedded_config(embedded: &Embedded, options: &ConnectOptions, http: SharedHttpClient) -> SdkConfig {
    let keys = Credentials::new(&embedded.access_key_id, "no secret", None, None, "embedded");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .region(Region::new(options.region.clone().unwrap_or_else(|| DEFAULT_REGION.to_owned())))
        .endpoint_url(&embedded.url)
        .retry_config(retries())
        .timeout_config(deadlines(options))
        .build()
}

fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(MOST_ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE)
}

fn deadlines(options: &ConnectOptions) -> TimeoutConfig {
    TimeoutConfig::builder().operation_timeout(options.call_deadline).build()
}

async fn load(options: &ConnectOptions, http: SharedHttpClient) -> SdkConfig {
    let chain = match &options.profile {
        Some(profile) => DefaultRegionChain::builder().profile_name(profile),
        None => DefaultRegionChain::builder(),
    };
    let region = RegionProviderChain::first_try(options.region.clone().map(Region::new))
        .or_else(chain.build())
        .or_else(DEFAULT_REGION);
    let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
        .http_client(http)
        .identity_cache(IdentityCache::lazy().build())
        .retry_config(retries())
        .timeout_config(deadlines(options));
    if let Ok(name) = AppName::new("bucketwatch") {
        loader = loader.app_name(name);
    }
    if let Some(endpoint) = &options.endpoint {
        loader = loader.endpoint_url(endpoint);
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    loader.region(region).load().await
}

/// Gives the region of calls that concern no other.
pub(super) fn home_region(config: &SdkConfig) -> Result<String, ConnectError> {
    let region =
        config.region().map(AsRef::as_ref).filter(|region| *region != GLOBAL).unwrap_or(DEFAULT_REGION);
    if is_region(region) {
        return Ok(region.to_owned());
    }
    Err(ConnectError::Settings {
        why: format!("`{}` is no region (AWS_REGION, profile)", region.escape_debug()),
    })
}

/// Resolves the credentials once by themselves, so that their absence is not taken for a network fault.
async fn check_credentials(options: &ConnectOptions, config: &SdkConfig) -> Result<(), ConnectError> {
    let profile = profile_in_words(options);
    let Some(provider) = config.credentials_provider() else {
        return Err(ConnectError::NoCredentials { profile, metadata: String::new() });
    };
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(CredentialsError::CredentialsNotLoaded(_)) => {
            Err(ConnectError::NoCredentials { profile, metadata: String::new() })
        }
        Err(error) => Err(match refused_by_instance(&error) {
            Some(said) => ConnectError::NoCredentials { profile, metadata: format!(" ({said})") },
            None => ConnectError::CredentialsFailed { profile, why: Causes::of(&error).to_string() },
        }),
    }
}

/// Gives what the instance's metadata service said, if it is what failed: it is asked last, when nothing else has
/// credentials, and refuses where instance metadata is turned off.
fn refused_by_instance(error: &(dyn Error + 'static)) -> Option<String> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<ImdsError>() {
            return Some(Causes::of(error).to_string());
        }
        cause = error.source();
    }
    None
}

fn profile_in_words(options: &ConnectOptions) -> String {
    let named = options.profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok());
    format!("profile `{}`", named.as_deref().unwrap_or("default").escape_debug())
}

pub(super) fn explain(error: CloudError, traffic: &Traffic, home: &str) -> ConnectError {
    let why = error.source.as_ref().map_or_else(|| error.code.clone(), ToString::to_string);
    let address = traffic.unreachable();
    let endpoint = address.unwrap_or_else(|| format!("the STS endpoint of {home}"));
    match error.cause {
        Cause::Credentials if error.code.starts_with("Expired") => ConnectError::Expired { code: error.code },
        Cause::Credentials => ConnectError::CredentialsFailed { profile: "the environment".to_owned(), why },
        Cause::Denied => ConnectError::Refused { code: error.code, region: home.to_owned() },
        Cause::Unavailable | Cause::Throttled => ConnectError::Unreachable { endpoint, why },
        Cause::NotFound | Cause::Bug => ConnectError::NotAws { endpoint, why },
    }
}
