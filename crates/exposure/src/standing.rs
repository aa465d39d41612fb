//! What an assessment says, in the compact form that is stored and compared.

use bucketwatch_policy::action::Access;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::assessment::{Assessment, Exposure, Path, Verdict};
use crate::exception::{Exception, Subject, accepting};

/// Who gets in at one instant: the verdict and every open way in, without proofs, texts and notes.
///
/// Its JSON form is stored by the state and stays readable: fields are only added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether everything that decides was read. Where it was not, exposures may be missing from `entries`.
    pub complete: bool,
    /// The open exposures, sorted by fingerprint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
}

/// One open exposure in a [`Standing`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The exposure's fingerprint.
    pub fingerprint: String,
    /// By what.
    pub path: Path,
    /// The access point or object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Untrusted>,
    /// Who.
    #[serde(with = "AudienceForm")]
    pub audience: Audience,
    /// What it lets them do.
    pub access: Vec<Access>,
    /// On what: ARN patterns.
    pub resources: Vec<Untrusted>,
    /// What is cut out of `resources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_except: Vec<Untrusted>,
    /// The exception that covered it at the last look. It plays no part in whether two looks let in the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_by: Option<String>,
}

impl Standing {
    /// Gives what `assessment` says.
    pub fn of(assessment: &Assessment) -> Self {
        let mut entries: Vec<Entry> = assessment.exposures.iter().map(Entry::of).collect();
        entries.sort_by(|a, b| {
            (&a.fingerprint, &a.resources_except).cmp(&(&b.fingerprint, &b.resources_except))
        });
        entries.dedup();
        Self { verdict: assessment.verdict, complete: assessment.undetermined.is_empty(), entries }
    }

    /// Gives the same with the entries that `exceptions` cover marked, and only those.
    #[must_use]
    pub fn marked(mut self, exceptions: &[Exception], subject: &Subject<'_>, at: Timestamp) -> Self {
        for entry in &mut self.entries {
            let exception = accepting(exceptions, subject, entry, at);
            entry.accepted_by = exception.map(|exception| exception.id.clone());
        }
        self
    }

    /// Gives what is open and nobody has accepted. What could not be seen is not for it to say.
    pub fn unaccepted(&self) -> Self {
        let entries = self.entries.iter().filter(|entry| entry.accepted_by.is_none()).cloned().collect();
        Self { verdict: self.verdict, complete: true, entries }
    }

    /// Gives the standing of a bucket that nobody outside reaches; what is compared with where nothing was seen.
    pub fn shut() -> Self {
        Self { verdict: Verdict::NotPublic, complete: true, entries: Vec::new() }
    }
}

impl Entry {
    /// Gives the stored form of one exposure.
    pub fn of(exposure: &Exposure) -> Self {
        Self {
            fingerprint: exposure.fingerprint.clone(),
            path: exposure.path,
            via: exposure.via.clone(),
            audience: exposure.audience.clone(),
            access: exposure.access.clone(),
            resources: exposure.resources.clone(),
            resources_except: exposure.resources_except.clone(),
            accepted_by: None,
        }
    }

    /// Tells whether `other` is the same exposure, accepted or not.
    pub fn is_as(&self, other: &Self) -> bool {
        self.fingerprint == other.fingerprint && self.resources_except == other.resources_except
    }

    /// Tells whether it lets strangers in: anyone, or any AWS account.
    pub fn is_to_strangers(&self) -> bool {
        matches!(self.audience, Audience::Anyone { .. } | Audience::AnyAwsAccount { .. })
    }
}

/// The stored form of [`Audience`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Audience", tag = "kind", rename_all = "snake_case")]
pub(crate) enum AudienceForm {
    Anyone {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ranges: Vec<String>,
    },
    AnyAwsAccount {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ranges: Vec<String>,
    },
    Network {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ranges: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        vpcs: Vec<Untrusted>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        endpoints: Vec<Untrusted>,
    },
    Account {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ids: Vec<AccountId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        principals: Vec<Untrusted>,
    },
    Organization {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ids: Vec<Untrusted>,
    },
    Service {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        names: Vec<Untrusted>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unscoped: bool,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record as the first version stored it: it must load for ever.
    const STORED: &str = include_str!("../tests/golden/standing-1.json");

    fn stored() -> Standing {
        Standing {
            verdict: Verdict::Public,
            complete: false,
            entries: vec![
                Entry {
                    fingerprint: "00ff".to_owned(),
                    path: Path::BucketPolicy,
                    via: None,
                    audience: Audience::Anyone { ranges: Vec::new() },
                    access: vec![Access::Read],
                    resources: vec!["arn:aws:s3:::b/*".into()],
                    resources_except: vec!["arn:aws:s3:::b/x".into()],
                    accepted_by: None,
                },
                Entry {
                    fingerprint: "01ff".to_owned(),
                    path: Path::AccessPoint,
                    via: Some("ap".into()),
                    audience: Audience::Service {
                        names: vec!["cloudtrail.amazonaws.com".into()],
                        unscoped: true,
                    },
                    access: vec![Access::WriteAcl, Access::List],
                    resources: vec!["arn:aws:s3:::b".into()],
                    resources_except: Vec::new(),
                    accepted_by: None,
                },
            ],
        }
    }

    #[test]
    fn the_stored_form_is_what_the_first_version_wrote() {
        let written = serde_json::to_string_pretty(&stored()).unwrap();
        assert_eq!(written, STORED.trim_end());
        assert_eq!(serde_json::from_str::<Standing>(STORED).unwrap(), stored());
    }

    #[test]
    fn every_audience_survives_storage() {
        let account = AccountId::parse("123456789012").unwrap();
        for audience in [
            Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] },
            Audience::AnyAwsAccount { ranges: Vec::new() },
            Audience::Network {
                ranges: Vec::new(),
                vpcs: vec!["vpc-1".into()],
                endpoints: vec!["vpce-1".into()],
            },
            Audience::Account {
                ids: vec![account],
                principals: vec!["arn:aws:iam::123456789012:user/u".into()],
            },
            Audience::Organization { ids: vec!["o-abc".into()] },
            Audience::Service { names: vec!["s3.amazonaws.com".into()], unscoped: false },
        ] {
            let entry = Entry { audience, ..stored().entries.remove(0) };
            let text = serde_json::to_string(&entry).unwrap();
            assert_eq!(serde_json::from_str::<Entry>(&text).unwrap(), entry, "{text}");
        }
    }
}
