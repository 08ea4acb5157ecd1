//! The commands `completions` and `man`.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

use crate::terminal::{Context as _, Exit, Output, Result, quoted_path};

/// Print shell completions
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
        let mut output = Output::new();
        output.line(String::from_utf8_lossy(&script).trim_end())?;
        output.finish(Exit::Success)
    }
}

/// Write the man pages of all commands to a directory
#[derive(Args)]
pub(crate) struct Man {
    /// The directory
    directory: PathBuf,
}

impl Man {
    pub(crate) fn run(self, command: clap::Command) -> Result<Exit> {
        clap_mangen::generate_to(command, &self.directory).context(quoted_path(&self.directory))?;
        Ok(Exit::Success)
    }
}
