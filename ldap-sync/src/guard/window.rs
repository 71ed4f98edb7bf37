//! What was taken away lately, change by change: a trickle of single deletions must not pass what one batch would not.

use std::collections::VecDeque;

use tokio::time::Instant;

use super::{Limits, Tally, judge_tally};
use crate::engine::Judge;
use crate::finding::{Code, Effect, Finding};

/// The changes of the last while, for one source.
#[derive(Debug)]
pub struct Recent {
    limits: Limits,
    kept: VecDeque<(Instant, Tally)>,
}

impl Recent {
    /// Nothing has happened yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, kept: VecDeque::new() }
    }

    /// Lets all that has happened be: an operator looked at it.
    pub fn forgive(&mut self) {
        self.kept.clear();
    }

    fn judge_at(&mut self, now: Instant, tally: &Tally, people: usize) -> Vec<Finding> {
        // What gives and takes nothing is nobody's danger, however much went before it.
        if taken(tally) + given(tally) == 0 {
            return Vec::new();
        }
        let within = self.limits.window.within.get();
        while self.kept.front().is_some_and(|(at, _)| now.duration_since(*at) >= within) {
            self.kept.pop_front();
        }
        let mut sum = tally.clone();
        for (_, before) in &self.kept {
            add(&mut sum, before);
        }
        // Those who have gone meanwhile were there when the window began.
        let people = people + sum.gone - tally.gone;
        let mut refusals = judge_tally(&sum, people, &self.limits);
        let (all, limit) = (taken(&sum), self.limits.window.count);
        if all > limit {
            let value = format!("{all} > {limit}, {}s", within.as_secs());
            refusals.push(Finding::new(Code::GuardWindow, Effect::Refused).value(value));
        }
        refusals
    }

    fn committed_at(&mut self, now: Instant, tally: &Tally) {
        if taken(tally) + given(tally) > 0 {
            self.kept.push_back((now, tally.clone()));
        }
    }
}

impl Judge for Recent {
    fn judge(&mut self, tally: &Tally, people: usize) -> Vec<Finding> {
        self.judge_at(Instant::now(), tally, people)
    }

    fn committed(&mut self, tally: &Tally) {
        self.committed_at(Instant::now(), tally);
    }
}

/// How much is taken away.
fn taken(tally: &Tally) -> usize {
    tally.gone
        + tally.disabled
        + tally.clearances_lost
        + tally.superiors_lost
        + tally.segments_lost
        + tally.heads_lost
}

/// How much is given that opens doors.
fn given(tally: &Tally) -> usize {
    tally.enabled + tally.clearances_raised + tally.roles_gained
}

fn add(sum: &mut Tally, before: &Tally) {
    sum.gone += before.gone;
    sum.disabled += before.disabled;
    sum.enabled += before.enabled;
    sum.clearances_raised += before.clearances_raised;
    sum.clearances_lost += before.clearances_lost;
    sum.superiors_lost += before.superiors_lost;
    sum.segments_lost += before.segments_lost;
    sum.roles_gained += before.roles_gained;
    sum.heads_lost += before.heads_lost;
    for (id, loss) in &before.units {
        // Only units that lose somebody now are looked at: what went before was judged when it came.
        if let Some(unit) = sum.units.get_mut(id) {
            unit.lost += loss.lost;
            unit.all += loss.lost;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use uuid::Uuid;

    use super::*;
    use crate::guard::{Limit, UnitLoss};

    fn recent(text: &str) -> Recent {
        Recent::new(toml::from_str(text).unwrap())
    }

    fn codes(findings: &[Finding]) -> Vec<Code> {
        findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn a_trickle_is_stopped_where_a_batch_would_be_and_only_for_a_while() {
        let mut recent = recent("gone = { count = 3 }");
        let gone = Tally { gone: 1, ..Tally::default() };
        let began = Instant::now();
        let at = |minutes: u64| began + Duration::from_mins(minutes);
        for minute in 0..3 {
            assert_eq!(recent.judge_at(at(minute), &gone, 100), []);
            recent.committed_at(at(minute), &gone);
        }
        assert_eq!(codes(&recent.judge_at(at(3), &gone, 97)), [Code::GuardManyGone]);
        let renamed = Tally::default();
        assert_eq!(recent.judge_at(at(3), &renamed, 97), [], "what takes nothing away goes on");
        assert_eq!(recent.judge_at(at(10), &gone, 97), [], "the first is forgotten by then");
        recent.forgive();
        assert_eq!(recent.judge_at(at(3), &gone, 97), []);
    }

    #[test]
    fn all_kinds_of_loss_count_together() {
        let mut recent = recent("window = { count = 2, within = \"1m\" }");
        let now = Instant::now();
        recent.committed_at(now, &Tally { gone: 1, ..Tally::default() });
        recent.committed_at(now, &Tally { clearances_lost: 1, ..Tally::default() });
        let next = Tally { superiors_lost: 1, ..Tally::default() };
        assert_eq!(codes(&recent.judge_at(now, &next, 5000)), [Code::GuardWindow]);
        let given = Tally { enabled: 1, ..Tally::default() };
        assert_eq!(recent.judge_at(now, &given, 5000), [], "what gives back is not a loss");
    }

    #[test]
    fn a_unit_does_not_empty_one_by_one() {
        let mut recent = recent("unit = { count = 2, share = 0.2 }\nwhole_unit = 3");
        let unit = Uuid::from_u128(7);
        let now = Instant::now();
        let loss = |all: usize| Tally {
            gone: 1,
            units: [(unit, UnitLoss { dn: "ou=a".to_owned(), lost: 1, all })].into(),
            ..Tally::default()
        };
        for all in [30, 29, 28, 27, 26, 25] {
            assert_eq!(recent.judge_at(now, &loss(all), 100), [], "{all}");
            recent.committed_at(now, &loss(all));
        }
        let refusals = recent.judge_at(now, &loss(24), 100);
        assert_eq!(codes(&refusals), [Code::GuardUnitLost]);
        assert_eq!(refusals[0].value.as_deref(), Some("7 / 30"));
    }

    #[test]
    fn the_limits_are_those_of_the_guard() {
        let recent = recent("");
        assert_eq!(recent.limits.gone, Limit { count: 50, share: 0.005 });
        assert_eq!(recent.limits.window.count, 200);
    }
}
