//! Virtual environments with what is not Rust, pinned: the emulators and the solver for the tests, and the linters.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, bail, ensure};

const EMULATORS: Environment = Environment {
    name: "emulators",
    file: "xtask/requirements.txt",
    pins: include_str!("../requirements.txt"),
};

const LINTERS: Environment =
    Environment { name: "linters", file: "xtask/linters.txt", pins: include_str!("../linters.txt") };

/// Gives the folder of what the tests need.
///
/// # Errors
/// No Python 3.11 or newer with `venv`, or the package index cannot be reached.
pub(crate) fn prepare(root: &Path) -> anyhow::Result<PathBuf> {
    EMULATORS.prepare(root)
}

/// Gives the folder of what judges the deployment: too heavy to be installed for every test run.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn linters(root: &Path) -> anyhow::Result<PathBuf> {
    LINTERS.prepare(root)
}

struct Environment {
    name: &'static str,
    file: &'static str,
    pins: &'static str,
}

impl Environment {
    /// Gives its folder, made or renewed where it does not match the pins.
    fn prepare(&self, root: &Path) -> anyhow::Result<PathBuf> {
        let folder = root.join("target").join(self.name);
        let stamp = folder.join("installed-requirements.txt");
        if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == self.pins) {
            return Ok(folder);
        }
        let python = python()?;
        eprintln!("xtask: installing the pinned {0} into target/{0}", self.name);
        run(Command::new(python).args(["-m", "venv", "--clear"]).arg(&folder))
            .context("python's `venv` module failed; on Debian it is the package python3-venv")?;
        run(Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arg(root.join(self.file)))
        .with_context(|| {
            format!("cannot install the {}; is the Python package index reachable?", self.name)
        })?;
        std::fs::write(&stamp, self.pins)?;
        Ok(folder)
    }
}

/// Gives the name of a Python that is new enough.
pub(crate) fn python() -> anyhow::Result<&'static str> {
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
