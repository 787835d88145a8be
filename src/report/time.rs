//! A moment, as people write it.

use jiff::Timestamp;

/// Seconds since 1970-01-01 UTC as `2026-03-09 17:05:00 UTC`. What is beyond the year 9999 is taken as
/// the last second that there is.
pub fn utc(seconds: u64) -> String {
    let moment = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    moment.unwrap_or(Timestamp::MAX).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_as_a_calendar_has_them() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00:00 UTC"),
            (951_782_400, "2000-02-29 00:00:00 UTC"),
            (4_107_542_400, "2100-03-01 00:00:00 UTC"),
            (u64::MAX, "9999-12-30 22:00:00 UTC"),
        ] {
            assert_eq!(utc(seconds), expected);
        }
    }
}
