//! What a request carries: one presence and one value for each key that a query speaks of, and what this caller can
//! make of them.

use std::collections::BTreeMap;

use super::text::{Pattern, Word, any, quoted};
use super::{Act, BUCKET, Caller, Kind, NOW, STRANGER, network};

/// How many values of a multi-valued key a query speaks of: more than there are entries that want one of their own.
const SET: usize = 4;

/// The value of a key.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// A text.
    Text(Word),
    /// A number, an instant or a truth value, by the solver's name.
    Plain(String),
    /// The address.
    Address,
}

/// Every key that a query speaks of.
#[derive(Debug)]
pub(crate) struct Carried {
    caller: Caller,
    act: Act,
    /// Declarations and facts by key, each once.
    declared: BTreeMap<String, String>,
}

impl Carried {
    /// Gives a request of which nothing is said yet.
    pub(crate) fn new(caller: Caller, act: Act) -> Self {
        Self { caller, act, declared: BTreeMap::new() }
    }

    /// Gives every declaration and what this caller can make of it.
    pub(crate) fn declarations(&self) -> String {
        self.declared.values().map(String::as_str).collect()
    }

    fn declare(&mut self, name: &str, text: impl FnOnce() -> String) {
        if !self.declared.contains_key(name) {
            self.declared.insert(name.to_owned(), text());
        }
    }

    /// Gives the resource.
    pub(crate) fn resource(&mut self) -> Word {
        if self.act.1 == Kind::Bucket {
            return Word::fixed(BUCKET);
        }
        self.declare("resource", || "(declare-const key String)\n(assert (> (str.len key) 0))\n".to_owned());
        Word::open(&format!("{BUCKET}/"), "key")
    }

    /// Says that the request carries `key`.
    pub(crate) fn has(&mut self, key: &str) -> String {
        let only = |action: &str| if self.act.0 == action { None } else { Some("false") };
        let unsigned = (self.caller == Caller::Anonymous).then_some("false");
        let fixed = match key {
            "aws:securetransport"
            | "aws:currenttime"
            | "aws:useragent"
            | "aws:principalaccount"
            | "aws:principaltype" => Some("true"),
            "aws:sourcearn" | "aws:sourceaccount" => Some("false"),
            "aws:principalarn" => unsigned.or(Some("true")),
            "aws:principalorgid" | "s3:x-amz-content-sha256" => unsigned,
            "s3:prefix" | "s3:max-keys" => only("s3:ListBucket"),
            "s3:versionid" => only("s3:GetObjectVersion"),
            "s3:x-amz-acl" | "s3:requestobjecttagkeys" => only("s3:PutObject"),
            _ => None,
        };
        if let Some(fixed) = fixed {
            return fixed.to_owned();
        }
        match key {
            "aws:sourceip" | "aws:sourcevpce" => {
                self.declare("path", || "(declare-const internet Bool)\n".to_owned());
                if key == "aws:sourceip" { "internet".to_owned() } else { "(not internet)".to_owned() }
            }
            "aws:username" => unsigned.map_or_else(|| self.kind("user"), str::to_owned),
            "s3:requestobjecttagkeys" => {
                let used: Vec<String> = self.values(key).into_iter().map(|(used, _)| used).collect();
                any(&used)
            }
            key => {
                self.declare(&format!("has {key}"), || format!("(declare-const |has {key}| Bool)\n"));
                format!("|has {key}|")
            }
        }
    }

    /// Says that the caller is a user, a role, a root or a federated user: GetFederationToken makes sessions of the last
    /// kind, whose ARNs are those of the token service. Names have fewer characters than the paths before them.
    fn kind(&mut self, kind: &str) -> String {
        self.declare("caller", || {
            let kinds = "(= caller_rest \"root\") (str.prefixof \"user/\" caller_rest) (str.prefixof \"role/\" caller_rest) \
                 (str.prefixof \"federated-user/\" caller_rest)";
            let ranges = ["AZ", "az", "09", "++", "--", "..", "==", "@@", "__", ",,"];
            let letters = ranges.map(|ends| {
                let (first, last) = ends.split_at(1);
                format!("(re.range \"{first}\" \"{last}\")")
            });
            let name = format!("(re.+ (re.union {}))", letters.join(" "));
            let path = "(re.++ (re.+ (re.range \"!\" \"~\")) (str.to_re \"/\"))";
            format!(
                "(declare-const caller_rest String)\n(declare-const caller_path String)\n\
                 (declare-const caller_name String)\n(assert (or {kinds}))\n\
                 (assert (str.in_re caller_name {name}))\n\
                 (assert (or (= caller_path \"\") (and (str.in_re caller_path {path}) \
                 (not (str.prefixof \"federated-user/\" caller_rest)))))\n\
                 (assert (= caller_rest (ite (= caller_rest \"root\") \"root\" \
                 (str.++ (ite (str.prefixof \"federated-user/\" caller_rest) \"federated-user/\" \
                 (str.substr caller_rest 0 5)) caller_path caller_name))))\n"
            )
        });
        match kind {
            "root" => "(= caller_rest \"root\")".to_owned(),
            kind => format!("(str.prefixof \"{kind}/\" caller_rest)"),
        }
    }

    /// Gives the values of `key`, each with the presence that it has beside that of the key.
    pub(crate) fn values(&mut self, key: &str) -> Vec<(String, Key)> {
        let always = |key| vec![("true".to_owned(), key)];
        match key {
            "aws:securetransport" => always(self.plain("secure", "Bool", "")),
            "aws:currenttime" => always(self.plain("time", "Int", &format!("(assert (>= time {NOW}))\n"))),
            "s3:max-keys" => always(self.plain("maxkeys", "Int", "(assert (>= maxkeys 0))\n")),
            "aws:sourceip" => {
                self.declare("address", || {
                    format!("{}(assert {})\n", network::DECLARATION, network::is_routed())
                });
                always(Key::Address)
            }
            "s3:requestobjecttagkeys" => (0..SET)
                .map(|index| {
                    let Key::Text(word) = self.open(&format!("tag{index}"), "") else {
                        unreachable!("a text")
                    };
                    self.declare(&format!("used{index}"), || format!("(declare-const used{index} Bool)\n"));
                    (format!("used{index}"), Key::Text(word))
                })
                .collect(),
            "aws:principalaccount" => always(Key::Text(Word::fixed(self.account()))),
            "aws:principalorgid" => always(Key::Text(Word::fixed("o-zzzzzzzzzz"))),
            "aws:principaltype" => self.principal_types(),
            "aws:principalarn" => {
                let federated = self.kind("federated-user");
                let arn = |service| {
                    Key::Text(Word::open(&format!("arn:aws:{service}::{STRANGER}:"), "caller_rest"))
                };
                vec![(format!("(not {federated})"), arn("iam")), (federated, arn("sts"))]
            }
            "aws:username" => {
                self.kind("root");
                always(Key::Text(Word::open("", "caller_name")))
            }
            "aws:sourcevpce" => {
                let hexadecimal = "(re.+ (re.union (re.range \"0\" \"9\") (re.range \"a\" \"f\")))";
                let named = ["0aaa", "0bbb"].map(|named| format!("(not (= endpoint {}))", quoted(named)));
                let facts = format!(
                    "(assert (str.in_re endpoint {hexadecimal}))\n(assert (and {}))\n",
                    named.join(" ")
                );
                self.open("endpoint", &facts);
                always(Key::Text(Word::open("vpce-", "endpoint")))
            }
            key => always(self.open(key, "")),
        }
    }

    fn account(&self) -> &'static str {
        if self.caller == Caller::Anonymous { "anonymous" } else { STRANGER }
    }

    fn principal_types(&mut self) -> Vec<(String, Key)> {
        if self.caller == Caller::Anonymous {
            return vec![("true".to_owned(), Key::Text(Word::fixed("Anonymous")))];
        }
        [("user", "User"), ("role", "AssumedRole"), ("root", "Account"), ("federated-user", "FederatedUser")]
            .into_iter()
            .map(|(kind, name)| (self.kind(kind), Key::Text(Word::fixed(name))))
            .collect()
    }

    fn plain(&mut self, name: &str, sort: &str, facts: &str) -> Key {
        self.declare(name, || format!("(declare-const {name} {sort})\n{facts}"));
        Key::Plain(name.to_owned())
    }

    fn open(&mut self, name: &str, facts: &str) -> Key {
        self.declare(name, || format!("(declare-const |{name}| String)\n{facts}"));
        Key::Text(Word::open("", &format!("|{name}|")))
    }

    /// Gives a text of the policy in which no wildcard counts.
    pub(crate) fn literal(&mut self, text: &str) -> Pattern {
        self.pattern(text, false)
    }

    /// Gives a text of the policy with its wildcards.
    pub(crate) fn word(&mut self, text: &str) -> Pattern {
        self.pattern(text, true)
    }

    fn pattern(&mut self, text: &str, wildcards: bool) -> Pattern {
        let Some((before, rest)) = text.split_once("${") else {
            return Pattern::Plain { text: text.to_owned(), wildcards };
        };
        let (name, after) = rest.split_once('}').expect("the generator closes its variables");
        let name = name.to_ascii_lowercase();
        if name == "aws:principalaccount" {
            return Pattern::Plain { text: format!("{before}{}{after}", self.account()), wildcards };
        }
        assert_eq!(name, "aws:username", "a variable that the generator writes");
        let present = self.has(&name);
        if present == "false" {
            return Pattern::Nothing;
        }
        self.values(&name);
        let open = wildcards && after.ends_with('*');
        let after = if open { &after[..after.len() - 1] } else { after };
        assert!(!wildcards || !format!("{before}{after}").contains(['*', '?']), "one wildcard, at the end");
        Pattern::Around {
            before: before.to_owned(),
            variable: "caller_name".to_owned(),
            after: after.to_owned(),
            open,
            present,
        }
    }

    /// Says that the request carries exactly these values of `key`; none where it is absent.
    pub(crate) fn carries(&mut self, key: &str, values: &[String]) -> String {
        let has = self.has(key);
        if values.is_empty() {
            return format!("(not {has})");
        }
        let slots = self.values(key);
        if ["aws:principaltype", "aws:principalarn"].contains(&key) {
            let each: Vec<String> = slots
                .into_iter()
                .map(|(used, slot)| format!("(and {used} {})", equals(&slot, &values[0])))
                .collect();
            return any(&each);
        }
        let each: Vec<String> = slots
            .into_iter()
            .enumerate()
            .map(|(index, (used, slot))| match values.get(index) {
                Some(value) => format!("(and {used} {})", equals(&slot, value)),
                None => format!("(not {used})"),
            })
            .collect();
        format!("(and {has} {})", each.join(" "))
    }
}

fn equals(key: &Key, value: &str) -> String {
    match key {
        Key::Text(word) => word.equals(value),
        Key::Address => network::contains(value),
        Key::Plain(name) if name == "time" => {
            format!("(= time {})", value.parse::<jiff::Timestamp>().expect("a time").as_second())
        }
        Key::Plain(name) => format!("(= {name} {value})"),
    }
}
