//! Exceptions as the configuration, or a reviewed file beside it, holds them.

use bucketwatch_exposure::exception::{Accepted, Exception, Tag};
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Spanned;

use super::{ConfigError, Until};
use crate::exception::short_id;
use crate::report::wire::{Access, Audience};

/// How many days ahead an exception may last where nobody says otherwise.
pub const LONGEST_DAYS: u16 = 400;

/// An exposure that is accepted: it stays in every report, marked, alerts nobody and makes no exit code.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptConfig {
    /// Its name, which findings carry. Default: made of bucket, account and what is accepted.
    #[serde(default, deserialize_with = "name")]
    #[schemars(with = "Option<String>", regex(pattern = r"^[A-Za-z0-9._-]{1,64}$"))]
    id: Option<String>,
    /// The bucket's name; `*` is any run of characters and `?` any one.
    #[serde(deserialize_with = "said")]
    bucket: String,
    /// The account that the bucket is in.
    #[schemars(with = "String", regex(pattern = "^[0-9]{12}$"))]
    account: AccountId,
    /// Who may get in.
    audience: Audience,
    /// Who exactly. An audience other than `anyone` and `any_aws_account` must say it.
    #[serde(default)]
    audience_detail: AcceptDetail,
    /// What they may do.
    #[serde(deserialize_with = "some")]
    access: Vec<Access>,
    /// On what: ARN patterns, such as `arn:aws:s3:::website/*`.
    #[serde(deserialize_with = "some")]
    resources: Vec<String>,
    /// What of `resources` is not accepted.
    #[serde(default)]
    resources_except: Vec<String>,
    /// Who answers for it.
    #[serde(deserialize_with = "said")]
    owner: String,
    /// Why.
    #[serde(deserialize_with = "said")]
    reason: String,
    /// The last day on which it counts (UTC), or an instant.
    #[schemars(with = "String")]
    until: Spanned<Until>,
    /// Only as long as the bucket bears this tag.
    while_tag: Option<AcceptTag>,
    /// Where `until` stands.
    #[serde(skip)]
    place: Option<(usize, usize)>,
}

/// Who exactly gets in, in the words of the assessment document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AcceptDetail {
    /// Source ranges: of a network; of `anyone` or `any_aws_account` where only these are accepted.
    ranges: Vec<String>,
    /// `vpc-…` ids of a network.
    vpcs: Vec<String>,
    /// `vpce-…` ids of a network.
    endpoints: Vec<String>,
    /// Account ids; organization ids and paths.
    ids: Vec<String>,
    /// Single principals of accounts, by ARN or canonical id.
    principals: Vec<String>,
    /// Service principals.
    names: Vec<String>,
    /// Whether any customer's resource of the service is accepted.
    unscoped: bool,
}

/// A tag of a bucket.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptTag {
    /// Its key, compared exactly.
    key: String,
    /// Its value, compared exactly.
    value: String,
}

/// A reviewed file of exceptions: nothing but `[[accept]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct AcceptFile {
    #[serde(default)]
    accept: Vec<AcceptConfig>,
}

impl AcceptConfig {
    /// Reads the text of a reviewed file.
    ///
    /// # Errors
    /// The first thing that is wrong, with its place.
    pub fn parse_file(text: &str) -> Result<Vec<Self>, ConfigError> {
        let mut file: AcceptFile = toml::from_str(text).map_err(|error| ConfigError::of(text, &error))?;
        file.accept.iter_mut().for_each(|entry| entry.locate(text));
        Ok(file.accept)
    }

    /// Notes where in `text` it stands, for what only shows later.
    pub(super) fn locate(&mut self, text: &str) {
        self.place = Some(super::error::place(text, self.until.span().start));
    }

    fn wrong(&self, message: String) -> ConfigError {
        ConfigError { place: self.place, message }
    }

    fn audience(&self) -> Result<reach::Audience, String> {
        let detail = &self.audience_detail;
        let (word, allowed): (_, &[&str]) = match self.audience {
            Audience::Anyone | Audience::AnyAwsAccount => ("", &["ranges"]),
            Audience::Network => ("`ranges`, `vpcs` or `endpoints`", &["ranges", "vpcs", "endpoints"]),
            Audience::Account => ("`ids` or `principals`", &["ids", "principals"]),
            Audience::Organization => ("`ids`", &["ids"]),
            Audience::Service => ("`names`", &["names", "unscoped"]),
        };
        let named = detail.named();
        if let Some(other) = named.iter().find(|key| !allowed.contains(key)) {
            let audience = self.audience.as_str();
            return Err(format!(
                "`{other}` of `audience_detail` says nothing about the audience `{audience}`"
            ));
        }
        if !word.is_empty() && named.iter().all(|key| *key == "unscoped") {
            let audience = self.audience.as_str();
            return Err(format!("the audience `{audience}` needs `audience_detail` with {word}"));
        }
        detail.audience(self.audience)
    }

    /// Gives the exception, which must not last beyond `latest`.
    fn exception(&self, latest: Timestamp, days: u16) -> Result<Exception, ConfigError> {
        let until = self.until.get_ref().instant();
        if until > latest {
            let message = format!("an exception {}", too_long(latest, days));
            return Err(self.wrong(message));
        }
        let audience = self.audience().map_err(|message| self.wrong(message))?;
        let accepted = Accepted {
            audience,
            access: self.access.iter().map(|access| (*access).into()).collect(),
            resources: self.resources.iter().map(|text| text.as_str().into()).collect(),
            resources_except: self.resources_except.iter().map(|text| text.as_str().into()).collect(),
        };
        let meaning = serde_json::to_string(&accepted).unwrap_or_default();
        let derived = || short_id(&["file", self.account.as_str(), &self.bucket, &meaning]);
        let tag =
            |tag: &AcceptTag| Tag { key: Untrusted::new(&*tag.key), value: Untrusted::new(&*tag.value) };
        Ok(Exception {
            id: self.id.clone().unwrap_or_else(derived),
            account: self.account.clone(),
            bucket: self.bucket.as_str().into(),
            accepted: vec![accepted],
            owner: self.owner.as_str().into(),
            reason: self.reason.as_str().into(),
            until,
            incarnation: None,
            while_tag: self.while_tag.as_ref().map(tag),
            made: None,
            revoked: None,
        })
    }

    /// Gives the exceptions of `entries` as they are at the instant `now`, each of which may last `days` days from then.
    ///
    /// # Errors
    /// One that lasts longer, an audience that does not say whom it means, two of one name; with the place.
    pub fn exceptions(entries: &[Self], days: u16, now: Timestamp) -> Result<Vec<Exception>, ConfigError> {
        let latest = latest_end(now, days);
        let mut exceptions: Vec<Exception> = Vec::with_capacity(entries.len());
        for entry in entries {
            let exception = entry.exception(latest, days)?;
            if exceptions.iter().any(|other| other.id == exception.id) {
                let what = if entry.id.is_some() { "are called" } else { "accept the same:" };
                return Err(entry.wrong(format!("two exceptions {what} `{}`", exception.id)));
            }
            exceptions.push(exception);
        }
        Ok(exceptions)
    }
}

/// Gives the last instant until which an exception that is made at `now` may last: the end of the day.
pub fn latest_end(now: Timestamp, days: u16) -> Timestamp {
    let length = SignedDuration::from_hours(24 * (i64::from(days) + 1));
    let end = now.checked_add(length).unwrap_or(Timestamp::MAX);
    let midnight = end.as_second() - end.as_second().rem_euclid(24 * 60 * 60);
    Timestamp::from_second(midnight).unwrap_or(end)
}

/// Gives what is wrong with an end after `latest`.
pub fn too_long(latest: Timestamp, days: u16) -> String {
    let last = latest.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(latest);
    format!("may last {days} days (`accept_days`): its last day is {} for now", last.strftime("%Y-%m-%d"))
}

impl AcceptDetail {
    fn named(&self) -> Vec<&'static str> {
        let lists = [
            ("ranges", &self.ranges),
            ("vpcs", &self.vpcs),
            ("endpoints", &self.endpoints),
            ("ids", &self.ids),
            ("principals", &self.principals),
            ("names", &self.names),
        ];
        let named = lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(key, _)| key);
        named.chain(self.unscoped.then_some("unscoped")).collect()
    }

    fn audience(&self, word: Audience) -> Result<reach::Audience, String> {
        let texts =
            |list: &[String]| list.iter().map(|text| text.as_str().into()).collect::<Vec<Untrusted>>();
        let ranges = self.ranges.clone();
        let account = |id: &String| {
            AccountId::parse(id).ok_or_else(|| "an account id in `ids` has twelve digits".to_owned())
        };
        Ok(match word {
            Audience::Anyone => reach::Audience::Anyone { ranges },
            Audience::AnyAwsAccount => reach::Audience::AnyAwsAccount { ranges },
            Audience::Network => reach::Audience::Network {
                ranges,
                vpcs: texts(&self.vpcs),
                endpoints: texts(&self.endpoints),
            },
            Audience::Account => reach::Audience::Account {
                ids: self.ids.iter().map(account).collect::<Result<_, _>>()?,
                principals: texts(&self.principals),
            },
            Audience::Organization => reach::Audience::Organization { ids: texts(&self.ids) },
            Audience::Service => {
                reach::Audience::Service { names: texts(&self.names), unscoped: self.unscoped }
            }
        })
    }
}

/// Reads a text that says something.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Err(D::Error::custom("it must not be empty")) } else { Ok(text) }
}

/// Reads a list that holds something.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    let list = Vec::deserialize(deserializer)?;
    if list.is_empty() { Err(D::Error::custom("it must not be empty")) } else { Ok(list) }
}

/// Reads a name.
fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if text.is_empty() || text.len() > 64 || !text.chars().all(is_plain) {
        return Err(D::Error::custom("a name has at most 64 letters, digits, `.`, `_` and `-`"));
    }
    Ok(Some(text))
}

#[cfg(test)]
mod tests;
