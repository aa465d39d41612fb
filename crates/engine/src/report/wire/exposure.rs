//! An exposure as documents show it.

use std::collections::BTreeMap;

use bucketwatch_exposure::standing::Entry;
use bucketwatch_exposure::{assessment as domain, words};
use bucketwatch_policy::action::Action;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::reach;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Access, Audience, Path, Severity, Witness};

/// One way in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exposure {
    /// Stable over renames of statements.
    pub fingerprint: String,
    /// Who.
    pub audience: Audience,
    /// Who exactly.
    pub audience_detail: AudienceDetail,
    /// By what.
    pub path: Path,
    /// The access point or object key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Untrusted>,
    /// What it lets them do, worst first.
    pub access: Vec<Access>,
    /// The actions.
    pub actions: Vec<String>,
    /// On what: ARN patterns.
    pub resources: Vec<Untrusted>,
    /// What is cut out of `resources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources_except: Vec<Untrusted>,
    /// The statement or grant that opens it.
    pub pointer: String,
    /// All statements that let the request in.
    #[serde(default)]
    pub pointers: Vec<String>,
    /// The Sid.
    pub statement: Option<Untrusted>,
    /// How bad.
    pub severity: Severity,
    /// When, where time conditions bound it.
    pub valid: Option<Validity>,
    /// The exception that accepts it.
    pub accepted_by: Option<Untrusted>,
    /// The proof of its worst access; `null` only where it hangs on something undetermined.
    pub witness: Option<Witness>,
    /// One proof for each access.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub witnesses: BTreeMap<Access, Witness>,
    /// What a reader must know: `word` or `word:detail`.
    pub notes: Vec<Untrusted>,
}

/// When an exposure is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// The first instant.
    pub from: Option<Timestamp>,
    /// The first instant at which it is shut again.
    pub until: Option<Timestamp>,
}

/// Who exactly gets in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceDetail {
    /// Source ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<String>,
    /// `vpc-…` ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vpcs: Vec<Untrusted>,
    /// `vpce-…` ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub endpoints: Vec<Untrusted>,
    /// Account ids, organization ids and paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Untrusted>,
    /// Single principals by ARN or canonical id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub principals: Vec<Untrusted>,
    /// Service principals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Untrusted>,
    /// Whether any customer's resource of the service gets in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unscoped: Option<bool>,
}

impl From<&domain::Exposure> for Exposure {
    fn from(exposure: &domain::Exposure) -> Self {
        let witnesses: BTreeMap<Access, Witness> =
            exposure.witnesses.iter().map(|(access, witness)| ((*access).into(), witness.into())).collect();
        Self {
            fingerprint: exposure.fingerprint.clone(),
            audience: (&exposure.audience).into(),
            audience_detail: (&exposure.audience).into(),
            path: exposure.path.into(),
            via: exposure.via.clone(),
            access: exposure.access.iter().map(|access| (*access).into()).collect(),
            actions: exposure.actions.iter().map(|action| Action::name(action).to_owned()).collect(),
            resources: exposure.resources.clone(),
            resources_except: exposure.resources_except.clone(),
            pointer: exposure.pointers.first().cloned().unwrap_or_default(),
            pointers: exposure.pointers.clone(),
            statement: exposure.statement.clone(),
            severity: exposure.severity.into(),
            valid: exposure.validity.map(|when| Validity { from: when.from, until: when.until }),
            accepted_by: None,
            witness: exposure.witnesses.first().map(|(_, witness)| witness.into()),
            witnesses,
            notes: exposure.notes.iter().map(words::note).collect(),
        }
    }
}

impl Exposure {
    /// Gives what it lets in, in the form that is compared; nothing where the document names what is no account.
    pub fn entry(&self) -> Option<Entry> {
        Some(Entry {
            fingerprint: self.fingerprint.clone(),
            path: self.path.into(),
            via: self.via.clone(),
            audience: self.audience_detail.audience(self.audience)?,
            access: self.access.iter().map(|access| (*access).into()).collect(),
            resources: self.resources.clone(),
            resources_except: self.resources_except.clone(),
            accepted_by: None,
        })
    }
}

impl AudienceDetail {
    /// Gives the audience that `word` and this name together; nothing where an account id is none.
    fn audience(&self, word: Audience) -> Option<reach::Audience> {
        let Self { ranges, vpcs, endpoints, ids, principals, names, unscoped } = self.clone();
        Some(match word {
            Audience::Anyone => reach::Audience::Anyone { ranges },
            Audience::AnyAwsAccount => reach::Audience::AnyAwsAccount { ranges },
            Audience::Network => reach::Audience::Network { ranges, vpcs, endpoints },
            Audience::Account => reach::Audience::Account {
                ids: ids.iter().map(|id| AccountId::parse(id.as_raw())).collect::<Option<_>>()?,
                principals,
            },
            Audience::Organization => reach::Audience::Organization { ids },
            Audience::Service => reach::Audience::Service { names, unscoped: unscoped == Some(true) },
        })
    }
}

impl From<&reach::Audience> for AudienceDetail {
    fn from(audience: &reach::Audience) -> Self {
        match audience {
            reach::Audience::Anyone { ranges } | reach::Audience::AnyAwsAccount { ranges } => {
                Self { ranges: ranges.clone(), ..Self::default() }
            }
            reach::Audience::Network { ranges, vpcs, endpoints } => Self {
                ranges: ranges.clone(),
                vpcs: vpcs.clone(),
                endpoints: endpoints.clone(),
                ..Self::default()
            },
            reach::Audience::Account { ids, principals } => Self {
                ids: ids.iter().map(|id| id.as_str().into()).collect(),
                principals: principals.clone(),
                ..Self::default()
            },
            reach::Audience::Organization { ids } => Self { ids: ids.clone(), ..Self::default() },
            reach::Audience::Service { names, unscoped } => {
                Self { names: names.clone(), unscoped: Some(*unscoped), ..Self::default() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_audience_comes_back_from_its_document() {
        let id = AccountId::parse("111122223333").unwrap();
        for audience in [
            reach::Audience::Anyone { ranges: vec!["0.0.0.0/1".to_owned()] },
            reach::Audience::AnyAwsAccount { ranges: Vec::new() },
            reach::Audience::Network {
                ranges: vec!["10.0.0.0/8".to_owned()],
                vpcs: vec!["vpc-1".into()],
                endpoints: vec!["vpce-1".into()],
            },
            reach::Audience::Account { ids: vec![id], principals: vec!["arn".into()] },
            reach::Audience::Organization { ids: vec!["o-abc".into()] },
            reach::Audience::Service { names: vec!["s3.amazonaws.com".into()], unscoped: true },
            reach::Audience::Service { names: vec!["s3.amazonaws.com".into()], unscoped: false },
        ] {
            let detail = AudienceDetail::from(&audience);
            assert_eq!(detail.audience((&audience).into()), Some(audience));
        }
        let no_account = AudienceDetail { ids: vec!["x".into()], ..AudienceDetail::default() };
        assert_eq!(no_account.audience(Audience::Account), None);
    }
}
