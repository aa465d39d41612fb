//! Power cuts: what the state acknowledged survives them, whole.

mod run;

use std::path::Path;
use std::thread;

use bucketwatch_powercut::{Disk, Honesty, Keep, Operation};

use self::run::{DATABASE, Seen, look, run};

/// How many seeded choices of what is kept are tried after each operation that is not synced.
const CHOICES: u64 = 3;

/// What the images of a run showed.
#[derive(Debug, Default)]
struct Findings {
    images: usize,
    lost: usize,
    torn: Vec<String>,
}

/// Cuts the power after each operation and looks at what is left; the threads share the operations among them.
fn cut_everywhere(operations: &[Operation], expected: &[Seen]) -> Findings {
    let threads = 2;
    thread::scope(|scope| {
        let cut = |turn| scope.spawn(move || cut_in_turn(operations, expected, turn, threads));
        let handles: Vec<_> = (0..threads).map(cut).collect();
        handles.into_iter().fold(Findings::default(), |mut sum, handle| {
            let findings = handle.join().unwrap();
            sum.images += findings.images;
            sum.lost += findings.lost;
            sum.torn.extend(findings.torn);
            sum
        })
    })
}

fn cut_in_turn(operations: &[Operation], expected: &[Seen], turn: usize, threads: usize) -> Findings {
    let folder = memory_folder();
    let mut disk = Disk::with_empty(DATABASE);
    let mut findings = Findings::default();
    let mut acknowledged = 0;
    for (index, operation) in operations.iter().enumerate() {
        disk.apply(operation);
        acknowledged += usize::from(*operation == Operation::Mark);
        if index % threads != turn {
            continue;
        }
        for keep in choices(index as u64, operation) {
            disk.cut(keep).write(folder.path()).unwrap();
            findings.images += 1;
            judge(&mut findings, look(folder.path()), expected, acknowledged, (index, keep));
        }
    }
    findings
}

/// Gives what cuts right after `operation` may keep, without those that were tried after the operation before.
fn choices(index: u64, operation: &Operation) -> Vec<Keep> {
    match operation {
        Operation::Sync { .. } | Operation::Mark => vec![Keep::Nothing, Keep::Everything],
        _ => {
            let choices = (0..CHOICES).map(|choice| Keep::Some(index * CHOICES + choice));
            [Keep::Everything].into_iter().chain(choices).collect()
        }
    }
}

/// At most the one transaction that was under way may be there beside those that were acknowledged, all of it or none.
fn judge(
    findings: &mut Findings,
    seen: Result<Seen, String>,
    expected: &[Seen],
    acknowledged: usize,
    cut: (usize, Keep),
) {
    match seen {
        Ok(seen) if expected.iter().skip(acknowledged).take(2).any(|state| *state == seen) => {}
        Ok(seen) if expected.iter().take(acknowledged).any(|state| *state == seen) => findings.lost += 1,
        torn => findings.torn.push(format!("{cut:?}, {acknowledged} acknowledged: {torn:?}")),
    }
}

/// Images lie in memory where the machine has a folder for that: they are many, and each is synced when it is opened.
pub(crate) fn memory_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

#[test]
fn no_cut_loses_or_tears_what_was_acknowledged() {
    let (operations, expected) = run(Honesty::Honest, 30);
    let findings = cut_everywhere(&operations, &expected);
    assert!(findings.torn.is_empty(), "{:#?}", findings.torn);
    assert_eq!(findings.lost, 0);
    assert!(findings.images >= 5_000, "only {} images of {} operations", findings.images, operations.len());
}

#[test]
fn the_same_cuts_find_losses_under_synchronous_normal() {
    let (operations, expected) = run(Honesty::Normal, 8);
    let findings = cut_everywhere(&operations, &expected);
    assert!(findings.lost > findings.images / 10, "{findings:#?}");
}
