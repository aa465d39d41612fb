//! The search over everything that varies together: callers, places, times, groups of actions.

pub(super) mod plain;

use std::cell::OnceCell;

use crate::action::{Action, ActionSet, ResourceKind};
use crate::document::{Effect, Principal, Principals, Statement};
use crate::reach::cell::{self, Cell};
use crate::reach::compile::{Compiler, Mood};
use crate::reach::formula::Model;
use crate::reach::fresh::Fresh;
use crate::reach::glob::Glob;
use crate::reach::group::FACTS;
use crate::reach::mention::{Mentions, tells_times_apart};
use crate::reach::meter::Meter;
use crate::reach::names::Names;
use crate::reach::outsider::Outsider;
use crate::reach::place::Places;
use crate::reach::scene::{Place, Scene};
use crate::reach::solve::{Answer, solve};
use crate::reach::{Document, Endpoint, Layer, Question, Why};

/// Everything about a question that does not change while it is answered.
pub(super) struct Inquiry<'a> {
    /// The question.
    pub(super) question: &'a Question<'a>,
    /// What its documents speak of.
    pub(super) mentions: &'a Mentions<'a>,
    /// Names that nobody uses.
    pub(super) fresh: Fresh,
    /// Stand-ins for signed callers whom nobody named, once they are asked about.
    pub(super) strangers: OnceCell<Vec<Outsider>>,
    /// The ARNs of principals that the documents name, once they are asked about.
    pub(super) named: OnceCell<Vec<&'a str>>,
    /// Where requests can come from.
    pub(super) places: Places,
    /// The Denies that count, each with its document.
    pub(super) denies: Vec<(&'a Document<'a>, &'a Statement)>,
    /// How much work is left.
    pub(super) meter: Meter,
}

/// One choice of Allows, at one bucket name, at one time, for one group of actions.
#[derive(Clone, Copy)]
pub(super) struct Case<'c> {
    /// For each layer, the statement or grant.
    pub(super) sources: &'c [usize],
    /// What the bucket is called.
    pub(super) names: &'c Names,
    /// The stretch of time.
    pub(super) cell: Cell,
    /// An action that stands for its group.
    pub(super) action: Action,
    /// Keys that the request must name: those that others do not reach already.
    pub(super) within: Option<&'c [Glob]>,
    /// Keys that it must not name.
    pub(super) outside: Option<&'c [Glob]>,
}

/// A request that gets in.
#[derive(Clone, Debug)]
pub(super) struct Solution {
    /// Who asks; its ARN is one that the policy accepts.
    pub(super) outsider: Outsider,
    /// Where from.
    pub(super) place: Place,
    /// The access point of a foreign account that it goes through.
    pub(super) foreign_point: Option<String>,
    /// Whether the connection is encrypted, where that was decided.
    pub(super) encrypted: Option<bool>,
    /// The values of the keys that the policy reads and the caller chooses.
    pub(super) model: Model,
    /// Whether no other values could have been chosen that leave more keys out.
    pub(super) forced: bool,
}

/// What became of one attempt.
#[derive(Clone, Debug)]
pub(super) enum Attempt {
    /// This request gets in.
    In(Box<Solution>),
    /// Nothing gets in.
    Out,
    /// It cannot be said.
    Open(Vec<Why>),
}

impl<'a> Inquiry<'a> {
    /// Gives stand-ins for the signed callers whom nobody named.
    pub(super) fn strangers(&self) -> &[Outsider] {
        self.strangers.get_or_init(|| self.fresh.strangers(self.mentions, self.question.setting))
    }

    /// Gives the stretches of time that the Allows of `sources` and the Denies tell apart.
    pub(super) fn cells(&self, sources: &[usize]) -> Vec<Cell> {
        let mut own = Mentions::default();
        if self.mentions.any(tells_times_apart) {
            let denies = self.denies.iter().map(|(_, statement)| *statement);
            self.allows(sources).into_iter().chain(denies).for_each(|statement| own.note(statement));
        }
        cell::divide(self.question.setting.now, &own.instants())
    }

    /// Tries one caller at one place.
    pub(super) fn attempt(&self, case: Case<'_>, outsider: &Outsider, place: &Place) -> Attempt {
        if self.meter.is_empty() {
            return Attempt::Open(vec![self.exhausted()]);
        }
        let points = self.foreign_points();
        let points: Vec<Option<&str>> = match self.question.endpoint {
            Endpoint::ForeignAccessPoint => points.iter().map(|arn| Some(arn.as_str())).collect(),
            _ => vec![None],
        };
        let mut whys = Vec::new();
        for point in points {
            for encrypted in self.encryptions() {
                let scene = Scene {
                    setting: self.question.setting,
                    mentions: self.mentions,
                    endpoint: self.question.endpoint,
                    foreign_point: point,
                    outsider,
                    place,
                    encrypted: *encrypted,
                    instant: case.cell.sample,
                    action: case.action,
                };
                match self.play(case, &scene) {
                    Attempt::Out => {}
                    Attempt::Open(more) => whys.extend(more),
                    found => return found,
                }
            }
        }
        if whys.is_empty() { Attempt::Out } else { Attempt::Open(whys) }
    }

    /// Gives ARNs of access points that a foreign account may own.
    fn foreign_points(&self) -> Vec<String> {
        if self.question.endpoint != Endpoint::ForeignAccessPoint {
            return Vec::new();
        }
        let setting = self.question.setting;
        let own = setting.account.as_ref().map(|account| account.as_str());
        let mut accounts: Vec<&str> = self.fresh.accounts.iter().map(|account| account.as_str()).collect();
        accounts.extend(self.mentions.literals("s3:dataaccesspointaccount"));
        let arns = self.mentions.texts("s3:dataaccesspointarn");
        accounts.extend(arns.filter_map(|arn| arn.text.as_raw().split(':').nth(4)));
        let mut regions = vec![setting.region.as_deref().unwrap_or("us-east-1")];
        let arns = self.mentions.texts("s3:dataaccesspointarn");
        regions.extend(arns.filter_map(|arn| arn.text.as_raw().split(':').nth(3)));
        let plain = |text: &&str| !text.contains(['*', '?', '$']) && !text.is_empty();
        let mut found = Vec::new();
        for account in accounts.into_iter().filter(plain).filter(|account| Some(*account) != own) {
            for region in regions.iter().filter(|region| plain(region)) {
                let arn = format!("arn:{}:s3:{region}:{account}:accesspoint/stranger", setting.partition);
                if !found.contains(&arn) {
                    found.push(arn);
                }
            }
        }
        found
    }

    /// Two keys depend on encryption; where both are read, they are decided together.
    fn encryptions(&self) -> &'static [Option<bool>] {
        if self.question.endpoint != Endpoint::Bucket {
            &[Some(true)]
        } else if self.mentions.any(|key| key.ends_with(":tlsversion")) {
            &[Some(true), Some(false)]
        } else {
            &[None]
        }
    }

    fn play(&self, case: Case<'_>, scene: &Scene<'_>) -> Attempt {
        let (strict, mut whys) = self.solve(case, scene, Mood::Strict, &[]);
        match strict {
            Answer::Satisfied { model, forced } => {
                return Attempt::In(Box::new(solution(scene, model, forced)));
            }
            Answer::Exhausted => return Attempt::Open(vec![self.exhausted()]),
            Answer::Impossible => {}
        }
        let doubtful = !whys.is_empty() || self.has_luck();
        if !doubtful {
            return Attempt::Out;
        }
        let (lenient, more) = self.solve(case, scene, Mood::Lenient, &[]);
        match lenient {
            Answer::Impossible => Attempt::Out,
            Answer::Exhausted => Attempt::Open(vec![self.exhausted()]),
            // Nothing was left open in favour of the caller, so only the budget of samples can be behind it.
            Answer::Satisfied { .. } => {
                whys.extend(more);
                if whys.is_empty() {
                    whys.push(Why::NoRule("two ways of reasoning disagree"));
                }
                Attempt::Open(whys)
            }
        }
    }

    /// Tells whether an answer may depend on what a variable stands for or on ids that are luck.
    fn has_luck(&self) -> bool {
        self.mentions.has_doubt()
    }

    /// Gives why a branch is undecided once no work is left.
    pub(super) fn exhausted(&self) -> Why {
        Why::Budget(self.meter.budget().work)
    }

    /// Solves what the scene leaves open, for a request that does not have the keys of `without`.
    fn solve(&self, case: Case<'_>, scene: &Scene<'_>, mood: Mood, without: &[&str]) -> (Answer, Vec<Why>) {
        if !self.meter.spend(ATTEMPT + self.denies.len()) {
            return (Answer::Exhausted, Vec::new());
        }
        let mut compiler = Compiler::new(scene, case.names, mood, &self.meter);
        for (layer, source) in self.question.layers.iter().zip(case.sources) {
            match layer {
                Layer::Policy(document) => {
                    if let Some(statement) = document.policy.statements.get(*source) {
                        compiler.allow(document, statement);
                    }
                }
                Layer::Grants(grants) => {
                    if let Some(grant) = grants.get(*source) {
                        compiler.grant(grant);
                    }
                }
            }
        }
        if scene.action.kind() == ResourceKind::Object {
            if let Some(within) = case.within {
                compiler.within(within.to_vec());
            }
            if let Some(outside) = case.outside {
                compiler.outside(outside.to_vec());
            }
        }
        for (document, statement) in &self.denies {
            if compiler.is_closed() {
                break;
            }
            compiler.escape(document, statement);
        }
        if !scene.outsider.named {
            compiler.unnamed(|| self.named.get_or_init(|| self.mentions.named_arns()));
        }
        compiler.without(without);
        let compiled = compiler.finish();
        let answer = match compiled.formula {
            None => Answer::Impossible,
            Some(formula) => solve(formula, &self.meter),
        };
        (answer, compiled.whys)
    }

    /// Gives the actions that the sources grant.
    pub(super) fn granted(&self, sources: &[usize]) -> ActionSet {
        let of_layer = |(layer, source): (&Layer<'_>, &usize)| match layer {
            Layer::Policy(document) => document.policy.statements.get(*source).map(|found| found.actions.set),
            Layer::Grants(grants) => grants.get(*source).map(|grant| grant.actions),
        };
        let sets = self.question.layers.iter().zip(sources).filter_map(of_layer);
        let all = sets.reduce(ActionSet::and).unwrap_or_default();
        let direct = self.question.endpoint == Endpoint::Bucket;
        let directory =
            self.question.setting.bucket.as_ref().is_some_and(|name| name.as_raw().ends_with("--x-s3"));
        let facts = &*FACTS;
        let mut grantable = facts.objects.or(facts.buckets);
        if !direct {
            return all.and(grantable).iter().filter(|action| action.through_access_point()).collect();
        }
        if directory {
            grantable = grantable.or(facts.directory_buckets);
        }
        all.and(grantable)
    }

    /// Tells whether a statement of the choice names accounts and their principals, and nobody else.
    pub(super) fn names_accounts_only(&self, sources: &[usize]) -> bool {
        let is_account = |principal: &Principal| {
            matches!(
                principal,
                Principal::Account { .. } | Principal::Arn { .. } | Principal::OriginAccessIdentity(_)
            )
        };
        self.allows(sources).iter().any(|statement| match &statement.principals {
            Principals::Only(list) => list.iter().all(is_account),
            Principals::Except(_) => false,
        })
    }

    /// Gives the statements of a choice of sources.
    pub(super) fn allows(&self, sources: &[usize]) -> Vec<&'a Statement> {
        let of_layer = |(layer, source): (&'a Layer<'a>, &usize)| match layer {
            Layer::Policy(document) => document.policy.statements.get(*source),
            Layer::Grants(_) => None,
        };
        self.question.layers.iter().zip(sources).filter_map(of_layer).collect()
    }
}

/// What one attempt costs however simple it is.
const ATTEMPT: usize = 256;

/// Gives the documents of a question whose Denies count.
pub(super) fn documents<'a>(question: &'a Question<'a>) -> impl Iterator<Item = &'a Document<'a>> {
    let of_layers = question.layers.iter().filter_map(|layer| match layer {
        Layer::Policy(document) => Some(document),
        Layer::Grants(_) => None,
    });
    of_layers.chain(&question.denies)
}

/// Gives every Deny of a question.
pub(super) fn denies<'a>(question: &'a Question<'a>) -> Vec<(&'a Document<'a>, &'a Statement)> {
    documents(question)
        .flat_map(|document| document.policy.statements.iter().map(move |statement| (document, statement)))
        .filter(|(_, statement)| statement.effect == Effect::Deny)
        .collect()
}

fn solution(scene: &Scene<'_>, model: Model, forced: bool) -> Solution {
    Solution {
        outsider: scene.outsider.clone(),
        place: scene.place.clone(),
        foreign_point: scene.foreign_point.map(str::to_owned),
        encrypted: scene.encrypted,
        model,
        forced,
    }
}
