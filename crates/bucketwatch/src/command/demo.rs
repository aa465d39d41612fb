//! `demo`: the whole story on an embedded account.

use std::io::Write;
use std::sync::Arc;

use anyhow::Result;
use bucketwatch_adapters::aws::{ConnectOptions, Embedded, connect};
use bucketwatch_adapters::sqlite::SqliteStore;
use bucketwatch_engine::config::AlertKind;
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::observe::{Observer, ScanRecorder};
use bucketwatch_engine::report::{Compared, End, Look, Report, Subject, table::Table};
use bucketwatch_engine::scan::{ScanOptions, ScanOutcome, scan};
use bucketwatch_engine::state::{HistoryQuery, StateStore, StatusQuery};
use bucketwatch_sandbox::demo::{account, steps};
use bucketwatch_sandbox::{Handle, Sandbox, SandboxConfig};

use super::{listing, state};
use crate::cli::{DemoArguments, FormatWord, ReportArguments};
use crate::output::Output;

/// Runs the command.
pub(crate) fn run(arguments: &DemoArguments) -> Result<Exit> {
    super::runtime()?.block_on(tell_story(arguments))
}

async fn tell_story(arguments: &DemoArguments) -> Result<Exit> {
    let mut output = Output::open(None)?;
    let look = output.look(arguments.common.color);
    let sandbox = Sandbox::start(SandboxConfig::new(account())).await?;
    let store: Arc<dyn StateStore> = Arc::new(SqliteStore::temporary().await?);
    writeln!(output, "An S3 account runs inside this process; nothing leaves it and nothing is kept.\n")?;
    writeln!(output, "1. The first scan.\n")?;
    let outcome = scan_once(&sandbox, &store).await?;
    show(&outcome, store.as_ref(), &mut output, look, Compared::First).await?;
    writeln!(output, "\n2. Three things happen.\n")?;
    for step in steps() {
        sandbox.change(|account| step.apply(account));
        writeln!(output, "   {}: {}", step.bucket, step.title)?;
    }
    writeln!(output, "\n3. The second scan.\n")?;
    let outcome = scan_once(&sandbox, &store).await?;
    show(&outcome, store.as_ref(), &mut output, look, Compared::LastScan).await?;
    writeln!(
        output,
        "\nWith AWS credentials, `bucketwatch` alone does this with your account, and `bucketwatch explain BUCKET`\n\
         shows what opens a bucket and what would close it."
    )?;
    output.finish()?;
    sandbox.stop().await;
    Ok(Exit::Clean)
}

async fn scan_once(sandbox: &Handle, store: &Arc<dyn StateStore>) -> Result<ScanOutcome> {
    let access_key_id = sandbox.read(|account| account.id().to_string());
    let embedded = Some(Embedded { url: sandbox.endpoint_url(), access_key_id });
    let cloud = connect(&ConnectOptions { embedded, ..ConnectOptions::default() }).await?;
    let observer = Observer::new(Arc::clone(store), AlertKind::DEFAULT.to_vec(), Vec::new());
    let recorder = ScanRecorder::new(Arc::clone(store), observer, state::holder());
    Ok(scan(Arc::new(cloud), Arc::new(recorder), ScanOptions::default()).await?)
}

async fn show(
    outcome: &ScanOutcome,
    store: &dyn StateStore,
    output: &mut Output,
    look: Look,
    compared: Compared,
) -> Result<()> {
    let mut table = Table::new(output, Subject::Scan { started_at: outcome.started_at, compared }, look);
    let shown =
        ReportArguments { format: FormatWord::Table, output: None, only: Vec::new(), fail_on: Vec::new() };
    let query = StatusQuery { run: Some(outcome.run.clone()), ..StatusQuery::default() };
    let tally = listing::assessments(store, query, &shown, &[], &mut table).await?;
    let query = HistoryQuery { run: Some(outcome.run.clone()), ..HistoryQuery::default() };
    listing::transitions(store, query, usize::MAX, |transition| table.transition(transition)).await?;
    table.finish(&End {
        finished_at: outcome.finished_at,
        accounts: vec![outcome.identity.account.clone()],
        tally,
        coverage: tally.coverage(outcome.coverage.calls, outcome.coverage.retries),
    })?;
    Ok(())
}
