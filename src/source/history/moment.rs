//! A moment as people say it: `yesterday`, `3h`, `2026-11-20`, `~1`.

use std::{str::FromStr, time::Duration};

use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

/// Which of the kept inspections is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The state at a time, in seconds since 1970-01-01 UTC.
    At(u64),
    /// The state so long ago.
    Ago(Duration),
    /// The inspection so many before the newest.
    Back(usize),
    /// The state whose hash begins so.
    Content(String),
}

/// Words that name no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` names no moment. Write latest, yesterday, an age like 90m, 6h, 2d or 1w, a date like 2026-11-20, a time \
     like 2026-11-20T03:00Z, ~1 for the inspection before the newest, or the first digits of a hash"
)]
pub struct UnknownMoment(String);

impl FromStr for Moment {
    type Err = UnknownMoment;

    /// Reads a moment. Dates and times without a zone are of UTC, as all times are printed; a date
    /// alone means the end of that day.
    fn from_str(text: &str) -> Result<Self, UnknownMoment> {
        let unknown = || UnknownMoment(text.to_owned());
        match text {
            "latest" | "now" => return Ok(Moment::Back(0)),
            "yesterday" => return Ok(Moment::Ago(DAY)),
            _ => {}
        }
        if let Some(steps) = text.strip_prefix('~') {
            return steps.parse().map(Moment::Back).map_err(|_| unknown());
        }
        if let Some(age) = age(text) {
            return Ok(Moment::Ago(age));
        }
        if let Some(seconds) = time(text) {
            return Ok(Moment::At(seconds));
        }
        let is_hash =
            text.len() >= 6 && text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(Moment::Content(text.to_ascii_lowercase())) } else { Err(unknown()) }
    }
}

impl Moment {
    /// The second that is meant, where it is one.
    pub(super) fn seconds(&self, now: u64) -> u64 {
        match self {
            Moment::At(seconds) => *seconds,
            Moment::Ago(age) => now.saturating_sub(age.as_secs()),
            Moment::Back(_) | Moment::Content(_) => now,
        }
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// `90m` → 5,400 seconds.
fn age(text: &str) -> Option<Duration> {
    let unit = match text.chars().last()? {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        'w' => 7 * 24 * 60 * 60,
        _ => return None,
    };
    let count: u64 = text[..text.len() - 1].parse().ok()?;
    count.checked_mul(unit).map(Duration::from_secs)
}

fn time(text: &str) -> Option<u64> {
    let timestamp = if let Ok(timestamp) = text.parse::<Timestamp>() {
        timestamp
    } else {
        let moment = match text.parse::<civil::Date>() {
            // A whole text: `2026-11-20T03:00` starts with a date too.
            Ok(date) if text.len() <= "2026-11-20".len() => date.at(23, 59, 59, 0),
            _ => text.parse::<civil::DateTime>().ok()?,
        };
        moment.to_zoned(TimeZone::UTC).as_ref().map(Zoned::timestamp).ok()?
    };
    u64::try_from(timestamp.as_second()).ok()
}

/// Seconds since 1970-01-01 UTC, for people.
pub(super) fn utc(seconds: u64) -> String {
    let timestamp = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    timestamp.map_or_else(|| seconds.to_string(), |it| it.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_people_say_them() {
        let hours = |hours: u64| Moment::Ago(Duration::from_secs(hours * 3600));
        for (text, expected) in [
            ("latest", Moment::Back(0)),
            ("~2", Moment::Back(2)),
            ("yesterday", hours(24)),
            ("6h", hours(6)),
            ("90m", Moment::Ago(Duration::from_secs(5400))),
            ("1w", hours(168)),
            ("1970-01-02", Moment::At(2 * 86_400 - 1)),
            ("1970-01-02T00:00", Moment::At(86_400)),
            ("1970-01-02 00:00:30", Moment::At(86_430)),
            ("1970-01-02T02:00+02:00", Moment::At(86_400)),
            ("1970-01-02T00:00Z", Moment::At(86_400)),
            ("ABCDEF01", Moment::Content("abcdef01".to_owned())),
        ] {
            assert_eq!(text.parse(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_names_no_moment_is_told_what_does() {
        for text in ["", "~", "~x", "d", "tomorrow", "2026-13-01", "99999999999999999999h", "abc"] {
            let error = text.parse::<Moment>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{text}` names no moment. Write latest, ")), "{error}");
        }
    }

    #[test]
    fn times_are_printed_in_utc() {
        assert_eq!(utc(951_782_399), "2000-02-28 23:59:59 UTC");
    }
}
