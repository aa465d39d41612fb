//! What is said to whoever runs the program.

use std::io::{self, Write as _};

/// Writes a line to standard error. It may be closed: then nobody listens.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
