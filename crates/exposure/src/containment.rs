//! The order of exposures: is everything that one set lets in also let in by another?
//!
//! Sets are compared as sets of (audience × access × resource). Paths, statements and texts play no part: the same
//! reach by another way is the same reach. `anyone` ⊃ `any_aws_account` ⊃ every named audience.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;

use crate::exception::Accepted;
use crate::standing::Entry;
use crate::{glob, ranges};

/// Tells whether every audience × access × resource of `inner` is also in `outer`.
///
/// Several entries of `outer` may cover one of `inner` together by audience (ranges, accounts), not by resource.
pub fn covers(outer: &[Entry], inner: &[Entry]) -> bool {
    inner.iter().all(|entry| {
        entry.access.iter().all(|access| {
            entry.resources.iter().all(|resource| {
                let by: Vec<&Audience> = outer
                    .iter()
                    .filter(|other| {
                        let own = (other.resources.as_slice(), other.resources_except.as_slice());
                        other.access.contains(access) && covers_resource(own, resource, entry)
                    })
                    .map(|other| &other.audience)
                    .collect();
                covers_audience(&by, &entry.audience)
            })
        })
    })
}

/// Tells whether `entry` stays within what was accepted, by the same order as transitions are compared with.
///
/// An entry that names nobody, nothing or no access is within nothing: it says too little to be accepted.
pub fn within(entry: &Entry, accepted: &[Accepted]) -> bool {
    let outer: Vec<Entry> = accepted
        .iter()
        .map(|accepted| Entry {
            audience: accepted.audience.clone(),
            access: accepted.access.clone(),
            resources: accepted.resources.clone(),
            resources_except: accepted.resources_except.clone(),
            ..entry.clone()
        })
        .collect();
    says_whom(&entry.audience)
        && !entry.access.is_empty()
        && !entry.resources.is_empty()
        && covers(&outer, std::slice::from_ref(entry))
}

/// Tells whether an audience names somebody.
fn says_whom(audience: &Audience) -> bool {
    match audience {
        Audience::Anyone { .. } | Audience::AnyAwsAccount { .. } => true,
        Audience::Network { ranges, vpcs, endpoints } => {
            !(ranges.is_empty() && vpcs.is_empty() && endpoints.is_empty())
        }
        Audience::Account { ids, principals } => !(ids.is_empty() && principals.is_empty()),
        Audience::Organization { ids } => !ids.is_empty(),
        Audience::Service { names, .. } => !names.is_empty(),
    }
}

/// Tells whether `resource` of `inner` lies in a set of patterns, less what is cut out of it.
pub(crate) fn covers_resource(
    (resources, except): (&[Untrusted], &[Untrusted]),
    resource: &Untrusted,
    inner: &Entry,
) -> bool {
    let resource = resource.as_raw();
    resources.iter().any(|pattern| glob::contains(pattern.as_raw(), resource))
        && except.iter().all(|cut| {
            let cut = cut.as_raw();
            !glob::intersects(cut, resource)
                || inner.resources_except.iter().any(|own| glob::contains(own.as_raw(), cut))
        })
}

/// Tells whether the audiences of `by` together contain `wanted`.
pub(crate) fn covers_audience(by: &[&Audience], wanted: &Audience) -> bool {
    if by.contains(&wanted) {
        return true;
    }
    let union = Union::of(by);
    match wanted {
        Audience::Anyone { ranges } => union.unsigned_from(ranges),
        Audience::AnyAwsAccount { ranges } => union.signed_from(ranges),
        _ if union.signed_from(&[]) => true,
        Audience::Network { ranges, vpcs, endpoints } => {
            (ranges.is_empty() || union.network_from(ranges))
                && vpcs.iter().all(|vpc| union.vpcs.contains(&vpc))
                && endpoints.iter().all(|endpoint| union.endpoints.contains(&endpoint))
        }
        Audience::Account { ids, principals } => {
            ids.iter().all(|id| union.accounts.contains(&id))
                && principals.iter().all(|principal| union.admits_principal(principal))
        }
        Audience::Organization { ids } => ids.iter().all(|id| union.admits_organization(id)),
        Audience::Service { names, unscoped } => {
            let admitted = if *unscoped { &union.unscoped_services } else { &union.services };
            names.iter().all(|name| admitted.contains(&name))
        }
    }
}

/// What several audiences admit together. A list of ranges that is `Some` of nothing = from everywhere.
#[derive(Default)]
struct Union<'a> {
    unsigned: Option<Vec<&'a str>>,
    signed: Option<Vec<&'a str>>,
    network: Vec<&'a str>,
    vpcs: Vec<&'a Untrusted>,
    endpoints: Vec<&'a Untrusted>,
    accounts: Vec<&'a AccountId>,
    principals: Vec<&'a Untrusted>,
    organizations: Vec<&'a Untrusted>,
    services: Vec<&'a Untrusted>,
    unscoped_services: Vec<&'a Untrusted>,
}

impl<'a> Union<'a> {
    fn of(audiences: &[&'a Audience]) -> Self {
        let mut union = Self::default();
        for audience in audiences {
            union.add(audience);
        }
        union
    }

    fn add(&mut self, audience: &'a Audience) {
        match audience {
            Audience::Anyone { ranges } => {
                add_ranges(&mut self.unsigned, ranges);
                add_ranges(&mut self.signed, ranges);
            }
            Audience::AnyAwsAccount { ranges } => add_ranges(&mut self.signed, ranges),
            Audience::Network { ranges, vpcs, endpoints } => {
                self.network.extend(ranges.iter().map(String::as_str));
                self.vpcs.extend(vpcs);
                self.endpoints.extend(endpoints);
            }
            Audience::Account { ids, principals } => {
                self.accounts.extend(ids);
                self.principals.extend(principals);
            }
            Audience::Organization { ids } => self.organizations.extend(ids),
            Audience::Service { names, unscoped } => {
                self.services.extend(names);
                if *unscoped {
                    self.unscoped_services.extend(names);
                }
            }
        }
    }

    fn unsigned_from(&self, ranges: &[String]) -> bool {
        self.unsigned.as_ref().is_some_and(|own| covers_ranges(own, ranges))
    }

    fn signed_from(&self, ranges: &[String]) -> bool {
        self.signed.as_ref().is_some_and(|own| covers_ranges(own, ranges))
    }

    fn network_from(&self, ranges: &[String]) -> bool {
        let open = self.unsigned.iter().chain(&self.signed).flatten();
        let all: Vec<&str> = open.chain(&self.network).copied().collect();
        !all.is_empty() && covers_ranges(&all, ranges)
    }

    fn admits_principal(&self, principal: &Untrusted) -> bool {
        self.principals.contains(&principal)
            || account_of(principal.as_raw())
                .is_some_and(|id| self.accounts.iter().any(|own| own.as_str() == id))
    }

    fn admits_organization(&self, id: &Untrusted) -> bool {
        self.organizations.iter().any(|own| {
            let rest = id.as_raw().strip_prefix(own.as_raw());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || own.as_raw().ends_with('/'))
        })
    }
}

/// Adds ranges to what is admitted so far; no ranges = everywhere, which swallows the rest.
fn add_ranges<'a>(admitted: &mut Option<Vec<&'a str>>, ranges: &'a [String]) {
    match admitted {
        Some(own) if own.is_empty() => {}
        Some(_) if ranges.is_empty() => *admitted = Some(Vec::new()),
        Some(own) => own.extend(ranges.iter().map(String::as_str)),
        None => *admitted = Some(ranges.iter().map(String::as_str).collect()),
    }
}

fn covers_ranges(outer: &[&str], inner: &[String]) -> bool {
    let inner: Vec<&str> = inner.iter().map(String::as_str).collect();
    ranges::covers(outer, &inner)
}

/// Gives the account field of an ARN.
fn account_of(arn: &str) -> Option<&str> {
    arn.starts_with("arn:").then(|| arn.split(':').nth(4)).flatten()
}

#[cfg(test)]
mod tests {
    use bucketwatch_policy::action::Access;

    use super::*;

    fn anyone() -> Audience {
        Audience::Anyone { ranges: Vec::new() }
    }

    fn signed() -> Audience {
        Audience::AnyAwsAccount { ranges: Vec::new() }
    }

    fn from(ranges: &[&str]) -> Audience {
        Audience::Network {
            ranges: ranges.iter().map(|range| (*range).to_owned()).collect(),
            vpcs: Vec::new(),
            endpoints: Vec::new(),
        }
    }

    fn accounts(ids: &[&str], principals: &[&str]) -> Audience {
        Audience::Account {
            ids: ids.iter().map(|id| AccountId::parse(id).unwrap()).collect(),
            principals: principals.iter().map(|principal| (*principal).into()).collect(),
        }
    }

    fn organization(id: &str) -> Audience {
        Audience::Organization { ids: vec![id.into()] }
    }

    fn service(unscoped: bool) -> Audience {
        Audience::Service { names: vec!["cloudtrail.amazonaws.com".into()], unscoped }
    }

    #[test]
    fn audiences_contain_one_another() {
        let user = accounts(&[], &["arn:aws:iam::111111111111:user/u"]);
        let ranged = Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] };
        let rows: &[(&[Audience], Audience, bool)] = &[
            (&[anyone()], signed(), true),
            (&[signed()], anyone(), false),
            (&[signed()], from(&["1.2.3.0/24"]), true),
            (&[anyone()], service(true), true),
            (std::slice::from_ref(&ranged), anyone(), false),
            (&[anyone()], ranged.clone(), true),
            (std::slice::from_ref(&ranged), from(&["1.2.3.0/24"]), true),
            (std::slice::from_ref(&ranged), from(&["203.0.113.0/24"]), false),
            (&[from(&["10.0.0.0/9"]), from(&["10.128.0.0/9"])], from(&["10.0.0.0/8"]), true),
            (&[accounts(&["111111111111"], &[])], user.clone(), true),
            (&[user], accounts(&["111111111111"], &[]), false),
            (
                &[accounts(&["111111111111"], &[]), accounts(&["222222222222"], &[])],
                accounts(&["111111111111", "222222222222"], &[]),
                true,
            ),
            (&[organization("o-abc")], organization("o-abc/r-1/ou-2/"), true),
            (&[organization("o-abc")], organization("o-abcd"), false),
            (&[service(true)], service(false), true),
            (&[service(false)], service(true), false),
            (&[], service(false), false),
        ];
        for (by, wanted, expected) in rows {
            let by: Vec<&Audience> = by.iter().collect();
            assert_eq!(covers_audience(&by, wanted), *expected, "{by:?} ⊇ {wanted:?}");
        }
    }

    fn entry(resources: &[&str], except: &[&str]) -> Entry {
        Entry {
            fingerprint: String::new(),
            path: crate::assessment::Path::BucketPolicy,
            via: None,
            audience: anyone(),
            access: vec![Access::Read],
            resources: resources.iter().map(|text| (*text).into()).collect(),
            resources_except: except.iter().map(|text| (*text).into()).collect(),
            accepted_by: None,
        }
    }

    #[test]
    fn what_is_cut_out_of_the_resources_counts() {
        let rows = [
            (entry(&["b/*"], &[]), entry(&["b/*"], &["b/x"]), true),
            (entry(&["b/*"], &["b/x"]), entry(&["b/*"], &[]), false),
            (entry(&["b/*"], &["b/x"]), entry(&["b/y*"], &[]), true),
            (entry(&["b/*"], &["b/x"]), entry(&["b/*"], &["b/x*"]), true),
            (entry(&["b/*"], &["b/x*"]), entry(&["b/*"], &["b/x"]), false),
        ];
        for (outer, inner, expected) in rows {
            let decided = covers(std::slice::from_ref(&outer), std::slice::from_ref(&inner));
            assert_eq!(decided, expected, "{outer:?} ⊇ {inner:?}");
        }
    }
}
