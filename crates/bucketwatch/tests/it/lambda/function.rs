//! A process of the function, as the service runs it.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::runtime_api::{Answer, RuntimeApi};
use crate::program::{Credentials, bucketwatch};

/// How long an invocation may take unless a test says otherwise.
const TIME: Duration = Duration::from_secs(30);

/// A process that answers invocations. It ends with this value.
pub(super) struct Function {
    process: Child,
    api: RuntimeApi,
    home: tempfile::TempDir,
}

impl Function {
    /// Starts a function that reaches AWS at `endpoint`, remembers in a file and tells a log file of everything.
    pub(super) fn start(endpoint: &str, credentials: &Credentials) -> Self {
        Self::with(endpoint, credentials, &[])
    }

    /// Starts a function with more `variables` in its environment.
    pub(super) fn with(endpoint: &str, credentials: &Credentials, variables: &[(&str, &str)]) -> Self {
        let (home, api) = (tempfile::tempdir().expect("a home"), RuntimeApi::start());
        let config = "[[notify.log]]\nname = \"log\"\npath = \"notices.log\"\n";
        std::fs::write(home.path().join("bucketwatch.toml"), config).expect("a configuration");
        let process = spawn(home.path(), &api, endpoint, credentials, variables);
        Self { process, api, home }
    }

    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Hands `payload` over and waits for the answer.
    pub(super) fn invoke(&mut self, payload: &Value) -> Answer {
        self.invoke_for(payload, TIME)
    }

    /// Hands `payload` over to be answered in `time`.
    pub(super) fn invoke_for(&mut self, payload: &Value, time: Duration) -> Answer {
        let ended = self.process.try_wait().expect("a process");
        assert!(ended.is_none(), "the function ended: {}", self.said());
        self.api.invoke(payload, time)
    }

    /// Has the account scanned, so that what comes is compared with how it is.
    pub(super) fn reconcile(&mut self) -> Value {
        let answer = self.invoke(&json!({"bucketwatch": "reconcile"}));
        answer.unwrap_or_else(|error| panic!("no scan: {error}: {}", self.said()))
    }

    /// Hands over what must be handled, every message of it.
    pub(super) fn handle(&mut self, payload: &Value) {
        let answer =
            self.invoke(payload).unwrap_or_else(|error| panic!("{payload}: {error}: {}", self.said()));
        let failures = answer["batchItemFailures"].as_array().cloned().unwrap_or_default();
        assert!(failures.is_empty(), "{payload}: {answer}: {}", self.said());
    }

    /// Gives the notices that the log file has.
    pub(super) fn notices(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.home().join("notices.log")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// Gives the transitions that were told about `bucket`.
    pub(super) fn told_of(&self, bucket: &str) -> Vec<Value> {
        let notices = self.notices().into_iter();
        let all = notices.flat_map(|notice| notice["transitions"].as_array().cloned().unwrap_or_default());
        all.filter(|transition| transition["bucket"] == bucket).collect()
    }

    /// Gives what the function logged.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(self.home().join("said")).unwrap_or_default()
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(
    home: &Path,
    api: &RuntimeApi,
    endpoint: &str,
    credentials: &Credentials,
    variables: &[(&str, &str)],
) -> Child {
    let said = File::create(home.join("said")).expect("a file");
    let kinds = "opened,widened,narrowed,changed,closed,lost_sight,regained_sight,deleted";
    bucketwatch(home)
        .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "bucketwatch")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("LAMBDA_TASK_ROOT", home)
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", &credentials.key)
        .env("AWS_SECRET_ACCESS_KEY", &credentials.secret)
        .env("BUCKETWATCH_STATE", "state.db")
        .env("BUCKETWATCH_ALERT_ON", kinds)
        .envs(variables.iter().copied())
        .stderr(said.try_clone().expect("the same file"))
        .stdout(Stdio::from(said))
        .spawn()
        .expect("it runs")
}
