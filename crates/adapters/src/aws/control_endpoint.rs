//! Where s3control requests go when the endpoint is overridden.

use std::net::IpAddr;

use aws_sdk_s3control::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime_api::client::endpoint::EndpointFuture;
use aws_smithy_types::endpoint::Endpoint;

/// Resolves as AWS does, save that an override which cannot carry the account id in front of its host name
/// (an address, or a name of the local host) is taken as it is.
///
/// The request is signed for the endpoint that this gives, so the signature holds; the account id still goes in the
/// header `x-amz-account-id`.
#[derive(Debug, Default)]
pub(super) struct ControlEndpoint {
    default: DefaultResolver,
}

impl ResolveEndpoint for ControlEndpoint {
    fn resolve_endpoint<'a>(&'a self, params: &'a Params) -> EndpointFuture<'a> {
        let resolved = ResolveEndpoint::resolve_endpoint(&self.default, params);
        EndpointFuture::new(async move {
            let endpoint = resolved.await?;
            Ok(match (params.account_id(), params.endpoint()) {
                (Some(account), Some(url)) if is_local(url) => without_prefix(endpoint, account),
                _ => endpoint,
            })
        })
    }
}

fn without_prefix(endpoint: Endpoint, account: &str) -> Endpoint {
    let url = endpoint.url().replacen(&format!("://{account}."), "://", 1);
    endpoint.into_builder().url(url).build()
}

fn is_local(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.parse::<IpAddr>().is_ok() || host == "localhost" || host.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn resolved(url: &str) -> String {
        let params = Params::builder()
            .region("eu-west-1")
            .account_id("123456789012")
            .requires_account_id(true)
            .endpoint(url)
            .build()
            .unwrap();
        ControlEndpoint::default().resolve_endpoint(&params).await.unwrap().url().to_owned()
    }

    #[tokio::test]
    async fn the_account_stays_out_of_local_names_and_addresses() {
        for url in ["http://localhost:4566", "http://127.0.0.1:4566", "http://s3.localhost:1"] {
            assert_eq!(resolved(url).await.trim_end_matches('/'), url);
        }
    }

    #[tokio::test]
    async fn the_account_stays_in_front_of_other_names() {
        assert!(
            resolved("https://control.example.com")
                .await
                .starts_with("https://123456789012.control.example.com")
        );
    }

    #[test]
    fn an_address_in_brackets_is_local() {
        assert!(is_local("http://[::1]:4566/path"));
        assert!(!is_local("http://localhost.example.com"));
    }
}
