//! One escape for each place that untrusted text goes to.
//!
//! [`visible`] decides once which characters a reader may see as they are; every sink builds on it. In the text sinks
//! a character that is not shown becomes `<U+001B>`. Text that holds those eight characters literally looks the same:
//! the JSON formats are the exact ones.

mod csv;
mod html;
mod json;
mod shell;
mod slack;
mod syslog;
mod terminal;
mod visible;

pub use csv::csv_field;
pub use html::html;
pub use json::{to_json, to_json_pretty, write_json};
pub use shell::shell_word;
pub use slack::slack;
pub use syslog::{syslog_param, syslog_text};
pub use terminal::{CELL_LIMIT, MapRange, terminal, terminal_cell, terminal_source};
