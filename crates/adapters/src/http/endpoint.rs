//! An address to post to, of which only scheme and host may be shown: the rest is often the secret.

use std::fmt;

use http::Uri;
use http::uri::Scheme;

/// An `https://` or `http://` address.
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    tls: bool,
    host: String,
    port: Option<u16>,
    path: String,
}

/// Why a text is no address to post to. It does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It is none.
    #[error("it is no URL")]
    NoUrl,
    /// It has another scheme.
    #[error("it begins with neither https:// nor http://")]
    Scheme,
    /// It holds a user name or a password.
    #[error("it holds a user name or a password; give a header instead")]
    UserInfo,
}

impl Endpoint {
    /// Reads an address.
    ///
    /// # Errors
    /// It is no URL that can be posted to.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.trim().parse().map_err(|_| EndpointError::NoUrl)?;
        let tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(EndpointError::Scheme),
        };
        let authority = uri.authority().ok_or(EndpointError::NoUrl)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::UserInfo);
        }
        let host = authority.host().to_owned();
        if host.is_empty() {
            return Err(EndpointError::NoUrl);
        }
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { tls, host, port: authority.port_u16(), path })
    }

    /// Tells whether it is reached over TLS.
    pub(super) fn is_tls(&self) -> bool {
        self.tls
    }

    /// Gives the host as the system's resolver and TLS take it: an IPv6 address without its brackets.
    pub(super) fn host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }

    /// Gives the port.
    pub(super) fn port(&self) -> u16 {
        self.port.unwrap_or(if self.tls { 443 } else { 80 })
    }

    /// Gives host and port as a Host header has them.
    pub(super) fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// Gives path and query.
    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.tls { "https" } else { "http" }, self.authority())
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scheme_and_host_are_shown() {
        let endpoint =
            Endpoint::parse("https://hooks.example.com:8443/services/T0/B0/secret?key=secret").unwrap();
        assert_eq!((endpoint.to_string(), format!("{endpoint:?}")), {
            let shown = "https://hooks.example.com:8443".to_owned();
            (shown.clone(), shown)
        });
        assert_eq!(endpoint.path(), "/services/T0/B0/secret?key=secret");
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for (text, error) in [
            ("", EndpointError::NoUrl),
            ("hooks.example.com/x", EndpointError::NoUrl),
            ("/x", EndpointError::Scheme),
            ("ftp://example.com/", EndpointError::Scheme),
            ("file:///etc/passwd", EndpointError::NoUrl),
            ("https://user:secret@example.com/", EndpointError::UserInfo),
            ("https://example.com@127.0.0.1/", EndpointError::UserInfo),
            ("https:///x", EndpointError::NoUrl),
            ("https://exa mple.com/", EndpointError::NoUrl),
            ("https://example.com/\r\nHost: x", EndpointError::NoUrl),
            ("https://ex\u{e4}mple.com/", EndpointError::NoUrl),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap_err(), error, "{text:?}");
        }
    }
}
