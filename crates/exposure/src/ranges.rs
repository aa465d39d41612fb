//! Ranges of source addresses, compared as sets of addresses.

use std::net::IpAddr;

/// Tells whether every address of `inner` is in some range of `outer`. No ranges at all = every address.
///
/// A text that is no CIDR range is inside only where the same text stands in `outer`.
pub(crate) fn covers<'a>(outer: &[&'a str], inner: &[&'a str]) -> bool {
    if outer.is_empty() {
        return true;
    }
    if inner.is_empty() {
        let all = ["0.0.0.0/0", "::/0"];
        return all.iter().all(|range| covers_one(outer, range));
    }
    inner.iter().all(|range| covers_one(outer, range))
}

fn covers_one(outer: &[&str], range: &str) -> bool {
    let Some(wanted) = Span::parse(range) else { return outer.contains(&range) };
    let mut spans: Vec<Span> =
        outer.iter().filter_map(|text| Span::parse(text)).filter(|span| span.v6 == wanted.v6).collect();
    spans.sort_by_key(|span| span.first);
    let mut next = wanted.first;
    for span in spans {
        if span.first > next {
            return false;
        }
        if span.last >= wanted.last {
            return true;
        }
        next = next.max(span.last.saturating_add(1));
    }
    false
}

#[derive(Clone, Copy)]
struct Span {
    v6: bool,
    first: u128,
    last: u128,
}

impl Span {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let (v6, bits, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (false, u128::from(u32::from(address)), 32u32),
            IpAddr::V6(address) => (true, u128::from(address), 128),
        };
        let free = width.checked_sub(prefix.unwrap_or(width))?;
        let mask = if free == 128 { u128::MAX } else { (1u128 << free) - 1 };
        Some(Self { v6, first: bits & !mask, last: bits | mask })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_compared_as_sets_of_addresses() {
        let rows: &[(&[&str], &[&str], bool)] = &[
            (&[], &["1.2.3.4/32"], true),
            (&["1.2.3.4/32"], &[], false),
            (&["0.0.0.0/1", "128.0.0.0/1", "::/0"], &[], true),
            (&["10.0.0.0/9", "10.128.0.0/9"], &["10.0.0.0/8"], true),
            (&["10.0.0.0/9", "10.129.0.0/16"], &["10.0.0.0/8"], false),
            (&["10.0.0.0/8"], &["10.1.2.3"], true),
            (&["10.0.0.0/8"], &["2001:db8::/32"], false),
            (&["::/0"], &["2001:db8::/32"], true),
            (&["nonsense"], &["nonsense"], true),
            (&["nonsense"], &["10.0.0.0/8"], false),
        ];
        for (outer, inner, expected) in rows {
            assert_eq!(covers(outer, inner), *expected, "{outer:?} ⊇ {inner:?}");
        }
    }
}
