//! Who can get in: the symbolic question over all requests at once.
//!
//! Callers, places, times and groups of actions that a policy tells apart are taken one by one
//! (`judge`, `inquiry`); what a caller then still chooses freely is a set of clauses over one finite domain per
//! condition key (`compile`, `domain`), which `solve` satisfies or refutes. A solution is turned into a request
//! (`proof`) that the plain evaluator must accept before it is reported.

mod answer;
mod atom;
mod bits;
mod breadth;
mod cell;
mod company;
mod compile;
mod domain;
mod extent;
mod formula;
mod fresh;
mod glob;
mod group;
mod inquiry;
mod judge;
mod ledger;
mod mention;
mod meter;
mod names;
mod organization;
mod outsider;
mod place;
mod principal;
mod proof;
mod question;
mod scene;
mod shape;
mod solve;

#[cfg(test)]
mod oracle;

pub use answer::{Audience, Effort, Ineffective, Note, Opening, Reach, Undecided, Validity, Why};
pub use question::{
    AttachedTo, Budget, Callers, Document, Endpoint, GranteeClass, Layer, PseudoAllow, Question,
};

use std::cell::OnceCell;

use crate::document::{Effect, Principal, Principals, Statement};
use crate::pattern::Pattern;
use fresh::Fresh;
use inquiry::{Inquiry, denies, documents};
use judge::Judge;
use ledger::Ledger;
use mention::Mentions;
use meter::Meter;

/// Gives every way in that outsiders have, each with its proof, and every branch that could not be decided.
///
/// *Unknowns*: a branch without a rule, a missing fact or an exhausted `budget` is listed in
/// [`Reach::undecided`], never left out.
///
/// *Source*: docs/engine.md; docs/semantics.md B to E.
pub fn reach(question: &Question<'_>, budget: Budget) -> Reach {
    let mut answer = Reach::default();
    let choices = Choices::new(question);
    if choices.is_empty() {
        return answer;
    }
    let denies = denies(question);
    let mut mentions = Mentions::default();
    for document in documents(question) {
        for statement in &document.policy.statements {
            mentions.note(statement);
        }
    }
    let fresh = Fresh::new(&mentions, question.setting);
    let places = place::survey(&mentions, question.endpoint);
    let meter = Meter::new(budget);
    let (strangers, named) = (OnceCell::new(), OnceCell::new());
    let inquiry = Inquiry { question, mentions: &mentions, fresh, strangers, named, places, denies, meter };
    for sources in choices {
        let cells = inquiry.cells(&sources);
        let mut ledger = Ledger::default();
        let mut judge = Judge { inquiry: &inquiry, sources: &sources, ledger: &mut ledger };
        let buckets = buckets(question, &sources);
        for bucket in buckets.iter().take(MOST_BUCKETS) {
            judge.run(bucket, &cells);
        }
        if mentions.is_crowded() || buckets.len() > MOST_BUCKETS {
            judge.ledger.doubt(&sources, &Audience::AnyAwsAccount { ranges: Vec::new() }, &CROWDED);
        }
        ledger.close(&cells, &mut answer);
        if answer.undecided.len() > MOST_UNDECIDED && inquiry.meter.is_empty() {
            break;
        }
    }
    answer.effort.work = inquiry.meter.spent();
    breadth::widen(&mut answer.openings);
    answer
}

/// Once no work is left and this many branches are undecided, the rest would say the same.
const MOST_UNDECIDED: usize = 256;

/// Every choice of one Allow or grant for each layer that outsiders could pass together.
struct Choices {
    /// For each layer, the statements or grants to choose from.
    open: Vec<Vec<usize>>,
    /// For each layer, which of them is next; empty = none is left.
    next: Vec<usize>,
}

impl Choices {
    fn new(question: &Question<'_>) -> Self {
        let of_layer = |layer: &Layer<'_>| match layer {
            Layer::Policy(document) => (0..)
                .zip(&document.policy.statements)
                .filter(|(_, statement)| could_let_in(statement, question))
                .map(|(index, _)| index)
                .collect(),
            Layer::Grants(grants) => (0..grants.len()).collect(),
        };
        let open: Vec<Vec<usize>> = question.layers.iter().map(of_layer).collect();
        let some = open.iter().all(|layer| !layer.is_empty());
        Self { next: if some { vec![0; open.len()] } else { Vec::new() }, open }
    }

    fn is_empty(&self) -> bool {
        self.next.is_empty()
    }
}

impl Iterator for Choices {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        if self.is_empty() {
            return None;
        }
        let chosen = self.open.iter().zip(&self.next).filter_map(|(layer, at)| layer.get(*at).copied());
        let chosen: Vec<usize> = chosen.collect();
        for (layer, at) in self.open.iter().zip(&mut self.next).rev() {
            *at += 1;
            if *at < layer.len() {
                return Some(chosen);
            }
            *at = 0;
        }
        self.next.clear();
        Some(chosen)
    }
}

/// Tells whether an Allow names anybody from outside at all.
fn could_let_in(statement: &Statement, question: &Question<'_>) -> bool {
    let own = question.setting.account.as_ref();
    statement.effect == Effect::Allow
        && match &statement.principals {
            Principals::Except(_) => true,
            Principals::Only(list) => list.iter().any(|principal| match principal {
                Principal::Account { account, .. } | Principal::Arn { account, .. } => own != Some(account),
                Principal::UniqueId(_) | Principal::Malformed(_) => false,
                _ => true,
            }),
        }
}

/// Gives the names to judge under: the bucket's, or where it is not known those that the Allow's resources name.
fn buckets(question: &Question<'_>, sources: &[usize]) -> Vec<String> {
    if let Some(name) = &question.setting.bucket {
        return vec![name.as_raw().to_owned()];
    }
    let mut found: Vec<String> = Vec::new();
    for (layer, source) in question.layers.iter().zip(sources) {
        let Layer::Policy(document) = layer else { continue };
        let Some(statement) = document.policy.statements.get(*source) else { continue };
        for pattern in statement.resources.patterns.iter().filter(|_| !statement.resources.negated) {
            let name = stand_in(pattern);
            if !name.is_empty() && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    if found.is_empty() {
        found.push(STAND_IN.to_owned());
    }
    found
}

/// Said where not all combinations of names were tried.
const CROWDED: Why = Why::NoRule("the policy names more than is tried one by one");

/// The name of a bucket that nothing names.
const STAND_IN: &str = "bucket";

/// Past this many, the buckets that a policy names are not judged one by one.
const MOST_BUCKETS: usize = 256;

fn stand_in(pattern: &Pattern) -> String {
    let text = pattern.text.as_raw();
    let name = text.splitn(6, ':').nth(5).unwrap_or(STAND_IN).split('/').next().unwrap_or_default();
    match name {
        "*" => STAND_IN.to_owned(),
        name => name.replace('*', "").replace('?', "a"),
    }
}
