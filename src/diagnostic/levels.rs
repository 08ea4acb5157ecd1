//! Per-code severity overrides, and the severity floor.

use crate::code::{Code, Severity};

/// A code with the severity that it has in one case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leveled {
    pub(super) code: Code,
    severity: Severity,
}

impl Leveled {
    /// Gives a code another severity than its default.
    pub(crate) const fn new(code: Code, severity: Severity) -> Self {
        Self { code, severity }
    }
}

impl From<Code> for Leveled {
    fn from(code: Code) -> Self {
        Self { code, severity: code.severity() }
    }
}

/// The override of one code.
#[derive(Clone, Copy, Debug)]
enum Override {
    Unset,
    Off,
    Severity(Severity),
}

/// The severity of each code.
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    overrides: [Override; Code::COUNT],
    warnings: Option<Severity>,
    floor: Severity,
}

impl Levels {
    /// Creates the levels without any override.
    pub(crate) const fn new() -> Self {
        Self {
            overrides: [Override::Unset; Code::COUNT],
            warnings: Some(Severity::Warning),
            floor: Severity::Note,
        }
    }

    /// Overrides the severity of a code; `None` means that it is not reported.
    pub(crate) fn set(&mut self, code: Code, severity: Option<Severity>) {
        if let Some(slot) = self.overrides.get_mut(code as usize) {
            *slot = severity.map_or(Override::Off, Override::Severity);
        }
    }

    /// Overrides the severity of all warnings whose code has no severity of its own.
    pub(crate) const fn set_warnings(&mut self, severity: Option<Severity>) {
        self.warnings = severity;
    }

    /// Returns these levels without any code below `floor`.
    pub(crate) const fn with_floor(mut self, floor: Severity) -> Self {
        self.floor = floor;
        self
    }

    /// Returns whether findings of a code may be reported.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        // Some codes have two severities, so the default of the code is not enough.
        let severities = [code.severity(), code.other_severity().unwrap_or(code.severity())];
        severities.into_iter().any(|severity| self.severity(Leveled::new(code, severity)).is_some())
    }

    /// Returns the severity of a code; `None` if it is not reported.
    #[inline]
    pub(crate) fn severity(&self, Leveled { code, severity }: Leveled) -> Option<Severity> {
        let severity = match self.overrides.get(code as usize) {
            Some(Override::Off) => return None,
            Some(Override::Severity(severity)) => *severity,
            _ if severity == Severity::Warning => self.warnings?,
            _ => severity,
        };
        (severity >= self.floor).then_some(severity)
    }
}
