//! `explain`: one bucket, or one document, in full.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Result, bail};
use bucketwatch_adapters::aws::{AwsSession, ConnectOptions, connect};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::exception::mark_seen;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::judgement::{Judged, assess_with};
use bucketwatch_engine::report::explain::{Source, explain};
use bucketwatch_engine::report::threshold::{FailOn, Tally};
use bucketwatch_engine::report::who::who;
use bucketwatch_engine::report::wire::{AssessmentDocument, Origin};
use bucketwatch_engine::scan::{Seen, look_at};
use bucketwatch_engine::state::BucketKey;
use bucketwatch_engine::who::trace;
use bucketwatch_exposure::assess::assess;
use bucketwatch_exposure::exception::Exception;
use bucketwatch_exposure::snapshot::BucketSnapshot;
use bucketwatch_ingest::document::write_snapshot;
use jiff::Timestamp;

use super::check::{self, Said};
use super::{scan, state};
use crate::cli::ExplainArguments;
use crate::input::Input;
use crate::output::Output;
use crate::settings;

/// Runs the command.
pub(crate) fn run(arguments: &ExplainArguments) -> Result<Exit> {
    match (&arguments.file, &arguments.bucket_name) {
        (Some(file), _) => explain_file(file, arguments),
        (None, Some(bucket)) => super::runtime()?.block_on(explain_bucket(bucket, arguments)),
        (None, None) => bail!(super::Misuse("name a bucket, or a document with `--file`".to_owned())),
    }
}

fn explain_file(file: &std::path::Path, arguments: &ExplainArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let exceptions = settings::exceptions(&config, Timestamp::now())?;
    let mut output = Output::open(None)?;
    let look = output.look(arguments.common.color);
    let said = Said { document: &arguments.document, exceptions: &exceptions };
    let mut tally = Tally::default();
    for input in Input::of(file) {
        let explained = input.and_then(|input| check::explained(&input, said, look, &mut tally));
        match explained {
            Ok(text) => output.write_all(text.as_bytes())?,
            Err(error) => {
                tally.errors += 1;
                crate::output::tell(&format!("bucketwatch: {}", check::sentence(&error)));
            }
        }
    }
    output.finish()?;
    Ok(tally.exit(FailOn::default()))
}

async fn explain_bucket(bucket: &str, arguments: &ExplainArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let mut output = Output::open(None)?;
    let look = output.look(arguments.common.color);
    let aws = scan::connect_options(&arguments.aws, &config);
    let cloud: Arc<dyn Cloud> = Arc::new(connect(&aws).await?);
    let sight = look_at(cloud, bucket.into()).await?;
    let Seen::There(judged) = sight.seen else { bail!("there is no bucket `{bucket}`") };
    let Judged { snapshot, assessment } = *judged;
    let assessment = match arguments.document.at {
        Some(at) => assess_with(assess, &snapshot, at),
        None => assessment,
    };
    let source = snapshot.account.as_ref().map_or("", |account| account.as_str()).into();
    let origin = Origin { source, observed_at: Some(sight.observed_at) };
    let mut document = AssessmentDocument::new(origin, &assessment);
    let at = arguments.document.at.unwrap_or_else(Timestamp::now);
    let (exceptions, incarnation) = exceptions(&snapshot, arguments, &config).await?;
    mark_seen(&mut document.exposures, &snapshot, incarnation, &exceptions, at);
    let text = format!("{:#}", write_snapshot(&snapshot, Some(sight.observed_at)));
    let source = Source { name: bucket, text: &text, base: "" };
    output.write_all(explain(&document, source, look).as_bytes())?;
    if arguments.who {
        output.write_all(opened_by(&snapshot, aws, at).await.as_bytes())?;
    }
    output.finish()?;
    let mut tally = Tally::default();
    tally.add(&document);
    Ok(tally.exit(FailOn::default()))
}

/// Gives who opened the bucket, as CloudTrail's history of its region has it.
async fn opened_by(snapshot: &BucketSnapshot, aws: ConnectOptions, at: Timestamp) -> String {
    let traced = trace(&AwsSession::new(aws), snapshot, at).await;
    who(&traced, snapshot.region.as_deref())
}

/// Gives the exceptions that there are, of the configuration and of the state where there is one, and which of the
/// buckets of its name this one is.
async fn exceptions(
    snapshot: &BucketSnapshot,
    arguments: &ExplainArguments,
    config: &Config,
) -> Result<(Vec<Exception>, Option<u32>)> {
    let mut exceptions = settings::exceptions(config, Timestamp::now())?;
    let (Some(account), Some(name)) = (&snapshot.account, &snapshot.bucket) else {
        return Ok((exceptions, None));
    };
    if !state::exists(&arguments.state, config)? {
        return Ok((exceptions, None));
    }
    let store = state::open(&arguments.state, config).await?;
    exceptions.extend(store.exceptions().await?);
    let key = BucketKey { account: account.clone(), name: name.clone() };
    let known = store.load(&[key]).await?.into_iter().find(|record| record.deleted_at.is_none());
    Ok((exceptions, known.map(|record| record.incarnation)))
}
