//! Who gets in by one choice of Allows: the widest audience first, the others for what they add.

mod opening;

use crate::action::ActionSet;
use crate::reach::breadth::{Width, width};
use crate::reach::cell::Cell;
use crate::reach::company::Roll;
use crate::reach::domain::network::{Span, ranges};
use crate::reach::extent::Left;
use crate::reach::group;
use crate::reach::inquiry::{Attempt, Case, Inquiry, Solution};
use crate::reach::ledger::Ledger;
use crate::reach::names::Names;
use crate::reach::outsider::{Company, Outsider};
use crate::reach::scene::{Extent as PlaceExtent, Place};
use crate::reach::{Audience, Callers, Endpoint, GranteeClass, Layer, Note, Why};

/// Judges one choice of Allows.
pub(super) struct Judge<'i, 'a> {
    pub(super) inquiry: &'i Inquiry<'a>,
    pub(super) sources: &'i [usize],
    pub(super) ledger: &'i mut Ledger,
}

/// What a number of callers reach from a number of places.
#[derive(Default)]
struct Sighting {
    /// The places that somebody gets in from.
    places: Vec<Place>,
    /// The first request that gets in.
    first: Option<Box<Solution>>,
    /// What could not be said.
    whys: Vec<Why>,
}

/// What is left for lesser audiences.
#[derive(Clone, Default)]
struct Rest {
    /// The keys that a wider audience does not reach.
    keys: Left,
    /// The places from which anybody gets in.
    covered: Vec<Place>,
    /// The places from which anybody gets in, but for these keys.
    partly: Vec<(Place, Left)>,
}

impl Rest {
    /// Gives the keys that are left at `place`.
    fn keys_at(&self, place: &Place) -> &Left {
        self.partly.iter().find(|(known, _)| known == place).map_or(&self.keys, |(_, keys)| keys)
    }

    /// Gives what is left for somebody who comes from `places` only: all of it where they differ.
    fn of(&self, places: &[Place]) -> Self {
        let keys = match places {
            [first, others @ ..] if others.iter().all(|place| self.keys_at(place) == self.keys_at(first)) => {
                self.keys_at(first)
            }
            _ => &self.keys,
        };
        Self { keys: keys.clone(), ..self.clone() }
    }
}

impl Judge<'_, '_> {
    /// Judges all actions at all times at `bucket`.
    pub(super) fn run(&mut self, bucket: &str, cells: &[Cell]) {
        let actions = self.inquiry.granted(self.sources);
        if actions.is_empty() {
            return;
        }
        let allows = self.inquiry.allows(self.sources);
        let denies = self.inquiry.denies.iter().map(|(_, statement)| *statement);
        let names = Names::new(self.inquiry.question.setting, self.inquiry.question.endpoint, bucket);
        let names = &names;
        let groups = group::divide(actions, allows.iter().copied().chain(denies));
        for (at, cell) in cells.iter().enumerate() {
            for actions in &groups {
                if self.inquiry.meter.is_empty() {
                    return self.give_up();
                }
                let Some(action) = actions.iter().next() else { continue };
                let sources = self.sources;
                let case = Case { sources, names, cell: *cell, action, within: None, outside: None };
                self.group(case, *actions, at);
            }
        }
    }

    /// Says of the sources that there was no work left to decide them.
    pub(super) fn give_up(&mut self) {
        let anyone = Audience::Anyone { ranges: Vec::new() };
        self.ledger.doubt(self.sources, &anyone, &self.inquiry.exhausted());
    }

    fn group(&mut self, case: Case<'_>, actions: ActionSet, cell: usize) {
        let mut rest = Rest::default();
        let inquiry = self.inquiry;
        let direct = inquiry.question.endpoint == Endpoint::Bucket;
        let takes_unsigned = direct && inquiry.question.callers == Callers::All;
        let unsigned = takes_unsigned && !case.action.signed_only();
        let anonymous = [Outsider::anonymous()];
        let anonymous = if unsigned { &anonymous[..] } else { &[] };
        let delegated = inquiry.question.endpoint == Endpoint::ForeignAccessPoint;
        let note = delegated.then_some(Note::DelegatesToAccessPoints);

        let mut narrow: Vec<(Sighting, Vec<Span>)> = Vec::new();
        // Whom a network lets in that is not said yet.
        let mut strangers: Vec<&[Outsider]> = Vec::new();
        // Nobody whom a policy does not name is any of those that it names.
        let stages =
            if !delegated && inquiry.names_accounts_only(self.sources) { &[] } else { &[false, true][..] };
        for signed in stages.iter().copied() {
            let callers = if signed { inquiry.strangers() } else { anonymous };
            let sighting = self.sight(&rest, case, callers, &inquiry.places.open);
            let named = |ranges| {
                if signed { Audience::AnyAwsAccount { ranges } } else { Audience::Anyone { ranges } }
            };
            match width(&sighting.places, &inquiry.places.classes) {
                Width::Wide(ranges) => {
                    // Signing is no way in for those who do not sign: they keep their own places.
                    let mut before = rest.clone();
                    let audience = self.delegating(named(ranges), &sighting);
                    let found = (callers, audience, note.clone());
                    let complete = self.enter(&mut rest, case, actions, cell, sighting, found);
                    let (narrow, unsigned) = (std::mem::take(&mut narrow), std::mem::take(&mut strangers));
                    if !unsigned.is_empty() {
                        self.network(&mut before, case, actions, cell, narrow, &unsigned);
                    }
                    if complete {
                        return;
                    }
                }
                // What is certain from a network may be open to question from everywhere else.
                Width::Narrow(spans) => {
                    self.doubt(&sighting, named(Vec::new()));
                    narrow.push((sighting, spans));
                }
                Width::Nobody => self.doubt(&sighting, named(Vec::new())),
            }
            strangers.push(callers);
        }
        if inquiry.meter.is_empty() {
            return self.give_up();
        }
        let allows = inquiry.allows(self.sources);
        let grantees: Vec<&GranteeClass> = inquiry
            .question
            .layers
            .iter()
            .zip(self.sources)
            .filter_map(|(layer, source)| match layer {
                Layer::Grants(grants) => grants.get(*source).map(|grant| &grant.grantee),
                Layer::Policy(_) => None,
            })
            .collect();
        let roll = Roll {
            setting: inquiry.question.setting,
            mentions: inquiry.mentions,
            fresh: &inquiry.fresh,
            allows: &allows,
            grantees: &grantees,
        };
        if unsigned && roll.names_the_owner_of_anonymous_uploads() {
            self.owner_of_anonymous_uploads(&rest, case);
        }
        for company in roll.federated() {
            if self.company(&mut rest, case, actions, cell, company, &note) {
                return self.network(&mut rest, case, actions, cell, narrow, &strangers);
            }
        }
        self.network(&mut rest, case, actions, cell, narrow, &strangers);
        for company in roll.named() {
            self.company(&mut rest, case, actions, cell, company, &note);
        }
        if direct {
            for (unscoped, scoped) in roll.services() {
                let before = self.ledger.len();
                self.company(&mut rest, case, actions, cell, unscoped, &note);
                if self.ledger.len() == before {
                    self.company(&mut rest, case, actions, cell, scoped, &note);
                }
            }
        }
        if takes_unsigned && !unsigned {
            let sighting = self.sight(&rest, case, &[Outsider::anonymous()], &inquiry.places.open);
            if sighting.first.is_some() {
                self.ledger.refuse(self.sources, actions, "S3 takes only signed requests for this action");
            }
        }
    }

    /// Through a foreign access point the caller is whoever its owner lets in.
    fn delegating(&self, audience: Audience, sighting: &Sighting) -> Audience {
        let Some(point) = sighting.first.as_ref().and_then(|first| first.foreign_point.as_deref()) else {
            return audience;
        };
        let owner = point.split(':').nth(4).and_then(crate::name::AccountId::parse);
        match owner.filter(|owner| !self.inquiry.fresh.accounts.contains(owner)) {
            Some(owner) => Audience::Account { ids: vec![owner], principals: Vec::new() },
            None => audience,
        }
    }

    /// Looks which of `places` some of `callers` get in from.
    fn sight(&mut self, rest: &Rest, case: Case<'_>, callers: &[Outsider], places: &[Place]) -> Sighting {
        let mut sighting = Sighting::default();
        for place in places.iter().filter(|place| !rest.covered.contains(place)) {
            let case = rest.keys_at(place).narrow(case);
            for caller in callers {
                match self.inquiry.attempt(case, caller, place) {
                    Attempt::Out => continue,
                    Attempt::Open(whys) => {
                        sighting.whys.extend(whys);
                        if self.inquiry.meter.is_empty() {
                            return sighting;
                        }
                    }
                    Attempt::In(solution) => {
                        sighting.places.push(place.clone());
                        sighting.first.get_or_insert(solution);
                        break;
                    }
                }
            }
        }
        sighting
    }

    /// Judges one named company; `true` = it leaves nothing to others.
    fn company(
        &mut self,
        rest: &mut Rest,
        case: Case<'_>,
        actions: ActionSet,
        cell: usize,
        company: Company,
        note: &Option<Note>,
    ) -> bool {
        let places = &self.inquiry.places;
        let mut sighting = self.sight(rest, case, &company.members, &places.open);
        if sighting.first.is_none() && !places.named.is_empty() {
            let named = self.sight(rest, case, &company.members, &places.named);
            sighting.whys.extend(named.whys);
            sighting.first = named.first;
            sighting.places = named.places;
        }
        let note = company.note.or_else(|| note.clone());
        if sighting.first.is_none() {
            self.doubt(&sighting, company.audience);
            return false;
        }
        let public = matches!(company.audience, Audience::AnyAwsAccount { .. });
        if public {
            return match width(&sighting.places, &places.classes) {
                Width::Wide(ranges) => {
                    let found = (&company.members[..], Audience::AnyAwsAccount { ranges }, note);
                    self.enter(rest, case, actions, cell, sighting, found)
                }
                Width::Narrow(spans) => {
                    let audience = network_of(&sighting.places, spans);
                    self.enter(
                        &mut Rest::default(),
                        case,
                        actions,
                        cell,
                        sighting,
                        (&company.members, audience, note),
                    );
                    false
                }
                Width::Nobody => false,
            };
        }
        // Keys that are shut to them elsewhere may be open from a place that the policy names.
        sighting.places.extend(places.named.iter().filter(|place| !rest.covered.contains(place)).cloned());
        let mut own = rest.of(&sighting.places);
        self.enter(&mut own, case, actions, cell, sighting, (&company.members, company.audience, note));
        false
    }

    /// Leaves open whether the canonical id of anonymous uploads stands for unsigned callers, if it would let them in.
    fn owner_of_anonymous_uploads(&mut self, rest: &Rest, case: Case<'_>) {
        let owner = [Outsider { owns_uploads: true, ..Outsider::anonymous() }];
        let places = &self.inquiry.places;
        let open = self.sight(rest, case, &owner, &places.open);
        let named = self.sight(rest, case, &owner, &places.named);
        let anyone = |ranges| Audience::Anyone { ranges };
        self.doubt(&open, anyone(Vec::new()));
        let audience = match width(&open.places, &places.classes) {
            Width::Wide(ranges) => anyone(ranges),
            Width::Narrow(spans) => network_of(&named.places, spans),
            Width::Nobody if named.first.is_some() => network_of(&named.places, Vec::new()),
            Width::Nobody => return,
        };
        self.ledger.doubt(self.sources, &audience, &ANONYMOUS_OWNER);
    }

    /// Judges whoever gets in from certain places only.
    fn network(
        &mut self,
        rest: &mut Rest,
        case: Case<'_>,
        actions: ActionSet,
        cell: usize,
        narrow: Vec<(Sighting, Vec<Span>)>,
        callers: &[&[Outsider]],
    ) {
        if narrow.is_empty() && self.inquiry.places.named.is_empty() {
            return;
        }
        let callers = &callers.concat()[..];
        let mut spans: Vec<Span> = Vec::new();
        let mut places: Vec<Place> = Vec::new();
        let mut first: Option<Sighting> = None;
        for (mut sighting, of_sighting) in narrow {
            spans.extend(of_sighting);
            places.append(&mut sighting.places.clone());
            first.get_or_insert(std::mem::take(&mut sighting));
        }
        let named = self.sight(rest, case, callers, &self.inquiry.places.named);
        let audience = network_of(&named.places, spans);
        let sighting = match first {
            Some(first) => first,
            None if named.first.is_some() => Sighting { first: named.first.clone(), ..Sighting::default() },
            None => {
                self.doubt(&named, audience);
                return;
            }
        };
        places.extend(named.places);
        let mut own = Rest { keys: rest.keys.clone(), ..Rest::default() };
        let sighting = Sighting { places: places.clone(), ..sighting };
        let refused = self.enter(&mut own, case, actions, cell, sighting, (callers, audience, None));
        if refused || !own.covered.is_empty() {
            rest.covered.extend(places);
        } else {
            rest.partly.extend(places.into_iter().map(|place| (place, own.keys.clone())));
        }
    }

    fn doubt(&mut self, sighting: &Sighting, audience: Audience) {
        for why in &sighting.whys {
            self.ledger.doubt(self.sources, &audience, why);
        }
    }
}

const ANONYMOUS_OWNER: Why = Why::NoRule(
    "whether the canonical id of anonymous uploads stands for unsigned callers is not documented",
);

/// Names whoever is at one of `places` or has an address of `spans`.
fn network_of(places: &[Place], spans: Vec<Span>) -> Audience {
    let (mut vpcs, mut endpoints) = (Vec::new(), Vec::new());
    for place in places {
        match &place.extent {
            PlaceExtent::Vpc(id) => vpcs.push(id.as_str().into()),
            PlaceExtent::VpcEndpoint(id) => endpoints.push(id.as_str().into()),
            PlaceExtent::Everywhere | PlaceExtent::Class(_) | PlaceExtent::OwnVpc => {}
        }
    }
    Audience::Network { ranges: ranges(spans), vpcs, endpoints }
}
