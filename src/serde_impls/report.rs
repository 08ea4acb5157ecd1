//! Reports for other programs.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::code::Severity;
use crate::diagnostic::{Diagnostic, Fix, Label, Report, TextEdit};

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Report", 6)?;
        report.serialize_field("valid", &self.is_valid())?;
        report.serialize_field("errors", &self.count(Severity::Error))?;
        report.serialize_field("warnings", &self.count(Severity::Warning))?;
        report.serialize_field("notes", &self.count(Severity::Note))?;
        report.serialize_field("diagnostics", self.iter().as_slice())?;
        report.serialize_field("omitted", &self.omitted())?;
        report.end()
    }
}

impl Serialize for Diagnostic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut diagnostic = serializer.serialize_struct("Diagnostic", 12)?;
        diagnostic.serialize_field("code", self.code().id())?;
        diagnostic.serialize_field("name", self.code().name())?;
        diagnostic.serialize_field("severity", self.severity().as_str())?;
        diagnostic.serialize_field("message", self.message())?;
        diagnostic.serialize_field("pointer", self.pointer())?;
        diagnostic.serialize_field("start", &self.span().start())?;
        diagnostic.serialize_field("end", &self.span().end())?;
        diagnostic.serialize_field("line", &self.location().line)?;
        diagnostic.serialize_field("column", &self.location().column)?;
        diagnostic.serialize_field("help", &self.help())?;
        diagnostic.serialize_field("labels", self.labels())?;
        diagnostic.serialize_field("fixes", self.fixes())?;
        diagnostic.end()
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut label = serializer.serialize_struct("Label", 5)?;
        label.serialize_field("message", self.message())?;
        label.serialize_field("start", &self.span().start())?;
        label.serialize_field("end", &self.span().end())?;
        label.serialize_field("line", &self.location().line)?;
        label.serialize_field("column", &self.location().column)?;
        label.end()
    }
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let effect = self.effect();
        let mut fix = serializer.serialize_struct("Fix", 2 + usize::from(effect.is_some()))?;
        fix.serialize_field("applicability", self.applicability().name())?;
        fix.serialize_field("edits", self.edits())?;
        if effect.is_some() {
            fix.serialize_field("effect", &effect)?;
        } else {
            fix.skip_field("effect")?;
        }
        fix.end()
    }
}

impl Serialize for TextEdit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.text();
        let mut edit = serializer.serialize_struct("Edit", 3 + usize::from(text.is_none()))?;
        edit.serialize_field("start", &self.span().start())?;
        edit.serialize_field("end", &self.span().end())?;
        edit.serialize_field("text", &text)?;
        if text.is_some() {
            edit.skip_field("new_token")?;
        } else {
            edit.serialize_field("new_token", &true)?;
        }
        edit.end()
    }
}
