//! `bucketwatch.assessment/1`.

use bucketwatch_exposure::assessment as domain;
use bucketwatch_policy::action::Action;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Audience, Exposure, Objects, Path, Verdict};

/// The judgement of one bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "bucketwatch.assessment/1")]
pub struct AssessmentDocument {
    /// The input's file name, `-`, or the account that was scanned.
    pub source: Untrusted,
    /// The bucket; `None`: a bare policy that names no single one.
    pub bucket: Option<Untrusted>,
    /// Its owner.
    pub account: Option<AccountId>,
    /// Its region.
    pub region: Option<String>,
    /// The instant before its first read.
    pub observed_at: Option<Timestamp>,
    /// Since when the verdict is this one, where the state knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The answer.
    pub verdict: Verdict,
    /// AWS's documented IsPublic of the bucket policy.
    pub aws_public: Option<bool>,
    /// Where AWS's own answer differs.
    pub discrepancy: Option<Discrepancy>,
    /// Every way in.
    pub exposures: Vec<Exposure>,
    /// Ways in that only a block holds shut.
    pub latent: Vec<Latent>,
    /// Grants without effect.
    pub ineffective: Vec<IneffectiveGrant>,
    /// What is known of object ACLs.
    pub objects: Objects,
    /// What could not be decided.
    pub undetermined: Vec<Undetermined>,
    /// What is odd about the policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// Where AWS's GetBucketPolicyStatus says otherwise than the documented rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discrepancy {
    /// What AWS answered.
    pub aws: bool,
    /// What the rule says.
    pub computed: Option<bool>,
}

/// An exposure that blocks hold shut, or the word that there may be one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Latent {
    /// The stored ACL is not shown while it is ignored.
    Unknown(LatentUnknown),
    /// A known one.
    Known {
        /// What would open.
        #[serde(flatten)]
        exposure: Box<Exposure>,
        /// Every block that holds it.
        held_by: Vec<String>,
    },
}

/// The word that an ignored ACL may hold grants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatentUnknown {
    /// Always true.
    pub unknown: bool,
    /// Which ACL.
    pub path: Path,
    /// What makes S3 ignore it.
    pub held_by: Vec<String>,
}

/// A grant that S3 refuses to outsiders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IneffectiveGrant {
    /// Whom it names.
    pub audience: Audience,
    /// By what.
    pub path: Path,
    /// What it would grant.
    pub actions: Vec<String>,
    /// The statement or grant.
    pub pointer: String,
    /// The Sid.
    pub statement: Option<Untrusted>,
    /// The rule that refuses it.
    pub why: String,
}

/// Something that could not be decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Undetermined {
    /// The missing datum.
    pub what: String,
    /// The API operation that would tell.
    pub operation: Option<String>,
    /// The IAM action that it needs.
    pub permission: Option<String>,
    /// The error code, `not_asked`, or the reason in words.
    pub why: Untrusted,
    /// What would be open if the missing datum does not shut it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exposures: Vec<Exposure>,
}

/// What is odd about a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Where.
    pub pointer: String,
    /// What.
    pub message: Untrusted,
}

/// Where an assessment comes from and when it was true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The input's file name, `-`, or the account that was scanned.
    pub source: Untrusted,
    /// The instant before the first read.
    pub observed_at: Option<Timestamp>,
}

impl AssessmentDocument {
    /// Gives the document of `assessment`.
    pub fn new(origin: Origin, assessment: &domain::Assessment) -> Self {
        let known = assessment.latent.iter().map(|latent| Latent::Known {
            exposure: Box::new((&latent.exposure).into()),
            held_by: latent.held_by.clone(),
        });
        let unknown = assessment.latent_unknown.iter().map(|latent| {
            Latent::Unknown(LatentUnknown {
                unknown: true,
                path: latent.path.into(),
                held_by: latent.held_by.clone(),
            })
        });
        Self {
            source: origin.source,
            bucket: assessment.bucket.clone(),
            account: assessment.account.clone(),
            region: assessment.region.clone(),
            observed_at: origin.observed_at,
            since: None,
            verdict: assessment.verdict.into(),
            aws_public: assessment.aws_public,
            discrepancy: assessment
                .discrepancy
                .map(|discrepancy| Discrepancy { aws: discrepancy.aws, computed: discrepancy.computed }),
            exposures: assessment.exposures.iter().map(Exposure::from).collect(),
            latent: known.chain(unknown).collect(),
            ineffective: assessment.ineffective.iter().map(IneffectiveGrant::from).collect(),
            objects: assessment.objects.into(),
            undetermined: assessment.undetermined.iter().map(Undetermined::from).collect(),
            diagnostics: assessment
                .diagnostics
                .iter()
                .map(|odd| Diagnostic { pointer: odd.pointer.clone(), message: odd.message.as_str().into() })
                .collect(),
        }
    }

    /// Gives the exposures that make the bucket public.
    pub fn public_exposures(&self) -> impl Iterator<Item = &Exposure> {
        self.exposures
            .iter()
            .filter(|exposure| matches!(exposure.audience, Audience::Anyone | Audience::AnyAwsAccount))
    }
}

impl From<&domain::IneffectiveGrant> for IneffectiveGrant {
    fn from(grant: &domain::IneffectiveGrant) -> Self {
        Self {
            audience: (&grant.audience).into(),
            path: grant.path.into(),
            actions: grant.actions.iter().map(|action| Action::name(action).to_owned()).collect(),
            pointer: grant.pointer.clone(),
            statement: grant.statement.clone(),
            why: grant.rule.clone(),
        }
    }
}

impl From<&domain::Undetermined> for Undetermined {
    fn from(undetermined: &domain::Undetermined) -> Self {
        Self {
            what: undetermined.what.to_owned(),
            operation: undetermined.operation.map(str::to_owned),
            permission: undetermined.permission.map(str::to_owned),
            why: undetermined.why.as_str().into(),
            exposures: undetermined.exposures.iter().map(Exposure::from).collect(),
        }
    }
}
