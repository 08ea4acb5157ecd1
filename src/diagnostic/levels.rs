//! The severity of each code: overrides and a floor.

use crate::code::{Code, Severity};

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

    /// Overrides the severity of all warnings whose code has no override of its own.
    pub(crate) const fn set_warnings(&mut self, severity: Option<Severity>) {
        self.warnings = severity;
    }

    /// Returns these levels without any code below `floor`.
    pub(crate) const fn with_floor(mut self, floor: Severity) -> Self {
        self.floor = floor;
        self
    }

    /// Returns whether findings of a code are reported at its default severity.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        self.severity(code, code.severity()).is_some()
    }

    /// Returns whether all codes are off whose default severity is lower than an error.
    pub(crate) fn errors_only(&self) -> bool {
        let is_off = |code, severity| self.severity(code, severity).is_none();
        Code::ALL.iter().all(|code| is_off(*code, Severity::Warning) && is_off(*code, Severity::Note))
    }

    /// Returns the severity at which a code is reported, given its default one; `None` if it is not reported.
    #[inline]
    pub(crate) fn severity(&self, code: Code, severity: Severity) -> Option<Severity> {
        let severity = match self.overrides.get(code as usize) {
            Some(Override::Off) => return None,
            Some(Override::Severity(severity)) => *severity,
            _ if severity == Severity::Warning => self.warnings?,
            _ => severity,
        };
        (severity >= self.floor).then_some(severity)
    }
}
