//! Times as the server prints them: to the millisecond, without a zone, of any year.

/// The milliseconds since 1970 of a time in UTC, such as `2026-01-01T00:00:00.001`; digits behind them are cut off.
pub(super) fn millis(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z').unwrap_or(text).split_once(['T', ' '])?;
    let (before_zero, date) = match date.strip_prefix('-') {
        Some(date) => (true, date),
        None => (false, date.strip_prefix('+').unwrap_or(date)),
    };
    let [year, month, day] = numbers(date, '-')?;
    let year = if before_zero { -year } else { year };
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':')?;
    if day > days_in(year, month)? || day == 0 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    let millis = i128::from(seconds) * 1000 + i128::from(thousandths(fraction)?);
    i64::try_from(millis).ok()
}

/// Three numbers of digits only.
fn numbers(text: &str, separator: char) -> Option<[i64; 3]> {
    let mut parts = text.split(separator).map(number);
    let numbers = [parts.next()??, parts.next()??, parts.next()??];
    parts.next().is_none().then_some(numbers)
}

/// A number of up to nine digits: more than any year that fits into 64 bits of milliseconds has.
fn number(text: &str) -> Option<i64> {
    let right = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    right.then(|| text.parse().ok()).flatten()
}

fn thousandths(fraction: &str) -> Option<i64> {
    number(fraction)?;
    fraction.chars().chain("000".chars()).take(3).collect::<alloc::string::String>().parse().ok()
}

fn days_in(year: i64, month: i64) -> Option<i64> {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    Some(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + i64::from(leap),
        _ => return None,
    })
}

/// The days from 1970-01-01 to a day of the Gregorian calendar. Years are counted from March, so that the leap day is the
/// last of its year.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    const DAYS_OF_400_YEARS: i64 = 146_097;
    const FROM_MARCH_OF_YEAR_0_TO_1970: i64 = 719_468;
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let months = (month + 9) % 12;
    let day_of_year = (153 * months + 2) / 5 + day - 1;
    era * DAYS_OF_400_YEARS + year * 365 + year / 4 - year / 100 + day_of_year - FROM_MARCH_OF_YEAR_0_TO_1970
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn times_are_read_to_the_millisecond() {
        for (text, expected) in [
            ("1970-01-01T00:00:00", Some(0)),
            ("1970-01-01T00:00:00.001", Some(1)),
            ("1969-12-31T23:59:59.999", Some(-1)),
            ("2026-01-01T00:00:00", Some(1_767_225_600_000)),
            ("2025-08-28T16:54:21.529", Some(1_756_400_061_529)),
            ("2025-08-28 16:54:21.529Z", Some(1_756_400_061_529)),
            ("2025-08-28T16:54:21.529999", Some(1_756_400_061_529)),
            ("2025-08-28T16:54:21.5", Some(1_756_400_061_500)),
            ("2024-02-29T00:00:00", Some(1_709_164_800_000)),
            ("2000-02-29T00:00:00", Some(951_782_400_000)),
            ("+57628-02-07T09:58:49", Some(1_756_400_061_529_000)),
            ("+262142-12-31T23:59:59.999", Some(8_210_266_876_799_999)),
            ("-0001-01-01T00:00:00", Some(-62_198_755_200_000)),
            ("2023-02-29T00:00:00", None),
            ("1900-02-29T00:00:00", None),
            ("2026-13-01T00:00:00", None),
            ("2026-00-01T00:00:00", None),
            ("2026-01-00T00:00:00", None),
            ("2026-01-01T24:00:00", None),
            ("2026-01-01T00:00", None),
            ("2026-01-01", None),
            ("2026-01-01T00:00:00.", None),
            ("2026-01-01T00:00:00+01:00", None),
            ("999999999-01-01T00:00:00", None),
            ("", None),
        ] {
            assert_eq!(millis(text), expected, "{text}");
        }
    }
}
