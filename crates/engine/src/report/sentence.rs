//! The phrases that tables, explanations and messages share.

use super::wire::{Access, Audience, AudienceDetail, Exposure, Path, Side, TransitionDocument, Verdict};
use crate::escape::{terminal, terminal_cell};

/// Gives who an exposure lets in, for a person: `anyone`, `account 111122223333`.
pub fn who(exposure: &Exposure) -> String {
    let name = match exposure.audience {
        Audience::Anyone => "anyone",
        Audience::AnyAwsAccount => "any AWS account",
        Audience::Network => "network",
        Audience::Account => "account",
        Audience::Organization => "organization",
        Audience::Service => "service",
    };
    let detail = detail(&exposure.audience_detail);
    let unscoped = exposure.audience_detail.unscoped == Some(true);
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
        let exposure = side.exposures.iter().min_by_key(|exposure| (exposure.audience, exposure.severity))?;
        let (who, access) = (who(exposure), access(&exposure.access));
        Some(format!("{who}: {access} by {}", how(exposure)))
    };
    let meaning = match (&after, worst(&after), worst(&before)) {
        (None, _, _) => "the bucket is gone".to_owned(),
        (Some(side), Some(now), _) if side.verdict != Verdict::NotPublic => now,
        (Some(side), _, Some(was)) if side.verdict == Verdict::NotPublic => format!("was {was}"),
        (Some(side), _, _) => side.verdict.as_str().replace('_', " "),
    };
    [kind(transition), terminal_cell(&transition.bucket), meaning]
}

/// Gives the first `count` of `items` and how many more there are.
pub fn few(items: &[String], count: usize) -> String {
    let shown = items.iter().take(count).map(String::as_str).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(count) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Gives `count` and the noun that fits it.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
