//! How people and places stand to each other.

use super::{ExceptionKind, Micros, Org, PersonIx, UnitIx};
use crate::facts::{Exc, Relation, Wall};

impl Org {
    /// Where `target` stands, seen from `asker`. The chain of command comes before the tree of units.
    pub fn relation(&self, asker: PersonIx, target: PersonIx) -> Relation {
        if asker == target {
            return Relation::Itself;
        }
        let (from, to) = (self.row(asker), self.row(target));
        if to.enter < from.enter && from.leave <= to.leave {
            return match from.depth - to.depth {
                1 => Relation::Up1,
                2 => Relation::Up2,
                _ => Relation::Up3,
            };
        }
        if from.enter < to.enter && to.leave <= from.leave {
            return Relation::Down;
        }
        if from.unit == to.unit {
            Relation::SameUnit
        } else if from.department == to.department {
            Relation::SameDep
        } else {
            self.relation_to_agency(asker, UnitIx(to.agency))
        }
    }

    /// Where a conversation stands, seen from `asker`. `Down`: it belongs to a unit below one that they head, or
    /// whose head is below them.
    pub fn relation_to_room(&self, asker: PersonIx, agency: UnitIx, unit: Option<UnitIx>) -> Relation {
        let from = self.row(asker);
        let Some(unit) = unit else { return self.relation_to_agency(asker, agency) };
        let leads = |unit: UnitIx| {
            self.head(unit).is_some_and(|head| head == asker || self.relation(asker, head) == Relation::Down)
        };
        if from.unit == unit.0 {
            Relation::SameUnit
        } else if std::iter::successors(Some(unit), |unit| self.parent(*unit)).any(leads) {
            Relation::Down
        } else if from.department == self.place(unit).department {
            Relation::SameDep
        } else {
            self.relation_to_agency(asker, UnitIx(self.place(unit).agency))
        }
    }

    /// Whether a wall stands between two people. Symmetric by construction.
    pub fn wall(&self, one: PersonIx, other: PersonIx) -> Wall {
        self.walls.between(self.row(one).segments, self.row(other).segments)
    }

    /// What exception holds from one person toward another. A block holds both ways and outweighs a grant.
    pub fn exception(&self, from: PersonIx, to: PersonIx, now: Micros) -> Exc {
        let holds = |pair, kind| {
            self.links
                .exceptions
                .get(&pair)
                .is_some_and(|made| made.iter().any(|(what, span)| *what == kind && span.holds(now)))
        };
        if holds((from, to), ExceptionKind::Block) || holds((to, from), ExceptionKind::Block) {
            Exc::Block
        } else if holds((from, to), ExceptionKind::Grant) {
            Exc::Grant
        } else {
            Exc::None
        }
    }

    /// How far apart two people are in the tree of units, in steps up and down.
    pub fn distance(&self, one: PersonIx, other: PersonIx) -> usize {
        let (mine, theirs) = (self.unit_path(self.unit_of(one)), self.unit_path(self.unit_of(other)));
        let shared = mine.iter().zip(&theirs).take_while(|(left, right)| left == right).count();
        mine.len() + theirs.len() - 2 * shared
    }

    fn relation_to_agency(&self, asker: PersonIx, agency: UnitIx) -> Relation {
        if self.row(asker).agency == agency.0 {
            Relation::SameAgency
        } else if self.liaison_to(asker).contains(&agency) {
            Relation::Liaison
        } else {
            Relation::OtherAgency
        }
    }
}
