//! `notify`: a test notice through every notifier, what waits, and dead letters again.

use std::io::Write as _;

use anyhow::{Context, Result, bail};
use bucketwatch_adapters::aws::{ConnectOptions, connect};
use bucketwatch_engine::cloud::Cloud as _;
use bucketwatch_engine::config::{AlertKind, Config};
use bucketwatch_engine::escape::{terminal, terminal_cell};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::message::Message;
use bucketwatch_engine::notice::{Notice, NoticeBody, TransitionCause, TransitionRecord};
use bucketwatch_engine::state::{DeadLetter, OutboxCount, RunId};
use bucketwatch_policy::name::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::status::unknown_notifier;
use super::{state, unrouted};
use crate::cli::{NotifyArguments, NotifyCommand};
use crate::notifiers::Notifiers;
use crate::output::{Output, tell};
use crate::settings;

/// How many dead letters are shown.
const LETTERS: usize = 100;

/// The bucket that a test tells of; there is none.
const BUCKET: &str = "bucketwatch-test-notice";

/// Runs the command.
pub(crate) fn run(command: &NotifyCommand) -> Result<Exit> {
    let runtime = super::runtime()?;
    match command {
        NotifyCommand::Test(arguments) => runtime.block_on(test(arguments)),
        NotifyCommand::List(arguments) => runtime.block_on(list(arguments)),
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
    let account = account(&config).await?;
    let findings = [finding(&account, "opened"), finding(&account, "closed")];
    let failed = notifiers.send(&notice(&account), &findings).await;
    Ok(if failed == 0 { Exit::Clean } else { Exit::Failed })
}

/// Gives the account that the test is about: Security Hub takes findings of the caller's own account only.
async fn account(config: &Config) -> Result<AccountId> {
    if !config.notify.security_hub.is_empty() {
        let identity =
            async { Ok::<_, anyhow::Error>(connect(&ConnectOptions::default()).await?.identity().await?) };
        match identity.await {
            Ok(identity) => return Ok(identity.account),
            Err(error) => tell(&format!(
                "bucketwatch: nobody knows whose the credentials are, so Security Hub will refuse the test: {}",
                terminal(&super::explain_failure(&error).into())
            )),
        }
    }
    AccountId::parse("000000000000").context("no account for the test")
}

async fn list(arguments: &NotifyArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let store = state::open_existing(&arguments.state, &config).await?;
    let wanted = |name: &str| arguments.notifier.as_deref().is_none_or(|wanted| wanted == name);
    let mut output = Output::open(None)?;
    for count in store.outbox_counts().await?.iter().filter(|count| wanted(&count.notifier)) {
        writeln!(output, "{}{}", waiting(count), unknown_notifier(count, &config))?;
    }
    for letter in store.dead_letters(LETTERS).await?.iter().filter(|letter| wanted(&letter.notifier)) {
        writeln!(output, "{}", given_up(letter))?;
    }
    if let Some(unrouted) = unrouted::of_latest(store.as_ref(), &config).await? {
        writeln!(output, "{unrouted}")?;
    }
    output.finish()?;
    Ok(Exit::Clean)
}

/// Gives a line for what waits for a notifier.
fn waiting(count: &OutboxCount) -> String {
    let since = count.oldest.map_or_else(String::new, |oldest| format!(", the oldest since {oldest:.0}"));
    let why =
        count.reason.as_ref().map_or_else(String::new, |reason| format!("; last failure: {}", shown(reason)));
    format!("{}: {} waiting{since}, {} given up{why}", shown(&count.notifier), count.waiting, count.dead)
}

/// Gives a line for a dead letter.
fn given_up(letter: &DeadLetter) -> String {
    format!(
        "{}: given up at {:.0} after {} failures: {}: {}",
        shown(&letter.notifier),
        letter.at,
        letter.failures,
        Message::of(&letter.notice).headline.cut(200).as_str(),
        shown(&letter.reason),
    )
}

fn shown(text: &str) -> String {
    terminal_cell(&text.into())
}

async fn retry(arguments: &NotifyArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let mut notifiers = Notifiers::configured(&config, ConnectOptions::default())?;
    notifiers.routed(config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec()));
    let store = state::open_existing(&arguments.state, &config).await?;
    let revived = store.revive(arguments.notifier.as_deref(), Timestamp::now()).await?;
    tell(&format!("bucketwatch: {revived} dead letters are due again"));
    notifiers.deliver(&store, arguments.common.quiet).await;
    notifiers.give_up_orphans(&store).await;
    Ok(Exit::Clean)
}

/// Gives a notice that says that it is a test.
fn notice(account: &AccountId) -> Notice {
    let shut = json!({"verdict": "not_public", "exposures": []});
    about(account, "changed", (shut.clone(), shut))
}

/// Gives the notice of a finding that says that it is a test, as it is `opened` or `closed`.
fn finding(account: &AccountId, kind: &str) -> Notice {
    let exposure = json!({
        "fingerprint": "bucketwatch-test-notice", "audience": "anyone", "audience_detail": {}, "path": "bucket_policy",
        "access": ["read"], "actions": ["s3:GetObject"], "resources": [format!("arn:aws:s3:::{BUCKET}/*")],
        "pointer": "/policy/Statement/0", "statement": "BucketwatchTestNotice", "severity": "informational",
        "valid": null, "accepted_by": null, "witness": null, "notes": [],
    });
    let (open, shut) = (
        json!({"verdict": "public", "exposures": [exposure]}),
        json!({"verdict": "not_public", "exposures": []}),
    );
    about(account, kind, if kind == "opened" { (shut, open) } else { (open, shut) })
}

fn about(account: &AccountId, kind: &str, (before, after): (Value, Value)) -> Notice {
    let (id, at) = (format!("test-{}", RunId::unique()), Timestamp::now());
    let transition = TransitionRecord {
        id: id.clone(),
        at,
        bucket: BUCKET.into(),
        account: account.clone(),
        region: None,
        kind: kind.to_owned(),
        inner: None,
        before: Some(before),
        after: Some(after),
        cause: TransitionCause::Scan { run: "test".to_owned() },
        group_key: id.clone(),
        acceptance: Default::default(),
    };
    let body = NoticeBody::Transitions { transitions: vec![transition] };
    Notice { id: id.clone(), at, body, group_key: id }
}
