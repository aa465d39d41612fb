//! Other accounts, through a role that each of them has for us.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::{ProvideCredentials as _, SharedCredentialsProvider};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::handle::{Accounts, OutOfReach};
use bucketwatch_engine::scan::{CloudLooker, Looker};
use bucketwatch_policy::name::AccountId;
use tokio::sync::OnceCell;

use super::AwsCloud;
use super::connect::{ConnectOptions, connect, explain};
use super::failure::Causes;
use super::identity::identity;

/// How long an account that could not be opened is not asked again: events come in bursts.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// The name of our sessions in other accounts, as their own trails show it.
const SESSION: &str = "bucketwatch";

/// The role that other accounts have for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleElsewhere {
    /// Its name, with its path where it has one; the same in every account.
    pub name: String,
    /// What each account's trust policy asks for, so that nobody else can make us use the role.
    pub external_id: Option<String>,
}

/// Opens other accounts by assuming a role in them, each once.
#[derive(Debug)]
pub struct AwsAccounts {
    options: ConnectOptions,
    own: OnceCell<AwsCloud>,
    role: RoleElsewhere,
    doors: Mutex<HashMap<AccountId, Arc<tokio::sync::Mutex<Door>>>>,
}

/// An account that is open: all of it, and what looks at single things there.
#[derive(Clone)]
struct Opened {
    cloud: Arc<dyn Cloud>,
    looker: Arc<dyn Looker>,
}

/// What is known of one account.
#[derive(Default)]
enum Door {
    #[default]
    Untried,
    Open(Opened),
    Refused(Instant, OutOfReach),
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Untried => "untried",
            Self::Open(_) => "open",
            Self::Refused(..) => "refused",
        })
    }
}

impl AwsAccounts {
    /// Gives what opens accounts by `role`, from the account that `options` open; nothing is asked before the first.
    pub fn new(options: ConnectOptions, role: RoleElsewhere) -> Self {
        Self { options, own: OnceCell::new(), role, doors: Mutex::default() }
    }

    fn door(&self, account: &AccountId) -> Arc<tokio::sync::Mutex<Door>> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(doors.entry(account.clone()).or_default())
    }

    /// Gives `account` itself, for a scan. What was opened once is kept.
    ///
    /// # Errors
    /// It cannot be opened, or could not a moment ago.
    pub async fn cloud(&self, account: &AccountId) -> Result<Arc<dyn Cloud>, OutOfReach> {
        Ok(self.opened(account).await?.cloud)
    }

    async fn opened(&self, account: &AccountId) -> Result<Opened, OutOfReach> {
        let door = self.door(account);
        let mut door = door.lock().await;
        match &*door {
            Door::Open(opened) => return Ok(opened.clone()),
            Door::Refused(at, why) if at.elapsed() < REFUSED_FOR => return Err(why.clone()),
            Door::Untried | Door::Refused(..) => {}
        }
        let opened = self.open(account).await;
        *door = match &opened {
            Ok(opened) => Door::Open(opened.clone()),
            Err(why) => Door::Refused(Instant::now(), why.clone()),
        };
        opened
    }

    async fn open(&self, account: &AccountId) -> Result<Opened, OutOfReach> {
        let own = self.own.get_or_try_init(|| connect(&self.options)).await;
        let own = own.map_err(|error| OutOfReach(error.to_string()))?;
        let cloud: Arc<dyn Cloud> = Arc::new(own.elsewhere(account, &self.role).await?);
        let looker = CloudLooker::new(Arc::clone(&cloud)).await;
        let looker = looker.map_err(|error| OutOfReach(error.to_string()))?;
        Ok(Opened { cloud, looker: Arc::new(looker) })
    }
}

#[async_trait]
impl Accounts for AwsAccounts {
    async fn looker(&self, account: &AccountId) -> Result<Arc<dyn Looker>, OutOfReach> {
        Ok(self.opened(account).await?.looker)
    }
}

impl AwsCloud {
    /// Gives `account` as seen through `role` in it. The pace of calls and the connections are ours.
    ///
    /// *Source*: IAM user guide, "Access to AWS accounts owned by third parties" (read 2026-11-23), on the external id.
    /// STS is asked in the home region, whose tokens hold in opt-in regions too.
    async fn elsewhere(&self, account: &AccountId, role: &RoleElsewhere) -> Result<Self, OutOfReach> {
        let partition = self.identity.partition.as_str();
        let arn = format!("arn:{partition}:iam::{account}:role/{}", role.name, account = account.as_str());
        let mut provider =
            AssumeRoleProvider::builder(&arn).session_name(SESSION).configure(self.client.config());
        if let Some(id) = &role.external_id {
            provider = provider.external_id(id);
        }
        let provider = match self.client.config().credentials_provider() {
            Some(own) => provider.build_from_provider(own).await,
            None => provider.build().await,
        };
        // Once by itself, so that a refusal says which role it is about and is not tried again by every call.
        if let Err(error) = provider.provide_credentials().await {
            return Err(OutOfReach(format!("role {} cannot be assumed ({})", role.name, refusal(&error))));
        }
        let client = self.client.with(SharedCredentialsProvider::new(provider));
        let identity = identity(&client, &self.home)
            .await
            .map_err(|error| OutOfReach(explain(error, &self.traffic, &self.home).to_string()))?;
        if identity.account != *account {
            return Err(OutOfReach(format!("role {} is one of another account", role.name)));
        }
        Ok(Self::new(client, Arc::clone(&self.traffic), self.home.clone(), identity))
    }
}

/// Gives AWS's code of a refusal, or what happened.
fn refusal(error: &(dyn std::error::Error + 'static)) -> String {
    let text = Causes::of(error).to_string();
    ["AccessDenied", "RegionDisabledException", "ExpiredToken", "InvalidClientTokenId", "Throttling"]
        .into_iter()
        .find(|code| text.contains(code))
        .map_or(text, str::to_owned)
}
