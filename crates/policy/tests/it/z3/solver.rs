//! z3 as a process.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What the solver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// There is such a request.
    Sat,
    /// There is none.
    Unsat,
    /// It gave up.
    Unknown,
}

/// Gives the solver's executable where the test environment has one.
pub(crate) fn installed() -> Option<PathBuf> {
    let environment = std::env::var_os("BUCKETWATCH_TEST_EMULATORS").map(PathBuf::from)?;
    Some(environment.join("bin/z3"))
}

/// Asks z3 every query, with `milliseconds` to think about each.
pub(crate) fn ask(z3: &Path, queries: &[String], milliseconds: u64) -> Vec<Answer> {
    let whole = (queries.len() as u64 * milliseconds).div_ceil(1_000) + 2;
    let mut process = Command::new(z3)
        .args(["-in", &format!("-t:{milliseconds}"), &format!("-T:{whole}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("z3 starts");
    let mut stdin = process.stdin.take().expect("its standard input");
    let text = queries.join("(reset)\n");
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = process.wait_with_output().expect("z3 ends");
    // A solver that ran out of time closes its input early.
    drop(writer.join().expect("the writer ends"));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut answers: Vec<Answer> = text.lines().map_while(answer).collect();
    let stopped = text.lines().nth(answers.len());
    assert!(stopped.is_none_or(|line| line == "timeout"), "z3 said {stopped:?} to\n{}", queries.join("\n"));
    answers.resize(queries.len(), Answer::Unknown);
    answers
}

fn answer(line: &str) -> Option<Answer> {
    match line {
        "sat" => Some(Answer::Sat),
        "unsat" => Some(Answer::Unsat),
        "unknown" => Some(Answer::Unknown),
        _ => None,
    }
}
