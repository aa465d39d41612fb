//! How wide a network is, and when it is as good as the Internet.
//!
//! *Source*: Amazon S3 user guide, "Blocking public access", on `aws:SourceIp`; docs/semantics.md A8a.

use crate::action::{Access, ActionSet};
use crate::condition::Cidr;
use crate::reach::domain::network::{Class, Span, ranges, widths};
use crate::reach::scene::{Extent, Place};
use crate::reach::{Audience, Opening};
use crate::request::Caller;

/// Past this many IPv4 addresses, a network is as good as the Internet: one /8.
const WIDEST_V4: u128 = 1 << 24;

/// Past this many IPv6 addresses, a network is as good as the Internet: one /32.
const WIDEST_V6: u128 = 1 << 96;

/// How wide several places are together.
pub(super) enum Width {
    /// Nobody is there.
    Nobody,
    /// Too wide to count as a network; the ranges where there are some.
    Wide(Vec<String>),
    /// A network.
    Narrow(Vec<Span>),
}

/// Gives how wide `places` are, of which those on the Internet are `classes`.
pub(super) fn width(places: &[Place], classes: &[Class]) -> Width {
    let mut everywhere = false;
    let (mut v4, mut v6) = (0_u128, 0_u128);
    let mut spans: Vec<Span> = Vec::new();
    let mut reached = 0;
    for place in places {
        match &place.extent {
            Extent::Everywhere => everywhere = true,
            Extent::Class(at) => {
                if let Some(class) = classes.get(*at) {
                    reached += 1;
                    v4 = v4.saturating_add(class.width_v4);
                    v6 = v6.saturating_add(class.width_v6);
                    spans.extend(&class.spans);
                }
            }
            Extent::Vpc(_) | Extent::VpcEndpoint(_) | Extent::OwnVpc => {}
        }
    }
    if places.is_empty() {
        Width::Nobody
    } else if everywhere || reached == classes.len() && reached > 0 {
        Width::Wide(Vec::new())
    } else if is_wide((v4, v6)) {
        Width::Wide(ranges(spans))
    } else {
        Width::Narrow(spans)
    }
}

fn is_wide((v4, v6): (u128, u128)) -> bool {
    v4 > WIDEST_V4 || v6 > WIDEST_V6
}

/// Gives whom several networks amount to, each by an Allow of its own: where together they are too wide for the same
/// access, each of them opens it to anybody.
pub(super) fn widen(openings: &mut Vec<Opening>) {
    let networks = openings.iter().filter(|opening| !ranges_of(opening).is_empty());
    if networks.clone().nth(1).is_none() {
        return;
    }
    let mut spans: Vec<(Access, Vec<Span>)> = Vec::new();
    for opening in networks {
        let own: Vec<Span> = ranges_of(opening).iter().filter_map(|range| span(range)).collect();
        for (access, _) in &opening.witnesses {
            match spans.iter_mut().find(|(known, _)| known == access) {
                Some((_, known)) => known.extend(&own),
                None => spans.push((*access, own.clone())),
            }
        }
    }
    let wide: Vec<Access> = spans
        .into_iter()
        .filter(|(_, spans)| is_wide(widths(spans.clone())))
        .map(|(access, _)| access)
        .collect();
    if wide.is_empty() {
        return;
    }
    for opening in std::mem::take(openings) {
        let ranges = ranges_of(&opening).to_vec();
        let part: ActionSet =
            opening.actions.iter().filter(|action| wide.contains(&action.access())).collect();
        if ranges.is_empty() || part.is_empty() {
            openings.push(opening);
            continue;
        }
        let through_vpc = matches!(
            &opening.audience,
            Audience::Network { vpcs, endpoints, .. } if !(vpcs.is_empty() && endpoints.is_empty())
        );
        let rest = if through_vpc { opening.actions } else { opening.actions.minus(part) };
        if !rest.is_empty() {
            openings.push(limited(opening.clone(), rest));
        }
        let mut public = limited(opening, part);
        let unsigned = public.witnesses.iter().all(|(_, witness)| witness.caller == Caller::Anonymous);
        public.audience =
            if unsigned { Audience::Anyone { ranges } } else { Audience::AnyAwsAccount { ranges } };
        openings.push(public);
    }
}

fn ranges_of(opening: &Opening) -> &[String] {
    if let Audience::Network { ranges, .. } = &opening.audience { ranges } else { &[] }
}

fn span(range: &str) -> Option<Span> {
    let (address, prefix) = range.split_once('/')?;
    Some(Span::of(Cidr { address: address.parse().ok()?, prefix: prefix.parse().ok()? }))
}

fn limited(mut opening: Opening, actions: ActionSet) -> Opening {
    opening.actions = actions;
    opening.witnesses.retain(|(access, _)| actions.iter().any(|action| action.access() == *access));
    opening
}
