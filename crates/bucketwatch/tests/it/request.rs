//! A request, as the small servers of tests read it.

use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// How long the other side may take for each piece.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came over a connection.
pub(crate) struct Request {
    /// Method, path and version.
    pub(crate) line: String,
    /// Names in small letters, and values.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// Reads the first request of a connection.
    pub(crate) fn read(stream: &TcpStream) -> io::Result<Self> {
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut request = Self { line: line.trim_end().to_owned(), headers: Vec::new(), body: Vec::new() };
        loop {
            line.clear();
            if reader.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let Some((name, value)) = line.split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = request.header("content-length").map_or(Ok(0), str::parse);
        request.body = vec![0; length.map_err(|_| io::ErrorKind::InvalidData)?];
        reader.read_exact(&mut request.body)?;
        Ok(request)
    }

    /// Gives the value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Gives the body as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}
