//! How wide source ranges may be: no wider than /8 for IPv4 and /32 for IPv6, the private ranges of RFC 1918 aside.

use std::net::{IpAddr, Ipv4Addr};

use super::{Limit, Question};
use crate::condition::Cidr;

const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 32;

/// Gives how far a list of ranges limits. A value that is no range never matches and so grants nothing.
pub(super) fn ranges(found: &[Option<Cidr>]) -> Limit {
    let public: Vec<Cidr> = found.iter().flatten().filter(|range| !is_private(range)).copied().collect();
    let too_wide = |range: &Cidr| range.prefix < if range.address.is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if public.iter().any(too_wide) {
        return Limit::No;
    }
    let total = |v4: bool| addresses(public.iter().filter(|range| range.address.is_ipv4() == v4));
    let together = total(true) > 1 << (32 - WIDEST_V4) || total(false) > 1 << (128 - WIDEST_V6);
    if together { Limit::Open(Question::RangesTogether) } else { Limit::Fixed }
}

/// Tells whether a range lies within 10/8, 172.16/12 or 192.168/16.
fn is_private(range: &Cidr) -> bool {
    let blocks = [
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    blocks.iter().any(|(block, prefix)| match range.address {
        IpAddr::V4(address) => {
            range.prefix >= *prefix && (address.to_bits() ^ block.to_bits()) >> (32 - prefix) == 0
        }
        IpAddr::V6(_) => false,
    })
}

/// Counts the addresses of ranges of one family, overlaps once; none of them is wider than 2⁹⁶.
fn addresses<'r>(ranges: impl Iterator<Item = &'r Cidr>) -> u128 {
    let mut spans: Vec<(u128, u128)> = ranges.map(span).collect();
    spans.sort_unstable();
    let (mut total, mut end) = (0u128, 0u128);
    for (first, past) in spans {
        let fresh = first.max(end);
        total = total.saturating_add(past.saturating_sub(fresh));
        end = end.max(past);
    }
    total
}

/// Gives the first address of a range and the one past its last.
fn span(range: &Cidr) -> (u128, u128) {
    let (bits, width) = match range.address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let size = 1u128.checked_shl(width - u32::from(range.prefix)).unwrap_or(u128::MAX);
    let first = bits - bits % size;
    (first, first.saturating_add(size))
}
