//! `completions` and `man`.

use std::io;
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::terminal::{Context as _, Exit, Result, shown_path};

/// Print the completions of a shell
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, mut command: clap::Command) -> Result<Exit> {
        let name = command.get_name().to_owned();
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, name, &mut script);
        io::Write::write_all(&mut io::stdout(), &script).context("cannot write to standard output")?;
        Ok(Exit::Success)
    }
}

/// Write the man pages of all commands into a directory
#[derive(Args)]
pub(crate) struct Man {
    /// The directory
    directory: PathBuf,
}

impl Man {
    pub(crate) fn run(self, command: clap::Command) -> Result<Exit> {
        clap_mangen::generate_to(command, &self.directory).context(shown_path(&self.directory))?;
        Ok(Exit::Success)
    }
}
