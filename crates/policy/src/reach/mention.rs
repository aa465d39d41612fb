//! What the documents of a question speak of: which keys, which names.

use jiff::Timestamp;

use crate::condition::{Cidr, Condition, Values};
use crate::document::{Principal, Principals, Statement};
use crate::pattern::{Part, Pattern};
use crate::reach::outsider::tells_services_apart;

/// Every condition entry and variable of a question's documents.
#[derive(Clone, Debug, Default)]
pub(super) struct Mentions<'a> {
    entries: Vec<&'a Condition>,
    principals: Vec<&'a Principal>,
    variables: Vec<&'a str>,
}

impl<'a> Mentions<'a> {
    /// Takes note of `statement`.
    pub(super) fn note(&mut self, statement: &'a Statement) {
        let (Principals::Only(principals) | Principals::Except(principals)) = &statement.principals;
        self.principals.extend(principals);
        self.entries.extend(&statement.conditions);
        for pattern in &statement.resources.patterns {
            self.note_variables(pattern);
        }
        for entry in &statement.conditions {
            for pattern in texts_of(entry) {
                self.note_variables(pattern);
            }
        }
    }

    fn note_variables(&mut self, pattern: &'a Pattern) {
        for part in &pattern.parts {
            if let Part::Variable { key, .. } = part
                && !self.variables.contains(&key.as_str())
            {
                self.variables.push(key);
            }
        }
    }

    /// Tells whether a variable reads `key`.
    pub(super) fn has_variable(&self, key: &str) -> bool {
        self.variables.contains(&key)
    }

    /// Tells whether an entry or a variable reads a key for which `wanted` holds.
    pub(super) fn any(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.entries.iter().any(|entry| wanted(&entry.key)) || self.variables.iter().any(|key| wanted(key))
    }

    /// Tells whether a variable, or a pattern over ids that AWS hands out, leaves something to luck.
    pub(super) fn has_doubt(&self) -> bool {
        const IDS: [&str; 6] = [
            "aws:principalaccount",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:vpceorgpaths",
            "aws:sourcevpc",
            "aws:sourcevpce",
        ];
        !self.variables.is_empty()
            || self.any(tells_services_apart)
            || IDS.iter().any(|key| self.texts(key).any(Pattern::has_wildcard))
    }

    /// Tells whether the documents hold more names than are tried in all their combinations, so that "nobody else"
    /// cannot be said.
    pub(super) fn is_crowded(&self) -> bool {
        let count = |keys: &[&str]| keys.iter().map(|key| self.texts(key).count()).sum::<usize>();
        let principals = ["aws:principalorgid", "aws:principalorgpaths", "aws:username", "aws:principalarn"];
        let arns = count(&["aws:sourcearn"]);
        let accounts = count(&["aws:sourceaccount", "aws:sourceowner"]) + arns + 2;
        let organizations = count(&["aws:sourceorgid", "aws:sourceorgpaths"]) + 1;
        let endpoints = (count(&["aws:sourcevpc"]) + 2) * (count(&["aws:sourcevpce"]) + 2);
        let luck = ["aws:principalaccount", "aws:principalorgid", "aws:principalarn"]
            .iter()
            .flat_map(|key| self.texts(key))
            .filter(|pattern| pattern.has_wildcard());
        principals.iter().any(|key| count(&[key]) > MOST_NAMES)
            || accounts * (arns + 1) * organizations > MOST_COMBINATIONS
            || endpoints > MOST_COMBINATIONS / 2
            || luck.count() > MOST_NAMES
    }

    /// Gives every key that an entry or a variable reads.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        let entries = self.entries.iter().map(|entry| entry.key.as_str());
        entries.chain(self.variables.iter().copied())
    }

    /// Gives the patterns that the entries of `key` hold.
    pub(super) fn texts(&self, key: &str) -> impl Iterator<Item = &'a Pattern> {
        self.of(key).flat_map(texts_of)
    }

    /// Gives the texts without wildcard or variable that the entries of `key` hold, each once.
    pub(super) fn literals(&self, key: &str) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        for pattern in self.texts(key).filter(|pattern| !pattern.has_wildcard() && !pattern.has_variable()) {
            if !found.contains(&pattern.text.as_raw()) {
                found.push(pattern.text.as_raw());
            }
        }
        found
    }

    /// Gives the ARNs of principals that the documents name: users, roles and sessions.
    pub(super) fn named_arns(&self) -> Vec<&'a str> {
        let mut found = self.literals("aws:principalarn");
        let listed = self.principals().filter_map(|principal| match principal {
            Principal::Arn { arn, .. } => Some(arn.as_raw()),
            _ => None,
        });
        for arn in listed {
            if !found.contains(&arn) {
                found.push(arn);
            }
        }
        found
    }

    /// Gives the principals that the documents name.
    pub(super) fn principals(&self) -> impl Iterator<Item = &'a Principal> {
        self.principals.iter().copied()
    }

    /// Tells whether some text of the documents contains `needle`.
    pub(super) fn contains(&self, needle: &str) -> bool {
        let named = self.principals.iter().any(|principal| match principal {
            Principal::Account { account, .. } | Principal::Arn { account, .. } => account.as_str() == needle,
            _ => false,
        });
        let texts = self.entries.iter().flat_map(|entry| texts_of(entry));
        named || texts.into_iter().any(|pattern| pattern.text.as_raw().contains(needle))
    }

    /// Gives the ranges that the entries of `aws:SourceIp` hold, entry by entry; text that reads as the start of an
    /// IPv4 address counts as a range.
    pub(super) fn source_ranges(&self) -> Vec<Vec<Cidr>> {
        let ranges = self.of("aws:sourceip").map(|entry| match &entry.values {
            Values::Network(ranges) => ranges.iter().flatten().copied().collect(),
            Values::Text(patterns) => patterns.iter().filter_map(textual_range).collect(),
            _ => Vec::new(),
        });
        ranges.collect()
    }

    /// Gives the instants that the entries about the current time hold, and those about when a session began, sorted.
    pub(super) fn instants(&self) -> Vec<Timestamp> {
        let entries = self.entries.iter().filter(|entry| tells_times_apart(&entry.key));
        let mut found: Vec<Timestamp> = entries
            .flat_map(|entry| match &entry.values {
                Values::Time(instants) => instants.iter().copied().flatten().collect(),
                Values::Number(seconds) => {
                    seconds.iter().flatten().filter_map(|s| whole_second(*s)).collect()
                }
                _ => Vec::new(),
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn of(&self, key: &str) -> impl Iterator<Item = &'a Condition> {
        self.entries.iter().copied().filter(move |entry| entry.key == key)
    }
}

/// Tells whether `key` is about the time of the request.
pub(super) fn tells_times_apart(key: &str) -> bool {
    matches!(key, "aws:currenttime" | "aws:epochtime" | "aws:tokenissuetime")
}

/// How many names of one key are tried.
pub(super) const MOST_NAMES: usize = 120;

/// How many combinations of names are tried.
pub(super) const MOST_COMBINATIONS: usize = 4_096;

fn texts_of(entry: &Condition) -> &[Pattern] {
    if let Values::Text(patterns) = &entry.values { patterns } else { &[] }
}

/// Reads `203.0.113.7`, `203.0.113.*` or `203.0.*` as a range.
pub(super) fn textual_range(pattern: &Pattern) -> Option<Cidr> {
    let text = pattern.text.as_raw();
    if let Ok(address) = text.parse::<std::net::IpAddr>() {
        return Some(Cidr { address, prefix: if address.is_ipv4() { 32 } else { 128 } });
    }
    let stem = text.strip_suffix('*')?.trim_end_matches(".*").strip_suffix('.')?;
    let mut octets = [0_u8; 4];
    let mut count = 0_u8;
    for (octet, field) in octets.iter_mut().zip(stem.split('.')) {
        *octet = field.parse().ok()?;
        count += 1;
    }
    let fields = stem.split('.').count();
    (fields < 4 && usize::from(count) == fields).then(|| Cidr { address: octets.into(), prefix: count * 8 })
}

#[expect(clippy::cast_possible_truncation, reason = "a second past every calendar is refused by Timestamp")]
fn whole_second(seconds: f64) -> Option<Timestamp> {
    seconds.is_finite().then(|| Timestamp::from_second(seconds.floor() as i64).ok())?
}
