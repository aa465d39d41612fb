//! What is accepted of what is open, as somebody chooses it. Pure.

use bucketwatch_exposure::exception::Accepted;
use bucketwatch_exposure::standing::{Entry, Standing};
use bucketwatch_policy::action;
use bucketwatch_policy::name::Partition;
use bucketwatch_policy::reach;
use bucketwatch_policy::untrusted::Untrusted;

use crate::report::wire::{Access, Audience};

/// What somebody wants to accept. Lists that are empty leave the choice to what is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// These audiences only; none: strangers.
    pub audience: Vec<Audience>,
    /// These accesses only.
    pub access: Vec<Access>,
    /// What lies within these ARN patterns only.
    pub resources: Vec<Untrusted>,
    /// Exactly what is chosen, whether or not it is open now.
    pub ahead: bool,
}

/// Why a choice cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// Nothing is open that it would cover.
    #[error("nothing of it is open to {0} now; `--ahead` accepts what is not open yet")]
    Nothing(String),
    /// It names accesses that are not open.
    #[error("{0} is not open now: to accept more than what is open, say `--ahead`")]
    More(String),
    /// Ahead of what is open, everything must be said.
    #[error(
        "`--ahead` accepts what you say, not what is open: say `--audience` (anyone or any_aws_account) and `--access`"
    )]
    Vague,
}

impl Choice {
    /// Gives what of `standing` is chosen. `bucket` and `partition` say what is accepted ahead where no resource is named.
    ///
    /// # Errors
    /// It covers nothing that is open, or more than what is open and does not say so.
    pub fn of(
        &self,
        standing: &Standing,
        partition: Partition,
        bucket: &Untrusted,
    ) -> Result<Vec<Accepted>, ChoiceError> {
        if self.ahead {
            return self.ahead(partition, bucket);
        }
        let chosen: Vec<&Entry> = standing.entries.iter().filter(|entry| self.chooses(entry)).collect();
        let open = |access: &&Access| chosen.iter().any(|entry| entry.access.contains(&(**access).into()));
        let missing: Vec<_> =
            self.access.iter().filter(|access| !open(access)).map(|access| access.as_str()).collect();
        if chosen.is_empty() {
            return Err(ChoiceError::Nothing(self.whom()));
        }
        if !missing.is_empty() {
            return Err(ChoiceError::More(missing.join(", ")));
        }
        let kept = |access: &action::Access| {
            self.access.is_empty()
                || self.access.iter().any(|wanted| action::Access::from(*wanted) == *access)
        };
        let mut accepted: Vec<Accepted> = chosen.into_iter().map(Accepted::of).collect();
        accepted.iter_mut().for_each(|accepted| accepted.access.retain(kept));
        accepted.retain(|accepted| !accepted.access.is_empty());
        accepted.dedup();
        Ok(accepted)
    }

    fn chooses(&self, entry: &Entry) -> bool {
        let audience = Audience::from(&entry.audience);
        let is_meant = if self.audience.is_empty() {
            entry.is_to_strangers()
        } else {
            self.audience.contains(&audience)
        };
        let everything = Accepted { resources: self.resources.clone(), ..Accepted::of(entry) };
        let everything = Accepted { resources_except: Vec::new(), ..everything };
        is_meant
            && (self.resources.is_empty()
                || bucketwatch_exposure::containment::within(entry, std::slice::from_ref(&everything)))
    }

    fn ahead(&self, partition: Partition, bucket: &Untrusted) -> Result<Vec<Accepted>, ChoiceError> {
        let stranger = |audience: &Audience| match audience {
            Audience::Anyone => Some(reach::Audience::Anyone { ranges: Vec::new() }),
            Audience::AnyAwsAccount => Some(reach::Audience::AnyAwsAccount { ranges: Vec::new() }),
            _ => None,
        };
        let audiences: Option<Vec<_>> = self.audience.iter().map(stranger).collect();
        let audiences = audiences.filter(|audiences| !audiences.is_empty() && !self.access.is_empty());
        let resources = match self.resources.as_slice() {
            [] => {
                let arn = format!("arn:{partition}:s3:::{}", bucket.as_raw());
                vec![format!("{arn}/*").into(), arn.into()]
            }
            named => named.to_vec(),
        };
        let accepted = |audience| Accepted {
            audience,
            access: self.access.iter().map(|access| (*access).into()).collect(),
            resources: resources.clone(),
            resources_except: Vec::new(),
        };
        Ok(audiences.ok_or(ChoiceError::Vague)?.into_iter().map(accepted).collect())
    }

    fn whom(&self) -> String {
        let named: Vec<_> = self.audience.iter().map(|audience| audience.as_str()).collect();
        if named.is_empty() { "strangers".to_owned() } else { named.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use bucketwatch_exposure::assessment::{Path, Verdict};

    use super::*;

    fn standing() -> Standing {
        let entry = |audience: reach::Audience, access: &[action::Access], resource: &str| Entry {
            fingerprint: format!("{audience:?}{access:?}{resource}"),
            path: Path::BucketPolicy,
            via: None,
            audience,
            access: access.to_vec(),
            resources: vec![resource.into()],
            resources_except: Vec::new(),
            accepted_by: None,
        };
        let anyone = || reach::Audience::Anyone { ranges: Vec::new() };
        let service = reach::Audience::Service { names: vec!["s3.amazonaws.com".into()], unscoped: true };
        let entries = vec![
            entry(anyone(), &[action::Access::Read, action::Access::List], "arn:aws:s3:::b/web/*"),
            entry(anyone(), &[action::Access::Write], "arn:aws:s3:::b/inbox/*"),
            entry(service, &[action::Access::Write], "arn:aws:s3:::b/*"),
        ];
        Standing { verdict: Verdict::Public, complete: true, entries }
    }

    /// Gives what is accepted: `anyone read,list arn…; …`.
    fn accepted(choice: Choice) -> Result<String, String> {
        let accepted =
            choice.of(&standing(), Partition::Aws, &"b".into()).map_err(|error| error.to_string())?;
        let said = accepted.iter().map(|accepted| {
            let access: Vec<_> =
                accepted.access.iter().map(|access| Access::from(*access).as_str()).collect();
            let resources: Vec<_> = accepted.resources.iter().map(Untrusted::as_raw).collect();
            let audience = Audience::from(&accepted.audience).as_str();
            format!("{audience} {} {}", access.join(","), resources.join(","))
        });
        Ok(said.collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn what_is_open_is_accepted_as_far_as_it_is_chosen() {
        let whole = "anyone read,list arn:aws:s3:::b/web/*; anyone write arn:aws:s3:::b/inbox/*";
        let choice = Choice::default;
        for (choice, expected) in [
            (choice(), whole),
            (Choice { audience: vec![Audience::Anyone], ..choice() }, whole),
            (Choice { access: vec![Access::Read], ..choice() }, "anyone read arn:aws:s3:::b/web/*"),
            (
                Choice { resources: vec!["arn:aws:s3:::b/web/*".into()], ..choice() },
                "anyone read,list arn:aws:s3:::b/web/*",
            ),
            (Choice { audience: vec![Audience::Service], ..choice() }, "service write arn:aws:s3:::b/*"),
        ] {
            assert_eq!(accepted(choice).unwrap(), expected);
        }
    }

    #[test]
    fn more_than_what_is_open_is_accepted_only_when_somebody_says_so() {
        let choice = Choice::default;
        let refused = [
            (Choice { access: vec![Access::Read, Access::Delete], ..choice() }, "delete is not open now"),
            (
                Choice { audience: vec![Audience::AnyAwsAccount], ..choice() },
                "nothing of it is open to any_aws_account",
            ),
            (
                Choice { resources: vec!["arn:aws:s3:::b/web/a*".into()], ..choice() },
                "nothing of it is open to strangers",
            ),
            (Choice { ahead: true, ..choice() }, "`--ahead` accepts what you say"),
            (
                Choice {
                    ahead: true,
                    audience: vec![Audience::Service],
                    access: vec![Access::Read],
                    ..choice()
                },
                "`--ahead` accepts what you say",
            ),
        ];
        for (choice, expected) in refused {
            let error = accepted(choice).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let ahead = Choice {
            ahead: true,
            audience: vec![Audience::Anyone],
            access: vec![Access::Delete],
            ..choice()
        };
        assert_eq!(accepted(ahead).unwrap(), "anyone delete arn:aws:s3:::b/*,arn:aws:s3:::b");
    }
}
