//! `completions` and `man`: made from the command line's own description.

use std::io::Write;

use anyhow::Result;
use bucketwatch_engine::exit::Exit;
use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Arguments;
use crate::output::Output;

/// Prints the completions for `shell`.
pub(crate) fn completions(shell: Shell) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "bucketwatch", &mut text);
    print(&text)
}

/// Prints the manual page.
pub(crate) fn manual() -> Result<Exit> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Arguments::command()).render(&mut text)?;
    print(&text)
}

fn print(text: &[u8]) -> Result<Exit> {
    let mut output = Output::open(None)?;
    output.write_all(text)?;
    output.finish()?;
    Ok(Exit::Clean)
}
