//! Notices as messages of RFC 5424.

use bucketwatch_engine::escape::{syslog_param, syslog_text};
use bucketwatch_engine::notice::{Notice, NoticeBody};
use bucketwatch_engine::report::sentence;
use bucketwatch_engine::report::wire::{Exposure, Severity, Side, TransitionDocument};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

/// The structured data's name: 32473 is the enterprise number that RFC 5612 sets aside for documentation.
const SD_ID: &str = "bucketwatch@32473";
/// How many bytes a PARAM-VALUE may take, the largest that fits.
const VALUE_LIMITS: [usize; 4] = [1024, 256, 64, 16];

/// What every message of a notifier bears.
pub(super) struct Envelope {
    pub(super) facility: u8,
    pub(super) hostname: String,
    pub(super) app_name: String,
    pub(super) process: u32,
    pub(super) max_bytes: usize,
}

/// Gives HOSTNAME: `named`, else the machine's own, else the nil value.
pub(super) fn hostname(named: Option<&str>) -> String {
    let own = || std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = named.map_or_else(own, str::to_owned);
    let name: String = name.trim().chars().filter(char::is_ascii_graphic).take(128).collect();
    if name.is_empty() { "-".to_owned() } else { name }
}

/// A message before it is laid out.
struct Draft {
    at: Timestamp,
    severity: u8,
    kind: String,
    parameters: Vec<(&'static str, Untrusted)>,
    text: String,
}

impl Envelope {
    /// Gives one message for each transition of `notice`, or one for a baseline.
    pub(super) fn messages(&self, notice: &Notice) -> Vec<Vec<u8>> {
        let drafts = match &notice.body {
            NoticeBody::Transitions { transitions } => {
                transitions.iter().map(|record| transition(&notice.id, &record.into())).collect()
            }
            NoticeBody::Baseline { account, buckets, public, undetermined, .. } => vec![Draft {
                at: notice.at,
                severity: 6,
                kind: "baseline".to_owned(),
                parameters: vec![
                    ("notice", notice.id.as_str().into()),
                    ("account", account.as_str().into()),
                    ("buckets", buckets.to_string().into()),
                    ("public", public.to_string().into()),
                    ("undetermined", undetermined.to_string().into()),
                ],
                text: format!(
                    "first scan of {account}: {buckets} buckets, {public} public, {undetermined} undetermined"
                ),
            }],
        };
        drafts.iter().map(|draft| self.laid_out(draft)).collect()
    }

    /// Lays a message out within the size: values are cut before the text is left out.
    fn laid_out(&self, draft: &Draft) -> Vec<u8> {
        let header = format!(
            "<{}>1 {} {} {} {} {} ",
            u16::from(self.facility) * 8 + u16::from(draft.severity),
            draft.at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"),
            self.hostname,
            self.app_name,
            self.process,
            draft.kind,
        );
        let heads =
            VALUE_LIMITS.map(|limit| format!("{header}{}", structured_data(&draft.parameters, limit)));
        let fits = |head: &&String| head.len() < self.max_bytes;
        let Some(head) = heads.iter().find(fits) else { return format!("{header}-").into_bytes() };
        let room = self.max_bytes - head.len();
        let mut message = head.clone();
        // A blank, the byte order mark and the mark of a cut take their share.
        if room > 1 + 3 + 3 {
            message.push_str(" \u{feff}");
            message.push_str(&syslog_text(&draft.text.as_str().into(), room - 7));
        }
        message.into_bytes()
    }
}

fn structured_data(parameters: &[(&str, Untrusted)], limit: usize) -> String {
    let shown = parameters.iter().map(|(name, value)| format!(" {name}=\"{}\"", syslog_param(value, limit)));
    format!("[{SD_ID}{}]", shown.collect::<String>())
}

fn transition(notice: &str, transition: &TransitionDocument) -> Draft {
    let after = Side::read(transition.after.as_ref());
    let worst =
        after.as_ref().and_then(|side| side.exposures.iter().min_by_key(|exposure| exposure.severity));
    let verdict = after.as_ref().map_or("deleted", |side| side.verdict.as_str());
    let [kind, bucket, meaning] = sentence::change(transition);
    let mut parameters: Vec<(&'static str, Untrusted)> = vec![
        ("bucket", transition.bucket.clone()),
        ("account", transition.account.as_ref().map_or("", |account| account.as_str()).into()),
        ("verdict", verdict.into()),
        ("transition", transition.kind.as_str().into()),
        ("id", transition.id.as_str().into()),
        ("notice", notice.into()),
    ];
    parameters.extend(transition.region.as_deref().map(|region| ("region", region.into())));
    parameters.extend(transition.inner.as_deref().map(|inner| ("inner", inner.into())));
    if let Some(exposure) = worst {
        parameters.extend(of_exposure(exposure));
    }
    Draft {
        at: transition.at,
        severity: severity(&transition.kind, worst.map(|exposure| exposure.severity)),
        kind: transition.kind.clone(),
        parameters,
        text: format!("{kind}: {bucket}: {meaning}"),
    }
}

fn of_exposure(exposure: &Exposure) -> Vec<(&'static str, Untrusted)> {
    let mut parameters = vec![
        ("audience", exposure.audience.as_str().into()),
        ("access", sentence::access(&exposure.access).into()),
        ("path", exposure.path.as_str().into()),
        ("severity", exposure.severity.as_str().into()),
        ("fingerprint", exposure.fingerprint.as_str().into()),
    ];
    parameters.extend(exposure.statement.clone().map(|sid| ("statement", sid)));
    parameters
}

/// Gives the syslog severity: 2 critical to 5 notice. What closes is a notice.
fn severity(kind: &str, worst: Option<Severity>) -> u8 {
    match (kind, worst) {
        ("closed" | "narrowed" | "deleted", _) | (_, Some(Severity::Low | Severity::Informational)) => 5,
        (_, Some(Severity::Critical)) => 2,
        (_, Some(Severity::High)) => 3,
        (_, Some(Severity::Medium) | None) => 4,
    }
}
