//! Records that are too large for one item: the rest of them lies in items beside it.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use bucketwatch_engine::state::StateError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::item::{BODY, BadItem, EXPIRES, Item, pack, unpack};
use super::key::Key;
use super::table::Table;
use super::transaction::Write;

/// How many bytes of a record one item holds.
///
/// *Source*: Amazon DynamoDB Developer Guide, "Quotas and limits": an item has 400 KB at most (read 2026-11-23).
const PART: usize = 300_000;

/// The attribute that says in how many items beside it a record lies.
const PARTS: &str = "parts";

/// The attribute by which the parts of a record that is written anew are told from those of the one before.
pub(super) const VERSION: &str = "version";

/// Gives `item` with `record` as its body, and the parts that have to be written with it.
pub(super) fn with_body(item: Item, record: &impl Serialize) -> Result<(Item, Vec<Write>), BadItem> {
    let bytes = |bytes: &[u8]| AttributeValue::B(Blob::new(bytes));
    let packed = pack(record)?;
    if packed.len() <= PART {
        return Ok((item.with(BODY, bytes(&packed)), Vec::new()));
    }
    let key = item.key()?;
    let part = |(number, part): (usize, &[u8])| {
        let mut own = Item::new(&Key::part(&key, number)).with(BODY, bytes(part));
        for shared in [VERSION, EXPIRES] {
            if let Some(value) = item.get(shared) {
                own = own.with(shared, value.clone());
            }
        }
        Write::put(own).following()
    };
    let parts: Vec<Write> = packed.chunks(PART).enumerate().map(part).collect();
    Ok((item.number(PARTS, parts.len()), parts))
}

/// Reads the record of `item`; `None` = it is being written anew, read the item again.
pub(super) async fn body<T: DeserializeOwned>(
    table: &Table,
    what: &str,
    item: &Item,
) -> Result<Option<T>, StateError> {
    if item.get(PARTS).is_none() {
        return table.read(what, item, Item::read_body).map(Some);
    }
    let (key, count) = table.read(what, item, |item| Ok((item.key()?, item.read_number::<usize>(PARTS)?)))?;
    let parts = table.get_all((0..count).map(|number| Key::part(&key, number)).collect()).await?;
    let Some(packed) = joined(item, parts, count) else { return Ok(None) };
    unpack(&packed).map(Some).map_err(|error| table.place.bad_record(what, error))
}

/// Reads the records of items that are written once.
pub(super) async fn bodies<T: DeserializeOwned>(
    table: &Table,
    what: &str,
    items: &[Item],
) -> Result<Vec<T>, StateError> {
    let mut records = Vec::with_capacity(items.len());
    for item in items {
        let missing = || table.place.bad_record(what, BadItem::Attribute(PARTS));
        records.push(body(table, what, item).await?.ok_or_else(missing)?);
    }
    Ok(records)
}

/// Puts `count` parts together; `None` = they are not all of the version of `item`.
fn joined(item: &Item, parts: Vec<Item>, count: usize) -> Option<Vec<u8>> {
    let same = |part: &Item| part.get(VERSION) == item.get(VERSION);
    let mut parts: Vec<(String, Vec<u8>)> = parts
        .into_iter()
        .filter(same)
        .filter_map(|part| Some((part.key().ok()?.sk, part.get(BODY)?.as_b().ok()?.as_ref().to_vec())))
        .collect();
    parts.sort();
    (parts.len() == count).then(|| parts.into_iter().flat_map(|(_, bytes)| bytes).collect())
}
