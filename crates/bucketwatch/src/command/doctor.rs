//! `doctor`: is everything there that sees and tells?

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Arc;

use anyhow::Result;
use bucketwatch_adapters::aws::{AwsDeployment, AwsSession, ConnectOptions, connect};
use bucketwatch_adapters::secrets::Secrets;
use bucketwatch_engine::config::Config;
use bucketwatch_engine::doctor::{Check, Condition, Diagnosis, Part, Scope, examine};
use bucketwatch_engine::escape::{terminal, to_json_pretty};
use bucketwatch_engine::exit::Exit;
use bucketwatch_engine::secret::SecretStore as _;
use jiff::Timestamp;

use super::watch::scan_every;
use super::{connect_options, explain_failure, state};
use crate::cli::{DiagnosisWord, DoctorArguments};
use crate::notifiers::Notifiers;
use crate::output::Output;
use crate::settings;

/// Runs the command.
pub(crate) fn run(arguments: &DoctorArguments) -> Result<Exit> {
    super::runtime()?.block_on(whole(arguments))
}

async fn whole(arguments: &DoctorArguments) -> Result<Exit> {
    let config = settings::load(arguments.common.config.as_deref())?;
    let aws = connect_options(&arguments.aws, &config);
    let session = Arc::new(AwsSession::new(aws.clone()));
    let mut checks = Vec::new();
    let notifiers = notifiers(&config, &aws, &session, &mut checks).await;
    match connect(&aws).await {
        Ok(cloud) => {
            let named =
                |given: &[String], known: &[String]| if given.is_empty() { known } else { given }.to_vec();
            let (store, home) =
                (state::open_existing(&arguments.state, &config).await, session.region().await?);
            let scope = Scope {
                cloud: &cloud,
                deployment: &AwsDeployment::new(session),
                store: store.as_deref().map_err(explain_failure),
                queues: &named(&arguments.queue, &config.watch.queues),
                regions: &named(&arguments.regions, &config.doctor.regions),
                home: &home,
                scan_every: scan_every(&config.watch),
                notifiers: &notifiers,
            };
            checks.extend(examine(&scope, Timestamp::now()).await);
        }
        Err(error) => {
            checks.push(Check::new(Part::Identity, Condition::Wrong, explain_failure(&error.into())));
        }
    }
    checks.sort_by_key(|check| check.part);
    let diagnosis = Diagnosis::of(checks, Timestamp::now());
    let mut output = Output::open(None)?;
    match arguments.format {
        DiagnosisWord::Json => writeln!(output, "{}", to_json_pretty(&diagnosis))?,
        DiagnosisWord::Table => table(&diagnosis, &mut output)?,
    }
    output.finish()?;
    Ok(diagnosis.exit())
}

/// Gives the names of the notifiers, and says whether they and their secrets are there.
async fn notifiers(
    config: &Config,
    aws: &ConnectOptions,
    session: &Arc<AwsSession>,
    checks: &mut Vec<Check>,
) -> Vec<String> {
    let secrets = Secrets::new(Arc::clone(session));
    for place in config.notify.secrets() {
        if let Err(error) = secrets.secret(place).await {
            checks.push(Check::new(Part::Notifier, Condition::Wrong, error.to_string()));
        }
    }
    if let Err(error) = Notifiers::configured(config, aws.clone()) {
        checks.push(Check::new(Part::Notifier, Condition::Wrong, explain_failure(&error)));
    }
    config.notify.names()
}

/// Writes a line for each answer, and what they come to.
fn table(diagnosis: &Diagnosis, output: &mut Output) -> Result<()> {
    for check in &diagnosis.checks {
        let subject = [&check.region, &check.subject].into_iter().flatten();
        let subject: Vec<String> = subject.map(|text| terminal(&text.as_str().into())).collect();
        let subject = if subject.is_empty() { String::new() } else { format!("{}: ", subject.join(" ")) };
        let (condition, part) = (check.condition.as_str(), check.part.as_str());
        writeln!(output, "{condition:<8} {part:<11}{subject}{}", terminal(&check.text.as_str().into()))?;
    }
    let Diagnosis { well, wrong, unknown, .. } = diagnosis;
    writeln!(output, "{well} well, {wrong} wrong, {unknown} could not be looked at")?;
    let missing: BTreeSet<&str> = diagnosis.checks.iter().filter_map(|check| check.permission).collect();
    if !missing.is_empty() {
        let missing: Vec<&str> = missing.into_iter().collect();
        let missing = missing.join(", ");
        writeln!(output, "`bucketwatch iam-policy --for doctor` prints the statements that grant {missing}")?;
    }
    Ok(())
}
