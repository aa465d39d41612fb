//! Everybody outside, and what they carry because of who they are.

use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::request::{Caller, Signed};

use super::world::{Choice, Keys};

/// Who somebody is to the policies of the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Who {
    /// Nobody signed.
    Anonymous,
    /// A principal of an account, in an organization, that no policy names.
    Stranger,
    /// A principal of an account or an organization that policies name.
    Named,
}

/// What the caller decides.
pub(crate) const KEYS: &[&str] = &[
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalType",
    "aws:username",
    "aws:userid",
    "aws:PrincipalIsAWSService",
    "s3:authType",
];

const STRANGER: &str = "222233334444";
const NAMED: &str = "444455556666";

/// Gives every caller that a policy of the generator can tell apart.
pub(crate) fn dimension(mentioned: &dyn Fn(&str) -> bool) -> Vec<Choice> {
    let mut found = vec![anonymous()];
    let organizations: &[Option<&str>] = if mentioned("aws:PrincipalOrgID") {
        &[None, Some("o-zzzzzzzzzz"), Some("o-abcdefghij"), Some("o-klmnopqrst")]
    } else {
        &[None]
    };
    let kinds: &[&str] = if mentioned("s3:authType") {
        &["REST-HEADER", "REST-QUERY-STRING", "POST"]
    } else {
        &["REST-HEADER"]
    };
    for account in [STRANGER, NAMED] {
        for organization in organizations {
            for kind in kinds {
                for name in [
                    "user/admin",
                    "user/s",
                    "user/ADMIN",
                    "user/aDMIN",
                    "user/a",
                    "user/az",
                    "role/admin",
                    "role/admin as s",
                    "role/s",
                    // A path may have a colon, so that a pattern of ARNs for roles meets a user.
                    "user/:role/admin",
                    "role/:user/s",
                    "federated-user/s",
                    "federated-user/admin",
                    "root",
                ] {
                    found.push(signed(account, name, *organization, kind));
                }
            }
        }
    }
    found
}

fn anonymous() -> Choice {
    let keys: Keys = vec![
        ("aws:PrincipalAccount", one("anonymous")),
        ("aws:PrincipalType", one("Anonymous")),
        ("aws:userid", one("anonymous")),
    ];
    Choice { caller: Some((Caller::Anonymous, Who::Anonymous)), ..Choice::of(keys) }
}

fn signed(account: &str, name: &str, organization: Option<&str>, kind: &str) -> Choice {
    let (name, session) = name.split_once(" as ").unwrap_or((name, "admin"));
    let service = if name.starts_with("federated-user/") { "sts" } else { "iam" };
    let arn = format!("arn:aws:{service}::{account}:{name}");
    let (principal_type, user_id, role) = match name.split_once('/') {
        Some(("role", path)) => ("AssumedRole", format!("AROAEXAMPLE:{session}"), path.rsplit('/').next()),
        Some(("federated-user", name)) => ("FederatedUser", format!("{account}:{name}"), None),
        Some(_) => ("User", "AIDAEXAMPLE".to_owned(), None),
        None => ("Account", account.to_owned(), None),
    };
    let mut keys: Keys = vec![
        ("aws:PrincipalArn", one(&arn)),
        ("aws:PrincipalAccount", one(account)),
        ("aws:PrincipalType", one(principal_type)),
        ("aws:userid", one(&user_id)),
        ("aws:PrincipalIsAWSService", one("false")),
        ("s3:authType", one(kind)),
    ];
    keys.extend(organization.map(|organization| ("aws:PrincipalOrgID", one(organization))));
    keys.extend(
        name.strip_prefix("user/")
            .and_then(|path| path.rsplit('/').next())
            .map(|user| ("aws:username", one(user))),
    );
    let caller = Caller::Signed(Signed {
        account: AccountId::parse(account).expect("an account"),
        arn: arn.as_str().into(),
        session_arn: role
            .map(|role| format!("arn:aws:sts::{account}:assumed-role/{role}/{session}").as_str().into()),
        canonical_id: None,
        provider: None,
    });
    let named = account == NAMED || organization.is_some_and(|id| id != "o-zzzzzzzzzz");
    let who = if named { Who::Named } else { Who::Stranger };
    Choice { caller: Some((caller, who)), ..Choice::of(keys) }
}

fn one(text: &str) -> Vec<String> {
    vec![text.to_owned()]
}
