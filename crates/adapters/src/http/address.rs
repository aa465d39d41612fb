//! Which addresses are anybody's on the internet, and which are this machine's, this network's or nobody's.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Tells whether `address` is one that the internet routes. Loopback, private, link-local, shared (carrier-grade NAT),
/// cloud metadata, multicast, reserved and documentation addresses are not; nor is any IPv6 address that stands for an
/// IPv4 one (mapped, compatible, NAT64, 6to4, Teredo), since a gateway would turn it into any of these.
///
/// *Source*: IANA IPv4 and IPv6 Special-Purpose Address Registries, read 2026-11-23.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        [0 | 10 | 127, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [169, 254, ..] => true,
        [172, second, ..] => (16..32).contains(&second),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [192, 168, ..] => true,
        [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [first, ..] => first >= 224,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, ..] = address.segments();
    let global_unicast = first & 0xe000 == 0x2000;
    let special = match (first, second) {
        (0x2001, 0x0000..=0x01ff) => true,
        (0x2001, 0x0db8) => true,
        (0x2002, _) => true,
        (0x2620, 0x004f) => third == 0x8000,
        (0x3fff, 0x0000..=0x0fff) => true,
        _ => false,
    };
    global_unicast && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_internet_routes_is_public() {
        for public in [
            "1.1.1.1",
            "8.8.8.8",
            "52.94.236.248",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "3fff:1000::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for (kind, special) in [
            ("this network", "0.0.0.0"),
            ("this network", "0.1.2.3"),
            ("private", "10.0.0.1"),
            ("shared", "100.64.0.1"),
            ("shared", "100.127.255.255"),
            ("metadata of another cloud, in shared space", "100.100.100.200"),
            ("loopback", "127.0.0.1"),
            ("loopback", "127.255.255.254"),
            ("link-local", "169.254.0.1"),
            ("cloud metadata", "169.254.169.254"),
            ("container credentials", "169.254.170.2"),
            ("private", "172.16.0.1"),
            ("private", "172.31.255.255"),
            ("protocol assignments", "192.0.0.192"),
            ("documentation", "192.0.2.1"),
            ("6to4 relay", "192.88.99.1"),
            ("private", "192.168.0.1"),
            ("benchmarks", "198.18.0.1"),
            ("benchmarks", "198.19.255.255"),
            ("documentation", "198.51.100.1"),
            ("documentation", "203.0.113.1"),
            ("multicast", "224.0.0.1"),
            ("reserved", "240.0.0.1"),
            ("broadcast", "255.255.255.255"),
            ("unspecified", "::"),
            ("loopback", "::1"),
            ("compatible", "::7f00:1"),
            ("compatible with a public one", "::8.8.8.8"),
            ("mapped", "::ffff:127.0.0.1"),
            ("mapped public", "::ffff:8.8.8.8"),
            ("translated", "::ffff:0:127.0.0.1"),
            ("NAT64", "64:ff9b::a9fe:a9fe"),
            ("NAT64", "64:ff9b::8.8.8.8"),
            ("local NAT64", "64:ff9b:1::1"),
            ("discard", "100::1"),
            ("Teredo", "2001::1"),
            ("benchmarks", "2001:2::1"),
            ("ORCHID", "2001:20::1"),
            ("documentation", "2001:db8::1"),
            ("documentation", "3fff::1"),
            ("6to4", "2002:7f00:1::1"),
            ("6to4 of a public one", "2002:808:808::1"),
            ("segment routing", "5f00::1"),
            ("AS112", "2620:4f:8000::1"),
            ("unique local", "fc00::1"),
            ("cloud metadata", "fd00:ec2::254"),
            ("link-local", "fe80::1"),
            ("site-local", "fec0::1"),
            ("multicast", "ff02::1"),
        ] {
            assert!(!is_public(special.parse().unwrap()), "{kind}: {special}");
        }
    }
}
