//! Services that may act for others, and origin access identities.

use super::Roll;
use crate::document::Principal;
use crate::reach::mention::MOST_COMBINATIONS;
use crate::reach::organization::Membership;
use crate::reach::outsider::{Company, Outsider, Source};
use crate::reach::principal::LOG_DELIVERY;
use crate::reach::{Audience, GranteeClass};
use crate::untrusted::Untrusted;

impl Roll<'_, '_> {
    /// Gives the services, those that act for anybody apart from those that act for somebody named.
    pub(in crate::reach) fn services(&self) -> Vec<(Company, Company)> {
        let mut names: Vec<&str> = Vec::new();
        let mut identities: Vec<&Untrusted> = Vec::new();
        // A Deny may spare a service that an Allow for everybody does not name.
        let others = self.names_nobody_in_particular().then(|| self.mentions.principals());
        for principal in self.principals().chain(others.into_iter().flatten()) {
            match principal {
                Principal::Service(name) => names.push(name.as_raw()),
                Principal::OriginAccessIdentity(identity) if !identities.contains(&identity) => {
                    identities.push(identity);
                }
                _ => {}
            }
        }
        if self.grantees.contains(&&GranteeClass::LogDelivery) {
            names.push(LOG_DELIVERY);
        }
        if self.names_nobody_in_particular() {
            names.extend(self.mentions.literals("aws:principalservicename"));
            names.extend(self.mentions.literals("aws:principalservicenameslist"));
            if names.is_empty() {
                names.push("*");
            }
        }
        names.sort_unstable();
        names.dedup();
        let mut found: Vec<(Company, Company)> = names.iter().map(|name| self.service(name)).collect();
        for identity in identities {
            let audience = Audience::Service { names: vec![identity.clone()], unscoped: false };
            let nobody = Company { audience: audience.clone(), members: Vec::new(), note: None };
            let members = vec![Outsider::identity(identity)];
            found.push((nobody, Company { audience, members, note: None }));
        }
        found
    }

    fn service(&self, name: &str) -> (Company, Company) {
        // Where any service will do, one stands for all.
        let caller = if name == "*" { "cloudtrail.amazonaws.com" } else { name };
        let company = |unscoped, sources: Vec<Source>| Company {
            audience: Audience::Service { names: vec![name.into()], unscoped },
            members: sources.into_iter().map(|source| Outsider::service(caller, Some(source))).collect(),
            note: None,
        };
        (company(name != LOG_DELIVERY, self.sources_of_anybody()), company(false, self.sources_named()))
    }

    fn sources_of_anybody(&self) -> Vec<Source> {
        let mut found = Vec::new();
        let organizations = std::iter::once(None).chain(self.fresh.organizations.first().cloned().map(Some));
        for organization in organizations {
            if let Some(account) = self.fresh.accounts.first() {
                let bucket = format!("arn:{}:s3:::stranger-bucket", self.setting.partition);
                for arn in [None, Some(bucket)] {
                    found.push(Source {
                        arn,
                        account: account.to_string(),
                        organization: organization.clone(),
                    });
                }
            }
        }
        found
    }

    fn sources_named(&self) -> Vec<Source> {
        let mut accounts: Vec<String> = Vec::new();
        let named = ["aws:sourceaccount", "aws:sourceowner"];
        accounts.extend(named.iter().flat_map(|key| self.mentions.literals(key)).map(str::to_owned));
        let arns: Vec<String> = self
            .mentions
            .texts("aws:sourcearn")
            .map(|arn| arn.text.as_raw().replace(['*', '?'], "a"))
            .collect();
        let fields = arns.iter().filter_map(|arn| arn.split(':').nth(4)).filter(|field| !field.is_empty());
        accounts.extend(fields.map(str::to_owned));
        accounts.extend(self.setting.account.iter().map(ToString::to_string));
        accounts.extend(self.fresh.accounts.iter().take(1).map(ToString::to_string));
        let mut distinct: Vec<String> = Vec::new();
        for account in accounts {
            if !distinct.contains(&account) {
                distinct.push(account);
            }
        }
        let mut organizations: Vec<Option<Membership>> = vec![None];
        for id in self.mentions.literals("aws:sourceorgid") {
            organizations.push(Some(Membership::of(id)));
        }
        for path in self.mentions.texts("aws:sourceorgpaths") {
            let text = path.text.as_raw().replace('*', "ou-ab12-22222222/").replace("//", "/");
            let id = text.split('/').next().unwrap_or_default().to_owned();
            organizations.push(Some(Membership { id, path: text }));
        }
        let mut found = Vec::new();
        for organization in &organizations {
            for account in &distinct {
                let own = arns.iter().filter(|arn| {
                    arn.split(':').nth(4).is_none_or(|field| field.is_empty() || field == account)
                });
                for arn in std::iter::once(None).chain(own.cloned().map(Some)) {
                    found.push(Source { arn, account: account.clone(), organization: organization.clone() });
                }
            }
        }
        found.truncate(MOST_SOURCES);
        found
    }
}

/// Past this many, combinations of sources that a policy names are not tried for a service.
const MOST_SOURCES: usize = MOST_COMBINATIONS;
