//! What a request carries of its caller, and of the resource that a service acts for.

use super::{Fact, Scene, absent, any_text, fixed, free, optional, text};
use crate::reach::Why;
use crate::reach::atom::Value;
use crate::reach::domain::{Space, Universe};
use crate::reach::glob::Glob;
use crate::reach::outsider::Kind;
use crate::reach::shape::{Shape, name_of};

impl Scene<'_> {
    pub(super) fn of_caller(&self, key: &str) -> Option<Fact> {
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
            "aws:username" => match kind {
                Kind::User if caller.named => fixed(self.own_name()),
                Kind::User => Fact::NameAfter(String::new()),
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
            "aws:sourceidentity" if kind == Kind::Role => {
                text(true, Shape::Session { stem: String::new() }, "stranger")
            }
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
            (Kind::Role, _) if caller.named && !caller.any_session => {
                fixed(format!("{ROLE_ID}:{}", self.session_name()))
            }
            (Kind::Role, _) => {
                text(false, Shape::Session { stem: format!("{ROLE_ID}:") }, format!("{ROLE_ID}:session"))
            }
            (Kind::Federated, _) => {
                let account = caller.signed().map_or("", |signed| signed.account.as_str());
                if caller.named {
                    fixed(format!("{account}:{}", self.own_name()))
                } else {
                    Fact::NameAfter(format!("{account}:"))
                }
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
        if caller.named || caller.kind == Kind::Root {
            return fixed(signed.arn.as_raw());
        }
        let whole = signed.arn.as_raw();
        let shape = match whole.split_once('/') {
            Some((stem, _)) if caller.kind == Kind::Federated => Shape::Session { stem: format!("{stem}/") },
            Some((stem, _)) => Shape::Principal { stem: format!("{stem}/"), name: None },
            None => Shape::some_text(),
        };
        text(false, shape, whole)
    }

    /// Gives the ARN that the caller has where nothing demands another.
    pub(super) fn own_arn(&self) -> &str {
        self.outsider.signed().map_or("", |signed| signed.arn.as_raw())
    }

    /// Gives the name that the caller has where nothing demands another.
    pub(super) fn own_name(&self) -> &str {
        name_of(self.own_arn())
    }

    /// Tells whether `key` holds the name that the caller chose, and a variable reads that name, be it by another key.
    pub(super) fn is_of_a_read_name(&self, key: &str) -> bool {
        let holders: &[&str] = match self.outsider.kind {
            _ if self.outsider.named => &[],
            Kind::User => &["aws:principalarn", "aws:username"],
            Kind::Federated => &["aws:principalarn", "aws:userid"],
            _ => &[],
        };
        holders.contains(&key) && holders.iter().any(|holder| self.mentions.has_variable(holder))
    }

    /// Gives `fact`, which is of the caller's ARN, for the name that the caller has; only the path is left to it.
    pub(super) fn named_as_it_is(&self, fact: Fact) -> Fact {
        match fact {
            Fact::Free(Universe {
                absent,
                space: Space::Text { shape: Shape::Principal { stem, .. }, natural },
            }) => {
                let shape = Shape::Principal { stem, name: Some(self.own_name().to_owned()) };
                Fact::Free(Universe { absent, space: Space::Text { shape, natural } })
            }
            _ => fixed(self.own_arn()),
        }
    }

    pub(super) fn of_source(&self, key: &str) -> Fact {
        let Some(source) = &self.outsider.source else { return absent() };
        match key {
            "aws:sourcearn" => match &source.arn {
                Some(arn) => fixed(arn.clone()),
                None => text(
                    true,
                    Shape::Like(Glob::wild(&format!(
                        "arn:{}:*:*:{}:?*",
                        self.setting.partition, source.account
                    ))),
                    format!("arn:{}:service:us-east-1:{}:resource", self.setting.partition, source.account),
                ),
            },
            "aws:sourceaccount" | "aws:sourceowner" => {
                text(true, Shape::Like(Glob::literal(&source.account)), source.account.clone())
            }
            "aws:sourceorgid" => optional(source.organization.as_ref().map(|found| found.id.as_str())),
            _ => Fact::Fixed(match &source.organization {
                Some(found) => Value::Many(vec![found.path.clone()]),
                None => Value::Absent,
            }),
        }
    }
}

/// Keys that the sessions of compute services carry.
const ROLE_ONLY: Why = Why::NoRule("what a stranger's compute service says of itself is not modelled");

/// The id of a stranger's role; ids are handed out by AWS and cannot be chosen.
const ROLE_ID: &str = "AROAEXAMPLEEXAMPLE000";
