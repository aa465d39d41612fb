//! A policy as SMT-LIB, translated from the JSON text by itself: nothing of the crate's own parser, matcher or search
//! has a part in it.
//!
//! What is known before the solver starts is not asked of it: statements that cannot speak of the action are left out,
//! the constant beginning of a value (`arn:aws:s3:::b/`) is cut off its patterns, and a pattern becomes the simplest
//! test that says the same (`x*` is a prefix, no regular expression).

mod carried;
mod network;
mod text;
mod vocabulary;

use serde_json::Value;

use carried::{Carried, Key};
use text::{Word, any, glob, glob_matches, strings};
pub(crate) use vocabulary::covers;

/// Who sends the request of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Nobody signed it.
    Anonymous,
    /// A principal of an account that nobody named.
    Foreign,
}

/// What an action acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `arn:aws:s3:::b`
    Bucket,
    /// `arn:aws:s3:::b/key`
    Object,
}

/// An action and what it acts on.
pub(crate) type Act = (&'static str, Kind);

/// The bucket of every query.
pub(crate) const BUCKET: &str = "arn:aws:s3:::b";
/// The account of the foreign caller; no policy names it.
pub(crate) const STRANGER: &str = "222233334444";
/// The instant of the query, in seconds since 1970: 2026-11-22T00:00:00Z.
pub(crate) const NOW: i64 = 1_795_305_600;

/// Gives the query: is there a request by `caller` for `action` that `policy` allows, and of which `facts` are true?
pub(crate) fn query(policy: &Value, caller: Caller, act: Act, facts: &[Fact]) -> String {
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.as_slice(),
        lone => std::slice::from_ref(lone),
    };
    let speaking: Vec<&Value> = statements
        .iter()
        .filter(|statement| speaks_of_action(statement, act.0) && speaks_of_caller(statement))
        .collect();
    let mut carried = Carried::new(caller, act);
    let matching = |effect: &str, carried: &mut Carried| -> Vec<String> {
        let of_effect = speaking.iter().filter(|statement| statement["Effect"] == effect);
        of_effect.map(|statement| matches(statement, carried)).collect()
    };
    let allowed = any(&matching("Allow", &mut carried));
    let denied = any(&matching("Deny", &mut carried));
    let facts: Vec<String> = facts.iter().map(|fact| fact.holds(&mut carried)).collect();
    format!(
        "(set-logic ALL)\n{}(assert {allowed})\n(assert (not {denied}))\n{}(check-sat)\n",
        carried.declarations(),
        facts.iter().map(|fact| format!("(assert {fact})\n")).collect::<String>()
    )
}

/// One thing that is said of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// The ARN that is asked for.
    Resource(String),
    /// A key and its values; none where the key is absent.
    Key(String, Vec<String>),
}

impl Fact {
    fn holds(&self, carried: &mut Carried) -> String {
        match self {
            Self::Resource(arn) => carried.resource().equals(arn),
            Self::Key(key, values) => carried.carries(key, values),
        }
    }
}

fn speaks_of_action(statement: &Value, action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let hit = |value: &Value| {
        strings(value).iter().any(|pattern| glob_matches(&pattern.to_ascii_lowercase(), &action))
    };
    statement.get("NotAction").map_or_else(|| hit(&statement["Action"]), |value| !hit(value))
}

/// Neither an unsigned caller nor one of an unnamed account is ever one of the accounts that are named.
fn speaks_of_caller(statement: &Value) -> bool {
    let names_everybody =
        |value: &Value| value == "*" || strings(&value["AWS"]).iter().any(|name| name == "*");
    match statement.get("NotPrincipal") {
        Some(value) => !names_everybody(value),
        None => names_everybody(&statement["Principal"]),
    }
}

fn matches(statement: &Value, carried: &mut Carried) -> String {
    let mut parts = vec!["true".to_owned(), resources(statement, carried)];
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for (key, values) in keys.as_object().into_iter().flatten() {
            parts.push(entry(operator, &key.to_ascii_lowercase(), &strings(values), carried));
        }
    }
    format!("(and {})", parts.join(" "))
}

fn resources(statement: &Value, carried: &mut Carried) -> String {
    let hit = |value: &Value, carried: &mut Carried| {
        let each: Vec<String> =
            strings(value).iter().map(|pattern| carried.word(pattern).like(&carried.resource())).collect();
        any(&each)
    };
    match statement.get("NotResource") {
        Some(value) => format!("(not {})", hit(value, carried)),
        None => hit(&statement["Resource"], carried),
    }
}

/// One condition entry, by IAM's table of missing keys.
fn entry(operator: &str, key: &str, values: &[String], carried: &mut Carried) -> String {
    let has = carried.has(key);
    if operator == "Null" {
        return if values[0] == "true" { format!("(not {has})") } else { has };
    }
    let (quantifier, test) = operator.split_once(':').unwrap_or(("", operator));
    let (test, if_exists) = test.strip_suffix("IfExists").map_or((test, false), |test| (test, true));
    let positive = test.replace("Not", "");
    let negated = positive != test;
    let passes = |value: Key, carried: &mut Carried| {
        let each: Vec<String> =
            values.iter().map(|wanted| holds(&positive, &value, wanted, carried)).collect();
        if negated { format!("(not {})", any(&each)) } else { any(&each) }
    };
    let each: Vec<String> = carried
        .values(key)
        .into_iter()
        .map(|(used, value)| (used, passes(value, carried)))
        .map(|(used, passed)| match quantifier {
            "ForAnyValue" => format!("(and {used} {passed})"),
            _ => format!("(or (not {used}) {passed})"),
        })
        .collect();
    match quantifier {
        "ForAnyValue" if if_exists => format!("(or (not {has}) {})", any(&each)),
        "ForAnyValue" => format!("(and {has} {})", any(&each)),
        "ForAllValues" => format!("(or (not {has}) (and true {}))", each.join(" ")),
        _ if negated || if_exists => format!("(or (not {has}) (and true {}))", each.join(" ")),
        _ => format!("(and {has} {})", each.join(" ")),
    }
}

/// Whether one value of the request matches one of the policy.
fn holds(test: &str, found: &Key, wanted: &str, carried: &mut Carried) -> String {
    match (test, found) {
        ("StringEquals", Key::Text(found)) => carried.literal(wanted).like(found),
        ("StringLike", Key::Text(found)) => carried.word(wanted).like(found),
        ("StringEqualsIgnoreCase", Key::Text(found)) => found.equals_folded(wanted),
        ("ArnLike" | "ArnEquals", Key::Text(found)) => arn_like(found, wanted),
        ("IpAddress", Key::Address) => network::contains(wanted),
        ("Bool", Key::Plain(found)) => format!("(= {found} {wanted})"),
        ("NumericLessThan", Key::Plain(found)) => format!("(< {found} {wanted})"),
        ("NumericLessThanEquals", Key::Plain(found)) => format!("(<= {found} {wanted})"),
        ("NumericGreaterThan", Key::Plain(found)) => format!("(> {found} {wanted})"),
        ("NumericGreaterThanEquals", Key::Plain(found)) => format!("(>= {found} {wanted})"),
        ("NumericEquals", Key::Plain(found)) => format!("(= {found} {wanted})"),
        ("DateLessThan", Key::Plain(found)) => format!("(< {found} {})", seconds(wanted)),
        ("DateGreaterThan", Key::Plain(found)) => format!("(> {found} {})", seconds(wanted)),
        ("DateGreaterThanEquals", Key::Plain(found)) => format!("(>= {found} {})", seconds(wanted)),
        other => panic!("no translation for {other:?}"),
    }
}

/// Field by field: the first five of a caller's ARN are known, the last one is the rest of the text.
fn arn_like(found: &Word, pattern: &str) -> String {
    let wanted: Vec<&str> = pattern.splitn(6, ':').collect();
    let known: Vec<&str> = found.known().splitn(6, ':').collect();
    assert_eq!(known.len(), 6, "the first five fields of {found:?} are known");
    let five = wanted.len() == 6
        && wanted.iter().zip(&known).take(5).all(|(wanted, known)| glob_matches(wanted, known));
    if !five {
        return "false".to_owned();
    }
    glob(wanted[5], &found.without_known(known[..5].join(":").len() + 1))
}

fn seconds(value: &str) -> i64 {
    value.parse::<jiff::Timestamp>().expect("a time").as_second()
}
