//! The findings of a check, their fixes, and the table of all codes.
//!
//! A [`Report`] lists [`Diagnostic`]s, each with a [`Code`](crate::Code). Ids and names of codes are permanent and never
//! reused.
#![doc = include_str!("code/codes.md")]

// In dependency order: a file imports only siblings above it.
mod fix;
pub(crate) mod finding;
pub(crate) mod report;
mod at;
mod levels;
mod edit_set;
mod sink;
#[cfg(test)]
mod tests;

pub(crate) use self::at::At;
pub(crate) use self::edit_set::{EditSet, splice_pieces};
pub(crate) use self::finding::Diagnostic;
pub use self::finding::Label;
pub use self::fix::{Applicability, Fix, TextEdit};
pub(crate) use self::levels::Levels;
pub(crate) use self::report::Report;
pub(crate) use self::sink::{Counts, Draft, Sink};
