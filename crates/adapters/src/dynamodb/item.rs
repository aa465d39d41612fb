//! Items of the table, and the types of the port.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::{Read as _, Write as _};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::{Key, PK, SK};

/// The attribute that holds a record as compressed JSON.
pub(super) const BODY: &str = "body";

/// The attribute after whose instant, in seconds since 1970, DynamoDB removes an item.
pub(super) const EXPIRES: &str = "expires";

/// No record is larger than this when it is unpacked.
const MOST_BYTES: u64 = 64 << 20;

/// The attributes of an item, as the SDK has them.
pub(super) type Attributes = HashMap<String, AttributeValue>;

/// An item of the table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Item(Attributes);

/// Why an item cannot be understood.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadItem {
    /// An attribute is missing, or of another type.
    #[error("the attribute `{0}` is not as it should be")]
    Attribute(&'static str),
    /// The body cannot be unpacked.
    #[error("the body cannot be unpacked: {0}")]
    Packing(#[from] std::io::Error),
    /// The body holds something else.
    #[error("the body is not understood: {0}")]
    Body(#[from] serde_json::Error),
}

impl Item {
    /// Begins an item.
    pub(super) fn new(key: &Key) -> Self {
        Self(key.attributes())
    }

    /// Takes an item as the SDK gives it.
    pub(super) fn of(attributes: Attributes) -> Self {
        Self(attributes)
    }

    /// Gives it to the SDK.
    pub(super) fn into_attributes(self) -> Attributes {
        self.0
    }

    /// Adds a text.
    pub(super) fn text(self, name: &str, text: impl Into<String>) -> Self {
        self.with(name, AttributeValue::S(text.into()))
    }

    /// Adds a number.
    pub(super) fn number(self, name: &str, number: impl Display) -> Self {
        self.with(name, AttributeValue::N(number.to_string()))
    }

    /// Adds an instant.
    pub(super) fn instant(self, name: &str, instant: Timestamp) -> Self {
        self.with(name, nanoseconds(instant))
    }

    /// Adds a record.
    pub(super) fn body(self, record: &impl Serialize) -> Result<Self, BadItem> {
        let packed = AttributeValue::B(Blob::new(pack(record)?));
        Ok(self.with(BODY, packed))
    }

    /// Adds an attribute.
    pub(super) fn with(mut self, name: &str, value: AttributeValue) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// Gives an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&AttributeValue> {
        self.0.get(name)
    }

    /// Reads the key.
    pub(super) fn key(&self) -> Result<Key, BadItem> {
        Ok(Key { pk: self.read_text(PK)?.to_owned(), sk: self.read_text(SK)?.to_owned() })
    }

    /// Reads a text.
    pub(super) fn read_text(&self, name: &'static str) -> Result<&str, BadItem> {
        let text = self.get(name).and_then(|value| value.as_s().ok());
        text.map(String::as_str).ok_or(BadItem::Attribute(name))
    }

    /// Reads a number.
    pub(super) fn read_number<N: std::str::FromStr>(&self, name: &'static str) -> Result<N, BadItem> {
        let number = self.get(name).and_then(|value| value.as_n().ok()?.parse().ok());
        number.ok_or(BadItem::Attribute(name))
    }

    /// Reads an instant.
    pub(super) fn read_instant(&self, name: &'static str) -> Result<Timestamp, BadItem> {
        Timestamp::from_nanosecond(self.read_number(name)?).map_err(|_| BadItem::Attribute(name))
    }

    /// Reads a record.
    pub(super) fn read_body<T: DeserializeOwned>(&self) -> Result<T, BadItem> {
        let packed = self.get(BODY).and_then(|value| value.as_b().ok());
        unpack(packed.ok_or(BadItem::Attribute(BODY))?.as_ref())
    }

    /// Estimates how many bytes it takes, rather too many than too few.
    pub(super) fn size(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + size_of(value)).sum()
    }
}

fn size_of(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text.len(),
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        _ => 1,
    }
}

/// Gives an instant as an attribute.
pub(super) fn nanoseconds(instant: Timestamp) -> AttributeValue {
    AttributeValue::N(instant.as_nanosecond().to_string())
}

/// Gives a text as an attribute.
pub(super) fn text(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// Gives a number as an attribute.
pub(super) fn number(number: impl Display) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Gives a record as compressed JSON.
pub(super) fn pack(record: &impl Serialize) -> Result<Vec<u8>, BadItem> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&serde_json::to_vec(record)?)?;
    Ok(encoder.finish()?)
}

/// Reads a record from compressed JSON.
pub(super) fn unpack<T: DeserializeOwned>(packed: &[u8]) -> Result<T, BadItem> {
    let mut json = Vec::new();
    DeflateDecoder::new(packed).take(MOST_BYTES).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}
