//! Where findings go: standard output, or a file that is complete or not there at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use bucketwatch_engine::report::Look;
use tempfile::NamedTempFile;

use crate::cli::ColorWord;
pub(crate) use crate::told::tell;

/// Where findings go.
pub(crate) struct Output {
    sink: Sink,
}

enum Sink {
    Stdout(BufWriter<io::Stdout>),
    /// A device or pipe, written as it comes.
    Direct(BufWriter<File>),
    /// A file, put into place when it is complete.
    Atomic {
        file: BufWriter<NamedTempFile>,
        path: PathBuf,
    },
}

impl Output {
    /// Opens `path`, or standard output. Fails at once where the file could not be written at the end.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path.filter(|path| path.as_os_str() != "-") else {
            return Ok(Self { sink: Sink::Stdout(BufWriter::new(io::stdout())) });
        };
        let failed = || format!("cannot write the output file `{}`", path.display());
        let sink = match path.metadata() {
            Ok(there) if there.is_dir() => {
                return Err(io::Error::from(io::ErrorKind::IsADirectory)).with_context(failed);
            }
            Ok(there) if !there.is_file() => {
                let file = OpenOptions::new().write(true).open(path).with_context(failed)?;
                Sink::Direct(BufWriter::new(file))
            }
            there => {
                if there.is_ok() {
                    OpenOptions::new().append(true).open(path).with_context(failed)?;
                }
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
                let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(failed)?;
                Sink::Atomic { file: BufWriter::new(file), path: path.to_owned() }
            }
        };
        Ok(Self { sink })
    }

    /// Tells how text for people looks there.
    pub(crate) fn look(&self, color: ColorWord) -> Look {
        let is_terminal = matches!(self.sink, Sink::Stdout(_)) && io::stdout().is_terminal();
        let wanted = match color {
            ColorWord::Always => true,
            ColorWord::Never => false,
            ColorWord::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        };
        Look { color: wanted, width: is_terminal.then(terminal_width).flatten() }
    }

    /// Puts a file into place; what was written is on the disk when this returns.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()?;
        if let Sink::Atomic { file, path } = self.sink {
            let failed = || format!("cannot write the output file `{}`", path.display());
            let file = file.into_inner().map_err(io::IntoInnerError::into_error).with_context(failed)?;
            file.as_file().sync_all().with_context(failed)?;
            file.persist(&path).map_err(|error| error.error).with_context(failed)?;
        }
        Ok(())
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.sink {
            Sink::Stdout(out) => out.write(bytes),
            Sink::Direct(out) => out.write(bytes),
            Sink::Atomic { file, path } => file.write(bytes).map_err(|error| unwritten(&error, path)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.sink {
            Sink::Stdout(out) => out.flush(),
            Sink::Direct(out) => out.flush(),
            Sink::Atomic { file, path } => file.flush().map_err(|error| unwritten(&error, path)),
        }
    }
}

/// Gives an error of writing under the name of the file that was asked for, not of the one that stands in for it.
fn unwritten(error: &io::Error, path: &Path) -> io::Error {
    let cause =
        error.get_ref().and_then(|inner| inner.source()).map_or(error.to_string(), ToString::to_string);
    io::Error::new(error.kind(), format!("cannot write the output file `{}`: {cause}", path.display()))
}

/// Tells whether somebody closed the pipe that the findings went to.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

fn terminal_width() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0)
}
