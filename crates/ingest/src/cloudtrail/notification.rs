//! S3's own notifications that an object's ACL was changed. They carry no ACL: somebody has to read it.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;

use super::actor::Actor;
use super::agent::{Agent, AgentKind};
use super::change::{Change, Item, Outcome, Target};
use super::content::Content;
use super::dead_letter::{DeadLetter, Reason};
use super::kind::Kind;
use super::record::{instant, partition};
use super::request::Request;
use super::value::Value;

/// Reads an element of S3's event notifications: `eventSource` is `aws:s3`.
///
/// *Source*: S3 user guide, "Event message structure" (read 2026-11-22): keys are URL-encoded.
pub(super) fn read_record(value: &Value<'_>) -> Item {
    let record = Request::of(Some(value));
    let name = record.text("eventName").unwrap_or_default();
    if !name.trim_start_matches("s3:").starts_with("ObjectAcl:Put") {
        return Item::Skipped;
    }
    let s3 = record.object("s3");
    let object = s3.object("object");
    let response = record.object("responseElements");
    let told = Told {
        id: response.text("x-amz-request-id").or_else(|| object.text("sequencer")),
        at: record.text("eventTime"),
        name,
        bucket: s3.object("bucket").text("name"),
        key: object.text("key").map(decoded),
        version_id: object.untrusted("versionId"),
        account: None,
        region: record.text("awsRegion"),
        requester: record.object("userIdentity").untrusted("principalId"),
        address: record.object("requestParameters").untrusted("sourceIPAddress"),
    };
    told.item(value)
}

/// Reads EventBridge's `Object ACL Updated`.
///
/// *Source*: S3 user guide, "EventBridge event message structure" (read 2026-11-22).
pub(super) fn read_event(value: &Value<'_>) -> Item {
    let event = Request::of(Some(value));
    let detail = event.object("detail");
    let object = detail.object("object");
    let told = Told {
        id: event.text("id"),
        at: event.text("time"),
        name: "Object ACL Updated",
        bucket: detail.object("bucket").text("name"),
        key: object.text("key").map(str::to_owned),
        version_id: object.untrusted("version-id"),
        account: event.text("account").and_then(AccountId::parse),
        region: event.text("region"),
        requester: detail.untrusted("requester"),
        address: detail.untrusted("source-ip-address"),
    };
    told.item(value)
}

/// What a notification tells.
struct Told<'a> {
    id: Option<&'a str>,
    at: Option<&'a str>,
    name: &'a str,
    bucket: Option<&'a str>,
    key: Option<String>,
    version_id: Option<Untrusted>,
    account: Option<AccountId>,
    region: Option<&'a str>,
    requester: Option<Untrusted>,
    address: Option<Untrusted>,
}

impl Told<'_> {
    fn item(self, value: &Value<'_>) -> Item {
        match self.change() {
            Ok(change) => Item::Change(Box::new(change)),
            Err(reason) => Item::DeadLetter(Box::new(DeadLetter::new(reason, value.to_string().as_bytes()))),
        }
    }

    fn change(self) -> Result<Change, Reason> {
        let key = self.key.ok_or(Reason::Missing("key"))?;
        Ok(Change {
            id: format!("s3:{}:{key}", self.id.ok_or(Reason::Missing("x-amz-request-id"))?),
            at: instant(self.at.ok_or(Reason::Missing("eventTime"))?)?,
            kind: Kind::ObjectAcl,
            event_name: self.name.into(),
            target: Target::Object {
                bucket: self.bucket.ok_or(Reason::NoBucket)?.into(),
                key: key.into(),
                version_id: self.version_id,
            },
            account: self.account,
            partition: partition(self.region),
            region: self.region.map(Untrusted::new),
            actor: self.requester.map_or(Actor::Unknown, by_requester),
            agent: Agent { kind: AgentKind::Unknown, text: Untrusted::default() },
            address: self.address.unwrap_or_default(),
            outcome: Outcome::Done,
            content: Content::Unstated,
        })
    }
}

/// Gives whoever asked: an account, a service, or a principal's id such as `AWS:AROAEXAMPLE:session`.
fn by_requester(requester: Untrusted) -> Actor {
    let text = requester.as_raw();
    if text.ends_with(".amazonaws.com") {
        return Actor::Service(requester);
    }
    if AccountId::parse(text).is_some() {
        return Actor::Account { account: requester, principal: None };
    }
    match text.trim_start_matches("AWS:").split_once(':') {
        Some((role, session)) => {
            Actor::Role { role: role.into(), session: Some(session.into()), account: None }
        }
        None => Actor::User { name: requester, account: None },
    }
}

/// Gives a key out of its URL encoding: `+` is a blank, `%C3%A9` is é. What is no such encoding stays as it is.
fn decoded(key: &str) -> String {
    let mut bytes = Vec::with_capacity(key.len());
    let mut rest = key.as_bytes();
    while let [first, tail @ ..] = rest {
        (rest, _) = match (first, tail) {
            (b'+', tail) => (tail, bytes.push(b' ')),
            (b'%', [high, low, tail @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (tail, bytes.push(nibble(*high) << 4 | nibble(*low)))
            }
            (byte, tail) => (tail, bytes.push(*byte)),
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| key.to_owned())
}

fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10) & 0x0f,
    }
}
