//! A secret's place. The file never holds a secret itself.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::escape::terminal_cell;

/// Where a secret is: `{ env = "NAME" }`, `{ file = "/PATH" }`, `{ secretsmanager = "ARN or name" }` or
/// `{ ssm = "/NAME" }`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "Place")]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file; a line feed at its end does not count.
    File(PathBuf),
    /// AWS Secrets Manager.
    SecretsManager {
        /// The secret's ARN or name.
        id: String,
        /// The member of a JSON secret; `None`: the whole.
        key: Option<String>,
    },
    /// A parameter of AWS Systems Manager; an encrypted one is decrypted.
    Ssm(String),
}

/// Where a secret is: exactly one of `env`, `file`, `secretsmanager`, `ssm`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Place {
    /// The name of an environment variable.
    env: Option<String>,
    /// The path of a file that holds the secret and nothing else.
    file: Option<PathBuf>,
    /// The ARN or name of a secret in AWS Secrets Manager.
    secretsmanager: Option<String>,
    /// The name of a parameter in AWS Systems Manager.
    ssm: Option<String>,
    /// With `secretsmanager`: which member of a JSON secret.
    key: Option<String>,
}

const EXPECTED: &str = "a secret is not written here: give its place, `{ env = \"NAME\" }`, `{ file = \"/PATH\" }`, `{ secretsmanager = \"ARN\" }` or `{ ssm = \"/NAME\" }`";

impl SecretSource {
    fn of(place: Place) -> Option<Self> {
        match place {
            Place { env: Some(name), file: None, secretsmanager: None, ssm: None, key: None } => {
                Some(Self::Env(name))
            }
            Place { env: None, file: Some(path), secretsmanager: None, ssm: None, key: None } => {
                Some(Self::File(path))
            }
            Place { env: None, file: None, secretsmanager: Some(id), ssm: None, key } => {
                Some(Self::SecretsManager { id, key })
            }
            Place { env: None, file: None, secretsmanager: None, ssm: Some(name), key: None } => {
                Some(Self::Ssm(name))
            }
            _ => None,
        }
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| terminal_cell(&text.into());
        match self {
            Self::Env(name) => write!(f, "the environment variable `{}`", shown(name)),
            Self::File(path) => write!(f, "the file `{}`", shown(&path.to_string_lossy())),
            Self::SecretsManager { id, .. } => write!(f, "Secrets Manager `{}`", shown(id)),
            Self::Ssm(name) => write!(f, "the SSM parameter `{}`", shown(name)),
        }
    }
}

impl<'de> Deserialize<'de> for SecretSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PlaceVisitor)
    }
}

/// Refuses everything but a table without repeating it: it may be the secret.
struct PlaceVisitor;

impl<'de> Visitor<'de> for PlaceVisitor {
    type Value = SecretSource;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(EXPECTED)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretSource, A::Error> {
        let place = Place::deserialize(MapAccessDeserializer::new(map))?;
        SecretSource::of(place).ok_or_else(|| A::Error::custom(EXPECTED))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<SecretSource, E> {
        Err(E::custom(EXPECTED))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<SecretSource, E> {
        Err(E::custom(EXPECTED))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<SecretSource, E> {
        Err(E::custom(EXPECTED))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<SecretSource, E> {
        Err(E::custom(EXPECTED))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        secret: SecretSource,
    }

    fn read(value: &str) -> Result<SecretSource, String> {
        let file: Result<File, _> = toml::from_str(&format!("secret = {value}\n"));
        file.map(|file| file.secret).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn exactly_one_place_is_named() {
        assert_eq!(read("{ env = \"A\" }").unwrap(), SecretSource::Env("A".to_owned()));
        assert_eq!(read("{ file = \"/a\" }").unwrap(), SecretSource::File("/a".into()));
        assert_eq!(read("{ ssm = \"/a\" }").unwrap(), SecretSource::Ssm("/a".to_owned()));
        let manager = read("{ secretsmanager = \"a\", key = \"url\" }").unwrap();
        assert_eq!(manager.to_string(), "Secrets Manager `a`");
        for wrong in
            ["{}", "{ env = \"A\", file = \"/a\" }", "{ key = \"a\" }", "{ env = \"A\", key = \"a\" }"]
        {
            assert_eq!(read(wrong).unwrap_err(), EXPECTED, "{wrong}");
        }
        assert!(read("{ emv = \"A\" }").unwrap_err().starts_with("unknown field `emv`"));
    }

    #[test]
    fn a_secret_that_is_written_into_the_file_is_refused_and_not_repeated() {
        for secret in ["\"5ecret\"", "5000123", "-5000123", "5000123.5"] {
            assert_eq!(read(secret).unwrap_err(), EXPECTED, "{secret}");
        }
        for secret in ["[\"5ecret\"]", "true", "2026-11-22", "{ env = [\"5ecret\"] }", "{ file = 5000123 }"] {
            let error = read(secret).unwrap_err();
            assert!(!error.contains("5ecret"), "{secret}: {error}");
        }
    }
}
