//! When the next full read is due.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use crate::config::{Schedule, Source};

/// How often a directory is read that is not followed.
const UNFOLLOWED: Duration = Duration::from_mins(1);

/// How long after a read at `now` the next one is due.
pub(super) fn until_next(source: &Source, now: DateTime<Utc>) -> Duration {
    match source.schedule {
        Schedule { every: Some(every), .. } => every.get(),
        Schedule { at, .. } if source.follow => until(at.get(), now),
        Schedule { .. } => UNFOLLOWED,
    }
}

/// How long after a read that the guard refused, or while the directory cannot be followed.
pub(super) fn until_retry(source: &Source) -> Duration {
    source.schedule.every.map_or(UNFOLLOWED, |every| every.get().min(UNFOLLOWED))
}

fn until(at: chrono::NaiveTime, now: DateTime<Utc>) -> Duration {
    let today = now.date_naive().and_time(at).and_utc();
    let next = if today > now { today } else { today + TimeDelta::days(1) };
    (next - now).to_std().unwrap_or(UNFOLLOWED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nightly_read_comes_once_a_day() {
        let at = chrono::NaiveTime::from_hms_opt(0, 30, 0).unwrap();
        let now = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        assert_eq!(until(at, now("2026-03-03T00:29:00Z")), Duration::from_mins(1));
        assert_eq!(until(at, now("2026-03-03T00:30:00Z")), Duration::from_hours(24));
        assert_eq!(until(at, now("2026-03-03T23:30:00Z")), Duration::from_hours(1));
    }
}
