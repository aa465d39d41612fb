//! The virtual environment that holds the emulators and the solver, pinned in `xtask/requirements.txt`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// Gives the folder of the virtual environment, made or renewed where it does not match the pins.
///
/// # Errors
/// No Python 3.11 or newer with `venv`, or the package index cannot be reached.
pub(crate) fn prepare(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = root.join("target/emulators");
    let stamp = folder.join("installed-requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == REQUIREMENTS) {
        return Ok(folder);
    }
    let python = python()?;
    eprintln!("xtask: installing the pinned emulators into target/emulators");
    run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("python's `venv` module failed; on Debian it is the package python3-venv")?;
    run(Command::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
        .arg(root.join("xtask/requirements.txt")))
    .context("cannot install the emulators; is the Python package index reachable?")?;
    std::fs::write(&stamp, REQUIREMENTS)?;
    Ok(folder)
}

fn python() -> anyhow::Result<&'static str> {
    for name in ["python3", "python3.13", "python3.12", "python3.11", "python"] {
        let probe = Command::new(name)
            .args(["-c", "import sys, venv; sys.exit(sys.version_info < (3, 11))"])
            .stderr(std::process::Stdio::null())
            .status();
        if probe.is_ok_and(|status| status.success()) {
            return Ok(name);
        }
    }
    bail!("the tests need Python 3.11 or newer with its `venv` module, and none was found on PATH")
}

/// Runs `command` to its end and fails if it fails.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command.status().with_context(|| format!("cannot start {:?}", command.get_program()))?;
    ensure!(status.success(), "{:?} ended with {status}", command.get_program());
    Ok(())
}
