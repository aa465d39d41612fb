//! Query strings and form bodies, decoded.

/// The pairs of a query string in order; a name without a value has the empty one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads `a=1&b&c=%20`.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// Gives the value of `name` where it is there and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let pair = self.0.iter().find(|(other, _)| other == name)?;
        Some(pair.1.as_str()).filter(|value| !value.is_empty())
    }

    /// Gives every pair in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Says whether `name` is there, with or without a value.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(other, _)| other == name)
    }
}

/// Undoes percent-encoding; `+` is a blank only in query strings. What is no escape stays as it is.
pub(crate) fn decode(text: &str, plus_is_blank: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, escaped(tail)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (b'+', _) if plus_is_blank => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes a key as `encoding-type=url` does: everything but letters, digits and `-_.*/`.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.*/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

fn escaped(tail: &[u8]) -> Option<u8> {
    let digit = |index: usize| tail.get(index).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_values_and_escapes_are_read() {
        let query = Query::parse("policy&prefix=a%2Fb+c&empty=&odd=%zz%4");
        assert!(query.has("policy") && query.has("empty") && !query.has("acl"));
        assert_eq!(query.get("policy"), None);
        assert_eq!(query.get("prefix"), Some("a/b c"));
        assert_eq!(query.get("odd"), Some("%zz%4"));
    }

    #[test]
    fn encoding_is_undone_by_decoding() {
        let key = "a b/ü&\u{1b}+%.txt";
        assert_eq!(decode(&encode(key), false), key);
    }
}
