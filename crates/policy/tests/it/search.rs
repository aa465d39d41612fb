//! The question that every judge puts to the search: who gets in at the bucket, by one policy.

use bucketwatch_policy::action::Action;
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::reach::{
    AttachedTo, Audience, Budget, Callers, Document, Endpoint, Layer, Opening, Question, Reach, reach,
};
use bucketwatch_policy::setting::Setting;

/// The account that owns the bucket.
pub(crate) const OWNER: &str = "111122223333";
/// The instant of every question.
pub(crate) const NOW: &str = "2026-11-22T00:00:00Z";

/// Gives the bucket `name` of which every fact is known.
pub(crate) fn setting(name: &str) -> Setting {
    Setting {
        partition: Partition::Aws,
        bucket: Some(name.into()),
        account: AccountId::parse(OWNER),
        region: Some("eu-west-1".to_owned()),
        organization: Some("o-a1b2c3d4e5".to_owned()),
        bucket_tags: Some(Default::default()),
        now: NOW.parse().expect("an instant"),
    }
}

/// Gives what the search says.
pub(crate) fn ask(policy: &Policy, setting: &Setting) -> Reach {
    let document = Document { policy, attached_to: AttachedTo::Bucket, restricted: false };
    let question = Question {
        setting,
        endpoint: Endpoint::Bucket,
        layers: vec![Layer::Policy(document)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    reach(&question, Budget::default())
}

/// What the search says of one action, by the kinds of audience.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Anybody, unsigned.
    pub(crate) anyone: bool,
    /// Any signed principal.
    pub(crate) any_account: bool,
    /// Anybody from certain addresses.
    pub(crate) ranges: bool,
    /// Somebody whom the policy names: by account, organization, VPC or endpoint. Services are not tried here.
    pub(crate) named: bool,
}

impl Said {
    /// Gives what the openings that `counts` say of `action`.
    pub(crate) fn of(answer: &Reach, action: Action, counts: impl Fn(&Opening) -> bool) -> Self {
        let mut said = Self::default();
        let openings = answer.openings.iter().filter(|opening| opening.actions.contains(action));
        for opening in openings.filter(|opening| counts(opening)) {
            match &opening.audience {
                Audience::Anyone { .. } => said.anyone = true,
                Audience::AnyAwsAccount { .. } => said.any_account = true,
                Audience::Network { ranges, vpcs, endpoints } => {
                    said.ranges |= !ranges.is_empty();
                    said.named |= !vpcs.is_empty() || !endpoints.is_empty();
                }
                Audience::Service { .. } => {}
                Audience::Account { .. } | Audience::Organization { .. } => {
                    said.named = true;
                }
            }
        }
        said
    }

    /// Tells whether strangers get in, from wherever.
    pub(crate) fn strangers(self) -> bool {
        self.anyone || self.any_account || self.ranges
    }
}
