//! Spans of time on the command line: `30s`, `5m`, `1h 30m`.

use std::time::Duration;

use jiff::SignedDuration;

/// A span of time that is longer than none.
///
/// # Errors
/// What to write instead.
pub fn seconds(text: &str) -> Result<Duration, String> {
    let wrong = || "write a number with its unit, for example 30s, 5m or 1h".to_owned();
    let parsed: SignedDuration = text.parse().map_err(|_| wrong())?;
    let span = Duration::try_from(parsed).map_err(|_| wrong())?;
    if span.is_zero() { Err("it has to be longer than none".to_owned()) } else { Ok(span) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_with_their_units() {
        assert_eq!(seconds("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(seconds("200ms"), Ok(Duration::from_millis(200)));
        assert_eq!(seconds("1h 30m"), Ok(Duration::from_secs(5400)));
        for wrong in ["", "30", "soon", "-5s", "0s"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
