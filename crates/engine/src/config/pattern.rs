//! Patterns of buckets and tags: `*` is any run of characters, `?` any one.

use std::fmt;

use bucketwatch_exposure::glob::contains;
use bucketwatch_policy::untrusted::Untrusted;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

/// No bucket has a longer name. *Source*: Amazon S3 User Guide, "General purpose bucket naming rules": 63 characters,
/// 255 in us-east-1 before 2018, read 2026-11-23.
const BUCKET: usize = 255;

/// No tag has a longer key or value. *Source*: AWS Billing User Guide, "User-defined tag restrictions", read 2026-11-23.
const TAG_KEY: usize = 128;
const TAG_VALUE: usize = 256;

/// A pattern of buckets' names that some bucket can have.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", inline)]
pub struct BucketPattern(String);

/// A pattern of tags, `KEY=VALUE`: the key as it is, the value with `*` and `?`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String", inline)]
pub struct TagPattern {
    key: String,
    value: String,
}

impl BucketPattern {
    fn parse(text: &str) -> Result<Self, String> {
        let strange =
            text.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '-' | '_' | '*' | '?'));
        if let Some(strange) = strange {
            return Err(format!(
                "the pattern matches no bucket: no name has `{}` in it, and a pattern knows only `*` and `?`",
                strange.escape_default()
            ));
        }
        match shortest(text) {
            1..=BUCKET => Ok(Self(text.to_owned())),
            0 if !text.is_empty() => Ok(Self(text.to_owned())),
            _ => Err(format!("the pattern matches no bucket: a name has 1 to {BUCKET} characters")),
        }
    }

    /// Tells whether `bucket` is one of those that are meant.
    pub fn matches(&self, bucket: &Untrusted) -> bool {
        contains(&self.0, bucket.as_raw())
    }

    /// Tells whether every bucket that `other` means is meant.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        contains(&self.0, &other.0)
    }
}

impl TagPattern {
    fn parse(text: &str) -> Result<Self, String> {
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err("a tag is written `KEY=VALUE`; `KEY=*` is any value".to_owned());
        };
        if key.chars().count() > TAG_KEY || shortest(value) > TAG_VALUE {
            return Err(format!(
                "the pattern matches no tag: a key has at most {TAG_KEY} characters, a value {TAG_VALUE}"
            ));
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }

    /// Gives the key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Tells whether `value` is one of those that are meant.
    pub fn matches(&self, value: &str) -> bool {
        contains(&self.value, value)
    }

    /// Tells whether every tag that `other` means is meant.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.key == other.key && contains(&self.value, &other.value)
    }
}

/// Gives the least number of characters that a pattern matches.
fn shortest(pattern: &str) -> usize {
    pattern.chars().filter(|c| *c != '*').count()
}

impl fmt::Display for BucketPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for BucketPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl<'de> Deserialize<'de> for TagPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_no_bucket_can_match_is_refused() {
        for good in ["*", "?", "prod-*", "a.b-c_D9", &"x".repeat(255), "x*--x-s3"] {
            assert!(BucketPattern::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "prod/*", "prod-[a-z]", "{a,b}", "a b", "arn:aws:s3:::b", "é", &"x".repeat(256)] {
            assert!(BucketPattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tag_is_its_key_and_a_pattern_of_its_value() {
        let tag = TagPattern::parse("env=prod*=x").unwrap();
        assert_eq!((tag.key(), tag.matches("prod-1=x"), tag.matches("prod")), ("env", true, false));
        for (text, value, matches) in
            [("a=", "", true), ("a=", "b", false), ("a=*", "", true), ("a=?", "", false)]
        {
            assert_eq!(TagPattern::parse(text).unwrap().matches(value), matches, "{text} {value}");
        }
        let long = "k".repeat(129) + "=v";
        for bad in ["", "env", "=prod", long.as_str()] {
            assert!(TagPattern::parse(bad).is_err(), "{bad}");
        }
    }
}
