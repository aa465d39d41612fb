//! Addresses as bit vectors.

use std::net::IpAddr;

use super::text::any;

/// Declares an address of either family.
pub(crate) const DECLARATION: &str =
    "(declare-const is4 Bool)\n(declare-const ip4 (_ BitVec 32))\n(declare-const ip6 (_ BitVec 128))\n";

/// Says that the address is in a range.
pub(crate) fn contains(range: &str) -> String {
    let (address, bits) =
        range.split_once('/').map_or((range, None), |(address, bits)| (address, Some(bits)));
    let bits = bits.map(|bits| bits.parse::<u32>().expect("a prefix length"));
    match address.parse::<IpAddr>().expect("an address") {
        IpAddr::V4(address) => {
            format!("(and is4 {})", prefix("ip4", 32, bits.unwrap_or(32), u128::from(u32::from(address))))
        }
        IpAddr::V6(address) => {
            format!("(and (not is4) {})", prefix("ip6", 128, bits.unwrap_or(128), u128::from(address)))
        }
    }
}

/// Tells whether a text is an address or a range.
pub(crate) fn is_range(text: &str) -> bool {
    let (address, bits) = text.split_once('/').unwrap_or((text, "0"));
    let most = address.parse::<IpAddr>().map(|address| if address.is_ipv4() { 32 } else { 128 });
    bits.parse::<u32>().is_ok_and(|bits| most.is_ok_and(|most| bits <= most))
}

fn prefix(variable: &str, width: u32, high: u32, number: u128) -> String {
    if high == 0 {
        return "true".to_owned();
    }
    let low = width - high;
    let digits: String =
        (low..width).rev().map(|bit| if number >> bit & 1 == 1 { '1' } else { '0' }).collect();
    format!("(= ((_ extract {} {low}) {variable}) #b{digits})", width - 1)
}

/// Says that the address is one that the Internet routes.
pub(crate) fn is_routed() -> String {
    let private = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "224.0.0.0/3",
    ];
    let inside: Vec<String> = private.iter().map(|range| contains(range)).collect();
    format!("(and (not {}) (= ((_ extract 127 125) ip6) #b001))", any(&inside))
}
