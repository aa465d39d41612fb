//! HEADER. *Source*: RFC 5424, section 6.2.

use jiff::Timestamp;

use super::Sender;
use crate::syslog::severity::SyslogSeverity;

/// The most bytes of MSGID.
const MSGID_LIMIT: usize = 32;

/// The most bytes of HOSTNAME.
const HOSTNAME_LIMIT: usize = 255;

impl Sender {
    /// Gives PRI to MSGID and the space after it.
    pub(super) fn header(&self, severity: SyslogSeverity, at: Timestamp, id: &str) -> String {
        let priority = self.facility.code() * 8 + severity as u8;
        // A message of the least size has to have room for its structured data.
        let hostname = printable(&self.hostname, HOSTNAME_LIMIT.min(self.max_bytes / 8));
        let app_name = printable(&self.app_name, 48);
        let id = printable(id, MSGID_LIMIT);
        format!("<{priority}>1 {at:.6} {hostname} {app_name} {} {id} ", self.process)
    }
}

/// Gives `text` as a field of the header: visible ASCII of at most `limit` bytes, `-` if nothing is left.
fn printable(text: &str, limit: usize) -> String {
    let kept: String = text.chars().filter(char::is_ascii_graphic).take(limit).collect();
    if kept.is_empty() { "-".to_owned() } else { kept }
}

/// Tells whether `text` can stand in the header as it is.
pub(in crate::syslog) fn is_field(text: &str, limit: usize) -> bool {
    printable(text, limit) == text
}
