//! Where requests come from: the Internet, cut into cells at every literal, or somebody's endpoint.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::generate::FAMILIES;
use super::world::{Choice, Keys};

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Place {
    /// From one of so many addresses of the Internet.
    Internet {
        /// Of IPv4.
        v4: u128,
        /// Of IPv6.
        v6: u128,
    },
    /// From an endpoint that the caller owns.
    OwnEndpoint,
    /// From an endpoint or VPC that policies name.
    NamedEndpoint,
}

impl Place {
    /// Gives what places that may be counted as one have in common.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Internet { .. } => "internet",
            Self::OwnEndpoint => "own endpoint",
            Self::NamedEndpoint => "named endpoint",
        }
    }

    /// Adds another place that no statement can tell from this one.
    pub(crate) fn widen(&mut self, other: &Self) {
        if let (Self::Internet { v4, v6 }, Self::Internet { v4: more4, v6: more6 }) = (self, other) {
            *v4 += more4;
            *v6 += more6;
        }
    }
}

/// What the place decides.
pub(crate) const KEYS: &[&str] = &["aws:SourceIp", "aws:SourceVpce", "aws:SourceVpc"];

/// Ranges that the Internet does not route.
const PRIVATE: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
];

/// Gives every place that a policy of the generator can tell apart.
pub(crate) fn dimension(mentioned: &dyn Fn(&str) -> bool) -> Vec<Choice> {
    let mut found: Vec<Choice> = Vec::new();
    for (address, place) in cells() {
        let keys: Keys = vec![("aws:SourceIp", vec![address.to_string()])];
        found.push(Choice { place: Some(place), ..Choice::of(keys) });
    }
    if KEYS.iter().any(|key| mentioned(key)) {
        for (endpoint, network) in
            [("0cc", "0cc"), ("0aaa", "0cc"), ("0bbb", "0cc"), ("0cc", "0aaa"), ("0aaa", "0aaa")]
        {
            let own = endpoint == "0cc" && network == "0cc";
            let keys: Keys = vec![
                ("aws:SourceVpce", vec![format!("vpce-{endpoint}")]),
                ("aws:SourceVpc", vec![format!("vpc-{network}")]),
            ];
            let place = if own { Place::OwnEndpoint } else { Place::NamedEndpoint };
            found.push(Choice { place: Some(place), ..Choice::of(keys) });
        }
    }
    found
}

/// Gives one address of each cell between the ends of the literals' ranges, and how wide the cell is.
fn cells() -> Vec<(IpAddr, Place)> {
    let literals = FAMILIES.iter().find(|family| family.key == "aws:SourceIp").expect("a family").literals;
    let (mut starts4, mut starts6) = (vec![0, 1 << 32], vec![0x2000 << 112, 0x4000 << 112]);
    let mut private = Vec::new();
    for text in literals.iter().chain(PRIVATE) {
        let (first, length, is4) = range(text);
        if PRIVATE.contains(text) && !literals.contains(text) || text.starts_with("10.") {
            private.push((first, first + length));
        }
        let starts = if is4 { &mut starts4 } else { &mut starts6 };
        starts.extend([Some(first), first.checked_add(length)].into_iter().flatten());
    }
    starts4.sort_unstable();
    starts4.dedup();
    starts6.retain(|start| (0x2000 << 112..=0x4000 << 112).contains(start));
    starts6.sort_unstable();
    starts6.dedup();
    let routed = |start: u128| !private.iter().any(|(first, end)| (*first..*end).contains(&start));
    let cells4 = starts4.windows(2).filter(|cell| routed(cell[0])).map(|cell| {
        let address = Ipv4Addr::from(u32::try_from(cell[0]).expect("an IPv4 address"));
        (IpAddr::V4(address), Place::Internet { v4: cell[1] - cell[0], v6: 0 })
    });
    let cells6 = starts6
        .windows(2)
        .map(|cell| (IpAddr::V6(Ipv6Addr::from(cell[0])), Place::Internet { v4: 0, v6: cell[1] - cell[0] }));
    cells4.chain(cells6).collect()
}

/// Gives a range's first address, its length, and whether it is of IPv4. The whole of IPv6 is cut to half.
fn range(text: &str) -> (u128, u128, bool) {
    let (address, bits) = text.split_once('/').unwrap_or((text, "32"));
    let bits: u32 = bits.parse().expect("a prefix length");
    match address.parse().expect("an address") {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 1 << (32 - bits), true),
        IpAddr::V6(address) => (u128::from(address), 1 << (128 - bits).min(127), false),
    }
}
