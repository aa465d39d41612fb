//! Who asks, from where and when: what that fixes of a request, key by key.
//!
//! *Source*: IAM user guide, "AWS global condition context keys"; docs/semantics.md E.

use jiff::Timestamp;

use crate::action::Action;
use crate::catalogue::{self, KeyKind};
use crate::reach::atom::Value;
use crate::reach::domain::{Space, Universe};
use crate::reach::glob::Glob;
use crate::reach::mention::Mentions;
use crate::reach::outsider::{Kind, Outsider};
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

fn text(may_be_absent: bool, shape: Glob, natural: impl Into<String>) -> Fact {
    let space = Space::Text { shape, natural: natural.into() };
    Fact::Free(Universe { absent: may_be_absent, space })
}

fn any_text(natural: &str) -> Fact {
    text(true, Glob::wild("*"), natural)
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

    /// Gives the value that a variable stands for: a free key is pinned to the most natural value.
    pub(super) fn pinned(&self, key: &str) -> Fact {
        match self.fact(key) {
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

    fn of_caller(&self, key: &str) -> Option<Fact> {
        let caller = self.outsider;
        let signed = caller.signed();
        let kind = caller.kind;
        Some(match key {
            "aws:principalaccount" => match kind {
                Kind::Anonymous => fixed("anonymous"),
                _ => optional(signed.map(|signed| signed.account.as_str())),
            },
            "aws:principaltype" => match kind {
                Kind::Anonymous => fixed("Anonymous"),
                Kind::User => fixed("User"),
                Kind::Role => fixed("AssumedRole"),
                Kind::Federated => fixed("FederatedUser"),
                Kind::Root => fixed("Account"),
                Kind::Service | Kind::Identity => absent(),
            },
            "aws:userid" => self.user_id(),
            "aws:username" => match (kind, signed) {
                (Kind::User, Some(signed)) => optional(signed.arn.as_raw().rsplit('/').next()),
                _ => absent(),
            },
            "aws:principalarn" => self.principal_arn(),
            "aws:principalorgid" => optional(caller.organization.as_ref().map(|found| found.id.as_str())),
            "aws:principalorgpaths" => Fact::Fixed(match &caller.organization {
                Some(found) => Value::Many(vec![found.path.clone()]),
                None => Value::Absent,
            }),
            "aws:principalisawsservice" => match kind {
                Kind::Anonymous => absent(),
                Kind::Service => fixed("true"),
                _ => fixed("false"),
            },
            "aws:principalservicename" | "aws:principalservicenameslist" => match (&caller.caller, kind) {
                (crate::request::Caller::Service { name }, Kind::Service) => fixed(name.as_raw()),
                _ => absent(),
            },
            "aws:sourcearn" | "aws:sourceaccount" | "aws:sourceowner" | "aws:sourceorgid"
            | "aws:sourceorgpaths" => self.of_source(key),
            "aws:tokenissuetime" if matches!(kind, Kind::Role | Kind::Federated) => {
                fixed(self.instant.to_string())
            }
            "aws:multifactorauthpresent" if matches!(kind, Kind::User | Kind::Role) => {
                free(true, Space::Finite(&["false", "true"]))
            }
            "aws:multifactorauthage" if matches!(kind, Kind::User | Kind::Role) => free(true, Space::Count),
            "aws:tokenissuetime" | "aws:multifactorauthpresent" | "aws:multifactorauthage" => absent(),
            "aws:sourceidentity" if kind == Kind::Role => any_text("stranger"),
            "aws:federatedprovider" => match signed.and_then(|signed| signed.provider.as_ref()) {
                Some(provider) => fixed(provider.as_raw()),
                None if kind == Kind::Role => any_text("accounts.google.com"),
                None => absent(),
            },
            "aws:viaawsservice" => fixed("false"),
            _ if key.starts_with("aws:principaltag/") => match kind {
                Kind::User | Kind::Role | Kind::Federated => any_text("a"),
                _ => absent(),
            },
            "aws:sourceidentity"
            | "aws:calledvia"
            | "aws:calledviafirst"
            | "aws:calledvialast"
            | "aws:calledviaawsmcp"
            | "aws:viaawsmcpservice"
            | "aws:ismcpserviceaction"
            | "aws:assumedroot"
            | "aws:chatbotsourcearn" => absent(),
            _ if key.starts_with("aws:ec2instancesource")
                || ["ec2:", "lambda:", "ssm:", "glue:", "identitystore:"]
                    .iter()
                    .any(|own| key.starts_with(own)) =>
            {
                if kind == Kind::Role {
                    Fact::Unknown(ROLE_ONLY)
                } else {
                    absent()
                }
            }
            _ => return None,
        })
    }

    fn user_id(&self) -> Fact {
        let caller = self.outsider;
        match (caller.kind, &caller.user_id) {
            (_, Some(id)) => fixed(id.clone()),
            (Kind::Anonymous, _) => fixed("anonymous"),
            (Kind::User, _) => fixed("AIDAEXAMPLEEXAMPLE000"),
            (Kind::Role, _) if caller.named => fixed(format!("{ROLE_ID}:{}", self.session_name())),
            (Kind::Role, _) => {
                text(false, Glob::wild(&format!("{ROLE_ID}:??*")), format!("{ROLE_ID}:session"))
            }
            (Kind::Federated, _) => {
                let account = caller.signed().map_or("", |signed| signed.account.as_str());
                text(false, Glob::wild(&format!("{account}:??*")), format!("{account}:stranger"))
            }
            (Kind::Root, _) => optional(caller.signed().map(|signed| signed.account.as_str())),
            (Kind::Service | Kind::Identity, _) => absent(),
        }
    }

    fn session_name(&self) -> &str {
        let session = self.outsider.signed().and_then(|signed| signed.session_arn.as_ref());
        session.and_then(|arn| arn.as_raw().rsplit('/').next()).unwrap_or("session")
    }

    /// A stranger chooses the name and path of its principal within its account.
    fn principal_arn(&self) -> Fact {
        let caller = self.outsider;
        let Some(signed) = caller.signed() else {
            return match &caller.caller {
                crate::request::Caller::Service { name } if caller.kind == Kind::Identity => {
                    fixed(name.as_raw())
                }
                _ => absent(),
            };
        };
        let known = caller.named
            || caller.kind == Kind::Root
            || caller.kind == Kind::User && self.mentions.any(|key| key == "aws:username");
        if known {
            return fixed(signed.arn.as_raw());
        }
        let stem = signed.arn.as_raw().rsplit_once('/').map_or("", |(stem, _)| stem);
        text(false, Glob::wild(&format!("{stem}/?*")), signed.arn.as_raw())
    }

    fn of_source(&self, key: &str) -> Fact {
        let Some(source) = &self.outsider.source else { return absent() };
        match key {
            "aws:sourcearn" => match &source.arn {
                Some(arn) => fixed(arn.clone()),
                None => text(
                    true,
                    Glob::wild(&format!("arn:{}:*:*:{}:?*", self.setting.partition, source.account)),
                    format!("arn:{}:service:us-east-1:{}:resource", self.setting.partition, source.account),
                ),
            },
            "aws:sourceaccount" | "aws:sourceowner" => {
                text(true, Glob::literal(&source.account), source.account.clone())
            }
            "aws:sourceorgid" => optional(source.organization.as_ref().map(|found| found.id.as_str())),
            _ => Fact::Fixed(match &source.organization {
                Some(found) => Value::Many(vec![found.path.clone()]),
                None => Value::Absent,
            }),
        }
    }

    fn of_network(&self, key: &str) -> Option<Fact> {
        let place = self.place;
        let through = place.address.is_none();
        let if_through = |fact: Fact| if through { fact } else { absent() };
        Some(match key {
            "aws:sourceip" => optional(place.address.clone()),
            "aws:vpcsourceip" => if_through(free(false, Space::Address)),
            "aws:sourcevpc" => if_through(fixed(place.vpc.clone())),
            "aws:sourcevpce" => if_through(fixed(place.endpoint.clone())),
            "aws:sourcevpcarn" => {
                let owner = place.owner.as_deref().unwrap_or(self.endpoint_owner());
                let partition = self.setting.partition;
                let arn = |region: &str| format!("arn:{partition}:ec2:{region}:{owner}:vpc/{}", place.vpc);
                if_through(match &self.setting.region {
                    Some(region) => fixed(arn(region)),
                    None => text(false, Glob::wild(&arn("??*-?*")), arn("us-east-1")),
                })
            }
            "aws:vpceaccount" => if_through(fixed(place.owner.as_deref().unwrap_or(self.endpoint_owner()))),
            "aws:vpceorgid" => {
                if_through(optional(self.outsider.organization.as_ref().map(|found| found.id.as_str())))
            }
            "aws:vpceorgpaths" => if_through(Fact::Fixed(match &self.outsider.organization {
                Some(found) => Value::Many(vec![found.path.clone()]),
                None => Value::Absent,
            })),
            "aws:securetransport" => match (self.encrypted, self.endpoint) {
                (Some(encrypted), _) => fixed(encrypted.to_string()),
                (None, Endpoint::Bucket) => free(false, Space::Finite(&["true", "false"])),
                (None, _) => fixed("true"),
            },
            "s3:tlsversion" | "s3express:tlsversion" => match self.encrypted {
                Some(false) => absent(),
                _ => free(false, Space::Finite(&["1.3", "1.2"])),
            },
            "aws:currenttime" => fixed(self.instant.to_string()),
            "aws:epochtime" => fixed(self.instant.as_second().to_string()),
            "aws:useragent" => text(false, Glob::wild("*"), "bucketwatch"),
            _ => return None,
        })
    }

    fn endpoint_owner(&self) -> &str {
        self.outsider.signed().map_or("987654987654", |signed| signed.account.as_str())
    }

    fn of_bucket(&self, key: &str) -> Option<Fact> {
        let setting = self.setting;
        let known = |value: Option<&str>| value.map_or_else(|| missing(key), fixed);
        Some(match key {
            "aws:resourceaccount" | "s3:resourceaccount" | "s3express:resourceaccount" => {
                known(setting.account.as_ref().map(|account| account.as_str()))
            }
            "aws:requestedregion" => known(setting.region.as_deref()),
            "aws:resourceorgid" => known(setting.organization.as_deref()),
            "aws:resourceorgpaths" => missing(key),
            _ => {
                let tag = ["aws:resourcetag/", "s3:buckettag/", "s3express:buckettag/"]
                    .iter()
                    .find_map(|family| key.strip_prefix(family))?;
                match &setting.bucket_tags {
                    None => missing("bucket tags"),
                    Some(tags) => optional(
                        tags.iter()
                            .find(|(name, _)| name.as_raw().eq_ignore_ascii_case(tag))
                            .map(|(_, value)| value.as_raw()),
                    ),
                }
            }
        })
    }

    fn of_endpoint(&self, key: &str) -> Option<Fact> {
        let (arn, account, internet) = match (self.endpoint, self.foreign_point) {
            (Endpoint::AccessPoint { arn, account, internet }, _) => {
                (arn.as_raw(), account.as_str(), internet)
            }
            (_, Some(arn)) => (arn, arn.split(':').nth(4).unwrap_or_default(), true),
            _ => {
                let own =
                    ["s3:dataaccesspointarn", "s3:dataaccesspointaccount", "s3:accesspointnetworkorigin"];
                return (own.contains(&key) || key.starts_with("s3:accesspointtag/")).then(absent);
            }
        };
        Some(match key {
            "s3:dataaccesspointarn" if self.foreign_point.is_some() => {
                let stem = arn.rsplit_once('/').map_or("", |(stem, _)| stem);
                text(false, Glob::wild(&format!("{stem}/?*")), arn)
            }
            "s3:dataaccesspointarn" => fixed(arn),
            "s3:dataaccesspointaccount" => fixed(account),
            "s3:accesspointnetworkorigin" if self.foreign_point.is_some() => {
                free(false, Space::Finite(&["Internet", "VPC"]))
            }
            "s3:accesspointnetworkorigin" => fixed(if internet { "Internet" } else { "VPC" }),
            _ if key.starts_with("s3:accesspointtag/") => missing(key),
            _ => return None,
        })
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

/// Keys that the sessions of compute services carry.
const ROLE_ONLY: Why = Why::NoRule("what a stranger's compute service says of itself is not modelled");

/// The id of a stranger's role; ids are handed out by AWS and cannot be chosen.
const ROLE_ID: &str = "AROAEXAMPLEEXAMPLE000";

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
