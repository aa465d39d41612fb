//! What the function is made of, once for all invocations of a process.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bucketwatch_adapters::aws::{AwsAccounts, AwsSession, ConnectOptions, connect};
use bucketwatch_adapters::secrets::Secrets;
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::config::{AlertKind, Config, SecretSource};
use bucketwatch_engine::handle::{HandleOptions, Handler};
use bucketwatch_engine::intake::Intake;
use bucketwatch_engine::observe::{Observer, Review, ScanRecorder};
use bucketwatch_engine::routing::Routing;
use bucketwatch_engine::scan::CloudLooker;
use bucketwatch_engine::secret::SecretStore as _;
use bucketwatch_exposure::exception::Exception;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::environment::{Environment, Place};
use super::journal::journal;
use super::memory::Memory;
use super::self_check::SelfCheck;
use crate::elsewhere;
use crate::notifiers::Notifiers;
use crate::settings;

/// How long one attempt of a call to AWS may take, and a call with all its attempts: one bucket that does not answer
/// must not cost the others of its batch their time.
const ATTEMPT: Duration = Duration::from_secs(4);
const CALL: Duration = Duration::from_secs(10);

/// How soon AWS is asked again where its answer is older than the event, if there is nobody to ask later.
const RETRY: Duration = Duration::from_secs(1);

/// For how long nobody may have looked which exceptions count when a process begins. What ended before that, the daily scan
/// has seen.
const AWAY: Duration = Duration::from_secs(25 * 60 * 60);

/// The parts of a function.
pub(super) struct Parts {
    pub(super) cloud: Arc<dyn Cloud>,
    /// What opens other accounts, where a role for that is named.
    pub(super) accounts: Option<Arc<AwsAccounts>>,
    pub(super) memory: Memory,
    pub(super) handler: Arc<Handler>,
    pub(super) intake: Intake,
    pub(super) review: Mutex<Review>,
    pub(super) notifiers: Notifiers,
    pub(super) self_check: SelfCheck,
    holder: String,
    routing: Routing,
    reviewed: Vec<Exception>,
    remind_every: Option<Duration>,
}

impl Parts {
    /// Makes the parts that `environment` asks for.
    pub(super) async fn make(environment: &Environment) -> Result<Self> {
        let aws =
            ConnectOptions { attempt_timeout: ATTEMPT, call_deadline: CALL, ..ConnectOptions::default() };
        let config = environment.over(configuration(&environment.config, &aws).await?);
        let mut notifiers = Notifiers::configured(&config, aws.clone())?;
        let alert_on = config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec());
        let routing = notifiers.routed(alert_on);
        let reviewed = settings::exceptions(&config, Timestamp::now())?;
        let memory = Memory::open(config.state.as_deref()).await?;
        let cloud: Arc<dyn Cloud> = Arc::new(connect(&aws).await?);
        let remind_every = config.notify.remind_every();
        let mut options = HandleOptions { own: environment.own.clone(), ..HandleOptions::default() };
        if memory.passes {
            options.retry = RETRY;
            tracing::warn!(
                "without a state nothing is remembered beyond this process: set BUCKETWATCH_STATE"
            );
        }
        let looker = Arc::new(CloudLooker::new(Arc::clone(&cloud)).await?);
        let handler = Handler::routed(Arc::clone(&memory.store), looker, routing.clone(), options)
            .accepting(reviewed.clone())
            .reminding(remind_every);
        let accounts = elsewhere::accounts(&config, &aws);
        let handler = Arc::new(elsewhere::reaching(handler, accounts.as_ref()));
        let away = Timestamp::now().checked_sub(AWAY)?;
        let review = Mutex::new(handler.review().since(away));
        let intake = Intake::new(Arc::clone(&handler), journal());
        let self_check = SelfCheck::of(&config, &environment.own, aws);
        let holder = holder();
        Ok(Self {
            cloud,
            accounts,
            memory,
            handler,
            intake,
            review,
            notifiers,
            self_check,
            holder,
            routing,
            reviewed,
            remind_every,
        })
    }

    /// Gives what records a scan.
    pub(super) fn recorder(&self) -> ScanRecorder {
        let observer = Observer::routed(Arc::clone(&self.memory.store), self.routing.clone())
            .accepting(self.reviewed.clone())
            .reminding(self.remind_every);
        ScanRecorder::new(Arc::clone(&self.memory.store), observer, self.holder.clone())
    }

    /// Gives who holds a lease.
    pub(super) fn holder(&self) -> String {
        self.holder.clone()
    }
}

async fn configuration(place: &Place, aws: &ConnectOptions) -> Result<Config> {
    match place {
        Place::Nowhere => Ok(Config::default()),
        Place::File(path) => settings::read(path),
        Place::Parameter(name) => {
            let secrets = Secrets::new(Arc::new(AwsSession::new(aws.clone())));
            let text = secrets.secret(&SecretSource::Ssm(name.clone())).await?;
            settings::of_text(text.expose())
                .with_context(|| format!("the configuration in the parameter `{}`", name.escape_debug()))
        }
    }
}

/// Gives the function's name and the process of it: its log stream is its own.
fn holder() -> String {
    let set = |name: &str| std::env::var(name).unwrap_or_default();
    let stream = set("AWS_LAMBDA_LOG_STREAM_NAME");
    match stream.is_empty() {
        true => format!("{} (process {})", set("AWS_LAMBDA_FUNCTION_NAME"), std::process::id()),
        false => format!("{} ({stream})", set("AWS_LAMBDA_FUNCTION_NAME")),
    }
}
