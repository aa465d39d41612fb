//! What the daemon is to do: the command line, else the configuration file, else the default.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bucketwatch_engine::config::WatchConfig;

use crate::cli::WatchArguments;

/// How often the account is scanned unless somebody says otherwise.
const SCAN_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

/// Where pages are served unless somebody says otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// What the daemon is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// The queues, by URL.
    pub(super) queues: Vec<String>,
    /// How often the account is scanned; `None`: never.
    pub(super) scan_every: Option<Duration>,
    /// Where pages are served.
    pub(super) listen: Listen,
    /// What is ours beside what is by its name.
    pub(super) own: Vec<String>,
}

/// Where pages are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Listen {
    /// Nowhere.
    Nowhere,
    /// At an address that nobody asked for: where somebody else has it, the daemon does without.
    Usual(SocketAddr),
    /// At the address that somebody asked for.
    Asked(SocketAddr),
}

impl Plan {
    /// Gives what `arguments` and `config` ask for.
    pub(super) fn of(arguments: &WatchArguments, config: &WatchConfig) -> Self {
        let scan_every = match (arguments.no_scan, arguments.scan_every) {
            (true, _) => None,
            (false, Some(every)) => Some(every.duration()),
            (false, None) => scan_every(config),
        };
        let listen = match (arguments.no_listen, arguments.listen) {
            (true, _) => Listen::Nowhere,
            (false, Some(address)) => Listen::Asked(address),
            (false, None) if config.no_listen => Listen::Nowhere,
            (false, None) => config.listen.map_or(Listen::Usual(LISTEN), Listen::Asked),
        };
        let chosen =
            |named: &[String], known: &[String]| if named.is_empty() { known } else { named }.to_vec();
        Self {
            queues: chosen(&arguments.queue, &config.queues),
            scan_every,
            listen,
            own: chosen(&arguments.own, &config.own),
        }
    }
}

/// Gives how often the account is scanned by the configuration file; `None`: never.
pub(in crate::command) fn scan_every(config: &WatchConfig) -> Option<Duration> {
    (!config.no_scan).then(|| config.scan_every.map_or(SCAN_EVERY, |period| period.duration()))
}

#[cfg(test)]
mod tests {
    use bucketwatch_engine::config::Config;
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Arguments, Command};

    fn plan(line: &str, file: &str) -> Plan {
        let words = ["bucketwatch", "watch"].into_iter().chain(line.split_whitespace());
        let Some(Command::Watch(arguments)) = Arguments::try_parse_from(words).unwrap().command else {
            panic!("another command")
        };
        Plan::of(&arguments, &Config::parse(file).unwrap().watch)
    }

    #[test]
    fn the_command_line_wins_over_the_file_and_the_file_over_the_default() {
        let default = plan("", "");
        assert_eq!(default.scan_every, Some(SCAN_EVERY));
        assert_eq!((default.listen, default.queues.len()), (Listen::Usual(LISTEN), 0));
        assert!(LISTEN.ip().is_loopback());
        let file = "[watch]\nqueues = [\"https://f/1/q\"]\nscan_every = \"1h\"\nlisten = \"127.0.0.1:1\"\nown = [\"f\"]\n";
        let read = plan("", file);
        assert_eq!(
            (&read.queues[..], &read.own[..]),
            (&["https://f/1/q".to_owned()][..], &["f".to_owned()][..])
        );
        assert_eq!(read.scan_every, Some(Duration::from_secs(3600)));
        assert_eq!(read.listen, Listen::Asked("127.0.0.1:1".parse().unwrap()));
        let said = plan("--queue https://c/1/q --scan-every 2h --listen 127.0.0.1:2 --own c", file);
        assert_eq!(
            (&said.queues[..], &said.own[..]),
            (&["https://c/1/q".to_owned()][..], &["c".to_owned()][..])
        );
        assert_eq!(said.scan_every, Some(Duration::from_secs(7200)));
        assert_eq!(said.listen, Listen::Asked("127.0.0.1:2".parse().unwrap()));
        let off = plan("--no-scan --no-listen", file);
        assert_eq!((off.scan_every, off.listen), (None, Listen::Nowhere));
        let on = plan("--scan-every 2h --listen 127.0.0.1:2", "[watch]\nno_scan = true\nno_listen = true\n");
        assert_eq!(on, Plan { queues: Vec::new(), own: Vec::new(), ..said });
    }
}
