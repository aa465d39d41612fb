//! `accept`: take what is open as accepted, show what is, take it back.

use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use bucketwatch_adapters::aws::ConnectOptions;
use bucketwatch_engine::config::{AlertKind, Config, LONGEST_DAYS, latest_end, too_long};
use bucketwatch_engine::escape::terminal_cell;
use bucketwatch_engine::exception::Choice;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::observe::{AcceptError, Acceptable, NewException, Observer};
use bucketwatch_engine::report::exceptions::{Listing, list};
use bucketwatch_engine::report::sentence::counted;
use bucketwatch_engine::report::wire::ExceptionDocument;
use bucketwatch_engine::state::{BucketKey, StateStore};
use bucketwatch_exposure::exception::{Act, Exception};
use bucketwatch_policy::untrusted::Untrusted;
use jiff::Timestamp;

use super::{Misuse, state};
use crate::cli::AcceptArguments;
use crate::notifiers::Notifiers;
use crate::output::{Output, tell};
use crate::settings;

/// Runs the command.
pub(crate) fn run(arguments: &AcceptArguments) -> Result<Exit> {
    super::runtime()?.block_on(whole(arguments))
}

async fn whole(arguments: &AcceptArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let now = Timestamp::now();
    let reviewed = settings::exceptions(&config, now)?;
    if arguments.list {
        return show(arguments, &config, reviewed, now).await;
    }
    if arguments.revoke.is_none() && arguments.bucket_name.is_none() {
        return Err(Misuse("name a bucket, or say `--list` or `--revoke ID`".to_owned()).into());
    }
    let store = state::open_existing(&arguments.state, &config).await?;
    let mut notifiers = Notifiers::configured(&config, ConnectOptions::default())?;
    let alert_on = config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec());
    let observer =
        Observer::routed(Arc::clone(&store), notifiers.routed(alert_on)).accepting(reviewed.clone());
    let act = Act { by: settings::operator().into(), at: now };
    match (&arguments.revoke, &arguments.bucket_name) {
        (Some(id), _) if reviewed.iter().any(|exception| exception.id == *id) => bail!(
            "the exception `{}` is written in the configuration: take it out there",
            terminal_cell(&id.as_str().into())
        ),
        (Some(id), _) => revoke(&observer, id, &act, arguments.common.quiet).await,
        (None, bucket) => {
            let bucket = bucket.as_deref().unwrap_or_default();
            accept(&observer, store.as_ref(), bucket, arguments, &config, act).await
        }
    }
}

async fn show(
    arguments: &AcceptArguments,
    config: &Config,
    reviewed: Vec<Exception>,
    now: Timestamp,
) -> Result<Exit> {
    let mut all = reviewed;
    let mut kept = None;
    if state::exists(&arguments.state, config)? {
        let store = state::open(&arguments.state, config).await?;
        all.extend(store.exceptions().await?);
        kept = Some(store);
    }
    let mut documents = Vec::with_capacity(all.len());
    for exception in &all {
        let record = match &kept {
            Some(store) => {
                let key = BucketKey { account: exception.account.clone(), name: exception.bucket.clone() };
                store.load(&[key]).await?.pop()
            }
            None => None,
        };
        documents.push(ExceptionDocument::of(exception, record.as_ref(), now));
    }
    let mut output = Output::open(None)?;
    let look = output.look(arguments.common.color);
    list(documents, Listing { format: arguments.format.into(), look, now }, &mut output)?;
    output.finish()?;
    Ok(Exit::Clean)
}

async fn revoke(observer: &Observer, id: &str, act: &Act, quiet: bool) -> Result<Exit> {
    let exception = observer.revoke(id, act).await?;
    if !quiet {
        tell(&format!(
            "bucketwatch: {} of bucket {} is taken back; what it covered alerts at the next look",
            exception.id,
            terminal_cell(&exception.bucket)
        ));
    }
    Ok(Exit::Clean)
}

async fn accept(
    observer: &Observer,
    store: &dyn StateStore,
    bucket: &str,
    arguments: &AcceptArguments,
    config: &Config,
    act: Act,
) -> Result<Exit> {
    let until = arguments.until.context("an exception needs `--until`")?.instant();
    let days = config.accept_days.unwrap_or(LONGEST_DAYS);
    let latest = latest_end(act.at, days);
    if until > latest {
        return Err(Misuse(format!("an exception {}", too_long(latest, days))).into());
    }
    if until <= act.at {
        return Err(Misuse("`--until` is over already".to_owned()).into());
    }
    let wanted = Acceptable {
        key: key(store, bucket, arguments).await?,
        choice: Choice {
            audience: arguments.audience.iter().map(|word| word.0).collect(),
            access: arguments.access.iter().map(|word| word.0).collect(),
            resources: arguments.resource.iter().map(Untrusted::new).collect(),
            ahead: arguments.ahead,
        },
        owner: arguments.owner.as_ref().map(Untrusted::new),
        reason: arguments.reason.as_deref().context("an exception needs `--reason`")?.into(),
        until,
        while_tag: arguments.while_tag.as_ref().map(Untrusted::new),
        act,
    };
    let accepted = observer.accept(&wanted).await.map_err(sorted)?;
    if !arguments.common.quiet {
        say(&accepted);
    }
    Ok(Exit::Clean)
}

/// Gives the bucket that is meant.
async fn key(store: &dyn StateStore, bucket: &str, arguments: &AcceptArguments) -> Result<BucketKey> {
    let name = Untrusted::new(bucket);
    if let Some(account) = &arguments.account {
        return Ok(BucketKey { account: account.clone(), name });
    }
    let mut known = store.named(&name).await?;
    match (known.pop(), known.pop()) {
        (Some(key), None) => Ok(key),
        (None, _) => bail!("nothing is known of bucket `{}`; `bucketwatch scan` looks at it", name.escaped()),
        (Some(one), Some(other)) => {
            let accounts = format!("{} and {}", other.account, one.account);
            let why = format!(
                "bucket `{}` is known in the accounts {accounts}: name one with `--account`",
                name.escaped()
            );
            Err(Misuse(why).into())
        }
    }
}

/// Tells a choice that says too little or too much from what else went wrong.
fn sorted(error: AcceptError) -> anyhow::Error {
    match error {
        AcceptError::Choice { .. } => Misuse(error.to_string()).into(),
        other => other.into(),
    }
}

/// Says what was accepted, and what is left.
fn say(new: &NewException) {
    let NewException { exception, left, observed_at } = new;
    let as_of = observed_at.map_or_else(String::new, |at| format!(", as of {at:.0}"));
    tell(&format!(
        "bucketwatch: {}: of bucket {}{as_of}, owner {}:",
        exception.id,
        terminal_cell(&exception.bucket),
        terminal_cell(&exception.owner)
    ));
    for line in ExceptionDocument::of(exception, None, Timestamp::now()).in_words() {
        tell(&format!("bucketwatch:   {line}"));
    }
    if *left > 0 {
        let ways = counted(*left as u64, "way in", "ways in");
        tell(&format!("bucketwatch: {ways} of strangers stay open and are not accepted"));
    }
}
