//! What a request carries of its caller, and of the resource that a service acts for.

use super::{Fact, Scene, absent, any_text, fixed, free, optional, text};
use crate::reach::Why;
use crate::reach::atom::Value;
use crate::reach::domain::Space;
use crate::reach::glob::Glob;
use crate::reach::outsider::Kind;

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
            (Kind::Role, _) if caller.named && !caller.any_session => {
                fixed(format!("{ROLE_ID}:{}", self.session_name()))
            }
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

    pub(super) fn of_source(&self, key: &str) -> Fact {
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
}

/// Keys that the sessions of compute services carry.
const ROLE_ONLY: Why = Why::NoRule("what a stranger's compute service says of itself is not modelled");

/// The id of a stranger's role; ids are handed out by AWS and cannot be chosen.
const ROLE_ID: &str = "AROAEXAMPLEEXAMPLE000";
