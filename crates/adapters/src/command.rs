//! A program of the user's: the notice's document on its standard input, its exit code as the answer.

use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bucketwatch_engine::config::{CommandConfig, SecretSource};
use bucketwatch_engine::escape::{terminal_cell, to_json};
use bucketwatch_engine::notice::Notice;
use bucketwatch_engine::notifier::{DeliveryError, Notifier, Retry};
use bucketwatch_engine::report::wire::NoticeDocument;
use bucketwatch_engine::secret::{Secret, SecretStore};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::time::timeout;

const TIMEOUT: Duration = Duration::from_secs(10);

/// How long what a program said may take to arrive after its end.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The most bytes of its standard error that are read.
const MOST_BYTES: u64 = 4_096;

/// What a program gets of this one's environment.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// The exit code by which a program refuses a notice for what it is. *Source*: sysexits(3), EX_DATAERR.
const REFUSED: i32 = 65;

/// Runs a program for each notice.
pub struct CommandNotifier {
    name: String,
    program: String,
    arguments: Vec<String>,
    environment: Vec<(String, SecretSource)>,
    timeout: Duration,
    secrets: Arc<dyn SecretStore>,
}

/// A program that is not named.
#[derive(Debug, thiserror::Error)]
#[error("`program` names no program")]
pub struct CommandError;

impl CommandNotifier {
    /// Gives the notifier of the program that `config` names. Nothing is run yet.
    ///
    /// # Errors
    /// No program is named.
    pub fn new(config: &CommandConfig, secrets: Arc<dyn SecretStore>) -> Result<Self, CommandError> {
        let (program, arguments) = config.program.split_first().ok_or(CommandError)?;
        Ok(Self {
            name: config.name.clone(),
            program: program.clone(),
            arguments: arguments.to_vec(),
            environment: config.env.iter().map(|(name, source)| (name.clone(), source.clone())).collect(),
            timeout: config.timeout.map_or(TIMEOUT, |timeout| timeout.duration()),
            secrets,
        })
    }

    async fn environment(&self) -> Result<Vec<(String, Secret)>, DeliveryError> {
        let mut variables = Vec::new();
        for (name, source) in &self.environment {
            variables.push((name.clone(), self.secrets.secret(source).await?));
        }
        Ok(variables)
    }

    fn start(&self, notice: &Notice, variables: &[(String, Secret)]) -> std::io::Result<Group> {
        let inherited = PASSED_ON.iter().filter_map(|name| Some((*name, std::env::var_os(name)?)));
        let own = variables.iter().map(|(name, secret)| (name.as_str(), secret.expose()));
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .envs(inherited)
            .envs(own)
            .env("BUCKETWATCH_NOTICE", &notice.id)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        Ok(Group { leader: child.id(), child })
    }
}

#[async_trait]
impl Notifier for CommandNotifier {
    fn name(&self) -> &str {
        &self.name
    }

    async fn deliver(&self, notice: &Notice) -> Result<(), DeliveryError> {
        let later = |reason: String| DeliveryError { reason, retry: Retry::Later };
        let variables = self.environment().await?;
        let mut group = self
            .start(notice, &variables)
            .map_err(|error| later(format!("cannot run the program: {error}")))?;
        let document = to_json(&NoticeDocument::from(notice));
        let (stdin, stderr) = (group.child.stdin.take(), group.child.stderr.take());
        let feeder = tokio::spawn(async move {
            if let Some(mut stdin) = stdin {
                // A program that does not read its input to the end says by its exit code what it thinks of it.
                let _ = stdin.write_all(document.as_bytes()).await;
            }
        });
        let listener = tokio::spawn(async move { listen(stderr).await });
        let ended = timeout(self.timeout, group.child.wait()).await;
        drop(group);
        feeder.abort();
        let said = timeout(LAST_WORDS, listener).await.ok().and_then(Result::ok).unwrap_or_default();
        match ended {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(refusal(status, &said, &variables)),
            Ok(Err(error)) => Err(later(format!("the program was lost: {error}"))),
            Err(_) => Err(later(format!(
                "the program took longer than {} s and was killed",
                self.timeout.as_secs_f64()
            ))),
        }
    }
}

/// A program and what it started. All of it ends with this value.
struct Group {
    leader: Option<u32>,
    child: Child,
}

impl Drop for Group {
    fn drop(&mut self) {
        let leader = self.leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        if let Some(leader) = leader {
            // Nobody of the group may be left, and then there is nobody to kill.
            let _ = kill_process_group(leader, Signal::KILL);
        }
        let _ = self.child.start_kill();
    }
}

/// Reads the beginning of what a program says, and lets the rest go by, so that it never waits for a reader.
async fn listen(stderr: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut said = Vec::new();
    let Some(mut stderr) = stderr else { return said };
    let _ = (&mut stderr).take(MOST_BYTES).read_to_end(&mut said).await;
    let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
    said
}

/// Says how the program ended, and the first line of what it said, without the secrets that it was given.
fn refusal(status: ExitStatus, said: &[u8], variables: &[(String, Secret)]) -> DeliveryError {
    let mut said = String::from_utf8_lossy(said).into_owned();
    for (name, secret) in variables {
        said = said.replace(secret.expose(), &format!("${name}"));
    }
    let first = said.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let first = terminal_cell(&first.into());
    let said = if first.is_empty() { String::new() } else { format!(": {first}") };
    let retry = if status.code() == Some(REFUSED) { Retry::Never } else { Retry::Later };
    DeliveryError { reason: format!("the program ended with {status}{said}"), retry }
}
