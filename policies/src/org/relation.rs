//! How people and places stand to each other.

use super::{Band, ExceptionKind, Micros, Org, PersonIx, Seat, UnitIx};
use crate::facts::{Exc, Relation, Wall};

/// How one stands to another, with the bands that count between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where the other one is, seen from the one who asks.
    pub relation: Relation,
    /// The band of the one who asks.
    pub band: Band,
    /// The band of the other one.
    pub other: Band,
}

/// By the steps up to somebody above, for somebody below, and by how many of agency, department and unit are shared.
const RELATIONS: [Relation; 9] = [
    Relation::Up3,
    Relation::Up1,
    Relation::Up2,
    Relation::Up3,
    Relation::Down,
    Relation::OtherAgency,
    Relation::SameAgency,
    Relation::SameDep,
    Relation::SameUnit,
];
/// The place there of somebody below.
const BELOW: u32 = 4;

impl Org {
    /// Where `target` stands, seen from `asker`. The chain of command comes before the tree of units.
    #[expect(clippy::needless_bitwise_bool, reason = "one comparison more is cheaper than a wrong guess")]
    pub fn relation(&self, asker: PersonIx, target: PersonIx) -> Relation {
        if asker == target {
            return Relation::Itself;
        }
        let (from, to) = (self.row(asker), self.row(target));
        // Without branches as far as that goes: who writes to whom is not to be guessed, and a processor that guesses
        // wrong begins anew when both rows have come.
        let is_above = (to.enter < from.enter) & (from.leave <= to.leave);
        let is_below = (from.enter < to.enter) & (to.leave <= from.leave);
        let steps = from.depth.wrapping_sub(to.depth).min(3);
        // Who shares the unit shares the department, and who shares that the agency.
        let shared = u32::from(from.unit == to.unit)
            + u32::from(from.department == to.department)
            + u32::from(from.agency == to.agency);
        let beside = BELOW + 1 + shared;
        let place = if is_above {
            steps
        } else if is_below {
            BELOW
        } else {
            beside
        };
        let relation = RELATIONS.get(place as usize).copied().unwrap_or(Relation::OtherAgency);
        if from.ties.liaison && relation == Relation::OtherAgency {
            return self.relation_to_agency(asker, UnitIx(to.agency));
        }
        relation
    }

    /// The same with all posts that both hold now. The chain of command is that of the primary posts; the nearest of
    /// the units counts, and where two meet in a unit or a department, so does the rank of each post they hold there.
    pub fn standing(&self, asker: PersonIx, target: PersonIx, now: Micros) -> Standing {
        let relation = self.relation(asker, target);
        let mut standing = Standing { relation, band: self.band(asker), other: self.band(target) };
        let holds_more = |person| self.row(person).ties.further;
        if !(holds_more(asker) || holds_more(target)) {
            return standing;
        }
        let is_by_unit = !matches!(
            relation,
            Relation::Itself | Relation::Up1 | Relation::Up2 | Relation::Up3 | Relation::Down
        );
        if !is_by_unit {
            return standing;
        }
        for mine in self.seats(asker, now) {
            for theirs in self.seats(target, now) {
                let Some(meeting) = meeting(mine, theirs.unit, theirs.department) else { continue };
                if standing.relation != Relation::SameUnit {
                    standing.relation = meeting;
                }
                standing.band = standing.band.max(mine.band);
                standing.other = standing.other.max(theirs.band);
            }
        }
        standing
    }

    /// Where a conversation stands, seen from `asker` with all posts they hold now, and in which band they are there.
    /// `Down`: it belongs to a unit below one that they head, or whose head is below them.
    pub fn standing_in_room(
        &self,
        asker: PersonIx,
        agency: UnitIx,
        unit: Option<UnitIx>,
        now: Micros,
    ) -> (Relation, Band) {
        let band = self.band(asker);
        let Some(unit) = unit else { return (self.relation_to_agency(asker, agency), band) };
        let leads = |unit: UnitIx| {
            self.head(unit).is_some_and(|head| head == asker || self.relation(asker, head) == Relation::Down)
        };
        let department = self.place(unit).department;
        let (mut nearest, mut there) = (None, band);
        for seat in self.seats(asker, now) {
            let Some(meeting) = meeting(seat, unit.0, department) else { continue };
            if nearest != Some(Relation::SameUnit) {
                nearest = Some(meeting);
            }
            there = there.max(seat.band);
        }
        if nearest == Some(Relation::SameUnit) {
            (Relation::SameUnit, there)
        } else if std::iter::successors(Some(unit), |unit| self.parent(*unit)).any(leads) {
            (Relation::Down, there)
        } else if let Some(nearest) = nearest {
            (nearest, there)
        } else {
            (self.relation_to_agency(asker, UnitIx(self.place(unit).agency)), band)
        }
    }

    /// Every post that the person holds now, the primary one first.
    fn seats(&self, person: PersonIx, now: Micros) -> impl Iterator<Item = Seat> + '_ {
        let row = self.row(person);
        let primary = Seat { unit: row.unit, department: row.department, band: row.band };
        std::iter::once(primary).chain(self.further_of(person, now))
    }

    /// Whether a wall stands between two people. Symmetric by construction.
    pub fn wall(&self, one: PersonIx, other: PersonIx) -> Wall {
        self.walls.between(self.row(one).segments, self.row(other).segments)
    }

    /// Whether a closed wall stands between any two of these people.
    pub fn are_parted(&self, people: &[PersonIx]) -> bool {
        let segments: Vec<_> = people.iter().map(|person| self.row(*person).segments).collect();
        self.walls.part_any(&segments)
    }

    /// What exception holds from one person toward another. A block holds both ways and outweighs a grant.
    pub fn exception(&self, from: PersonIx, to: PersonIx, now: Micros) -> Exc {
        // An exception ties both.
        if !(self.row(from).ties.exception && self.row(to).ties.exception) {
            return Exc::None;
        }
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

/// What a post has in common with a place, if anything nearer than the agency.
fn meeting(seat: Seat, unit: u32, department: u32) -> Option<Relation> {
    if seat.unit == unit {
        Some(Relation::SameUnit)
    } else if seat.department == department {
        Some(Relation::SameDep)
    } else {
        None
    }
}
