//! The token service: GetCallerIdentity and AssumeRole.

use bucketwatch_policy::name::AccountId;
use jiff::{SignedDuration, Timestamp};

use super::{Answer, Ask, Operation};
use crate::caller::Principal;
use crate::wire::refusal::Refusal;
use crate::wire::reply::{Reply, TOKEN_NAMESPACE};
use crate::wire::xml::Xml;

pub(super) fn answer(ask: Ask<'_>, principal: &Principal) -> Answer {
    match ask.operation {
        Operation::AssumeRole => assume_role(ask, principal),
        _ => Ok(caller_identity(principal)),
    }
}

fn caller_identity(principal: &Principal) -> Reply {
    response("GetCallerIdentity", |xml| {
        xml.leaf("Arn", &principal.arn);
        xml.leaf("UserId", "AIDASANDBOXSANDBOX00");
        xml.leaf("Account", principal.account.as_str());
    })
}

fn assume_role(ask: Ask<'_>, principal: &Principal) -> Answer {
    let query = &ask.call.query;
    let role = query.get("RoleArn").unwrap_or_default();
    ask.conduct.gate.check(ask.operation, &principal.arn, Some(role))?;
    let session = session(role, query.get("RoleSessionName").unwrap_or("session"))
        .ok_or_else(|| Refusal::new("ValidationError", "The role ARN is invalid"))?;
    let access_key = ask.world.sessions.open(session.clone());
    let expiration = ask.world.now(ask.conduct) + SignedDuration::from_hours(1);
    Ok(response("AssumeRole", |xml| {
        xml.nest("AssumedRoleUser", |xml| {
            xml.leaf("AssumedRoleId", "AROASANDBOXSANDBOX00:session");
            xml.leaf("Arn", &session.arn);
        });
        xml.nest("Credentials", |xml| {
            xml.leaf("AccessKeyId", &access_key);
            xml.leaf("SecretAccessKey", "sandbox");
            xml.leaf("SessionToken", "sandbox");
            xml.leaf("Expiration", &to_seconds(expiration));
        });
    }))
}

/// Gives who the caller becomes; a role exists as soon as somebody names it.
fn session(role: &str, name: &str) -> Option<Principal> {
    let fields: Vec<&str> = role.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = fields[..] else { return None };
    let role = resource.strip_prefix("role/")?.rsplit('/').next()?;
    let account = AccountId::parse(account)?;
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{role}/{name}");
    Some(Principal { account, arn })
}

fn response(action: &str, result: impl FnOnce(&mut Xml)) -> Reply {
    let document = Xml::document(&format!("{action}Response"), TOKEN_NAMESPACE, |xml| {
        xml.nest(&format!("{action}Result"), result);
        xml.nest("ResponseMetadata", |xml| xml.leaf("RequestId", "sandbox"));
    });
    Reply::of("text/xml", document)
}

fn to_seconds(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
