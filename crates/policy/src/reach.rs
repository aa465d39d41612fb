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
mod glob;
mod group;
mod inquiry;
mod judge;
mod ledger;
mod mention;
mod names;
mod outsider;
mod place;
mod principal;
mod proof;
mod question;
mod scene;
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
use inquiry::{Inquiry, denies, documents};
use judge::Judge;
use ledger::Ledger;
use mention::Mentions;
use outsider::Fresh;

/// Gives every way in that outsiders have, each with its proof, and every branch that could not be decided.
///
/// *Unknowns*: a branch without a rule, a missing fact or an exhausted `budget` is listed in
/// [`Reach::undecided`], never left out.
///
/// *Source*: docs/engine.md; docs/semantics.md B to E.
pub fn reach(question: &Question<'_>, budget: Budget) -> Reach {
    let mut answer = Reach::default();
    let choices = choices(question);
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
    let cells = cell::divide(question.setting.now, &mentions.instants());
    let inquiry =
        Inquiry { question, mentions: &mentions, fresh, strangers: OnceCell::new(), places, denies, budget };
    for sources in choices {
        let mut ledger = Ledger::default();
        let mut judge = Judge {
            inquiry: &inquiry,
            sources: &sources,
            ledger: &mut ledger,
            meter: inquiry::Meter::default(),
        };
        let buckets = buckets(question, &sources);
        for bucket in buckets.iter().take(MOST_BUCKETS) {
            judge.run(bucket, &cells);
        }
        if mentions.is_crowded() || buckets.len() > MOST_BUCKETS {
            judge.ledger.doubt(&sources, &Audience::AnyAwsAccount { ranges: Vec::new() }, &CROWDED);
        }
        answer.effort.nodes = answer.effort.nodes.saturating_add(judge.meter.steps);
        ledger.close(&cells, &mut answer);
    }
    breadth::widen(&mut answer.openings);
    answer
}

/// Gives every choice of one Allow or grant for each layer that outsiders could pass together.
fn choices(question: &Question<'_>) -> Vec<Vec<usize>> {
    let mut choices: Vec<Vec<usize>> = vec![Vec::new()];
    for layer in &question.layers {
        let open: Vec<usize> = match layer {
            Layer::Policy(document) => (0..)
                .zip(&document.policy.statements)
                .filter(|(_, statement)| could_let_in(statement, question))
                .map(|(index, _)| index)
                .collect(),
            Layer::Grants(grants) => (0..grants.len()).collect(),
        };
        choices = choices
            .iter()
            .flat_map(|chosen| {
                open.iter().map(move |source| {
                    let mut next = chosen.clone();
                    next.push(*source);
                    next
                })
            })
            .collect();
    }
    if question.layers.is_empty() {
        choices.clear();
    }
    choices
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
