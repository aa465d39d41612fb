//! `notify`: a test notice through every notifier, and dead letters again.

use anyhow::{Result, bail};
use bucketwatch_adapters::aws::ConnectOptions;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionCause, TransitionRecord};
use bucketwatch_engine::state::RunId;
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::json;

use super::state;
use crate::cli::{NotifyArguments, NotifyCommand};
use crate::notifiers::Notifiers;
use crate::output::tell;
use crate::settings;

/// Runs the command.
pub(crate) fn run(command: &NotifyCommand) -> Result<Exit> {
    let runtime = super::runtime()?;
    match command {
        NotifyCommand::Test(arguments) => runtime.block_on(test(arguments)),
        NotifyCommand::Retry(arguments) => runtime.block_on(retry(arguments)),
    }
}

async fn test(arguments: &NotifyArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let mut notifiers = Notifiers::configured(&config, ConnectOptions::default())?;
    if let Some(name) = &arguments.notifier {
        notifiers.only(name)?;
    }
    if notifiers.names().is_empty() {
        bail!("the configuration names no notifier");
    }
    let failed = notifiers.send(&notice()?).await;
    Ok(if failed == 0 { Exit::Clean } else { Exit::Failed })
}

async fn retry(arguments: &NotifyArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let notifiers = Notifiers::configured(&config, ConnectOptions::default())?;
    let store = state::open_existing(&arguments.state, &config).await?;
    let revived = store.revive(arguments.notifier.as_deref(), Timestamp::now()).await?;
    tell(&format!("bucketwatch: {revived} dead letters are due again"));
    notifiers.deliver(&store, arguments.common.quiet).await;
    Ok(Exit::Clean)
}

/// Gives a notice that says that it is a test.
fn notice() -> Result<Notice> {
    let Some(account) = AccountId::parse("000000000000") else { bail!("no account for the test") };
    let (id, at) = (format!("test-{}", RunId::unique()), Timestamp::now());
    let shut = json!({"verdict": "not_public", "exposures": []});
    let transition = TransitionRecord {
        id: id.clone(),
        at,
        bucket: "bucketwatch-test-notice".into(),
        account,
        region: None,
        kind: "changed".to_owned(),
        inner: None,
        before: Some(shut.clone()),
        after: Some(shut),
        cause: TransitionCause::Scan { run: "test".to_owned() },
        group_key: id.clone(),
    };
    let body = NoticeBody::Transitions { transitions: vec![transition] };
    Ok(Notice { id: id.clone(), at, body, group_key: id })
}
