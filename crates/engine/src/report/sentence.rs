//! The phrases that tables, explanations and messages share.

use bucketwatch_policy::untrusted::Untrusted;

use super::wire::{
    Access, Audience, AudienceDetail, Baseline, Exposure, Path, Side, TransitionDocument, Verdict,
};
use crate::escape::{terminal, terminal_cell};
use crate::exception::{ExceptionNote, ExceptionWord};

/// Gives who an exposure lets in, for a person: `anyone`, `account 111122223333`.
pub fn who(exposure: &Exposure) -> String {
    audience(exposure.audience, &exposure.audience_detail)
}

/// Gives an audience for a person.
pub fn audience(word: Audience, named: &AudienceDetail) -> String {
    let name = match word {
        Audience::Anyone => "anyone",
        Audience::AnyAwsAccount => "any AWS account",
        Audience::Network => "network",
        Audience::Account => "account",
        Audience::Organization => "organization",
        Audience::Service => "service",
    };
    let detail = detail(named);
    let unscoped = named.unscoped == Some(true);
    let mut who = name.to_owned();
    if !detail.is_empty() {
        who = format!("{who} {}", few(&detail, 3));
    }
    if unscoped {
        who.push_str(" (for any customer)");
    }
    who
}

/// Gives every detail of an audience, safe to show.
pub fn detail(detail: &AudienceDetail) -> Vec<String> {
    let named = [&detail.vpcs, &detail.endpoints, &detail.ids, &detail.principals, &detail.names];
    detail.ranges.iter().cloned().chain(named.into_iter().flatten().map(terminal_cell)).collect()
}

/// Gives what an exposure lets them do: `list, read`.
pub fn access(access: &[Access]) -> String {
    access.iter().map(|access| access.as_str()).collect::<Vec<_>>().join(", ")
}

/// Gives by what they get in: `bucket policy "PublicRead"`.
pub fn how(exposure: &Exposure) -> String {
    let mut how = path(exposure.path).to_owned();
    if let Some(via) = &exposure.via {
        how = format!("{how} {}", terminal_cell(via));
    }
    match &exposure.statement {
        Some(sid) => format!("{how} \"{}\"", terminal_cell(sid)),
        None => format!("{how} {}", terminal(&exposure.pointer.as_str().into())),
    }
}

/// Gives the name of a path.
pub fn path(path: Path) -> &'static str {
    match path {
        Path::BucketAcl => "bucket ACL",
        Path::BucketPolicy => "bucket policy",
        Path::AccessPoint => "access point",
        Path::MultiRegionAccessPoint => "multi-Region access point",
        Path::ObjectAcl => "object ACL",
    }
}

/// Gives a kind of transition in words: `lost sight`, `regained sight: opened`.
pub fn kind(transition: &TransitionDocument) -> String {
    let kind = transition.kind.replace('_', " ");
    transition.inner.as_ref().map_or(kind.clone(), |inner| format!("{kind}: {inner}"))
}

/// Gives a transition as kind, bucket and what it means.
pub fn change(transition: &TransitionDocument) -> [String; 3] {
    let after = Side::read(transition.after.as_ref());
    let before = Side::read(transition.before.as_ref());
    let worst = |side: &Option<Side>| {
        let side = side.as_ref()?;
        let exposure = side
            .exposures
            .iter()
            .min_by_key(|exposure| (exposure.accepted_by.is_some(), exposure.audience, exposure.severity))?;
        let (who, access) = (who(exposure), access(&exposure.access));
        Some(format!("{who}: {access} by {}", how(exposure)))
    };
    let meaning = match (&after, worst(&after), worst(&before)) {
        (None, _, _) => "the bucket is gone".to_owned(),
        (Some(side), Some(now), _) if side.verdict != Verdict::NotPublic => now,
        (Some(side), _, Some(was)) if side.verdict == Verdict::NotPublic => format!("was {was}"),
        (Some(side), _, _) => side.verdict.as_str().replace('_', " "),
    };
    let exceptions = transition.exceptions.iter().map(|note| format!("; exception {}", exception(note)));
    let meaning = format!("{meaning}{}", exceptions.collect::<String>());
    [kind(transition), terminal_cell(&transition.bucket), meaning]
}

/// Gives what a transition says of an exception: `x-1 of web team does not cover it: outgrown by access write`.
pub fn exception(note: &ExceptionNote) -> String {
    let shown = |text: &Option<Untrusted>| text.as_ref().map(terminal_cell);
    let name = terminal_cell(&note.id.as_str().into());
    let name = shown(&note.owner).map_or(name.clone(), |owner| format!("{name} of {owner}"));
    let until = note.until.map_or_else(String::new, |until| until.strftime("%Y-%m-%d %H:%M UTC").to_string());
    let detail = shown(&note.detail);
    let reason = shown(&note.reason).map_or_else(String::new, |reason| format!(" (made for: {reason})"));
    match note.what {
        ExceptionWord::Accepted => format!("{name} covers it until {until}{reason}"),
        ExceptionWord::Expired => format!("{name} covers it no longer: it expired at {until}{reason}"),
        ExceptionWord::Outgrown => {
            format!("{name} does not cover it: outgrown by {}{reason}", detail.unwrap_or_default())
        }
        ExceptionWord::Revoked => {
            let by = detail.map_or_else(String::new, |by| format!(" by {by}"));
            format!("{name} covers it no longer: taken back{by}{reason}")
        }
        ExceptionWord::CreatedAnew => {
            format!("{name} does not cover it: the bucket was created anew{reason}")
        }
        ExceptionWord::TagChanged => {
            let now =
                detail.map_or_else(|| "gone, or cannot be read".to_owned(), |value| format!("now {value}"));
            format!("{name} covers it no longer: the tag that it is bound to is {now}{reason}")
        }
        ExceptionWord::Withdrawn => {
            format!("{name} covers it no longer: it is not in the configuration any more")
        }
    }
}

/// Gives the first `count` of `items` and how many more there are.
pub fn few(items: &[String], count: usize) -> String {
    let shown = items.iter().take(count).map(String::as_str).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(count) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Gives `first scan of account 111122223333: 3 buckets, 2 public (1 accepted), 0 undetermined`.
pub fn baseline(baseline: &Baseline) -> String {
    let Baseline { account, buckets, public, accepted, undetermined, worst: _ } = baseline;
    let buckets = counted(*buckets, "bucket", "buckets");
    let accepted = if *accepted > 0 { format!(" ({accepted} accepted)") } else { String::new() };
    let account = account.as_str();
    format!(
        "first scan of account {account}: {buckets}, {public} public{accepted}, {undetermined} undetermined"
    )
}

/// Gives `count` and the noun that fits it.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
