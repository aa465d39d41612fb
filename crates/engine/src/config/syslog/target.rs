//! Where syslog messages go.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// Where syslog messages go.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub enum SyslogTarget {
    /// A socket of this machine; without a path, `/dev/log`.
    Local(Option<PathBuf>),
    /// One datagram a message.
    Udp(Address),
    /// A stream with octet counting.
    Tcp(Address),
    /// A stream with octet counting under TLS.
    Tls(Address),
}

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Host name or IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// A text that is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no syslog target; write `local`, `unix:///PATH`, `udp://HOST`, `tcp://HOST` or `tls://HOST`"
)]
pub struct TargetError(String);

impl FromStr for SyslogTarget {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || TargetError(text.to_owned());
        if text == "local" {
            return Ok(Self::Local(None));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
        let address = |port| Address::parse(rest, port).ok_or_else(wrong);
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Local(Some(PathBuf::from(rest)))),
            "udp" => address(514).map(Self::Udp),
            "tcp" => address(601).map(Self::Tcp),
            "tls" => address(6514).map(Self::Tls),
            _ => Err(wrong()),
        }
    }
}

impl Address {
    /// Reads `HOST`, `HOST:PORT`, `[IPV6]` or `[IPV6]:PORT`.
    fn parse(text: &str, default_port: u16) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map(|(host, port)| (host, port.strip_prefix(':')))?,
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
        };
        let named =
            !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:%".contains(c));
        let port = port.map_or(Some(default_port), |port| port.parse().ok().filter(|port| *port != 0))?;
        named.then(|| Self { host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') { write!(f, "[{host}]:{port}") } else { write!(f, "{host}:{port}") }
    }
}

impl fmt::Display for SyslogTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local(None) => f.write_str("local"),
            Self::Local(Some(path)) => write!(f, "unix://{}", path.display()),
            Self::Udp(address) => write!(f, "udp://{address}"),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Tls(address) => write!(f, "tls://{address}"),
        }
    }
}

impl<'de> Deserialize<'de> for SyslogTarget {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_shown_with_their_port() {
        for (text, shown) in [
            ("local", "local"),
            ("unix:///run/log", "unix:///run/log"),
            ("udp://192.0.2.1", "udp://192.0.2.1:514"),
            ("tcp://logs.example.com:1514", "tcp://logs.example.com:1514"),
            ("tls://[2001:db8::1]", "tls://[2001:db8::1]:6514"),
            ("tls://[2001:db8::1]:99", "tls://[2001:db8::1]:99"),
        ] {
            assert_eq!(text.parse::<SyslogTarget>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "remote",
            "udp://",
            "tcp://h:0",
            "tcp://h:99999",
            "http://h",
            "unix://x",
            "udp://a b",
            "tcp://[::1",
        ] {
            assert!(text.parse::<SyslogTarget>().is_err(), "{text}");
        }
    }
}
