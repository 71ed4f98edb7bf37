//! What begins or ends by time alone: posts, delegations, exceptions. No row changes then, so nobody is told; this tells.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use schema::ids::PersonId;

/// The moments to come.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    moments: BTreeSet<(DateTime<Utc>, PersonId)>,
    of: HashMap<PersonId, Vec<DateTime<Utc>>>,
}

impl Agenda {
    /// All moments of everybody.
    pub(super) fn new(moments: Vec<(DateTime<Utc>, PersonId)>) -> Self {
        let mut agenda = Self::default();
        agenda.replace(&[], moments);
        agenda
    }

    /// Replaces all moments of `people` by those given.
    pub(super) fn replace(&mut self, people: &[PersonId], moments: Vec<(DateTime<Utc>, PersonId)>) {
        for person in people {
            for moment in self.of.remove(person).unwrap_or_default() {
                self.moments.remove(&(moment, *person));
            }
        }
        for (moment, person) in moments {
            if self.moments.insert((moment, person)) {
                self.of.entry(person).or_default().push(moment);
            }
        }
    }

    /// When the next one is.
    pub(super) fn next(&self) -> Option<DateTime<Utc>> {
        self.moments.first().map(|(moment, _)| *moment)
    }

    /// For whom something begins or ends up to `now`.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Vec<PersonId> {
        let mut people: Vec<PersonId> =
            self.moments.iter().take_while(|(moment, _)| *moment <= now).map(|(_, person)| *person).collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
    }

    #[test]
    fn tells_who_is_due_and_forgets_what_was_replaced() {
        let (one, other) = (PersonId::new(), PersonId::new());
        let mut agenda = Agenda::new(vec![(at(10), one), (at(20), one), (at(20), other), (at(20), other)]);
        assert_eq!(agenda.next(), Some(at(10)));
        assert!(agenda.due(at(9)).is_empty());
        assert_eq!(agenda.due(at(10)), [one]);
        assert_eq!(agenda.due(at(30)).len(), 2);
        agenda.replace(&[one], vec![(at(40), one)]);
        assert_eq!((agenda.next(), agenda.due(at(30))), (Some(at(20)), vec![other]));
        agenda.replace(&[one, other], Vec::new());
        assert_eq!(agenda.next(), None);
        assert!(agenda.of.is_empty());
    }
}
