//! Where requests can come from, as far as a policy tells places apart.

use crate::reach::Endpoint;
use crate::reach::domain::network::{Class, internet_classes};
use crate::reach::mention::Mentions;
use crate::reach::scene::{Extent, Place};

/// The places of a question.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// Those that anybody, or whoever has the address, can be at.
    pub(super) open: Vec<Place>,
    /// The VPCs and endpoints that the policy names.
    pub(super) named: Vec<Place>,
    /// The classes of Internet addresses.
    pub(super) classes: Vec<Class>,
}

/// Gives the places that `mentions` tells apart at `endpoint`.
pub(super) fn survey(mentions: &Mentions<'_>, endpoint: Endpoint<'_>) -> Places {
    let by_endpoint = mentions.any(speaks_of_endpoints);
    let vpc = fresh(mentions, "vpc-", by_endpoint);
    let gate = fresh(mentions, "vpce-", by_endpoint);
    let through = |vpc: &str, gate: &str, extent| Place {
        address: None,
        vpc: vpc.to_owned(),
        endpoint: gate.to_owned(),
        owner: None,
        extent,
    };
    if let Endpoint::AccessPoint { internet: false, .. } = endpoint {
        let mut own = vec![through(&vpc, &gate, Extent::OwnVpc)];
        for id in mentions.literals("aws:sourcevpc") {
            own.push(through(id, &gate, Extent::Vpc(id.to_owned())));
        }
        for id in mentions.literals("aws:sourcevpce") {
            own.push(through(&vpc, id, Extent::VpcEndpoint(id.to_owned())));
        }
        let (open, named) = (own.drain(..1).collect(), own);
        return Places { open, named, classes: Vec::new() };
    }
    let internet = |address: String, extent| Place {
        address: Some(address),
        vpc: String::new(),
        endpoint: String::new(),
        owner: None,
        extent,
    };
    let ranges = mentions.source_ranges();
    let by_address = mentions.any(|key| key == "aws:sourceip");
    let classes = if by_address { internet_classes(&ranges) } else { Vec::new() };
    let mut open: Vec<Place> = classes
        .iter()
        .enumerate()
        .map(|(at, class)| internet(class.sample.to_string(), Extent::Class(at)))
        .collect();
    if !by_address {
        open.push(internet("198.51.100.1".to_owned(), Extent::Everywhere));
    }
    let mut named = Vec::new();
    if by_address || by_endpoint {
        open.push(through(&vpc, &gate, Extent::Everywhere));
        for wild in ["aws:sourcevpc", "aws:sourcevpce"] {
            for pattern in mentions.texts(wild).filter(|pattern| pattern.has_wildcard()) {
                let id = pattern.text.as_raw().replace('*', "0zz0").replace('?', "0");
                let (vpc, gate) =
                    if wild == "aws:sourcevpc" { (id, gate.clone()) } else { (vpc.clone(), id) };
                open.push(through(&vpc, &gate, Extent::Everywhere));
            }
        }
        named_places(mentions, &vpc, &gate, &mut named);
    }
    open.truncate(MOST_PLACES);
    named.truncate(MOST_PLACES);
    Places { open, named, classes }
}

fn named_places(mentions: &Mentions<'_>, vpc: &str, gate: &str, named: &mut Vec<Place>) {
    let (vpcs, gates) = (mentions.literals("aws:sourcevpc"), mentions.literals("aws:sourcevpce"));
    let place = |vpc: &str, gate: &str, owner: Option<String>, extent| Place {
        address: None,
        vpc: vpc.to_owned(),
        endpoint: gate.to_owned(),
        owner,
        extent,
    };
    for id in &vpcs {
        named.push(place(id, gate, None, Extent::Vpc((*id).to_owned())));
    }
    for arn in mentions.texts("aws:sourcevpcarn") {
        let text = arn.text.as_raw();
        let (owner, id) = (text.split(':').nth(4), text.rsplit('/').next());
        if let (Some(owner), Some(id)) = (owner, id.filter(|id| !id.contains(['*', '?']))) {
            named.push(place(id, gate, Some(owner.to_owned()), Extent::Vpc(id.to_owned())));
        }
    }
    for id in &gates {
        named.push(place(vpc, id, None, Extent::VpcEndpoint((*id).to_owned())));
    }
    for account in mentions.literals("aws:vpceaccount") {
        named.push(place(
            vpc,
            gate,
            Some(account.to_owned()),
            Extent::VpcEndpoint(format!("vpce of {account}")),
        ));
    }
    for id in &vpcs {
        for endpoint in &gates {
            named.push(place(id, endpoint, None, Extent::VpcEndpoint((*endpoint).to_owned())));
        }
    }
}

fn speaks_of_endpoints(key: &str) -> bool {
    key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpce") || key == "aws:vpcsourceip"
}

/// Gives an id that no document uses; where none is asked for, any will do.
fn fresh(mentions: &Mentions<'_>, prefix: &str, is_asked_for: bool) -> String {
    let mut id = format!("{prefix}0a1b2c3d4e5f67890");
    while is_asked_for && mentions.contains(&id) {
        id.push('0');
    }
    id
}

/// Past this many, places are not told apart.
const MOST_PLACES: usize = 4_096;
