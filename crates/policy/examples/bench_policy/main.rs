//! Measures how long a policy takes: parsing, `aws_public`, and `reach` for all outsiders; and z3 on the same policies.
//!
//! ```text
//! cargo run --release -p bucketwatch-policy --example bench_policy -- corpus fleet.jsonl
//! ```
//!
//! A folder is read for its `.json` files, which may be a bare policy or hold one under `policy` or `document`; a
//! `.jsonl` file has one such document a line. Times are the best of several runs. z3 is asked where the folder named in
//! `BUCKETWATCH_TEST_EMULATORS` has it.
#![allow(clippy::print_stdout, reason = "a measurement is printed")]

mod denies;
mod measure;
mod sample;
mod solver;

#[allow(dead_code, reason = "the tests hold all of this to the evaluator; here it is only asked")]
#[path = "../../tests/it/z3"]
mod z3 {
    pub(crate) mod smt;
    pub(crate) mod solver;
}

use std::path::Path;
use std::time::Duration;

use measure::{Measured, measure};
use sample::Sample;

/// As the program allocates.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The figures that the engine has to reach, in microseconds.
const MOST_AT_HALF: f64 = 10.0;
const MOST_AT_99: f64 = 1_000.0;
const MOST_OF_FORTY: f64 = 5_000.0;

fn main() {
    let z3 = z3::solver::installed();
    if z3.is_none() {
        println!("skipped: z3's time; name the folder that has it in BUCKETWATCH_TEST_EMULATORS");
    }
    for path in std::env::args().skip(1) {
        let samples = sample::read(Path::new(&path));
        let measured: Vec<(Sample, Measured)> =
            samples.into_iter().filter_map(|sample| measure(&sample).map(|found| (sample, found))).collect();
        let undecided = measured.iter().filter(|(_, found)| !found.answer.undecided.is_empty()).count();
        println!(
            "== {path}: {} policies, {undecided} with something undecided; microseconds",
            measured.len()
        );
        table(&measured);
        if let Some(z3) = &z3 {
            solver::compare(z3, &measured);
        }
    }
    for (name, text) in denies::PAIR {
        let sample = Sample::of_bucket_b(text());
        let Some(found) = measure(&sample) else { continue };
        let all = micros(found.all());
        println!(
            "== {name}: {all:.1}, {}; openings {}, undecided {}, work {}",
            judged(all, MOST_OF_FORTY),
            found.answer.openings.len(),
            found.answer.undecided.len(),
            found.answer.effort.work
        );
        if let Some(z3) = &z3 {
            solver::compare(z3, &[(sample, found)]);
        }
    }
}

type Part = fn(&Measured) -> Duration;

const PARTS: [(&str, Part); 4] = [
    ("parse", |found| found.parse),
    ("aws_public", |found| found.aws_public),
    ("reach", |found| found.reach),
    ("all", Measured::all),
];

fn table(measured: &[(Sample, Measured)]) {
    println!("{:<12} {:>9} {:>9} {:>9}", "", "p50", "p99", "max");
    for (name, part) in PARTS {
        let mut times: Vec<Duration> = measured.iter().map(|(_, found)| part(found)).collect();
        times.sort_unstable();
        let at = |share: usize| {
            let index = (times.len() * share / 100).min(times.len().saturating_sub(1));
            micros(times.get(index).copied().unwrap_or_default())
        };
        let (p50, p99, max) = (at(50), at(99), at(100));
        println!("{name:<12} {p50:>9.1} {p99:>9.1} {max:>9.1}");
        if name == "all" {
            println!("p50 {}, p99 {}", judged(p50, MOST_AT_HALF), judged(p99, MOST_AT_99));
        }
    }
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn judged(figure: f64, limit: f64) -> String {
    if figure <= limit { format!("met (≤ {limit} µs)") } else { format!("MISSED (≤ {limit} µs)") }
}
