//! Permissions that the account's own callers lack.

use std::collections::BTreeSet;

use crate::operation::Operation;
use crate::wire::refusal::Refusal;

/// A set of IAM actions that are refused to everybody in the account.
///
/// It refuses as AWS does a caller whose policies do not mention the action. GetCallerIdentity needs no permission.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gate(BTreeSet<String>);

impl Gate {
    /// Gives a gate that refuses these actions (`s3:GetBucketPolicy`); case does not count.
    pub fn without<A: AsRef<str>>(actions: impl IntoIterator<Item = A>) -> Self {
        Self(actions.into_iter().map(|action| action.as_ref().to_ascii_lowercase()).collect())
    }

    /// Gives a gate that lets through only calls that need one of these actions.
    pub fn only<A: AsRef<str>>(actions: impl IntoIterator<Item = A>) -> Self {
        let Self(granted) = Self::without(actions);
        let known = Operation::ALL.iter().map(|operation| operation.action().to_ascii_lowercase());
        Self(known.filter(|action| !granted.contains(action)).collect())
    }

    /// Lets `operation` on `resource` through for the principal `arn`.
    ///
    /// *Source*: IAM user guide, "Troubleshoot access denied error messages": the wording.
    pub(crate) fn check(
        &self,
        operation: Operation,
        arn: &str,
        resource: Option<&str>,
    ) -> Result<(), Refusal> {
        let action = operation.action();
        if operation == Operation::GetCallerIdentity || !self.0.contains(&action.to_ascii_lowercase()) {
            return Ok(());
        }
        let resource = resource.map(|resource| format!(" on resource: \"{resource}\"")).unwrap_or_default();
        let message = format!(
            "User: {arn} is not authorized to perform: {action}{resource} because no identity-based policy \
             allows the {action} action"
        );
        Err(Refusal::new("AccessDenied", &message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_action_is_refused_and_named() {
        let gate = Gate::without(["s3:getbucketpolicy"]);
        let refusal = gate.check(Operation::GetBucketPolicy, "arn:me", Some("arn:aws:s3:::b")).unwrap_err();
        assert_eq!((refusal.status, refusal.code.as_str()), (403, "AccessDenied"));
        assert!(refusal.message.contains("perform: s3:GetBucketPolicy on resource: \"arn:aws:s3:::b\""));
        assert_eq!(gate.check(Operation::GetBucketAcl, "arn:me", None), Ok(()));
    }

    #[test]
    fn only_lets_nothing_else_through() {
        let gate = Gate::only(["s3:ListAllMyBuckets"]);
        let open: Vec<&str> = Operation::ALL
            .iter()
            .filter(|operation| gate.check(**operation, "arn:me", None).is_ok())
            .map(|operation| operation.name())
            .collect();
        assert_eq!(open, ["GetCallerIdentity", "ListBuckets"]);
    }
}
