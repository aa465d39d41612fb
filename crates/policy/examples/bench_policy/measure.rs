//! One policy, measured.

use std::time::{Duration, Instant};

use bucketwatch_policy::aws_public::{self, aws_public};
use bucketwatch_policy::document::Policy;
use bucketwatch_policy::name::{AccountId, Partition};
use bucketwatch_policy::reach::{
    AttachedTo, Budget, Callers, Document, Endpoint, Layer, Question, Reach, reach,
};
use bucketwatch_policy::setting::Setting;

use crate::sample::Sample;

/// What a policy takes.
pub(crate) struct Measured {
    pub(crate) parse: Duration,
    pub(crate) aws_public: Duration,
    pub(crate) reach: Duration,
    pub(crate) answer: Reach,
}

impl Measured {
    /// Gives what all of it takes together.
    pub(crate) fn all(&self) -> Duration {
        self.parse + self.aws_public + self.reach
    }
}

/// Measures one policy; `None` where it is refused.
pub(crate) fn measure(sample: &Sample) -> Option<Measured> {
    let policy = Policy::parse(&sample.text).ok()?;
    let setting = setting(sample);
    let document = Document { policy: &policy, attached_to: AttachedTo::Bucket, restricted: false };
    let question = Question {
        setting: &setting,
        endpoint: Endpoint::Bucket,
        layers: vec![Layer::Policy(document)],
        denies: Vec::new(),
        callers: Callers::All,
    };
    Some(Measured {
        parse: best(|| drop(std::hint::black_box(Policy::parse(&sample.text)))),
        aws_public: best(|| {
            std::hint::black_box(aws_public(&policy, aws_public::AttachedTo::Bucket));
        }),
        reach: best(|| {
            std::hint::black_box(reach(&question, Budget::default()));
        }),
        answer: reach(&question, Budget::default()),
    })
}

/// Gives the shortest of a few runs: what the work itself takes.
fn best(run: impl Fn()) -> Duration {
    let times = (0..5).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn setting(sample: &Sample) -> Setting {
    Setting {
        partition: Partition::Aws,
        bucket: Some(sample.bucket.as_str().into()),
        account: AccountId::parse(&sample.account),
        region: Some("eu-west-1".to_owned()),
        organization: None,
        bucket_tags: None,
        now: jiff::Timestamp::UNIX_EPOCH,
    }
}
