//! The expiry of a token.

use core::fmt;
use core::num::IntErrorKind;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thiserror::Error;

use crate::from_text::from_text;
use crate::secret::Fragment;

/// The time from which a token is rejected: Unix time in milliseconds, any `i64`.
///
/// A token is active while its expiry is later than now; loading a file does not check it (server source). A token that
/// never expires has no expiry, or [`Expiry::NEVER`].
///
/// `Display` prints RFC 3339 from 1970 to 9999, and the number of milliseconds otherwise.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use influxdb3_offline_tokens::Expiry;
///
/// let expiry = Expiry::after(UNIX_EPOCH, Duration::from_secs(1_756_400_061))?;
/// assert_eq!(expiry.as_millis(), 1_756_400_061_000);
/// assert_eq!(expiry.to_string(), "2025-08-28T16:54:21Z");
/// assert_eq!(Expiry::parse("2025-08-28T16:54:21Z"), Ok(expiry));
/// # Ok::<(), influxdb3_offline_tokens::error::InvalidExpiry>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expiry(i64);

// The last millisecond that RFC 3339 can express: 9999-12-31T23:59:59.999Z.
pub(crate) const LAST_RFC3339_MILLIS: i64 = 253_402_300_799_999;

impl Expiry {
    /// The last possible time, which the server interprets as never (server source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::NEVER.as_millis(), i64::MAX);
    /// assert!(Expiry::NEVER.is_never() && !Expiry::from_millis(0).is_never());
    /// ```
    pub const NEVER: Self = Self(i64::MAX);

    /// Returns whether it is [`Expiry::NEVER`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Expiry, TokenFile};
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let new = TokenFile::parse(
    ///     br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": [], "expiry_millis": 9223372036854775807}]}"#,
    /// )?;
    /// assert!(new.tokens()[0].expiry().is_some_and(Expiry::is_never));
    /// assert!(FileDifference::new(&old, &new).is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == Self::NEVER.0
    }

    /// Creates an expiry from milliseconds since 1970-01-01T00:00:00Z.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::from_millis(1_893_456_000_000).to_string(), "2030-01-01T00:00:00Z");
    /// assert_eq!(Expiry::from_millis(-1).to_string(), "-1");
    /// ```
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z, as in the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::parse("1970-01-01T00:00:01Z")?.as_millis(), 1_000);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidExpiry>(())
    /// ```
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Returns the expiry `duration` after `now`, to the millisecond.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// let now = SystemTime::now();
    /// let expiry = Expiry::after(now, Duration::from_secs(90 * 24 * 3600))?;
    /// assert!(!expiry.is_past(now));
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidExpiry>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the time does not fit into 64 bits of milliseconds.
    pub fn after(now: SystemTime, duration: Duration) -> Result<Self, InvalidExpiry> {
        let millis = millis(now) + i128::try_from(duration.as_millis()).unwrap_or(i128::MAX / 2);
        i64::try_from(millis).map(Self).map_err(|_| InvalidExpiry::new(InvalidExpiryKind::OutOfRange))
    }

    /// Returns the time; `None` if the system cannot represent it.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::from_millis(1_500).to_system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_500)));
    /// assert_eq!(Expiry::from_millis(-1).to_system_time(), Some(UNIX_EPOCH - Duration::from_millis(1)));
    /// ```
    #[must_use]
    pub fn to_system_time(self) -> Option<SystemTime> {
        let distance = Duration::from_millis(self.0.unsigned_abs());
        if self.0 < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }

    /// Parses a duration after `now`, in the form of the vendor's `--expiry`: `10d`, `1y`, `2h 30m`. A year has 365.25 days
    /// and a month 30.44, as in [humantime](humantime::parse_duration).
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::parse_after(UNIX_EPOCH, "10d")?.as_millis(), 864_000_000);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidExpiry>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the text is not a duration, or the time does not fit into 64 bits of milliseconds.
    pub fn parse_after(now: SystemTime, duration: &str) -> Result<Self, InvalidExpiry> {
        let parsed = humantime::parse_duration(duration);
        let expiry = parsed.map_err(|_| InvalidExpiry::new(InvalidExpiryKind::NotADuration));
        expiry.and_then(|parsed| Self::after(now, parsed)).map_err(|error| error.quoting(duration))
    }

    /// Parses a time in UTC as RFC 3339, or an integer of milliseconds: what `Display` prints.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// assert_eq!(Expiry::parse("2030-01-01T00:00:00Z"), Expiry::parse("1893456000000"));
    /// assert!(Expiry::parse("2030-01-01T00:00:00+02:00").is_err());
    /// ```
    ///
    /// # Errors
    /// Returns an error if an integer does not fit into 64 bits, or for any other text. Examples are a time before 1970, and a
    /// time in a zone other than `Z` or `+00:00`.
    ///
    /// A time is rounded down to the millisecond, and a leap second is the second before it.
    pub fn parse(text: &str) -> Result<Self, InvalidExpiry> {
        let expiry = match text.parse() {
            Ok(millis) => Ok(Self(millis)),
            Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => {
                Err(InvalidExpiry::new(InvalidExpiryKind::OutOfRange))
            }
            Err(_) => {
                let time = parse_time(text, humantime::parse_rfc3339);
                time.ok_or_else(|| InvalidExpiry::new(InvalidExpiryKind::NotATime))
            }
        };
        expiry.map_err(|error| error.quoting(text))
    }

    /// Parses more forms of a time: a date alone (the start of that day), a space instead of `T`, another zone, or no zone
    /// (UTC).
    pub(crate) fn parse_loosely(text: &str) -> Option<Self> {
        let (local, offset) = without_offset(text).unwrap_or((text, 0));
        let time = parse_time(local, humantime::parse_rfc3339_weak);
        let time = time.or_else(|| parse_time(&format!("{local}T00:00:00Z"), humantime::parse_rfc3339));
        time?.0.checked_sub(offset).map(Self)
    }

    /// Returns whether a token with this expiry is rejected at `now`. A token is already rejected at the expiry itself.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// let expiry = Expiry::from_millis(1_000);
    /// assert!(!expiry.is_past(UNIX_EPOCH + Duration::from_millis(999)));
    /// assert!(expiry.is_past(UNIX_EPOCH + Duration::from_millis(1_000)));
    /// ```
    #[must_use]
    pub fn is_past(self, now: SystemTime) -> bool {
        i128::from(self.0) <= millis(now)
    }

    /// Returns the time from `now` to the expiry; `None` if it is `now` or in the past.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// let expiry = Expiry::from_millis(1_000);
    /// assert_eq!(expiry.remaining(UNIX_EPOCH), Some(Duration::from_secs(1)));
    /// assert!(expiry.is_past(UNIX_EPOCH + Duration::from_secs(1)));
    /// ```
    #[must_use]
    pub fn remaining(self, now: SystemTime) -> Option<Duration> {
        let left = i128::from(self.0) - millis(now);
        (left > 0).then(|| Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX)))
    }

    /// Returns the time from the expiry to `now`; `None` if it is in the future.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::Expiry;
    ///
    /// let expiry = Expiry::from_millis(1_000);
    /// assert_eq!(expiry.elapsed(UNIX_EPOCH + Duration::from_secs(3)), Some(Duration::from_secs(2)));
    /// assert_eq!(expiry.elapsed(UNIX_EPOCH), None);
    /// ```
    #[must_use]
    pub fn elapsed(self, now: SystemTime) -> Option<Duration> {
        let elapsed = millis(now) - i128::from(self.0);
        (elapsed >= 0).then(|| Duration::from_millis(u64::try_from(elapsed).unwrap_or(u64::MAX)))
    }
}

/// Splits a time from the offset at its end, such as `+02:00`, in milliseconds.
fn without_offset(text: &str) -> Option<(&str, i64)> {
    let (time, offset) = text.split_at_checked(text.len().checked_sub("+00:00".len())?)?;
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let number = |digits: &str, below: i64| -> Option<i64> {
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|number| is_number && *number < below)
    };
    let millis = (number(hours, 24)? * 60 + number(minutes, 60)?) * 60_000;
    match offset.get(..1)? {
        _ if time.ends_with('Z') => None,
        "+" => Some((time, millis)),
        "-" => Some((time, -millis)),
        _ => None,
    }
}

/// Parses a time in another year of equal length, and moves it: on 32-bit unixes, `humantime` rejects times from 2038 on.
fn parse_time(
    text: &str,
    parse: fn(&str) -> Result<SystemTime, humantime::TimestampError>,
) -> Option<Expiry> {
    let days_before = |year: i64| {
        let past = year - 1;
        past * 365 + past / 4 - past / 100 + past / 400
    };
    let (year, rest) = text.split_at_checked(4)?;
    let year = year.parse().ok().filter(|year| *year >= 1970)?;
    let similar = if days_before(year + 1) - days_before(year) == 366 { 1972 } else { 1970 };
    let time = Expiry::try_from(parse(&format!("{similar}{rest}")).ok()?).ok()?;
    Some(Expiry(time.0 + (days_before(year) - days_before(similar)) * 86_400_000))
}

/// Returns the milliseconds since 1970, rounded down even before 1970.
pub(crate) fn millis(time: SystemTime) -> i128 {
    // 128-bit division is slow.
    let seconds = |duration: Duration| i128::from(duration.as_secs()) * 1000;
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => seconds(after) + i128::from(after.subsec_millis()),
        Err(error) => {
            let before = error.duration();
            -seconds(before) - i128::from(before.subsec_nanos().div_ceil(1_000_000))
        }
    }
}

/// Formats a duration to the second: `2h 30m`.
pub(crate) fn format_duration(duration: Duration) -> String {
    humantime::format_duration(Duration::from_secs(duration.as_secs())).to_string()
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match u64::try_from(self.0) {
            Ok(millis) if self.0 <= LAST_RFC3339_MILLIS => {
                let time = UNIX_EPOCH + Duration::from_millis(millis);
                let text = match millis % 1000 {
                    0 => humantime::format_rfc3339_seconds(time),
                    _ => humantime::format_rfc3339_millis(time),
                };
                f.pad(&text.to_string())
            }
            _ => self.0.fmt(f),
        }
    }
}

impl TryFrom<SystemTime> for Expiry {
    type Error = InvalidExpiry;

    /// Rounds down to the millisecond.
    fn try_from(time: SystemTime) -> Result<Self, InvalidExpiry> {
        Self::after(time, Duration::ZERO)
    }
}

from_text!(Expiry, InvalidExpiry);

/// The kind of an [`InvalidExpiry`].
///
/// ```
/// use influxdb3_offline_tokens::Expiry;
/// use influxdb3_offline_tokens::error::InvalidExpiryKind;
///
/// assert_eq!(Expiry::parse("tomorrow").unwrap_err().kind(), InvalidExpiryKind::NotATime);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidExpiryKind {
    /// Neither an integer nor a time in UTC.
    NotATime,
    /// Not a duration such as `10d`.
    NotADuration,
    /// Too far from 1970 for 64 bits of milliseconds.
    OutOfRange,
    /// The expiry is in the past or less than a second away.
    Past,
}

/// The error for an invalid expiry. `Display` quotes the text, unless it may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::Expiry;
///
/// let error = Expiry::parse("tomorrow").unwrap_err();
/// assert!(error.to_string().starts_with("invalid time `tomorrow`: expected RFC 3339 in UTC"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}{text}{}", .kind.parts().0, .kind.parts().1)]
pub struct InvalidExpiry {
    kind: InvalidExpiryKind,
    text: Fragment,
}

impl InvalidExpiryKind {
    /// Returns the message before and after the text.
    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotATime => (
                "invalid time",
                ": expected RFC 3339 in UTC from 1970 on, such as `2030-01-01T00:00:00Z`, or milliseconds",
            ),
            Self::NotADuration => ("invalid duration", ": expected a form such as `10d`, `1y` or `2h 30m`"),
            Self::OutOfRange => {
                ("the time", " does not fit into 64 bits of milliseconds: use an earlier time")
            }
            Self::Past => ("the expiry", " is in the past or less than a second away: use a later time"),
        }
    }
}

impl InvalidExpiry {
    pub(crate) const fn new(kind: InvalidExpiryKind) -> Self {
        Self { kind, text: Fragment::EMPTY }
    }

    fn quoting(self, text: &str) -> Self {
        Self { text: Fragment::new(text, text), ..self }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub const fn kind(&self) -> InvalidExpiryKind {
        self.kind
    }
}
