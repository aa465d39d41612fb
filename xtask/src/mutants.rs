//! `cargo xtask mutants`: bugs that are sown on purpose, one at a time, in a copy of `crates/policy`; its tests must
//! notice each of them.
//!
//! A list instead of a tool that mutates everything: each entry is a misreading of AWS's rules that somebody could
//! have, and the run fails when its place in the text is gone, so the list cannot rot.

mod list;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// One bug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mutant {
    /// The file, below `crates/policy/src`.
    file: &'static str,
    /// The text as it stands; it must stand there once.
    text: &'static str,
    /// What the bug makes of it.
    instead: &'static str,
    /// What the bug gets wrong.
    breaks: &'static str,
}

/// Which bugs are sown.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only those whose file or description contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Only check that every bug still has its place.
    #[arg(long)]
    check: bool,
}

/// Sows each bug and runs the tests against it.
///
/// # Errors
/// A bug's place is gone, a bug does not compile, or the tests did not notice one.
pub(crate) fn run(root: &Path, options: &Options) -> anyhow::Result<()> {
    for mutant in list::ALL {
        sown(root, mutant)?;
    }
    println!("every one of {} bugs has its place", list::ALL.len());
    if options.check {
        return Ok(());
    }
    let emulators = std::env::var_os("BUCKETWATCH_TEST_EMULATORS")
        .map_or_else(|| crate::emulators::prepare(root), |folder| Ok(PathBuf::from(folder)))?;
    let field = Field::prepare(root, emulators)?;
    ensure!(field.passes()?, "the tests fail without any bug");
    let mut survivors = 0;
    let chosen =
        |mutant: &&Mutant| mutant.file.contains(&options.only) || mutant.breaks.contains(&options.only);
    for mutant in list::ALL.iter().filter(chosen) {
        let place = field.sources.join(mutant.file);
        let healthy = std::fs::read_to_string(&place)?;
        std::fs::write(&place, sown(root, mutant)?)?;
        let survived = field.passes().with_context(|| format!("{}: {}", mutant.file, mutant.breaks));
        std::fs::write(&place, healthy)?;
        let survived = survived?;
        survivors += usize::from(survived);
        println!("{} {}: {}", if survived { "SURVIVED" } else { "caught  " }, mutant.file, mutant.breaks);
    }
    ensure!(survivors == 0, "the tests did not notice {survivors} of the bugs");
    Ok(())
}

/// Gives the text of a file with the bug in it.
fn sown(root: &Path, mutant: &Mutant) -> anyhow::Result<String> {
    let path = root.join("crates/policy/src").join(mutant.file);
    let healthy =
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let places = healthy.matches(mutant.text).count();
    ensure!(
        places == 1,
        "{}: the text of `{}` stands there {places} times, once is wanted; amend xtask/src/mutants/list.rs",
        mutant.file,
        mutant.breaks
    );
    Ok(healthy.replace(mutant.text, mutant.instead))
}

/// A copy of the crate in a workspace of its own.
struct Field {
    folder: PathBuf,
    sources: PathBuf,
    emulators: PathBuf,
}

impl Field {
    fn prepare(root: &Path, emulators: PathBuf) -> anyhow::Result<Self> {
        let folder = root.join("target/mutants");
        let copy = folder.join("crates/policy");
        if copy.exists() {
            std::fs::remove_dir_all(&copy)?;
        }
        copy_folder(&root.join("crates/policy"), &copy)?;
        copy_folder(&root.join("corpus"), &folder.join("corpus"))?;
        let manifest = std::fs::read_to_string(root.join("Cargo.toml"))?;
        let alone: String = manifest
            .lines()
            .filter(|line| !line.starts_with("default-members"))
            .map(|line| if line.starts_with("members") { "members = [\"crates/policy\"]" } else { line })
            .map(|line| format!("{line}\n"))
            .collect();
        std::fs::write(folder.join("Cargo.toml"), alone)?;
        std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { sources: copy.join("src"), folder, emulators })
    }

    /// Tells whether the tests pass, the quick ones first.
    fn passes(&self) -> anyhow::Result<bool> {
        for tests in [&["--lib"][..], &["--test", "it"]] {
            let built = self.cargo(tests).arg("--no-run").stderr(Stdio::inherit()).status()?;
            ensure!(built.success(), "it does not compile");
            if !self.cargo(tests).stderr(Stdio::null()).status()?.success() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.folder).args(["test", "--quiet"]).args(arguments);
        cargo.env("CARGO_TARGET_DIR", self.folder.join("target"));
        cargo.env("BUCKETWATCH_TEST_EMULATORS", &self.emulators).stdout(Stdio::null());
        cargo
    }
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
