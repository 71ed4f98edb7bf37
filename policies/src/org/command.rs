//! The chain of command: superiors, who reports to whom, and the Euler tour that makes relations a comparison.

use std::sync::Arc;

use uuid::Uuid;

use super::lists::Lists;
use super::{Above, Org, Person, PersonIx};

impl Org {
    /// Takes the superior from those who reported to somebody who left.
    pub(super) fn orphan_reports_of(&mut self, left: Uuid, place: PersonIx) {
        let reports = self.reports.clone();
        let mut orphans = Vec::new();
        for report in reports.get(place.0) {
            if let Some(row) =
                self.people.get_mut(report.0 as usize).filter(|row| row.superior.person() == Some(place))
            {
                row.superior = Above::NOBODY;
                orphans.push(*report);
            }
        }
        if !orphans.is_empty() {
            Arc::make_mut(&mut self.orphans).entry(left).or_default().extend(orphans);
        }
    }

    /// Forgets that `person` waits for the superior `missing`.
    pub(super) fn adopt(&mut self, person: PersonIx, missing: Option<Uuid>) {
        let Some(missing) = missing.filter(|missing| self.orphans.contains_key(missing)) else { return };
        let orphans = Arc::make_mut(&mut self.orphans);
        if let Some(waiting) = orphans.get_mut(&missing) {
            waiting.retain(|other| *other != person);
            if waiting.is_empty() {
                orphans.remove(&missing);
            }
        }
    }

    /// Gives `person` the superior whom their row names, if they are here.
    pub(super) fn find_superior(&mut self, person: PersonIx) {
        let named = self.text(person).superior;
        let superior = named.and_then(|named| self.person_by_id.get(&named).copied());
        if let Some(row) = self.people.get_mut(person.0 as usize) {
            row.superior = superior.into();
        }
        if let (Some(missing), None) = (named, superior) {
            Arc::make_mut(&mut self.orphans).entry(missing).or_default().push(person);
        }
    }

    /// Gives those who waited for `joined` their superior.
    pub(super) fn lead_orphans_of(&mut self, joined: Uuid, place: PersonIx) {
        if !self.orphans.contains_key(&joined) {
            return;
        }
        for orphan in Arc::make_mut(&mut self.orphans).remove(&joined).unwrap_or_default() {
            if let Some(row) = self.people.get_mut(orphan.0 as usize) {
                row.superior = Some(place).into();
            }
        }
    }

    /// Undoes the cuts, but for those who get another superior anyway: whether there still are circles is seen
    /// afterwards.
    pub(super) fn mend_cuts(&mut self, but: &[(Uuid, PersonIx)]) {
        for cut in std::mem::take(&mut self.cuts) {
            if !but.iter().any(|(_, person)| *person == cut) {
                self.find_superior(cut);
            }
        }
    }

    /// Numbers everybody by one walk over the forest of command. What runs in a circle is cut above the person with
    /// the greatest id, so that every reading of the same rows cuts the same.
    pub(super) fn walk(&mut self) {
        let reached = self.tour();
        if reached < self.person_by_id.len() {
            self.cut_circles();
            self.tour();
        }
    }

    /// Enter, leave and depth of everybody whose chain of command ends; how many these are.
    fn tour(&mut self) -> usize {
        let pairs = (0..).zip(&self.people);
        let pairs = pairs.filter_map(|(place, row)| Some((row.superior.person()?.0, PersonIx(place))));
        let reports = Lists::sort(self.people.len(), pairs);
        let people = &mut self.people;
        for row in people.iter_mut() {
            (row.enter, row.leave, row.depth) = (0, 0, 0);
        }
        let (mut clock, mut reached) = (0, 0);
        let mut stack: Vec<(PersonIx, u32, bool)> = Vec::new();
        for root in 0..u32::try_from(people.len()).unwrap_or(u32::MAX) {
            let is_root = |row: &Person| row.is_somebody() && row.superior == Above::NOBODY;
            if !people.get(root as usize).is_some_and(is_root) {
                continue;
            }
            stack.push((PersonIx(root), 0, false));
            while let Some((person, depth, below_done)) = stack.pop() {
                clock += 1;
                let Some(row) = people.get_mut(person.0 as usize) else { continue };
                if below_done {
                    row.leave = clock;
                    continue;
                }
                reached += 1;
                (row.enter, row.depth) = (clock, depth);
                let below = reports.get(person.0);
                if below.is_empty() {
                    clock += 1;
                    row.leave = clock;
                    continue;
                }
                stack.push((person, depth, true));
                stack.extend(below.iter().map(|report| (*report, depth + 1, false)));
            }
        }
        self.reports = Arc::new(reports);
        reached
    }

    /// Cuts every circle once.
    fn cut_circles(&mut self) {
        // Zero: not looked at. Otherwise the walk that came by.
        let mut walks = vec![0_u32; self.people.len()];
        let mut cuts = Vec::new();
        for start in self.people() {
            if self.row(start).enter != 0 {
                continue;
            }
            let walk = start.0 + 1;
            let mut at = Some(start);
            while let Some(person) = at
                && let Some(seen) = walks.get_mut(person.0 as usize)
            {
                if *seen == walk {
                    cuts.extend(self.greatest_of_circle(person));
                }
                if *seen != 0 {
                    break;
                }
                *seen = walk;
                at = self.superior(person);
            }
        }
        for cut in &cuts {
            if let Some(row) = self.people.get_mut(cut.0 as usize) {
                row.superior = Above::NOBODY;
            }
        }
        self.cuts = cuts;
    }

    /// Of the circle that `one` is in, the person with the greatest id.
    fn greatest_of_circle(&self, one: PersonIx) -> Option<PersonIx> {
        let circle = std::iter::once(one).chain(self.superiors(one).take_while(|other| *other != one));
        circle.max_by_key(|person| self.person_id(*person))
    }
}
