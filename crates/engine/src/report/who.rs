//! Who opened a bucket, as `explain --who` says it.

use std::fmt::Write as _;

use crate::escape::terminal_cell;
use crate::message::deed as line;
use crate::report::wire::DeedDocument;
use crate::who::{LookupError, Trace};

/// Gives what CloudTrail's history says, or why it says nothing.
pub fn who(traced: &Result<Trace, LookupError>, region: Option<&str>) -> String {
    let mut out = "\nwho: ".to_owned();
    match traced {
        Err(error) => {
            let why = cell(&error.why);
            let needs = if error.denied { "; it needs cloudtrail:LookupEvents" } else { "" };
            let _ = writeln!(out, "CloudTrail cannot be asked: {why}{needs}");
            return out;
        }
        Ok(trace) if trace.deeds.is_empty() => out.push_str("CloudTrail has no event that opened it\n"),
        Ok(trace) => {
            out.push_str("what can have opened it, the latest first\n");
            for deed in &trace.deeds {
                let _ = writeln!(out, "  {}", line(&DeedDocument::from(deed)));
            }
        }
    }
    let region = region.map(|region| format!(" of {}", terminal_cell(&region.into()))).unwrap_or_default();
    let _ = writeln!(
        out,
        "  This is CloudTrail's own history: 90 days of this account's management events{region}. What happened to \
         objects is not in it."
    );
    if let Ok(trace) = traced {
        let _ = writeln!(out, "  {}", of_the_account(trace));
        if trace.cut {
            let _ = writeln!(
                out,
                "  It stopped after {} events; there are older ones that were not read.",
                trace.read
            );
        }
    }
    out
}

/// Says what was asked of the account's block and the organization.
fn of_the_account(trace: &Trace) -> String {
    if trace.account_holds {
        return "Changes of the account's Block Public Access were not asked for: it holds.".to_owned();
    }
    match &trace.account_unread {
        Some(LookupError { why, denied }) => {
            let needs = if *denied { "; it needs cloudtrail:LookupEvents" } else { "" };
            format!("Changes of the account and the organization could not be asked for: {}{needs}.", cell(why))
        }
        None => "Changes of the account's Block Public Access and of the organization were asked for, too: of the \
                 account's, those made in this region and in that of global events; of the organization's, those that \
                 this account made."
            .to_owned(),
    }
}

fn cell(text: &str) -> String {
    terminal_cell(&text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notice::Deed;

    fn deed() -> Deed {
        Deed {
            event: "e-1".to_owned(),
            name: "PutBucketPolicy".into(),
            at: "2026-11-20T06:00:00Z".parse().unwrap(),
            actor: "IAM user \u{1b}[31mann".into(),
            agent: "AWS CLI".into(),
            address: "198.51.100.7".into(),
        }
    }

    #[test]
    fn each_deed_is_a_line_that_does_nothing_to_the_terminal() {
        let text = who(&Ok(Trace { deeds: vec![deed()], read: 1, ..Trace::default() }), Some("eu-west-1"));
        assert!(!text.contains('\u{1b}') && text.contains("with AWS CLI from 198.51.100.7"), "{text}");
        assert!(text.contains("(PutBucketPolicy, event e-1)") && text.contains("of eu-west-1"), "{text}");
    }

    #[test]
    fn nothing_found_and_nothing_to_be_asked_are_different_answers() {
        let nothing = who(&Ok(Trace::default()), None);
        assert!(
            nothing.contains("has no event that opened it") && nothing.contains("objects is not"),
            "{nothing}"
        );
        let refused = who(&Err(LookupError { why: "AccessDeniedException".to_owned(), denied: true }), None);
        assert!(
            refused.contains("cannot be asked") && refused.contains("cloudtrail:LookupEvents"),
            "{refused}"
        );
        let cut = who(&Ok(Trace { read: 2000, cut: true, ..Trace::default() }), None);
        assert!(cut.contains("stopped after 2000 events"), "{cut}");
        let unread = LookupError { why: "AccessDeniedException".to_owned(), denied: true };
        let unread = who(&Ok(Trace { account_unread: Some(unread), ..Trace::default() }), None);
        assert!(unread.contains("could not be asked for: AccessDeniedException"), "{unread}");
        let held = who(&Ok(Trace { account_holds: true, ..Trace::default() }), None);
        assert!(held.contains("were not asked for: it holds"), "{held}");
    }
}
