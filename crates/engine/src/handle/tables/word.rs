//! What is told of a policy that is not judged.

use bucketwatch_exposure::observed::Observed;
use bucketwatch_ingest::cloudtrail::{Change, Content};
use bucketwatch_policy::name::AccountId;

use super::whom::others;

/// What begins every word on such a policy.
const UNJUDGED: &str = "undetermined: what such a policy lets others do is not judged";

/// What a request asks for.
pub(super) enum Asked {
    /// A policy that names these beside its owner.
    Others(String),
    /// A policy that names nobody else.
    NobodyElse,
    /// No policy.
    None,
    /// The event does not say.
    Unstated,
    /// Whatever it was, a look before this one found nobody else named.
    Seen,
}

impl Asked {
    /// Reads what `change` asks for.
    pub(super) fn of(change: &Change, owner: &AccountId) -> Self {
        match &change.content {
            Content::Policy(Some(text)) => others(text, owner).map_or(Self::NobodyElse, Self::Others),
            Content::Policy(None) => Self::None,
            _ => Self::Unstated,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Others(named) => format!("the request names {named}"),
            Self::NobodyElse => "the request names nobody else".to_owned(),
            Self::None => "the request takes it away".to_owned(),
            Self::Unstated => "the event does not show what was put".to_owned(),
            Self::Seen => "a look before found nobody else named".to_owned(),
        }
    }
}

/// Gives what is to be told of a policy that is `stored` after somebody `asked` for something: what is stored decides, and
/// what was asked for is told beside it. `None` = nothing, for neither may let anybody else in.
pub(super) fn why(stored: &Observed<String>, asked: &Asked, owner: &AccountId) -> Option<String> {
    let unseen = |stored| {
        let asked = asked.words();
        format!("{asked}, and {stored}: taken back since, or not visible yet")
    };
    let why = match (stored, asked) {
        (Observed::Present(text), asked) => match (others(text, owner), asked) {
            (Some(named), _) => format!("as it is stored now, it names {named}"),
            (None, Asked::Others(_)) => unseen("what is stored now does not name them"),
            (None, _) => return None,
        },
        (Observed::Absent, Asked::Others(_) | Asked::Unstated) => unseen("none is stored now"),
        (Observed::Absent, _) => return None,
        (Observed::Unreadable(why), asked) => format!("{}; {}", unreadable(&why.code), asked.words()),
        (Observed::NotAsked, asked) => format!("{}; {}", unreadable("not asked"), asked.words()),
    };
    Some(format!("{UNJUDGED}; {why}"))
}

fn unreadable(why: &str) -> String {
    format!("what is stored cannot be read ({why})")
}

#[cfg(test)]
mod tests {
    use bucketwatch_exposure::observed::Unreadable;
    use serde_json::{Value, json};

    use super::*;

    fn owner() -> AccountId {
        AccountId::parse("111122223333").unwrap()
    }

    fn allow(principal: Value) -> Value {
        json!({"Statement": [{"Effect": "Allow", "Principal": principal}]})
    }

    #[test]
    fn what_is_stored_decides_and_only_what_is_known_to_name_nobody_else_is_not_told() {
        let (foreign, own) = (allow(json!({"AWS": "444455556666"})), allow(json!({"AWS": "111122223333"})));
        let stored = |policy: &Value| Observed::Present(policy.to_string());
        let refused = || Observed::Unreadable(Unreadable::denied());
        let asked_others = || Asked::Others("444455556666".to_owned());
        for (rule, stored, asked, told) in [
            ("stored", stored(&foreign), asked_others(), "as it is stored now, it names 444455556666"),
            (
                "stored by others",
                stored(&foreign),
                Asked::NobodyElse,
                "as it is stored now, it names 444455556666",
            ),
            ("still stored", stored(&foreign), Asked::None, "as it is stored now, it names 444455556666"),
            (
                "replaced",
                stored(&own),
                asked_others(),
                "the request names 444455556666, and what is stored now does not name them: taken back since, or not visible yet",
            ),
            (
                "taken away",
                Observed::Absent,
                asked_others(),
                "the request names 444455556666, and none is stored now: taken back since, or not visible yet",
            ),
            (
                "not there, and nobody knows what was put",
                Observed::Absent,
                Asked::Unstated,
                "the event does not show what was put, and none is stored now: taken back since, or not visible yet",
            ),
            ("of the owner alone", stored(&own), Asked::Unstated, ""),
            ("of the owner alone, both", stored(&own), Asked::NobodyElse, ""),
            ("deleted", Observed::Absent, Asked::None, ""),
            (
                "unreadable",
                refused(),
                Asked::NobodyElse,
                "what is stored cannot be read (AccessDenied); the request names nobody else",
            ),
            (
                "unreadable after a Delete",
                refused(),
                Asked::None,
                "what is stored cannot be read (AccessDenied); the request takes it away",
            ),
        ] {
            let expected = (!told.is_empty()).then(|| format!("{UNJUDGED}; {told}"));
            assert_eq!(why(&stored, &asked, &owner()), expected, "{rule}");
        }
    }
}
