//! What every value of a key looks like, whoever chooses it: names in IAM, and the ARNs that end in them.
//!
//! *Source*: IAM API reference, CreateUser, CreateRole: a name is `[\w+=,.@-]+`, 64 characters at most, and a path is
//! `/` or begins and ends in `/` and has printable characters between; STS API reference, AssumeRole,
//! GetFederationToken: the name of a session has two characters at least.

use crate::reach::glob::{Glob, Token};

/// The form of every value of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Whatever the pattern matches.
    Like(Glob),
    /// A name of a session after a fixed text.
    Session {
        /// What stands before the name.
        stem: String,
    },
    /// A user or role of one account: `stem`, a path or none, a name.
    Principal {
        /// What stands before path and name: `arn:aws:iam::444455556666:user/`.
        stem: String,
        /// The name, where it is decided already.
        name: Option<String>,
    },
}

impl Shape {
    /// Gives the form of every text that is not empty.
    pub(super) fn some_text() -> Self {
        Self::Like(Glob(vec![Token::One, Token::Run]))
    }

    /// Gives the form of every text.
    pub(super) fn any_text() -> Self {
        Self::Like(Glob(vec![Token::Run]))
    }

    /// Tells whether `text` has the form.
    pub(super) fn matches(&self, text: &str) -> bool {
        match self {
            Self::Like(glob) => glob.matches(text),
            Self::Session { stem } => text.strip_prefix(stem).is_some_and(|name| is_name(name, 2)),
            Self::Principal { stem, name } => text.strip_prefix(stem).is_some_and(|rest| {
                let (path, own) = rest.rsplit_once('/').map_or((None, rest), |(path, own)| (Some(path), own));
                path.is_none_or(is_path) && name.as_ref().map_or(is_name(own, 1), |name| name == own)
            }),
        }
    }

    /// Gives patterns that match what has the form, but for its length, and nothing else.
    pub(super) fn globs(&self) -> Vec<Glob> {
        let chain = |stem: &str, parts: &[&[Token]]| {
            Glob(stem.chars().map(Token::Char).chain(parts.concat()).collect())
        };
        match self {
            Self::Like(glob) => vec![glob.clone()],
            Self::Session { stem } => {
                vec![chain(stem, &[&[Token::OneOfName, Token::OneOfName, Token::RunOfName]])]
            }
            Self::Principal { stem, name } => {
                let name = name.as_ref().map_or(vec![Token::OneOfName, Token::RunOfName], |name| {
                    name.chars().map(Token::Char).collect()
                });
                let path = [Token::OneOfPath, Token::RunOfPath, Token::Char('/')];
                vec![chain(stem, &[&name]), chain(stem, &[&path, &name])]
            }
        }
    }

    /// Tells whether one text only has the form.
    pub(super) fn is_literal(&self) -> bool {
        matches!(self, Self::Like(glob) if glob.is_literal())
    }

    /// Gives a value that ends in `name`.
    pub(super) fn ending_in(&self, name: &str) -> String {
        match self {
            Self::Like(_) => name.to_owned(),
            Self::Session { stem } | Self::Principal { stem, .. } => format!("{stem}{name}"),
        }
    }
}

/// Gives patterns over whole ARNs for those whose name, put after `before`, matches `glob`.
pub(super) fn of_name(glob: &Glob, before: &str) -> Vec<Glob> {
    let rests = if before.is_empty() { vec![glob.clone()] } else { glob.after(before) };
    let no_slash = |rest: &Glob| !rest.0.contains(&Token::Char('/')) && !rest.0.contains(&Token::Fold('/'));
    let within_name = |token: Token| match token {
        Token::Char(_) | Token::Fold(_) => token,
        token if token.is_run() => Token::RunOfName,
        _ => Token::OneOfName,
    };
    rests
        .into_iter()
        .filter(no_slash)
        .map(|rest| {
            let name = rest.0.into_iter().map(within_name);
            Glob([Token::Run, Token::Char('/')].into_iter().chain(name).collect())
        })
        .collect()
}

/// Gives the name that an ARN ends in.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

fn is_name(text: &str, least: usize) -> bool {
    (least..=LONGEST_NAME).contains(&text.len()) && text.chars().all(is_of_name)
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_PATH && text.chars().all(is_of_path)
}

/// Tells whether names in IAM may have `c`.
pub(super) fn is_of_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// Tells whether paths in IAM may have `c`.
pub(super) fn is_of_path(c: char) -> bool {
    c.is_ascii_graphic()
}

const LONGEST_NAME: usize = 64;

/// A path has 512 characters with the slashes at both ends.
const LONGEST_PATH: usize = 510;

#[cfg(test)]
mod tests {
    use super::*;

    fn user() -> Shape {
        Shape::Principal { stem: "arn:aws:iam::444455556666:user/".to_owned(), name: None }
    }

    #[test]
    fn a_path_may_have_what_a_name_may_not() {
        for (resource, is_one) in [
            ("bob", true),
            ("staff/bob", true),
            (":role/bob", true),
            ("a//b/bob", true),
            ("", false),
            ("staff/", false),
            ("/bob", false),
            (":root", false),
            ("staff/:root", false),
            ("b b/bob", false),
            ("b\u{e9}b/bob", false),
        ] {
            let arn = format!("arn:aws:iam::444455556666:user/{resource}");
            assert_eq!(user().matches(&arn), is_one, "{arn}");
        }
        assert!(!user().matches("arn:aws:iam::444455556666:role/bob"));
        assert!(!user().matches(&user().ending_in(&"b".repeat(65))));
        let named = Shape::Principal { stem: "user/".to_owned(), name: Some("bob".to_owned()) };
        assert!(named.matches("user/bob") && named.matches("user/x/bob") && !named.matches("user/x/bobby"));
        let session = Shape::Session { stem: "AROA:".to_owned() };
        assert!(session.matches("AROA:me") && !session.matches("AROA:m") && !session.matches("AROA:m/e"));
    }

    #[test]
    fn a_pattern_of_names_is_one_of_arns() {
        let like = |pattern: &str| of_name(&Glob::wild(pattern), "");
        assert_eq!(like("a*")[0].to_string(), "*/a*");
        assert!(like("a/b").is_empty(), "a name has no slash");
        let after = of_name(&Glob::wild("444455556666:b?b"), "444455556666:");
        assert_eq!(after[0].to_string(), "*/b?b");
        assert!(of_name(&Glob::wild("777788889999:*"), "444455556666:").is_empty());
    }
}
