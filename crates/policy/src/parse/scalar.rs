//! Condition values other than text: numbers, instants, booleans, ranges of addresses, bytes.

use std::net::IpAddr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::condition::Cidr;

/// Reads a decimal number.
pub(crate) fn number(text: &str) -> Option<f64> {
    let decimal = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.parse().ok().filter(|number: &f64| number.is_finite() && text.bytes().all(decimal))
}

/// Reads an instant: seconds since 1970, or a W3C date with or without a time; without an offset it is UTC.
///
/// *Source*: IAM user guide, "Date condition operators": W3C implementations of ISO 8601, or epoch time.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Ok(instant) = text.parse() {
        return Some(instant);
    }
    let utc =
        |text: &str| text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    utc(text).or_else(|| utc(&format!("{text}-01")))
}

/// Reads `true` or `false`, in whatever case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// Reads an address or a range in CIDR form; an address alone is a range of one.
pub(crate) fn cidr(text: &str) -> Option<Cidr> {
    let (address, prefix) =
        text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = match prefix {
        None => longest,
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        Some(_) => return None,
    };
    (prefix <= longest).then_some(Cidr { address, prefix })
}

/// Reads base64 with its padding.
pub(crate) fn binary(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let body = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut pending, mut bits) = (0u32, 0u32);
    for digit in body.bytes() {
        pending = pending << 6 | sextet(digit)?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(pending >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn sextet(digit: u8) -> Option<u32> {
    Some(u32::from(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_decimal() {
        assert_eq!(number("-1.5e2"), Some(-150.0));
        for none in ["", "inf", "NaN", "1 ", "0x1", "1e999", "one"] {
            assert_eq!(number(none), None, "{none:?}");
        }
    }

    #[test]
    fn instants_come_in_w3c_forms_and_as_epoch() {
        let noon: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let forms = ["2026-01-01T12:00:00Z", "2026-01-01T13:00:00+01:00", "2026-01-01T12:00Z", "1767268800"];
        for form in forms.into_iter().chain(["2026-01-01T12:00:00"]) {
            assert_eq!(time(form), Some(noon), "{form}");
        }
        assert_eq!(time("2026-01-01"), time("2026-01"));
        assert_eq!(time("2026-01-01"), "2026-01-01T00:00:00Z".parse().ok());
        for none in ["", "tomorrow", "2026-13-01", "99999999999999999999"] {
            assert_eq!(time(none), None, "{none:?}");
        }
    }

    #[test]
    fn ranges_have_a_prefix_that_fits_the_family() {
        let range = |text: &str| cidr(text).map(|range| (range.address.to_string(), range.prefix));
        assert_eq!(range("203.0.113.7"), Some(("203.0.113.7".into(), 32)));
        assert_eq!(range("203.0.113.7/0"), Some(("203.0.113.7".into(), 0)));
        assert_eq!(range("2001:DB8::/32"), Some(("2001:db8::".into(), 32)));
        for none in ["", "203.0.113", "203.0.113.0/33", "203.0.113.0/+8", "203.0.113.0/", "::/129", "*"] {
            assert_eq!(range(none), None, "{none:?}");
        }
    }

    #[test]
    fn bytes_are_padded_base64() {
        assert_eq!(binary("QQ=="), Some(b"A".to_vec()));
        assert_eq!(binary("QUI="), Some(b"AB".to_vec()));
        assert_eq!(binary("QUJD"), Some(b"ABC".to_vec()));
        assert_eq!(binary(""), Some(vec![]));
        for none in ["QQ", "Q===", "!!!!"] {
            assert_eq!(binary(none), None, "{none:?}");
        }
    }
}
