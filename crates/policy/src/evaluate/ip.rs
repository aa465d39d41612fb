//! Addresses and ranges.

use std::net::IpAddr;

use crate::condition::Cidr;

/// Tells whether `address` lies in `range`; never where their families differ.
pub(super) fn contains(range: &Cidr, address: IpAddr) -> bool {
    match (range.address, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            shared_bits(u128::from(network.to_bits() ^ address.to_bits()), 32) >= u32::from(range.prefix)
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            shared_bits(network.to_bits() ^ address.to_bits(), 128) >= u32::from(range.prefix)
        }
        _ => false,
    }
}

/// Gives how many leading bits of `width` two addresses share, from their difference.
fn shared_bits(difference: u128, width: u32) -> u32 {
    difference.leading_zeros().saturating_sub(128 - width)
}
