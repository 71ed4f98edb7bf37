//! Lengths of time as people write them, `500ms`, `30s`, `5m`, `2h`, and times of day, `03:30`.

use std::time::Duration;

use chrono::NaiveTime;
use serde::Deserialize;

/// A length of time in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(Duration);

impl Span {
    /// The length itself.
    pub fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Span {
    fn from(length: Duration) -> Self {
        Self(length)
    }
}

impl TryFrom<String> for Span {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let wrong = || {
            format!(
                "`{text}` is not a length of time: write for example \"30s\", \"500ms\", \"5m\" or \"2h\""
            )
        };
        let number: u64 = number.parse().map_err(|_| wrong())?;
        let milliseconds = match unit {
            "ms" => Some(1),
            "s" => Some(1000),
            "m" => Some(60_000),
            "h" => Some(3_600_000),
            _ => None,
        };
        let length = milliseconds.and_then(|factor| number.checked_mul(factor)).ok_or_else(wrong)?;
        if length == 0 {
            return Err(format!("`{text}` is no time at all"));
        }
        Ok(Self(Duration::from_millis(length)))
    }
}

/// A time of day in the configuration, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TimeOfDay(NaiveTime);

impl TimeOfDay {
    /// The time itself.
    pub fn get(self) -> NaiveTime {
        self.0
    }
}

impl Default for TimeOfDay {
    /// Half past midnight: in the night of most of the lands east of Greenwich, before they begin to work.
    fn default() -> Self {
        Self(NaiveTime::MIN + chrono::TimeDelta::minutes(30))
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = |_| format!("`{text}` is not a time of day: write for example \"03:30\" (UTC)");
        NaiveTime::parse_from_str(&text, "%H:%M").map(Self).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_nonsense_is_not() {
        let read = |text: &str| Span::try_from(text.to_owned()).map(Span::get);
        assert_eq!(read("60s"), Ok(Duration::from_mins(1)));
        assert_eq!(read("250ms"), Ok(Duration::from_millis(250)));
        assert_eq!(read("2h"), Ok(Duration::from_hours(2)));
        for text in
            ["", "60", "s", "-1s", "1.5s", "0s", "1 s", "99999999999999999999s", "18446744073709551615h"]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn times_of_day_are_read_and_nonsense_is_not() {
        let read = |text: &str| TimeOfDay::try_from(text.to_owned()).map(TimeOfDay::get);
        assert_eq!(read("00:30"), Ok(TimeOfDay::default().get()));
        for text in ["", "24:00", "3", "03:60", "noon"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
