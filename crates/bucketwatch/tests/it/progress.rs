//! What a scan shows while it runs: a bar on a terminal, lines elsewhere, and no colour where nobody wants it.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::num::NonZero;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bucketwatch_sandbox::{Account, Fleet};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::program::{bucketwatch, told};
use crate::sandbox::Served;

const BUCKETS: usize = 120;
const ROWS: NonZero<u16> = NonZero::new(60).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(100).unwrap();

fn account(latency: Duration) -> Served {
    let account = Served::start(Account::from_fleet(Fleet::generate(BUCKETS, 5)));
    account.handle().change_conduct(|conduct| conduct.latency = latency);
    account
}

fn scan_of(account: &Served, home: &Path) -> Command {
    let mut command = bucketwatch(home);
    command
        .args(["scan", "--concurrency", "8"])
        .env("AWS_ENDPOINT_URL", account.handle().endpoint_url())
        .env("AWS_ACCESS_KEY_ID", "AKIASANDBOXSANDBOX00")
        .env("AWS_SECRET_ACCESS_KEY", "any")
        .env("TERM", "xterm-256color");
    command
}

/// What a terminal got.
struct Shown {
    bytes: Vec<u8>,
    /// What stood on the screen after each piece of it.
    screens: Vec<String>,
}

/// Runs a command whose standard output and error are a terminal.
fn on_a_terminal(mut command: Command) -> Shown {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
    grantpt(&ours).expect("it is ours");
    unlockpt(&ours).expect("it can be opened");
    let name = ptsname(&ours, Vec::new()).expect("its name");
    let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes()));
    let theirs = OpenOptions::new().read(true).write(true).open(path).expect("its other side");
    let size = Winsize { ws_row: ROWS.get(), ws_col: COLUMNS.get(), ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&theirs, size).expect("its size");
    command.stdout(theirs.try_clone().expect("a copy")).stderr(theirs);
    let mut child = command.spawn().expect("the executable starts");
    // The command holds the other side open as long as it lives.
    drop(command);
    let (mut ours, mut screen) = (File::from(ours), vt100::Parser::new(ROWS, COLUMNS, 0));
    let mut shown = Shown { bytes: Vec::new(), screens: Vec::new() };
    let mut piece = [0; 4096];
    // When nobody holds the other side open any more, reading fails.
    while let Ok(length @ 1..) = ours.read(&mut piece) {
        shown.bytes.extend_from_slice(&piece[..length]);
        screen.process(&piece[..length]);
        shown.screens.push(screen.screen().contents());
    }
    child.wait().expect("it ends");
    shown
}

#[test]
fn on_a_terminal_a_bar_shows_rate_and_time_left_and_is_gone_at_the_end() {
    let (account, home) = (account(Duration::from_millis(20)), tempfile::tempdir().expect("a home"));
    let shown = on_a_terminal(scan_of(&account, home.path()));
    let is_bar = |screen: &&String| {
        screen.contains(&format!("of {BUCKETS} buckets, "))
            && screen.contains("/s, ")
            && screen.contains(" left")
    };
    let bars: Vec<&String> = shown.screens.iter().filter(is_bar).collect();
    assert!(bars.len() >= 3, "a bar that moves: {:?}", shown.screens.last());
    let lines = bars.iter().map(|screen| screen.trim().lines().count()).max();
    assert_eq!(lines, Some(1), "the bar stays on its line");
    let last = shown.screens.last().expect("something is shown");
    assert!(!last.contains("/s, ") && last.contains(&format!("{BUCKETS} buckets in ")), "{last}");
}

#[test]
fn no_color_means_no_escape_at_all_where_there_is_no_bar() {
    let (account, home) = (account(Duration::ZERO), tempfile::tempdir().expect("a home"));
    let escapes = |shown: &Shown| shown.bytes.iter().filter(|byte| **byte == 0x1b).count();
    let mut command = scan_of(&account, home.path());
    command.arg("--quiet");
    assert!(escapes(&on_a_terminal(command)) > 0, "colours are there where nobody refuses them");
    let mut command = scan_of(&account, home.path());
    command.arg("--quiet").env("NO_COLOR", "1");
    let plain = on_a_terminal(command);
    assert_eq!(escapes(&plain), 0, "{}", String::from_utf8_lossy(&plain.bytes));
    let mut command = scan_of(&account, home.path());
    command.args(["--quiet", "--color", "never"]);
    assert_eq!(escapes(&on_a_terminal(command)), 0);
}

#[test]
fn without_a_terminal_there_is_a_line_every_ten_seconds_and_no_bar() {
    let (account, home) = (account(Duration::from_millis(300)), tempfile::tempdir().expect("a home"));
    let output = scan_of(&account, home.path()).args(["--deadline", "13s"]).output().expect("it runs");
    let text = told(&output);
    let lines: Vec<&str> =
        text.lines().filter(|line| line.contains(" buckets, ") && line.contains("/s")).collect();
    let [line] = lines[..] else { panic!("one line in thirteen seconds: {text}") };
    assert!(line.starts_with("bucketwatch: ") && line.ends_with(" s left"), "{line}");
    assert!(line.contains(&format!(" of {BUCKETS} buckets, ")), "{line}");
    assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{text}");
}
