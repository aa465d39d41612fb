//! An account of the sandbox in a process of its own.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};

/// A running account. It ends with this value.
pub(super) struct Account {
    process: Child,
    endpoint: String,
}

/// What the account saw of its callers.
pub(super) struct Served {
    pub(super) most_at_once: f64,
    pub(super) waited: Duration,
    pub(super) cpu: Duration,
}

impl Account {
    /// Starts an account with so many buckets, which takes `latency_ms` for each answer.
    pub(super) fn start(executable: &Path, buckets: u32, latency_ms: u32) -> anyhow::Result<Self> {
        let process = Command::new(executable)
            .args(["sandbox", "--buckets", &buckets.to_string()])
            .args(["--latency-ms", &latency_ms.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("the sandbox does not start")?;
        let mut account = Self { process, endpoint: String::new() };
        let stdout = account.process.stdout.take().context("its standard output")?;
        for line in BufReader::new(stdout).lines() {
            if let Some((_, rest)) = line?.split_once("AWS_ENDPOINT_URL=") {
                account.endpoint = rest.trim().trim_matches(['"', '\'']).to_owned();
                return Ok(account);
            }
        }
        anyhow::bail!("the sandbox ended without telling its endpoint")
    }

    /// Gives where it is.
    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Ends the account as Ctrl-C does and gives what it says of itself then.
    pub(super) fn dismiss(mut self) -> anyhow::Result<Served> {
        let cpu = cpu(self.process.id());
        let interrupted = Command::new("kill").args(["-INT", &self.process.id().to_string()]).status()?;
        ensure!(interrupted.success(), "the sandbox cannot be interrupted");
        let mut said = String::new();
        self.process.stderr.take().context("its standard error")?.read_to_string(&mut said)?;
        self.process.wait()?;
        let line = said.lines().last().unwrap_or_default();
        let number_after = |words: &str| -> Option<f64> {
            let rest = line.split_once(words)?.1;
            rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.parse().ok()
        };
        let most_at_once = number_after("at most ").with_context(|| format!("no count in `{line}`"))?;
        let waited = number_after("waited ").with_context(|| format!("no time in `{line}`"))?;
        Ok(Served { most_at_once, waited: Duration::from_secs_f64(waited), cpu })
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Gives the processor time of a process so far: Linux counts it in hundredths of a second.
pub(super) fn cpu(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
