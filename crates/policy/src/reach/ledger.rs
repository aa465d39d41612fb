//! What was found, and how the findings of groups and times are put together.

use std::collections::BTreeSet;

use crate::action::{Access, ActionSet};
use crate::reach::cell::{Cell, validity};
use crate::reach::{Audience, Ineffective, Note, Opening, Reach, Undecided, Why};
use crate::witness::Witness;

/// What one group of actions opens at one time.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) sources: Vec<usize>,
    pub(super) audience: Audience,
    pub(super) actions: ActionSet,
    pub(super) resources: Vec<String>,
    pub(super) except: Vec<String>,
    pub(super) witnesses: Vec<(Access, Witness)>,
    pub(super) cells: Vec<usize>,
    pub(super) notes: BTreeSet<Note>,
}

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    undecided: Vec<Undecided>,
    ineffective: Vec<Ineffective>,
}

impl Ledger {
    /// Counts the findings, openings and refusals together.
    pub(super) fn len(&self) -> usize {
        self.entries.len() + self.ineffective.iter().map(|grant| grant.actions.len()).sum::<usize>()
    }

    /// Enters an opening: what the same audience opens by the same sources is one.
    pub(super) fn enter(&mut self, entry: Entry) {
        let like = |known: &&mut Entry| {
            known.sources == entry.sources && known.audience == entry.audience && known.notes == entry.notes
        };
        let Some(known) = self.entries.iter_mut().find(like) else {
            self.entries.push(entry);
            return;
        };
        // What is cut out for one group and not for the other is not cut out of both.
        let objects = |resources: &[String]| resources.iter().any(|arn| arn.contains('/'));
        if objects(&known.resources) && objects(&entry.resources) {
            known.except.retain(|cut| entry.except.contains(cut));
        } else {
            known.except.extend(entry.except);
        }
        known.actions = known.actions.or(entry.actions);
        add_new(&mut known.resources, entry.resources);
        add_new(&mut known.cells, entry.cells);
        known.cells.sort_unstable();
        for (access, witness) in entry.witnesses {
            if !known.witnesses.iter().any(|(known, _)| *known == access) {
                known.witnesses.push((access, witness));
            }
        }
    }

    /// Enters a branch that could not be decided.
    pub(super) fn doubt(&mut self, sources: &[usize], audience: &Audience, why: &Why) {
        let branch = Undecided { sources: sources.to_vec(), audience: audience.clone(), why: why.clone() };
        if !self.undecided.contains(&branch) {
            self.undecided.push(branch);
        }
    }

    /// Enters a grant that S3 refuses.
    pub(super) fn refuse(&mut self, sources: &[usize], actions: ActionSet, rule: &'static str) {
        let like = |known: &&mut Ineffective| known.sources == sources && known.rule == rule;
        match self.ineffective.iter_mut().find(like) {
            Some(known) => known.actions = known.actions.or(actions),
            None => self.ineffective.push(Ineffective { sources: sources.to_vec(), actions, rule }),
        }
    }

    /// Gives the answer.
    pub(super) fn close(mut self, cells: &[Cell], answer: &mut Reach) {
        self.drop_what_adds_nothing();
        self.join_names();
        for mut entry in self.entries {
            sort_names(&mut entry.audience);
            entry.witnesses.sort_by_key(|(access, _)| weight(*access));
            answer.openings.push(Opening {
                sources: entry.sources,
                audience: entry.audience,
                actions: entry.actions,
                resources: entry.resources.into_iter().map(Into::into).collect(),
                resources_except: entry.except.into_iter().map(Into::into).collect(),
                witnesses: entry.witnesses,
                validity: validity(cells, &entry.cells),
                notes: entry.notes,
            });
        }
        answer.undecided.append(&mut self.undecided);
        for mut grant in self.ineffective {
            let open = answer.openings.iter().filter(|opening| opening.sources == grant.sources);
            grant.actions = open.fold(grant.actions, |left, opening| left.minus(opening.actions));
            if !grant.actions.is_empty() {
                answer.ineffective.push(grant);
            }
        }
    }

    /// Drops what strangers only gain by signing where they have the same access, to as much, unsigned: actions
    /// such as those of replication, which no unsigned request names.
    fn drop_what_adds_nothing(&mut self) {
        let unsigned: Vec<Entry> = self
            .entries
            .iter()
            .filter(|entry| matches!(&entry.audience, Audience::Anyone { ranges } if ranges.is_empty()))
            .cloned()
            .collect();
        self.entries.retain(|entry| {
            let only_signed = matches!(entry.audience, Audience::AnyAwsAccount { .. })
                && entry.actions.iter().all(|action| action.signed_only());
            let has = |wide: &Entry| {
                let access = |wanted| wide.witnesses.iter().any(|(access, _)| *access == wanted);
                wide.sources == entry.sources
                    && wide.except.iter().all(|cut| entry.except.contains(cut))
                    && entry.witnesses.iter().all(|(wanted, _)| access(*wanted))
                    && entry.resources.iter().all(|arn| wide.resources.contains(arn))
                    && entry.cells.iter().all(|cell| wide.cells.contains(cell))
            };
            !(only_signed && unsigned.iter().any(has))
        });
    }

    /// Puts named audiences of one kind together where all else is the same.
    fn join_names(&mut self) {
        let mut joined: Vec<Entry> = Vec::new();
        for entry in std::mem::take(&mut self.entries) {
            let like = joined.iter_mut().find(|known| {
                known.sources == entry.sources
                    && known.actions == entry.actions
                    && known.resources == entry.resources
                    && known.except == entry.except
                    && known.cells == entry.cells
                    && known.notes == entry.notes
                    && can_join(&known.audience, &entry.audience)
            });
            match like {
                Some(known) => join(&mut known.audience, entry.audience),
                None => joined.push(entry),
            }
        }
        self.entries = joined;
    }
}

fn add_new<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
    for one in more {
        if !known.contains(&one) {
            known.push(one);
        }
    }
}

fn can_join(a: &Audience, b: &Audience) -> bool {
    match (a, b) {
        (Audience::Account { .. }, Audience::Account { .. })
        | (Audience::Organization { .. }, Audience::Organization { .. }) => true,
        (Audience::Service { unscoped: a, .. }, Audience::Service { unscoped: b, .. }) => a == b,
        _ => false,
    }
}

fn join(known: &mut Audience, more: Audience) {
    match (known, more) {
        (Audience::Account { ids, principals }, Audience::Account { ids: i, principals: p }) => {
            add_new(ids, i);
            add_new(principals, p);
        }
        (Audience::Organization { ids }, Audience::Organization { ids: more }) => add_new(ids, more),
        (Audience::Service { names, .. }, Audience::Service { names: more, .. }) => add_new(names, more),
        _ => {}
    }
}

/// Brings names into an order that does not depend on the text's.
fn sort_names(audience: &mut Audience) {
    match audience {
        Audience::Anyone { .. } | Audience::AnyAwsAccount { .. } => {}
        Audience::Network { vpcs, endpoints, .. } => {
            vpcs.sort_unstable();
            vpcs.dedup();
            endpoints.sort_unstable();
            endpoints.dedup();
        }
        Audience::Account { ids, principals } => {
            ids.sort_unstable();
            principals.sort_unstable();
        }
        Audience::Organization { ids } => ids.sort_unstable(),
        Audience::Service { names, .. } => names.sort_unstable(),
    }
}

/// The worst access first.
fn weight(access: Access) -> u8 {
    match access {
        Access::WriteAcl => 0,
        Access::Write => 1,
        Access::Delete => 2,
        Access::Configure => 3,
        Access::Read => 4,
        Access::List => 5,
        Access::ReadAcl => 6,
        Access::Other => 7,
    }
}
