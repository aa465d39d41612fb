//! The settings of a syslog receiver.

mod facility;
mod target;

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

pub use self::facility::Facility;
pub use self::target::{Address, SyslogTarget, TargetError};
use super::Period;

/// A syslog receiver that gets each transition as a message of RFC 5424.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyslogConfig {
    /// The notifier's name. Default: `syslog:TARGET`.
    name: Option<String>,
    /// Where to: `local` (the local socket), `unix:///PATH`, `udp://HOST[:514]`, `tcp://HOST[:601]`,
    /// `tls://HOST[:6514]`.
    pub target: SyslogTarget,
    /// The facility. Default: `user`.
    #[serde(default)]
    pub facility: Facility,
    /// APP-NAME, 1 to 48 visible ASCII characters. Default: `bucketwatch`.
    pub app_name: Option<String>,
    /// HOSTNAME. Default: the machine's own.
    pub hostname: Option<String>,
    /// Certificates (PEM) to trust instead of the system's, for `tls://`.
    pub ca_file: Option<PathBuf>,
    /// The name that the receiver's certificate must bear, for `tls://`. Default: the target's host.
    pub server_name: Option<String>,
    /// How long connecting and sending may take. Default: `10s`.
    pub timeout: Option<Period>,
    /// The most bytes of a message, 480 to 65536; 480 is what every receiver takes. Default: 8192; 1400 for `udp://`.
    #[schemars(range(min = 480, max = 65536))]
    pub max_bytes: Option<u32>,
}

impl SyslogConfig {
    /// Gives the settings of a receiver at `target`, everything else as by default.
    pub fn new(target: SyslogTarget) -> Self {
        Self {
            name: None,
            target,
            facility: Facility::default(),
            app_name: None,
            hostname: None,
            ca_file: None,
            server_name: None,
            timeout: None,
            max_bytes: None,
        }
    }

    /// Gives the notifier's name.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("syslog:{}", self.target))
    }
}
