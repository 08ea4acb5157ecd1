//! The commands `explain` and `codes`: the documentation of the codes.

use clap::Args;
use influxdb3_offline_tokens::Code;
use serde_json::{Value, json};

use crate::terminal::{Exit, Format, Output, Result};

/// Explain a code
#[derive(Args)]
pub(crate) struct Explain {
    /// The name or the id of a code, such as `unknown-action` or `T0214`
    code: Code,

    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Explain {
    pub(crate) fn run(self) -> Result<Exit> {
        let (code, mut output) = (self.code, Output::new());
        if self.format == Format::Json {
            let mut line = row(code);
            line["explanation"] = code.explanation().into();
            output.line(line)?;
            return output.finish(Exit::Success);
        }
        output.line(format_args!("# {} {code} ({}): {}\n", code.id(), code.severity(), code.summary()))?;
        output.line(code.explanation().trim_end())?;
        output.finish(Exit::Success)
    }
}

fn row(code: Code) -> Value {
    json!({
        "code": code.id(),
        "name": code.name(),
        "severity": code.severity().as_str(),
        "summary": code.summary(),
    })
}

/// List all codes
#[derive(Args)]
pub(crate) struct Codes {
    /// The output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Human)]
    format: Format,
}

impl Codes {
    pub(crate) fn run(self) -> Result<Exit> {
        let mut output = Output::new();
        let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or(0);
        for code in Code::ALL {
            let (id, name, severity, summary) = (code.id(), code.name(), code.severity(), code.summary());
            match self.format {
                Format::Human => output.line(format_args!("{id}  {name:width$}  {severity:7}  {summary}"))?,
                Format::Json => output.line(row(*code))?,
            }
        }
        output.finish(Exit::Success)
    }
}
