//! The name of a notifier where the file speaks of it, and where that is.

use std::borrow::Borrow;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// The name of a notifier that the file configures elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(with = "String", inline)]
pub struct Named(Spanned<String>);

impl Named {
    /// Gives the name.
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// Gives where it stands in the file, in bytes.
    pub(super) fn span(&self) -> Range<usize> {
        self.0.span()
    }
}

impl Borrow<str> for Named {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}
