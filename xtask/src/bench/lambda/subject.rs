//! A function that is measured, as a process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use super::stand_in::StandIn;

/// What to run.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    pub(super) name: &'static str,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<PathBuf>,
}

/// A running function. It ends with this value.
pub(super) struct Running {
    process: Child,
    pub(super) stand_in: StandIn,
    /// How long it took from its start until it asked for an invocation.
    pub(super) init: Duration,
    /// What processor time it had used by then.
    pub(super) init_cpu: Duration,
}

impl Subject {
    /// Starts the function; it reaches S3 at `account`.
    pub(super) fn start(&self, account: &str) -> anyhow::Result<Running> {
        let stand_in = StandIn::start()?;
        let aws = format!("http://{}", stand_in.address());
        let began = Instant::now();
        let process = Command::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", stand_in.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "measured")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKIABENCHBENCHBENCH0")
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("AWS_ENDPOINT_URL", account)
            .env("AWS_ENDPOINT_URL_SNS", &aws)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("BUCKETWATCH_STATE", "memory:")
            .env("BUCKETWATCH_SNS_TOPIC_ARN", "arn:aws:sns:us-east-1:111122223333:alerts")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .with_context(|| format!("{} does not start", self.name))?;
        let asked = stand_in.asked()?;
        let mut running =
            Running { process, stand_in, init: asked.duration_since(began), init_cpu: Duration::ZERO };
        running.init_cpu = running.cpu();
        Ok(running)
    }
}

impl Running {
    /// Gives the processor time of all its threads so far, to the nanosecond.
    pub(super) fn cpu(&self) -> Duration {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.process.id()));
        let spent = tasks.into_iter().flatten().flatten().filter_map(|task| {
            let text = std::fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(spent.sum())
    }

    /// Gives the part of it that the kernel took, in hundredths of a second.
    pub(super) fn kernel_cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap_or_default();
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks = after_name.split_whitespace().nth(12).and_then(|ticks| ticks.parse::<u64>().ok());
        Duration::from_millis(ticks.unwrap_or_default() * 10)
    }

    /// Gives the most memory that it held, in megabytes.
    pub(super) fn peak_rss_mb(&self) -> f64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib: Option<f64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        kib.unwrap_or_default() * 1_024.0 / 1e6
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
