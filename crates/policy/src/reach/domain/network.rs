//! Addresses as intervals, divided by the ranges that a policy names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use crate::condition::Cidr;

/// A run of addresses of one family, both ends included; IPv4 addresses are their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::reach) struct Span {
    /// Whether the addresses are IPv6.
    pub(in crate::reach) v6: bool,
    /// The first address.
    pub(in crate::reach) first: u128,
    /// The last address.
    pub(in crate::reach) last: u128,
}

impl Span {
    /// Gives the addresses of `cidr`.
    pub(in crate::reach) fn of(cidr: Cidr) -> Self {
        let (v6, number, bits) = match cidr.address {
            IpAddr::V4(address) => (false, u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (true, address.to_bits(), 128),
        };
        let host_bits = bits - u32::from(cidr.prefix).min(bits);
        let host = low_bits(host_bits);
        Self { v6, first: number & !host, last: number | host }
    }

    /// Tells whether `address` is one of them.
    pub(in crate::reach) fn contains(self, address: IpAddr) -> bool {
        let (v6, number) = number(address);
        v6 == self.v6 && (self.first..=self.last).contains(&number)
    }

    /// Gives the addresses at and beside both ends, as text.
    pub(in crate::reach) fn edges(self) -> impl Iterator<Item = String> {
        let last = everything(self.v6).last;
        let around = [Some(self.first), self.first.checked_sub(1), Some(self.last), self.last.checked_add(1)];
        let inside = move |number: &u128| *number <= last;
        around.into_iter().flatten().filter(inside).map(move |number| address(self.v6, number).to_string())
    }

    fn overlap(self, other: Self) -> Option<Self> {
        let span = Self { v6: self.v6, first: self.first.max(other.first), last: self.last.min(other.last) };
        (self.v6 == other.v6 && span.first <= span.last).then_some(span)
    }
}

/// Gives the address as family and number.
pub(in crate::reach) fn number(address: IpAddr) -> (bool, u128) {
    match address {
        IpAddr::V4(address) => (false, u128::from(address.to_bits())),
        IpAddr::V6(address) => (true, address.to_bits()),
    }
}

fn address(v6: bool, number: u128) -> IpAddr {
    if v6 {
        IpAddr::V6(Ipv6Addr::from_bits(number))
    } else {
        IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)))
    }
}

/// The lowest `count` bits, of 128 at most.
fn low_bits(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}

fn everything(v6: bool) -> Span {
    Span { v6, first: 0, last: low_bits(if v6 { 128 } else { 32 }) }
}

/// Addresses that no packet from the Internet carries, each with its prefix.
///
/// Documentation ranges are left among the routable ones: they stand for an arbitrary stranger.
/// *Source*: IANA IPv4 and IPv6 Special-Purpose Address Registries ("globally reachable" is false), RFC 1918,
/// RFC 4193, RFC 5771, RFC 4291.
const NOT_ON_THE_INTERNET: [(IpAddr, u8); 16] = [
    (v4(0, 0), 8),
    (v4(10, 0), 8),
    (v4(100, 64), 10),
    (v4(127, 0), 8),
    (v4(169, 254), 16),
    (v4(172, 16), 12),
    (v4(192, 168), 16),
    (v4(198, 18), 15),
    (v4(224, 0), 4),
    (v4(240, 0), 4),
    (v6(0), 8),
    (v6(0x0100), 8),
    (v6(0xfc00), 7),
    (v6(0xfe80), 10),
    (v6(0xfec0), 10),
    (v6(0xff00), 8),
];

const fn v4(a: u8, b: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, 0, 0))
}

const fn v6(a: u16) -> IpAddr {
    IpAddr::V6(Ipv6Addr::new(a, 0, 0, 0, 0, 0, 0, 0))
}

fn unroutable() -> impl Iterator<Item = Span> {
    NOT_ON_THE_INTERNET.into_iter().map(|(address, prefix)| Span::of(Cidr { address, prefix }))
}

/// Addresses that a policy cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::reach) struct Class {
    /// One of them, the most natural one.
    pub(in crate::reach) sample: IpAddr,
    /// All of them, addresses that no Internet caller has among them.
    pub(in crate::reach) spans: Vec<Span>,
    /// How many IPv4 addresses of the Internet are among them.
    pub(in crate::reach) width_v4: u128,
    /// How many IPv6 addresses of the Internet are among them.
    pub(in crate::reach) width_v6: u128,
}

/// Divides the addresses that callers on the Internet have by membership in each of `ranges`.
pub(in crate::reach) fn internet_classes(ranges: &[Vec<Cidr>]) -> Vec<Class> {
    let mut classes: Vec<(Vec<bool>, Class)> = Vec::new();
    for span in spans_between(ranges.iter().flatten().copied()) {
        let routable = routable_parts(span);
        let Some(sample) = natural(&routable) else { continue };
        let membership: Vec<bool> =
            ranges.iter().map(|group| group.iter().any(|cidr| Span::of(*cidr).contains(sample))).collect();
        let width: u128 =
            routable.iter().fold(0, |sum: u128, part| sum.saturating_add(part.last - part.first + 1));
        let class = match classes.iter_mut().find(|(known, _)| *known == membership) {
            Some((_, class)) => class,
            None => {
                classes.push((membership, Class { sample, spans: Vec::new(), width_v4: 0, width_v6: 0 }));
                let Some((_, class)) = classes.last_mut() else { continue };
                class
            }
        };
        if rank(sample) < rank(class.sample) {
            class.sample = sample;
        }
        class.spans.push(span);
        let total = if span.v6 { &mut class.width_v6 } else { &mut class.width_v4 };
        *total = total.saturating_add(width);
    }
    classes.sort_by_key(|(_, class)| rank(class.sample));
    classes.into_iter().map(|(_, class)| class).collect()
}

/// Cuts both families at the ends of every range.
fn spans_between(ranges: impl Iterator<Item = Cidr>) -> Vec<Span> {
    let mut starts = [vec![0], vec![0]];
    for span in ranges.map(Span::of) {
        let [of_v4, of_v6] = &mut starts;
        let (starts, end) = if span.v6 { (of_v6, u128::MAX) } else { (of_v4, low_bits(32)) };
        starts.push(span.first);
        if span.last < end {
            starts.push(span.last + 1);
        }
    }
    let mut spans = Vec::new();
    for (v6, mut starts) in [false, true].into_iter().zip(starts) {
        starts.sort_unstable();
        starts.dedup();
        let ends = starts.iter().skip(1).map(|next| next - 1).chain([everything(v6).last]);
        spans.extend(starts.iter().zip(ends).map(|(first, last)| Span { v6, first: *first, last }));
    }
    spans
}

/// What callers on the Internet have, ascending.
static ROUTABLE: LazyLock<Vec<Span>> =
    LazyLock::new(|| [false, true].into_iter().flat_map(|v6| without_holes(everything(v6))).collect());

fn routable_parts(span: Span) -> Vec<Span> {
    ROUTABLE.iter().filter_map(|part| part.overlap(span)).collect()
}

fn without_holes(span: Span) -> Vec<Span> {
    let mut parts = vec![span];
    for hole in unroutable() {
        parts = parts
            .into_iter()
            .flat_map(|part| {
                let Some(cut) = part.overlap(hole) else { return [Some(part), None] };
                let before = (part.first < cut.first).then(|| Span { last: cut.first - 1, ..part });
                let after = (cut.last < part.last).then(|| Span { first: cut.last + 1, ..part });
                [before, after]
            })
            .flatten()
            .collect();
    }
    parts
}

/// Addresses that everybody reads as "some stranger".
///
/// *Source*: RFC 5737, RFC 3849: reserved for documentation.
const NATURAL: [IpAddr; 3] = [
    IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)),
    IpAddr::V4(Ipv4Addr::new(203, 0, 113, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

fn natural(parts: &[Span]) -> Option<IpAddr> {
    let known = NATURAL.into_iter().find(|known| parts.iter().any(|part| part.contains(*known)));
    known.or_else(|| {
        let part = parts.first()?;
        Some(address(part.v6, if part.first < part.last { part.first + 1 } else { part.first }))
    })
}

/// The most natural address first.
fn rank(address: IpAddr) -> (usize, IpAddr) {
    (NATURAL.iter().position(|known| *known == address).unwrap_or(NATURAL.len()), address)
}

/// Gives how many addresses of the Internet `spans` hold together, of IPv4 and of IPv6.
pub(in crate::reach) fn widths(spans: Vec<Span>) -> (u128, u128) {
    let (mut v4, mut v6) = (0_u128, 0_u128);
    for part in merged(spans).into_iter().flat_map(routable_parts) {
        let total = if part.v6 { &mut v6 } else { &mut v4 };
        *total = total.saturating_add(part.last - part.first).saturating_add(1);
    }
    (v4, v6)
}

/// Gives the fewest CIDR ranges that cover exactly `spans`.
pub(in crate::reach) fn ranges(spans: Vec<Span>) -> Vec<String> {
    merged(spans).into_iter().flat_map(cidrs).collect()
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last)
                if last.v6 == span.v6 && last.last.checked_add(1).is_none_or(|next| span.first <= next) =>
            {
                last.last = last.last.max(span.last);
            }
            _ => merged.push(span),
        }
    }
    merged
}

fn cidrs(span: Span) -> Vec<String> {
    let bits: u32 = if span.v6 { 128 } else { 32 };
    let mut found = Vec::new();
    let mut next = Some(span.first);
    while let Some(first) = next.filter(|first| *first <= span.last) {
        let aligned = first.trailing_zeros().min(bits);
        let size = (0..=aligned)
            .rev()
            .find(|size| first.checked_add(low_bits(*size)).is_some_and(|last| last <= span.last))
            .unwrap_or(0);
        found.push(format!("{}/{}", address(span.v6, first), bits - size));
        next = first.checked_add(low_bits(size)).and_then(|last| last.checked_add(1));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        let (address, prefix) = text.split_once('/').unwrap();
        Cidr { address: address.parse().unwrap(), prefix: prefix.parse().unwrap() }
    }

    #[test]
    fn classes_split_the_internet_and_leave_private_addresses_out() {
        let classes = internet_classes(&[vec![cidr("10.0.0.0/8")], vec![cidr("203.0.113.0/24")]]);
        assert_eq!(classes.len(), 2);
        assert_eq!(classes[0].sample.to_string(), "198.51.100.1");
        assert_eq!(classes[1].sample.to_string(), "203.0.113.1");
        assert_eq!((classes[1].width_v4, classes[1].width_v6), (256, 0));
        assert!(classes[0].width_v4 > 3 << 30);
    }

    #[test]
    fn the_whole_of_both_families_is_two_ranges() {
        let all = internet_classes(&[]);
        assert_eq!(all.len(), 1);
        assert_eq!(ranges(all[0].spans.clone()), ["0.0.0.0/0", "::/0"]);
    }

    #[test]
    fn neighbours_are_printed_as_one_range() {
        let both = internet_classes(&[vec![cidr("0.0.0.0/2"), cidr("64.0.0.0/2")]]);
        assert_eq!(ranges(both[1].spans.clone()), ["0.0.0.0/1"]);
        let odd = Span { v6: false, first: 1, last: 6 };
        assert_eq!(ranges(vec![odd]), ["0.0.0.1/32", "0.0.0.2/31", "0.0.0.4/31", "0.0.0.6/32"]);
    }

    #[test]
    fn a_whole_family_does_not_overflow() {
        let classes = internet_classes(&[vec![cidr("::/0")], vec![cidr("255.255.255.255/32")]]);
        assert_eq!(classes.len(), 2, "the broadcast address has no class of its own");
        assert!(classes.iter().any(|class| ranges(class.spans.clone()) == ["::/0"]));
    }
}
