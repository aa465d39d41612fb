//! `sandbox`: an S3 account on loopback until Ctrl-C.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use bucketwatch_engine::exit::Exit;
use bucketwatch_sandbox::{Account, Conduct, Fleet, Sandbox, SandboxConfig, demo};

use crate::cli::SandboxArguments;
use crate::output::{Output, tell};

/// Runs the command.
pub(crate) fn run(arguments: &SandboxArguments) -> Result<Exit> {
    let account = match arguments.buckets {
        Some(count) => Account::from_fleet(Fleet::generate(count, arguments.seed)),
        None => demo::account(),
    };
    let latency = Duration::from_millis(arguments.latency_ms);
    let conduct = Conduct { latency, ..Conduct::default() };
    let config = SandboxConfig { listen: arguments.listen, conduct, ..SandboxConfig::new(account) };
    super::runtime()?.block_on(serve(config))
}

async fn serve(config: SandboxConfig) -> Result<Exit> {
    let id = config.account.id().clone();
    let sandbox = Sandbox::start(config).await?;
    let mut output = Output::open(None)?;
    writeln!(output, "export AWS_ENDPOINT_URL={}", sandbox.endpoint_url())?;
    writeln!(output, "export AWS_ACCESS_KEY_ID={id}")?;
    writeln!(output, "export AWS_SECRET_ACCESS_KEY=no-secret")?;
    writeln!(output, "export AWS_REGION=us-east-1")?;
    writeln!(output, "export AWS_EC2_METADATA_DISABLED=true")?;
    output.finish()?;
    tell("bucketwatch: serving an account without real data; Ctrl-C ends it");
    tokio::signal::ctrl_c().await?;
    let counts = sandbox.counts();
    tell(&format!(
        "bucketwatch: {} calls, at most {} at once, waited {:.1} s together",
        counts.total(),
        counts.most_in_flight,
        counts.waited.as_secs_f64()
    ));
    sandbox.stop().await;
    Ok(Exit::Clean)
}
