//! The type `Expectations` and its check.

use core::fmt;
use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

use crate::access::AccessRequest;
use crate::expectations::failure::{Decided, FailedExpectation, FailedExpectations};
use crate::expectations::parse::{Expectation, InvalidExpectations, Rule, Target, parse};
use crate::file::{TokenEntry, TokenFile};
use crate::from_text::from_text;
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, SystemResource};

/// Expectations of what tokens can do, one per line, to test a tokens file before it is deployed.
///
/// ```text
/// # comment
/// app can read,write sensors
/// app, dashboard cannot write any
/// dashboard can read *
/// only admin-sync can delete any
/// nobody but admin-sync, "night job" can create new
/// nobody can read _internal
/// collector can read system health
/// ```
///
/// Grammar (words are separated by whitespace; `#` starts a comment; a word in `"` is never a keyword):
///
/// ```text
/// line    = [ who ( "can" | "cannot" ) actions what | ( "only" who | "nobody" [ "but" who ] ) "can" actions what ]
/// who     = token { "," token }
/// actions = action { "," action }              create, describe, read, write, delete
/// what    = database | "*" | "any" | "new" | "system" ( resource | "*" | "any" )
/// ```
///
/// | what | means |
/// |---|---|
/// | `sensors` | this database, which exists |
/// | `*` | every database except `_internal`, whether the file names it or not |
/// | `any` | at least one database: one entry for databases has all of the actions |
/// | `new` | a database that does not exist yet |
/// | `system health` | this system resource; `system *` means all of them, `system any` at least one |
///
/// - `can`: each of these tokens is allowed all of the actions at once.
/// - `cannot`: none of these tokens is allowed any of the actions.
/// - `only … can`: these tokens are allowed all of the actions, and no other token is allowed any of them.
/// - `nobody but … can`: no other token is allowed any of the actions. `nobody can`: no token is.
/// - `*` and `system *` need `can`. With `cannot`, `only` and `nobody`, use `any`.
/// - A token that is not in the file fails the expectation, even with `cannot`: it is probably misspelt.
/// - An expired token can do nothing.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Expectations, Permission, Token, TokenEntry, TokenFile, TokenName};
///
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
///     .with_permissions([Permission::parse("db:sensors:read")?]);
/// let file = TokenFile::new([], [entry])?;
/// let expectations: Expectations = "app can read sensors\napp cannot write sensors".parse()?;
/// expectations.verify(&file, SystemTime::now())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Expectations(Vec<Expectation>);

impl Expectations {
    /// Parses expectations.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expectations;
    ///
    /// let expectations = Expectations::parse("# dashboards\ngrafana can read sensors\ngrafana cannot write sensors\n")?;
    /// assert_eq!(expectations.len(), 2);
    /// # Ok::<(), influxdb3_offline_tokens::expectations::InvalidExpectations>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of all invalid lines.
    pub fn parse(text: &str) -> Result<Self, InvalidExpectations> {
        parse(text).map(Self)
    }

    /// Returns the number of expectations.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expectations;
    ///
    /// let expectations = Expectations::parse("app can read a\n# a comment\nnobody can write a\n")?;
    /// assert_eq!(expectations.len(), 2);
    /// # Ok::<(), influxdb3_offline_tokens::expectations::InvalidExpectations>(())
    /// ```
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no expectations.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expectations;
    ///
    /// assert!(Expectations::parse("# nothing yet")?.is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::expectations::InvalidExpectations>(())
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an error if `file` fails an expectation at `now`. The error lists all failures.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("app can read a\napp can write a")?;
    /// let error = expectations.verify(&file, SystemTime::now()).unwrap_err();
    /// let expected = "failed expectation: line 2: `app` cannot write on database `a`: `db:a:read` lacks `write`";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the file fails an expectation.
    pub fn verify(&self, file: &TokenFile, now: SystemTime) -> Result<(), FailedExpectations> {
        let failed = self.check(file, now);
        if failed.is_empty() { Ok(()) } else { Err(FailedExpectations::new(&failed)) }
    }

    /// Returns the expectations that `file` fails at `now`, in line order: one failure per line and token.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("app can read a\napp can write a")?;
    /// let failed = expectations.check(&file, SystemTime::now());
    /// assert_eq!((failed.len(), failed[0].line()), (1, 2));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn check<'a>(&'a self, file: &'a TokenFile, now: SystemTime) -> Vec<FailedExpectation<'a>> {
        let tokens: HashMap<&str, &TokenEntry> =
            file.tokens().iter().map(|token| (token.name().as_str(), token)).collect();
        let mut failed = Vec::new();
        for expectation in &self.0 {
            let failure = |token, decision| FailedExpectation { line: expectation.line, token, decision };
            for name in &expectation.who {
                let decision = tokens.get(&**name).map(|token| match expectation.rule {
                    Rule::Can | Rule::Only => expectation.find_denied(token, now),
                    Rule::Cannot => expectation.find_allowed(token, now),
                    Rule::NobodyBut => None,
                });
                // `None` is an unknown token; `Some(None)` is a met expectation.
                if decision != Some(None) {
                    failed.push(failure(name, decision.flatten()));
                }
            }
            if matches!(expectation.rule, Rule::Only | Rule::NobodyBut) {
                let named: HashSet<&str> = expectation.who.iter().map(AsRef::as_ref).collect();
                for token in file.tokens().iter().filter(|token| !named.contains(token.name().as_str())) {
                    let decision = expectation.find_allowed(token, now);
                    failed.extend(decision.map(|decision| failure(token.name().as_str(), Some(decision))));
                }
            }
        }
        failed
    }
}

/// Returns a request for each database that the permissions name, and one for all others.
fn requests_for_every_database(token: &TokenEntry, actions: DatabaseActions) -> Vec<AccessRequest<'_>> {
    let rights = token.rights();
    let named = rights.databases().map(|(name, _)| name).filter(|name| *name != INTERNAL_DATABASE);
    let mut requests: Vec<_> = named.map(|name| AccessRequest::Database(name, actions)).collect();
    requests.push(AccessRequest::OtherDatabases(actions));
    requests
}

impl Expectation {
    fn requests<'a>(&'a self, token: &'a TokenEntry, actions: DatabaseActions) -> Vec<AccessRequest<'a>> {
        match &self.target {
            Target::Database(name) => vec![AccessRequest::Database(name, actions)],
            Target::EveryDatabase => requests_for_every_database(token, actions),
            Target::AnyDatabase => vec![AccessRequest::AnyDatabase(actions)],
            Target::NewDatabase => vec![AccessRequest::OtherDatabases(actions)],
            Target::System(resource) => vec![AccessRequest::System(*resource)],
            Target::EverySystem | Target::AnySystem => {
                SystemResource::ALL.iter().copied().map(AccessRequest::System).collect()
            }
        }
    }

    /// Returns the first decision that denies the token one of the actions.
    fn find_denied<'a>(&'a self, token: &'a TokenEntry, now: SystemTime) -> Option<Decided<'a>> {
        let requests = self.requests(token, self.actions);
        let decided = requests.iter().map(|request| (*request, token.decide(*request, now)));
        let denied: Vec<_> = decided.filter(|(_, decision)| !decision.is_allowed()).collect();
        let is_any = matches!(self.target, Target::AnySystem) && denied.len() < requests.len();
        denied.first().filter(|_| !is_any).copied()
    }

    /// Returns the first decision that allows the token one of the actions.
    fn find_allowed<'a>(&'a self, token: &'a TokenEntry, now: SystemTime) -> Option<Decided<'a>> {
        self.actions.iter().find_map(|action| {
            let requests = self.requests(token, action).into_iter();
            let mut decided = requests.map(|request| (request, token.decide(request, now)));
            decided.find(|(_, decision)| decision.is_allowed())
        })
    }
}

from_text!(Expectations, InvalidExpectations);

impl fmt::Debug for Expectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expectations({} lines)", self.len())
    }
}
