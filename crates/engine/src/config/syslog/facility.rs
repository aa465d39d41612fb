//! Syslog facilities.

use schemars::JsonSchema;
use serde::Deserialize;

/// The facility of a message. *Source*: RFC 5424, section 6.2.1, table 1, under the names of syslog(3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the variants are the names of syslog(3)")]
pub enum Facility {
    #[default]
    User = 1,
    Daemon = 3,
    Auth = 4,
    AuthPriv = 10,
    Audit = 13,
    Alert = 14,
    Local0 = 16,
    Local1 = 17,
    Local2 = 18,
    Local3 = 19,
    Local4 = 20,
    Local5 = 21,
    Local6 = 22,
    Local7 = 23,
}

impl Facility {
    /// Gives the numerical code.
    pub fn code(self) -> u8 {
        self as u8
    }
}
