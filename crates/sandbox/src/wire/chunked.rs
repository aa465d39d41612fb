//! The `aws-chunked` content encoding that SDKs upload with.

/// Gives the content of an `aws-chunked` body: chunk signatures and trailers are dropped. `None` where the body
/// is not framed so.
pub(crate) fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    let mut rest = body;
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
        let line = std::str::from_utf8(&rest[..end]).ok()?;
        let size = usize::from_str_radix(line.split(';').next()?, 16).ok()?;
        rest = &rest[end + 2..];
        if size == 0 {
            return Some(content);
        }
        content.extend_from_slice(rest.get(..size)?);
        rest = rest.get(size..)?.strip_prefix(b"\r\n")?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_and_trailers_dropped() {
        let check = |body: &str, expected: Option<&str>| {
            assert_eq!(decode(body.as_bytes()).as_deref(), expected.map(str::as_bytes), "{body:?}");
        };
        check("5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", Some("hello"));
        check("5;chunk-signature=ab\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", Some("hello!"));
        check("hello", None);
        check("ffffffffffffffff\r\nhello\r\n", None);
        check("9\r\nhello\r\n0\r\n\r\n", None);
    }
}
