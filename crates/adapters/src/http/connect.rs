//! From an endpoint to a stream that reaches it and nothing else.

use std::io;
use std::net::SocketAddr;

use rustls_pki_types::ServerName;
use tokio::time::timeout;

use super::endpoint::Endpoint;
use super::{CONNECT, HttpClient, HttpError, is_public};
use crate::network::Socket;

impl HttpClient {
    /// Connects to an address of `endpoint` that may be talked to, with TLS where it asks for it.
    pub(super) async fn connect(&self, endpoint: &Endpoint) -> Result<Box<dyn Socket>, HttpError> {
        if !endpoint.is_tls() && !self.allow_private {
            return Err(HttpError::PlainText { to: endpoint.to_string() });
        }
        let addresses = self.addresses(endpoint).await?;
        let failed = |why: io::Error| HttpError::Connect { to: endpoint.to_string(), why: why.to_string() };
        let stream = timeout(CONNECT, self.network.connect(&addresses))
            .await
            .map_err(|_| HttpError::TooSlow { to: endpoint.to_string(), after: CONNECT })?
            .map_err(failed)?;
        if !endpoint.is_tls() {
            return Ok(stream);
        }
        let name = ServerName::try_from(endpoint.host().to_owned())
            .map_err(|_| HttpError::Request { to: endpoint.to_string() })?;
        let stream = self.tls.connect(name, stream).await.map_err(failed)?;
        Ok(Box::new(stream))
    }

    /// Gives the addresses of `endpoint` that may be talked to.
    async fn addresses(&self, endpoint: &Endpoint) -> Result<Vec<SocketAddr>, HttpError> {
        let resolved = self.network.resolve(endpoint.host(), endpoint.port()).await;
        let resolved =
            resolved.map_err(|why| HttpError::Resolve { to: endpoint.to_string(), why: why.to_string() })?;
        let known = !resolved.is_empty();
        let allowed: Vec<_> =
            resolved.into_iter().filter(|address| self.allow_private || is_public(address.ip())).collect();
        match (allowed.is_empty(), known) {
            (false, _) => Ok(allowed),
            (true, true) => Err(HttpError::Private { to: endpoint.to_string() }),
            (true, false) => {
                Err(HttpError::Resolve { to: endpoint.to_string(), why: "it has no address".to_owned() })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;

    use super::*;
    use crate::http::HttpSettings;
    use crate::network::Network;

    struct Fixed(Vec<SocketAddr>);

    #[async_trait]
    impl Network for Fixed {
        async fn resolve(&self, _: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            Ok(self.0.clone())
        }
    }

    #[tokio::test]
    async fn of_a_name_with_both_only_the_public_addresses_are_left() {
        let address = |text: &str| text.parse::<SocketAddr>().unwrap();
        let (private, public) = (address("127.0.0.1:443"), address("8.8.8.8:443"));
        let network = Arc::new(Fixed(vec![private, public]));
        let client = HttpClient::new(&HttpSettings::default()).unwrap().over(network);
        let endpoint = Endpoint::parse("https://hooks.example.com/").unwrap();
        assert_eq!(client.addresses(&endpoint).await.unwrap(), [public]);
    }
}
