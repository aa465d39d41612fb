//! Who asks, from where and when: what that fixes of a request, key by key.
//!
//! *Source*: IAM user guide, "AWS global condition context keys"; docs/semantics.md E.

mod bucket;
mod caller;
mod network;

use jiff::Timestamp;

use crate::action::Action;
use crate::catalogue::{self, KeyKind};
use crate::reach::atom::Value;
use crate::reach::domain::{Space, Universe};
use crate::reach::mention::Mentions;
use crate::reach::outsider::{Kind, Outsider};
use crate::reach::shape::Shape;
use crate::reach::{Endpoint, Why};
use crate::setting::Setting;

/// Where a request comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    /// The source address; `None` = through a VPC endpoint.
    pub(super) address: Option<String>,
    /// The VPC and the endpoint.
    pub(super) vpc: String,
    /// The endpoint of the VPC.
    pub(super) endpoint: String,
    /// The account that owns the endpoint, where a policy names it.
    pub(super) owner: Option<String>,
    /// What it amounts to.
    pub(super) extent: Extent,
}

/// Who can be at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Extent {
    /// Anybody.
    Everywhere,
    /// Whoever has one of the addresses of this class.
    Class(usize),
    /// Whoever is in the VPC that the policy names.
    Vpc(String),
    /// Whoever uses the VPC endpoint that the policy names.
    VpcEndpoint(String),
    /// Whoever is in the access point's own VPC.
    OwnVpc,
}

/// One combination of what the keys depend on together.
#[derive(Clone, Debug)]
pub(super) struct Scene<'a> {
    /// The bucket and the world around it.
    pub(super) setting: &'a Setting,
    /// What the documents speak of.
    pub(super) mentions: &'a Mentions<'a>,
    /// Where the request arrives.
    pub(super) endpoint: Endpoint<'a>,
    /// The access point of a foreign account that the request goes through.
    pub(super) foreign_point: Option<&'a str>,
    /// Who asks.
    pub(super) outsider: &'a Outsider,
    /// Where from.
    pub(super) place: &'a Place,
    /// Whether the connection is encrypted, where that decides two keys.
    pub(super) encrypted: Option<bool>,
    /// When.
    pub(super) instant: Timestamp,
    /// What is asked for; all actions of the group are alike.
    pub(super) action: Action,
}

/// What a scene says of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fact {
    /// The key has this value.
    Fixed(Value),
    /// The caller, or the state of an object, decides.
    Free(Universe),
    /// It is the name that `aws:PrincipalArn` ends in, put after this text.
    NameAfter(String),
    /// Nobody knows.
    Unknown(Why),
}

fn absent() -> Fact {
    Fact::Fixed(Value::Absent)
}

fn fixed(text: impl Into<String>) -> Fact {
    Fact::Fixed(Value::one(text))
}

fn optional(text: Option<impl Into<String>>) -> Fact {
    Fact::Fixed(text.map_or(Value::Absent, Value::one))
}

fn text(may_be_absent: bool, shape: Shape, natural: impl Into<String>) -> Fact {
    let space = Space::Text { shape, natural: natural.into() };
    Fact::Free(Universe { absent: may_be_absent, space })
}

fn any_text(natural: &str) -> Fact {
    text(true, Shape::any_text(), natural)
}

fn free(may_be_absent: bool, space: Space) -> Fact {
    Fact::Free(Universe { absent: may_be_absent, space })
}

fn missing(key: &str) -> Fact {
    Fact::Unknown(Why::MissingFact(key.to_owned()))
}

impl Scene<'_> {
    /// Gives what is known of `key` (lower case).
    pub(super) fn fact(&self, key: &str) -> Fact {
        if catalogue::key(key).is_none() {
            return Fact::Unknown(Why::NoRule(
                "the policy asks for a condition key that AWS does not document",
            ));
        }
        if !self.action.defines(key) {
            return absent();
        }
        self.of_caller(key)
            .or_else(|| self.of_network(key))
            .or_else(|| self.of_bucket(key))
            .or_else(|| self.of_endpoint(key))
            .or_else(|| self.of_signature(key))
            .unwrap_or_else(|| chosen(key))
    }

    /// Tells whether some variable reads `key`, or what `key` follows from.
    pub(super) fn is_read(&self, key: &str) -> bool {
        self.mentions.has_variable(key) || self.is_of_a_read_name(key)
    }

    /// Gives what is known of `key` once each variable stands for one value: a free key that a variable reads is pinned
    /// to the most natural value, and so is the name that it ends in.
    pub(super) fn pinned(&self, key: &str) -> Fact {
        match self.fact(key) {
            Fact::NameAfter(before) => fixed(format!("{before}{}", self.own_name())),
            fact @ Fact::Free(_) if key == "aws:principalarn" => {
                if self.mentions.has_variable(key) {
                    fixed(self.own_arn())
                } else {
                    self.named_as_it_is(fact)
                }
            }
            Fact::Free(universe) => match universe.space {
                Space::Text { natural, .. } => fixed(natural),
                Space::Finite(values) => optional(values.first().copied()),
                Space::Count => fixed("1"),
                Space::Address => fixed("10.0.0.1"),
                Space::Time => fixed(self.instant.to_string()),
                Space::Set => absent(),
            },
            known => known,
        }
    }

    /// Unsigned requests carry nothing of a signature.
    fn of_signature(&self, key: &str) -> Option<Fact> {
        let anonymous = self.outsider.kind == Kind::Anonymous;
        let if_signed = |fact: Fact| if anonymous { absent() } else { fact };
        Some(match key.split_once(':')? {
            (_, "authtype") => {
                if_signed(free(false, Space::Finite(&["REST-HEADER", "REST-QUERY-STRING", "POST"])))
            }
            (_, "signatureversion") => {
                if_signed(free(false, Space::Finite(&["AWS4-HMAC-SHA256", "AWS", "AWS4-ECDSA-P256-SHA256"])))
            }
            (_, "signatureage") => if_signed(free(false, Space::Count)),
            (_, "x-amz-content-sha256") => if_signed(any_text("UNSIGNED-PAYLOAD")),
            _ => return None,
        })
    }
}

/// Gives what a request may carry of a key that its sender, or the state of the object, decides freely.
fn chosen(key: &str) -> Fact {
    let Some(known) = catalogue::key(key) else { return absent() };
    match (known.kind, known.many) {
        (_, true) => free(true, Space::Set),
        (KeyKind::Bool, _) => free(true, Space::Finite(&["true", "false"])),
        (KeyKind::Number, _) => free(true, Space::Count),
        (KeyKind::Time, _) => free(true, Space::Time),
        (KeyKind::Address, _) => free(true, Space::Address),
        (KeyKind::Text | KeyKind::Arn | KeyKind::Binary, _) => any_text("a"),
    }
}
