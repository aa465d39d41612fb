//! `cargo xtask package`: the zip files that AWS Lambda takes, one for each architecture whose target is installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail, ensure};

/// An architecture of AWS Lambda.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Architecture {
    /// As AWS calls it.
    name: &'static str,
    /// As Rust does.
    target: &'static str,
}

/// What is built for one architecture.
pub(crate) struct Package {
    /// The executable that the zip file holds as `bootstrap`.
    pub(crate) executable: PathBuf,
    /// The zip file.
    pub(crate) zip: PathBuf,
}

const ARCHITECTURES: [Architecture; 2] = [
    Architecture { name: "x86_64", target: "x86_64-unknown-linux-gnu" },
    Architecture { name: "arm64", target: "aarch64-unknown-linux-gnu" },
];

/// The minor version of the C library of `provided.al2023`.
///
/// *Source*: AWS, "Amazon Linux 2023 release notes": glibc 2.34 (read 2026-11-23).
const GLIBC_MINOR: u32 = 34;

/// Writes the executable as `bootstrap`, with a date that is always the same.
const ZIP: &str = "\
import sys, zipfile
source, target = sys.argv[1:]
entry = zipfile.ZipInfo('bootstrap', (1980, 1, 1, 0, 0, 0))
entry.external_attr, entry.create_system = 0o100755 << 16, 3
with zipfile.ZipFile(target, 'w') as out, open(source, 'rb') as executable:
    out.writestr(entry, executable.read(), zipfile.ZIP_DEFLATED, 9)
";

/// Builds every package that can be built here.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    for architecture in ARCHITECTURES {
        if !is_installed(architecture.target)? {
            println!("{}: skipped, the target {} is not installed", architecture.name, architecture.target);
            continue;
        }
        let package = build(root, architecture)?;
        let size = |path: &Path| -> anyhow::Result<f64> { Ok(std::fs::metadata(path)?.len() as f64 / 1e6) };
        println!(
            "{}: {} ({:.2} MB, the executable {:.2} MB)",
            architecture.name,
            package.zip.display(),
            size(&package.zip)?,
            size(&package.executable)?
        );
    }
    Ok(())
}

/// Gives the architecture of this machine.
pub(crate) fn host() -> anyhow::Result<Architecture> {
    let wanted = if std::env::consts::ARCH == "aarch64" { "arm64" } else { std::env::consts::ARCH };
    let known = ARCHITECTURES.into_iter().find(|architecture| architecture.name == wanted);
    known.with_context(|| format!("AWS Lambda has no architecture `{wanted}`"))
}

/// Builds the package of `architecture`.
///
/// # Errors
/// The build fails, or gives an executable that needs a newer C library than the function's machine has.
pub(crate) fn build(root: &Path, architecture: Architecture) -> anyhow::Result<Package> {
    let executable = executable(root, architecture.target)?;
    let bytes = std::fs::read(&executable)?;
    if let Some(minor) = newest_glibc(&bytes).filter(|minor| *minor > GLIBC_MINOR) {
        bail!(
            "the executable needs glibc 2.{minor}, and provided.al2023 has 2.{GLIBC_MINOR}: build it on an older system"
        );
    }
    let folder = root.join("target/package");
    std::fs::create_dir_all(&folder)?;
    let zip = folder.join(format!("bucketwatch-lambda-{}.zip", architecture.name));
    let python = crate::emulators::python()?;
    crate::emulators::run(Command::new(python).args(["-c", ZIP]).arg(&executable).arg(&zip))?;
    Ok(Package { executable, zip })
}

fn executable(root: &Path, target: &str) -> anyhow::Result<PathBuf> {
    let mut cargo = cargo();
    cargo.current_dir(root).args(["build", "--profile", "dist", "--locked", "--package", "bucketwatch"]);
    cargo.args(["--no-default-features", "--features", "lambda", "--target", target]);
    cargo.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
    let output = cargo.output().context("cargo does not start")?;
    ensure!(output.status.success(), "the build for {target} failed");
    let text = String::from_utf8_lossy(&output.stdout);
    let mut executables = text.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        message["executable"].as_str().map(PathBuf::from)
    });
    executables.next_back().context("cargo names no executable")
}

fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Tells whether Rust can build for `target` here.
fn is_installed(target: &str) -> anyhow::Result<bool> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(rustc).args(["--print", "target-libdir", "--target", target]).output()?;
    Ok(output.status.success() && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir())
}

/// Gives the minor version of the newest glibc whose symbols an executable names: `GLIBC_2.34` is 34.
fn newest_glibc(executable: &[u8]) -> Option<u32> {
    const NAME: &[u8] = b"GLIBC_2.";
    let after = executable.windows(NAME.len()).enumerate().filter(|(_, window)| *window == NAME);
    let digits = after.filter_map(|(start, _)| {
        let rest = executable.get(start + NAME.len()..)?;
        let end = rest.iter().position(|byte| !byte.is_ascii_digit())?;
        std::str::from_utf8(rest.get(..end)?).ok()?.parse().ok()
    });
    digits.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_that_is_named_counts() {
        assert_eq!(newest_glibc(b"\0GLIBC_2.2.5\0GLIBC_2.34\0GLIBC_2.17\0"), Some(34));
        assert_eq!(newest_glibc(b"no name of it"), None);
    }
}
