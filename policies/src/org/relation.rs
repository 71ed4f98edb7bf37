//! How people and places stand to each other.

use super::profile::Profile;
use super::{Band, ExceptionKind, Hat, Micros, Org, Person, PersonIx, Seat, UnitIx};
use crate::facts::{Employment, Exc, Relation, Wall};
use crate::label::Clearance;

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

/// Somebody as a decision sees them: looked up once, however much is asked about them.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    org: &'a Org,
    /// Who it is.
    pub(crate) person: PersonIx,
    row: &'a Person,
    profile: &'a Profile,
}

impl Org {
    /// Looks somebody up.
    #[inline]
    pub(crate) fn see(&self, person: PersonIx) -> Seen<'_> {
        let row = self.row(person);
        Seen { org: self, person, row, profile: self.profiles.get(row.profile) }
    }

    /// Whether a closed wall stands between any two of these people.
    pub fn are_parted(&self, people: &[PersonIx]) -> bool {
        let segments: Vec<_> = people.iter().map(|person| self.profile(*person).segments).collect();
        self.walls.part_any(&segments)
    }

    /// How far apart two people are in the tree of units, in steps up and down.
    pub fn distance(&self, one: PersonIx, other: PersonIx) -> usize {
        let (mine, theirs) = (self.unit_path(self.unit_of(one)), self.unit_path(self.unit_of(other)));
        let shared = mine.iter().zip(&theirs).take_while(|(left, right)| left == right).count();
        mine.len() + theirs.len() - 2 * shared
    }
}

impl Seen<'_> {
    /// Whether there is such a person. Nothing is ever decided for one who is not.
    #[inline]
    pub(crate) fn is_somebody(self) -> bool {
        self.row.is_somebody()
    }

    /// What they are cleared for.
    #[inline]
    pub(crate) fn clearance(self) -> Option<Clearance> {
        self.profile.clearance
    }

    /// Their employment.
    #[inline]
    pub(crate) fn employment(self) -> Employment {
        self.profile.employment
    }

    /// Where `target` stands, seen from here. The chain of command comes before the tree of units.
    #[expect(clippy::needless_bitwise_bool, reason = "one comparison more is cheaper than a wrong guess")]
    pub(crate) fn relation(self, target: Self) -> Relation {
        if self.person == target.person {
            return Relation::Itself;
        }
        let (from, to) = (self.row, target.row);
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
        if self.profile.ties.liaison && relation == Relation::OtherAgency {
            return self.relation_to_agency(UnitIx(to.agency));
        }
        relation
    }

    /// The same with all posts that both hold now. The chain of command is that of the primary posts; the nearest of
    /// the units counts, and where two meet in a unit or a department, so does the rank of each post they hold there.
    pub(crate) fn standing(self, target: Self, now: Micros) -> Standing {
        let relation = self.relation(target);
        let mut standing = Standing { relation, band: self.profile.band, other: target.profile.band };
        if !(self.profile.ties.further || target.profile.ties.further) {
            return standing;
        }
        let is_by_unit = !matches!(
            relation,
            Relation::Itself | Relation::Up1 | Relation::Up2 | Relation::Up3 | Relation::Down
        );
        if !is_by_unit {
            return standing;
        }
        for mine in self.seats(now) {
            for theirs in target.seats(now) {
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

    /// Where a conversation stands, seen from here with all posts they hold now, and in which band they are there.
    /// `Down`: it belongs to a unit below one that they head, or whose head is below them.
    pub(crate) fn standing_in_room(
        self,
        agency: UnitIx,
        unit: Option<UnitIx>,
        now: Micros,
    ) -> (Relation, Band) {
        let (org, band) = (self.org, self.profile.band);
        let Some(unit) = unit else { return (self.relation_to_agency(agency), band) };
        let leads = |unit: UnitIx| {
            let is_led = |head| head == self.person || self.relation(org.see(head)) == Relation::Down;
            org.head(unit).is_some_and(is_led)
        };
        let department = org.place(unit).department;
        let (mut nearest, mut there) = (None, band);
        for seat in self.seats(now) {
            let Some(meeting) = meeting(seat, unit.0, department) else { continue };
            if nearest != Some(Relation::SameUnit) {
                nearest = Some(meeting);
            }
            there = there.max(seat.band);
        }
        if nearest == Some(Relation::SameUnit) {
            (Relation::SameUnit, there)
        } else if std::iter::successors(Some(unit), |unit| org.parent(*unit)).any(leads) {
            (Relation::Down, there)
        } else if let Some(nearest) = nearest {
            (nearest, there)
        } else {
            (self.relation_to_agency(UnitIx(org.place(unit).agency)), band)
        }
    }

    /// Every post that they hold now, the primary one first.
    fn seats(self, now: Micros) -> impl Iterator<Item = Seat> {
        let primary = Seat { unit: self.row.unit, department: self.row.department, band: self.profile.band };
        std::iter::once(primary).chain(self.org.further_of(self.person, now))
    }

    /// Whether a wall stands between the two. Symmetric by construction.
    pub(crate) fn wall(self, other: Self) -> Wall {
        // Whoever is on both sides is not parted from themselves.
        if self.person == other.person {
            return Wall::None;
        }
        self.org.walls.between(self.profile.segments, other.profile.segments)
    }

    /// What exception holds toward `to`. A block holds both ways and outweighs a grant.
    pub(crate) fn exception(self, to: Self, now: Micros) -> Exc {
        // An exception ties both.
        if !(self.profile.ties.exception && to.profile.ties.exception) {
            return Exc::None;
        }
        let holds = |pair, kind| {
            let made = self.org.links.exceptions.get(&pair);
            made.is_some_and(|made| made.iter().any(|(what, span)| *what == kind && span.holds(now)))
        };
        let (there, back) = ((self.person, to.person), (to.person, self.person));
        if holds(there, ExceptionKind::Block) || holds(back, ExceptionKind::Block) {
            Exc::Block
        } else if holds(there, ExceptionKind::Grant) {
            Exc::Grant
        } else {
            Exc::None
        }
    }

    /// Whether they now assist somebody above `asker` in the chain of command.
    pub(crate) fn assists_above(self, asker: Self, now: Micros) -> bool {
        if !self.profile.ties.assists {
            return false;
        }
        let is_above = |principal| {
            let relation = asker.relation(self.org.see(principal));
            matches!(relation, Relation::Up1 | Relation::Up2 | Relation::Up3)
        };
        let hats = self.org.links.hats.get(&self.person).map_or(&[][..], Vec::as_slice);
        hats.iter().any(|(hat, span)| {
            matches!(hat, Hat::Assistant { principal, .. } if span.holds(now) && is_above(*principal))
        })
    }

    fn relation_to_agency(self, agency: UnitIx) -> Relation {
        if self.row.agency == agency.0 {
            Relation::SameAgency
        } else if self.org.liaison_to(self.person).contains(&agency) {
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
