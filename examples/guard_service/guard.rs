//! From the header of a request to 401, 403 or nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::SystemTime;

use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use influxdb3_offline_tokens::token::TOKEN_PREFIX;
use influxdb3_offline_tokens::{AccessRequest, Authorizer, Decision};

use crate::log;

/// Whoever asks takes the authorizer of that moment; a reload puts another one in its place.
pub(crate) struct Guard(RwLock<Arc<Authorizer>>);

impl Guard {
    pub(crate) fn new(authorizer: Authorizer) -> Self {
        Self(RwLock::new(Arc::new(authorizer)))
    }

    pub(crate) fn replace(&self, authorizer: Authorizer) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(authorizer);
    }

    fn current(&self) -> Arc<Authorizer> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Nothing where the request is allowed; else the status to answer, after the reason was logged.
    pub(crate) fn check(&self, headers: &HeaderMap, request: AccessRequest<'_>) -> Result<(), StatusCode> {
        let asked = shown(&request);
        let Some(presented) = bearer(headers) else {
            log(format_args!("401 {asked}: no token, or not one that can be read"));
            return Err(StatusCode::UNAUTHORIZED);
        };
        // One authorizer for both questions: a reload in between changes neither.
        let authorizer = self.current();
        let token = authorizer.authenticate(presented, SystemTime::now()).map_err(|reason| {
            log(format_args!("401 {asked}: {reason}"));
            StatusCode::UNAUTHORIZED
        })?;
        match token.decide(request) {
            Decision::Allowed(_) => Ok(()),
            Decision::Denied(reason) => {
                // A name that holds a secret is not shown: people paste into the wrong member.
                let name = token.name().as_str();
                let name = if name.contains(TOKEN_PREFIX) { "[redacted]" } else { name };
                log(format_args!("403 {asked} for {name:?}: {reason}"));
                Err(StatusCode::FORBIDDEN)
            }
        }
    }
}

/// For the log, which whoever asks must not fill: no database has a name of more than 511 bytes.
fn shown(request: &AccessRequest<'_>) -> String {
    let mut text = request.to_string();
    if let Some((end, _)) = text.char_indices().nth(600) {
        text.truncate(end);
        text.push('…');
    }
    text
}

// The token of `Authorization: Bearer TOKEN`. Two such headers are none: it would not be clear which counts.
fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (all.next()?, all.next()) else { return None };
    let (scheme, token) = value.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}
