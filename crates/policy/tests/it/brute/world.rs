//! Every request that could matter to a small policy: for each key absent and values just inside and just outside each
//! literal, in every combination, one for each way in which the statements can tell them apart.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bucketwatch_policy::action::Action;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::evaluate::{Decision, evaluate};
use bucketwatch_policy::request::{Caller, Context, Request};
use serde_json::{Value, json};

use super::callers::{self, Who};
use super::generate::{FAMILIES, Family, Sort, is_free};
use super::places::{self, Place};

/// Keys with their values; a key that is not here is absent.
pub(crate) type Keys = Vec<(&'static str, Vec<String>)>;

/// One choice along one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) caller: Option<(Caller, Who)>,
    pub(crate) place: Option<Place>,
    pub(crate) resource: Option<String>,
    pub(crate) keys: Keys,
}

impl Choice {
    /// Gives a choice of some keys only.
    pub(crate) fn of(keys: Keys) -> Self {
        Self { caller: None, place: None, resource: None, keys }
    }
}

/// One dimension: what it speaks of, and its choices.
struct Dimension {
    keys: Vec<&'static str>,
    is_caller: bool,
    is_resource: bool,
    choices: Vec<Choice>,
}

/// One request, and what matters of it.
#[derive(Debug)]
pub(crate) struct Case<'a> {
    pub(crate) request: Request,
    pub(crate) who: Who,
    pub(crate) place: &'a Place,
}

/// The choices that a policy can tell apart, for one action.
pub(crate) struct World {
    action: Action,
    dimensions: Vec<Vec<Choice>>,
}

impl World {
    /// Gives every request for `action` that `document` can tell apart.
    pub(crate) fn new(document: &Value, action: Action) -> Self {
        let text = document.to_string();
        let variables = text.contains("${");
        let mentioned = |key: &str| text.contains(&format!("\"{key}\""));
        let mut dimensions = vec![callers::dimension(&mentioned), places::dimension(&mentioned)]
            .into_iter()
            .zip([callers::KEYS, places::KEYS])
            .map(|(choices, keys)| Dimension {
                keys: keys.to_vec(),
                is_caller: keys == callers::KEYS,
                is_resource: false,
                choices,
            })
            .collect::<Vec<_>>();
        dimensions.push(Dimension {
            keys: Vec::new(),
            is_caller: false,
            is_resource: true,
            choices: resources(action)
                .into_iter()
                .map(|arn| Choice { resource: Some(arn), ..Choice::of(Vec::new()) })
                .collect(),
        });
        dimensions.push(transport(&mentioned));
        for family in FAMILIES.iter().filter(|family| mentioned(family.key)) {
            if let Some(values) = values(family) {
                let choices = values.into_iter().map(|values| Choice::of(keyed(family.key, values)));
                dimensions.push(Dimension {
                    keys: vec![family.key],
                    is_caller: false,
                    is_resource: false,
                    choices: choices.collect(),
                });
            }
        }
        let everybody = dimensions[0].choices.clone();
        let dimensions = dimensions
            .into_iter()
            .map(|mut dimension| {
                for choice in &mut dimension.choices {
                    choice.keys.retain(|(key, values)| action.defines(key) && !values.is_empty());
                }
                if dimension.is_caller && variables {
                    return dimension.choices;
                }
                let seen_by = if variables { &everybody[..] } else { &everybody[..1] };
                told_apart(document, dimension, seen_by, action)
            })
            .collect();
        Self { action, dimensions }
    }

    /// Gives how many requests there are.
    pub(crate) fn size(&self) -> usize {
        self.dimensions.iter().map(Vec::len).product()
    }

    /// Gives the request of one number below [`World::size`].
    pub(crate) fn case(&self, mut number: usize) -> Case<'_> {
        let mut context = Context::default();
        let (mut caller, mut place, mut resource) = (None, None, None);
        for choices in &self.dimensions {
            let choice = &choices[number % choices.len()];
            number /= choices.len();
            for (key, values) in &choice.keys {
                context.set_all(key, values.clone());
            }
            caller = caller.or(choice.caller.as_ref());
            place = place.or(choice.place.as_ref());
            resource = resource.or(choice.resource.as_ref());
        }
        let (caller, who) = caller.expect("a dimension of callers").clone();
        let resource = resource.expect("a dimension of resources").as_str().into();
        let place = place.expect("a dimension of places");
        Case { request: Request { caller, action: self.action, resource, context }, who, place }
    }
}

fn resources(action: Action) -> Vec<String> {
    if action.name() == "s3:ListBucket" {
        return vec!["arn:aws:s3:::b".to_owned()];
    }
    let keys = ["a", "b", "az", "ab", "z", "zb", "admin", "s"];
    keys.iter().map(|key| format!("arn:aws:s3:::b/{key}")).collect()
}

fn transport(mentioned: &dyn Fn(&str) -> bool) -> Dimension {
    let keys = ["aws:SecureTransport", "s3:TlsVersion"];
    let mut choices = vec![("true", vec!["1.3"])];
    if keys.iter().any(|key| mentioned(key)) {
        choices.extend([("true", vec!["1.2"]), ("false", vec![])]);
    }
    let choice = |(secure, version): (&str, Vec<&str>)| {
        let version = version.into_iter().map(str::to_owned).collect();
        Choice::of(vec![(keys[0], vec![secure.to_owned()]), (keys[1], version)])
    };
    Dimension {
        keys: keys.to_vec(),
        is_caller: false,
        is_resource: false,
        choices: choices.into_iter().map(choice).collect(),
    }
}

fn keyed(key: &'static str, values: Vec<String>) -> Keys {
    if values.is_empty() { Vec::new() } else { vec![(key, values)] }
}

/// Gives the values that matter of a key that the request carries by itself; `None` where the caller, the place or the
/// transport decides.
fn values(family: &Family) -> Option<Vec<Vec<String>>> {
    let each = |values: Vec<String>| values.into_iter().map(|value| vec![value]).collect::<Vec<_>>();
    let mut found = match (family.key, family.sort) {
        (key, _) if callers::KEYS.contains(&key) || places::KEYS.contains(&key) => return None,
        ("aws:SecureTransport" | "s3:TlsVersion", _) => return None,
        ("aws:ResourceAccount", _) => return Some(each(vec!["111122223333".to_owned()])),
        ("aws:ViaAWSService", _) => return Some(each(vec!["false".to_owned()])),
        ("aws:SourceAccount", _) => return Some(vec![Vec::new()]),
        ("aws:CurrentTime", _) => return Some(each(instants(family.literals))),
        ("aws:UserAgent", _) => return Some(each(short_texts())),
        ("s3:x-amz-acl", _) => {
            let canned = ["private", "public-read", "public-read-write", "bucket-owner-read"];
            each(canned.map(str::to_owned).to_vec())
        }
        ("s3:prefix", _) => {
            each(short_texts().into_iter().chain(["", "admin", "s", "S"].map(str::to_owned)).collect())
        }
        (_, Sort::Text) => each(short_texts()),
        (_, Sort::Number) => {
            let literals = family.literals.iter().map(|text| text.parse::<i64>().expect("a number"));
            each(
                literals
                    .flat_map(|number| number - 1..=number + 1)
                    .map(|number| number.to_string())
                    .collect(),
            )
        }
        (_, Sort::Set) => subsets(&["team", "tzam", "costs", "cost*", "t?am", "*", "z"]),
        other => panic!("nobody says what {other:?} carries"),
    };
    found.push(Vec::new());
    Some(found)
}

/// Gives a text for each way in which the literals of all families can tell short texts apart.
fn short_texts() -> Vec<String> {
    static FOUND: LazyLock<Vec<String>> = LazyLock::new(|| {
        let families = FAMILIES.iter().filter(|family| family.sort == Sort::Text && is_free(family.key));
        let literals: Vec<&str> = families.flat_map(|family| family.literals).copied().collect();
        let mut known = BTreeMap::new();
        let written =
            literals.iter().filter(|literal| !literal.is_empty()).map(|literal| (*literal).to_owned());
        let louder =
            literals.iter().filter(|literal| !literal.is_empty()).map(|literal| literal.to_uppercase());
        for text in all_short_texts().into_iter().chain(written).chain(louder) {
            let sight: Vec<bool> = literals.iter().flat_map(|literal| sees(literal, &text)).collect();
            known.entry(sight).or_insert(text);
        }
        known.into_values().collect()
    });
    FOUND.clone()
}

/// Tells what a literal is to a text: the same, the same but for case, a pattern of it.
fn sees(literal: &str, text: &str) -> [bool; 3] {
    fn glob(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => glob(rest, text) || !text.is_empty() && glob(pattern, &text[1..]),
            ([wanted, rest @ ..], [found, more @ ..]) => {
                (*wanted == b'?' || wanted == found) && glob(rest, more)
            }
            _ => false,
        }
    }
    [literal == text, literal.eq_ignore_ascii_case(text), glob(literal.as_bytes(), text.as_bytes())]
}

/// Gives every text of one to three of a few letters.
fn all_short_texts() -> Vec<String> {
    let letters = ["a", "b", "A", "z"];
    let mut found: Vec<String> = letters.map(str::to_owned).to_vec();
    for _ in 0..2 {
        let longer: Vec<String> =
            found.iter().flat_map(|text| letters.map(|letter| format!("{text}{letter}"))).collect();
        found.extend(longer);
    }
    found.sort_by_key(|text| (text.len(), text.clone()));
    found.dedup();
    found
}

/// Gives every instant from now on that is next to a literal.
fn instants(literals: &[&str]) -> Vec<String> {
    let now: jiff::Timestamp = crate::search::NOW.parse().expect("an instant");
    let mut found = vec![now];
    for literal in literals {
        let at: jiff::Timestamp = literal.parse().expect("an instant");
        found.extend((-1..=1).map(|by| at + jiff::SignedDuration::from_secs(by)));
    }
    found.retain(|at| *at >= now);
    found.iter().map(jiff::Timestamp::to_string).collect()
}

/// Gives every set of one to three of the values.
fn subsets(values: &[&str]) -> Vec<Vec<String>> {
    (1..1_u32 << values.len())
        .filter(|members| members.count_ones() <= 3)
        .map(|members| {
            let chosen = values.iter().enumerate().filter(|(index, _)| members >> index & 1 == 1);
            chosen.map(|(_, value)| (*value).to_owned()).collect()
        })
        .collect()
}

/// Keeps of the choices that no statement can tell apart the first; places add up.
fn told_apart(document: &Value, dimension: Dimension, seen_by: &[Choice], action: Action) -> Vec<Choice> {
    let statements = document["Statement"].as_array().expect("a list of statements");
    let probes: Vec<Policy> =
        statements.iter().filter_map(|statement| probe(statement, &dimension)).collect();
    let mut kept: Vec<Choice> = Vec::new();
    let mut known: BTreeMap<(String, Option<Who>, Option<&'static str>), usize> = BTreeMap::new();
    for choice in dimension.choices {
        let mut sight = String::new();
        for seen in seen_by {
            let mut context = Context::default();
            for (key, values) in seen.keys.iter().chain(&choice.keys) {
                context.set_all(key, values.clone());
            }
            let caller = choice.caller.as_ref().or(seen.caller.as_ref());
            let request = Request {
                caller: caller.expect("a caller").0.clone(),
                action,
                resource: choice.resource.as_deref().unwrap_or("arn:aws:s3:::b").into(),
                context,
            };
            sight.extend(probes.iter().map(|probe| match evaluate(probe, &request) {
                Decision::Allowed { .. } => '1',
                Decision::Denied { .. } | Decision::NotAllowed => '0',
                Decision::Undetermined { .. } => '?',
            }));
        }
        let who = choice.caller.as_ref().map(|(_, who)| *who);
        let place = choice.place.as_ref().map(Place::kind);
        let index = *known.entry((sight, who, place)).or_insert(kept.len());
        match (kept.get_mut(index), &choice.place) {
            (None, _) => kept.push(choice),
            (Some(kept), Some(place)) => {
                if let Some(kept) = &mut kept.place {
                    kept.widen(place);
                }
            }
            (Some(_), None) => {}
        }
    }
    kept
}

/// Gives what a statement says along one dimension only; `None` where it says nothing.
fn probe(statement: &Value, dimension: &Dimension) -> Option<Policy> {
    let mut probe = json!({"Effect": "Allow", "Action": "*"});
    let element = |name: &str, other: &str, own: bool, fallback: &str| match (own, statement.get(other)) {
        (false, _) => (name.to_owned(), json!(fallback)),
        (true, Some(value)) => (other.to_owned(), value.clone()),
        (true, None) => (name.to_owned(), statement[name].clone()),
    };
    let (name, value) = element("Principal", "NotPrincipal", dimension.is_caller, "*");
    // What NotPrincipal leaves open only a Deny leaves open.
    let denied = name == "NotPrincipal" && statement["Effect"] == "Deny";
    probe[name] = value;
    let (name, value) = element("Resource", "NotResource", dimension.is_resource, "*");
    probe[name] = value;
    let mut conditions = json!({});
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            if dimension.keys.contains(&key.as_str()) {
                conditions[operator][key] = values.clone();
            }
        }
    }
    let silent = conditions.as_object().is_some_and(serde_json::Map::is_empty);
    if silent && !dimension.is_caller && !dimension.is_resource {
        return None;
    }
    probe["Condition"] = conditions;
    let mut list = vec![probe];
    if denied {
        list[0]["Effect"] = json!("Deny");
        list.push(json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}));
    }
    let policy = json!({"Version": "2012-10-17", "Statement": list});
    Some(Policy::parse(&policy.to_string()).expect("a probe is a policy"))
}
