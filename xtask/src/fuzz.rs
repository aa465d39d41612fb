//! `cargo xtask fuzz`: the targets of `fuzz/`, started from the documents of `corpus/`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// The targets, in `fuzz/fuzz_targets/`.
const TARGETS: [&str; 3] = ["parse", "decide", "records"];

/// The longest input that is tried, in bytes.
const LONGEST: usize = 16_384;

/// How to fuzz.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long to run each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Run only this target.
    #[arg(long, value_parser = TARGETS)]
    target: Option<String>,
}

/// Runs each target, or says that it was skipped where this machine lacks cargo-fuzz or a nightly toolchain.
///
/// # Errors
/// A target found an input that breaks its promise; cargo-fuzz prints where it kept it.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    let chosen = TARGETS.iter().filter(|name| options.target.as_deref().is_none_or(|only| only == **name));
    if !is_installed() {
        for target in chosen {
            println!("fuzz target `{target}`: skipped, it needs cargo-fuzz and a nightly toolchain");
        }
        return Ok(());
    }
    let documents = documents(&root.join("corpus"))?;
    for target in chosen {
        let seeds = root.join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&seeds)?;
        for (name, text) in &documents {
            std::fs::write(seeds.join(name), text)?;
        }
        println!("fuzz target `{target}`: {} seconds from {} seeds", options.seconds, documents.len());
        let status = nightly()
            .current_dir(root)
            .args(["fuzz", "run", target, "--"])
            .args([format!("-max_total_time={}", options.seconds), format!("-max_len={LONGEST}")])
            .args(["-timeout=10", "-print_final_stats=1"])
            .status()
            .context("cargo-fuzz does not start")?;
        ensure!(status.success(), "fuzz target `{target}` found an input that breaks its promise");
    }
    Ok(())
}

/// The cargo of the nightly toolchain, by rustup.
fn nightly() -> Command {
    let mut cargo = Command::new("cargo");
    cargo.arg("+nightly").env_remove("CARGO").env_remove("RUSTC").env_remove("RUSTUP_TOOLCHAIN");
    cargo
}

fn is_installed() -> bool {
    let probe = nightly().args(["fuzz", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    probe.is_ok_and(|status| status.success())
}

/// Gives the document of every case of the corpus, with a name for it.
pub(crate) fn documents(corpus: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for path in cases(corpus)? {
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)
            .with_context(|| format!("{} is no case", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = case["document"].as_str().map_or_else(|| case["document"].to_string(), str::to_owned);
        found.push((name, text));
    }
    Ok(found)
}

fn cases(corpus: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(corpus).context("the corpus cannot be read")? {
        let folder = folder?.path();
        if folder.is_dir() {
            for file in std::fs::read_dir(&folder)? {
                found.push(file?.path());
            }
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    found.sort();
    Ok(found)
}
