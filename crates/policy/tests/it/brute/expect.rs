//! Who gets in, found out by trying.

use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use serde_json::Value;

use super::callers::Who;
use super::places::Place;
use super::world::World;
use crate::search::Said;

/// From where strangers get in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum From {
    /// From nowhere.
    #[default]
    Nowhere,
    /// From no more addresses than one IPv4 /8 or one IPv6 /32 has.
    Ranges,
    /// From anywhere, or from more than that.
    Anywhere,
}

/// What trying says of one statement and one action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tried {
    pub(crate) anonymous: From,
    pub(crate) stranger: From,
    /// Somebody whom the policy names gets in, or comes from a place that it names.
    pub(crate) named: bool,
    /// AWS documents no rule for somebody.
    pub(crate) doubtful: bool,
}

/// What trying says of one action, statement by statement.
#[derive(Debug)]
pub(crate) struct Expected {
    pub(crate) statements: Vec<Tried>,
    /// Some request was denied that an Allow lets in.
    pub(crate) cut: bool,
}

#[derive(Clone, Copy, Default)]
struct Width {
    v4: u128,
    v6: u128,
    own_endpoint: bool,
}

impl Width {
    fn add(&mut self, place: &Place) {
        match place {
            Place::Internet { v4, v6 } => {
                self.v4 += v4;
                self.v6 += v6;
            }
            Place::OwnEndpoint => self.own_endpoint = true,
            Place::NamedEndpoint => {}
        }
    }

    fn from(self) -> From {
        if self.own_endpoint || self.v4 > 1 << 24 || self.v6 > 1 << 96 {
            From::Anywhere
        } else if self.v4 + self.v6 > 0 {
            From::Ranges
        } else {
            From::Nowhere
        }
    }
}

impl Expected {
    /// Tries every request of a world.
    pub(crate) fn by_trying(policy: &Policy, world: &World) -> Self {
        let mut statements = vec![Tried::default(); policy.statements.len()];
        let mut places: Vec<Vec<(Who, Place)>> = vec![Vec::new(); policy.statements.len()];
        let mut cut = false;
        for number in 0..world.size() {
            let case = world.case(number);
            match evaluate(policy, &case.request) {
                Decision::Allowed { by } => {
                    for index in by {
                        let named = case.who == Who::Named || *case.place == Place::NamedEndpoint;
                        statements[index].named |= named;
                        let found = (case.who, case.place.clone());
                        if !named && !places[index].contains(&found) {
                            places[index].push(found);
                        }
                    }
                }
                Decision::Undetermined { .. } => {
                    for tried in &mut statements {
                        tried.doubtful = true;
                    }
                }
                Decision::Denied { .. } => cut = true,
                Decision::NotAllowed => {}
            }
        }
        for (tried, places) in statements.iter_mut().zip(places) {
            let from = |wanted: Who| {
                let mut width = Width::default();
                places.iter().filter(|(who, _)| *who == wanted).for_each(|(_, place)| width.add(place));
                width.from()
            };
            tried.anonymous = from(Who::Anonymous);
            tried.stranger = from(Who::Stranger);
        }
        Self { statements, cut }
    }
}

impl Tried {
    /// Tells whether anybody outside gets in.
    pub(crate) fn anybody(&self) -> bool {
        self.named || self.anonymous != From::Nowhere || self.stranger != From::Nowhere
    }

    /// Says what is wrong with the search's answer. Where it left something undecided, only what it claims counts.
    pub(crate) fn contradicts(&self, said: Said, decided: bool, document: &Value) -> Option<&'static str> {
        let widest = self.anonymous.max(self.stranger);
        // Services that act for somebody are not tried.
        let text = document.to_string();
        let services = ["aws:Source", "aws:PrincipalIsAWSService"].iter().any(|key| text.contains(key));
        if said.anyone && self.anonymous != From::Anywhere {
            return Some("anyone is said to get in, and cannot");
        }
        if said.any_account && self.stranger != From::Anywhere {
            return Some("any account is said to get in, and cannot");
        }
        if said.ranges && widest == From::Nowhere {
            return Some("strangers are said to get in from ranges, and cannot");
        }
        if said.named && !self.named && !self.doubtful && !services {
            return Some("somebody named is said to get in, and cannot");
        }
        if !decided || self.doubtful {
            return None;
        }
        if self.anonymous == From::Anywhere && !said.anyone {
            return Some("anyone gets in, and it is not said");
        }
        if self.stranger == From::Anywhere && !said.anyone && !said.any_account {
            return Some("any account gets in, and it is not said");
        }
        if widest == From::Ranges && !said.ranges {
            return Some("strangers get in from ranges, and it is not said");
        }
        if self.anonymous == From::Ranges && !said.anyone && !said.ranges {
            return Some("unsigned strangers get in from ranges, and it is not said");
        }
        (self.anybody() && !said.strangers() && !said.named)
            .then_some("somebody named gets in, and it is not said")
    }
}
