//! The org mirror in memory: an immutable snapshot of people, units and the chain of command, as arrays.
//!
//! A relation costs nanoseconds: whether one stands above another is a comparison of two intervals of an Euler tour.

mod build;
mod command;
mod difference;
mod input;
mod links;
mod lists;
#[cfg(test)]
mod patch_tests;
mod profile;
mod relation;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

pub use self::input::{
    DelegationInput, ExceptionInput, ExceptionKind, OrgInput, OrgPatch, PersonInput, PostInput, UnitInput,
    UnitKind,
};
use self::links::Links;
use self::lists::Lists;
use self::profile::{Profile, ProfileIx, Profiles};
pub(crate) use self::relation::Seen;
pub use self::relation::Standing;
pub use crate::facts::{Band, Employment, HatKind, Micros};
use crate::label::Clearance;
use crate::shared::{Chunks, Shards};
use crate::walls::Walls;

/// No unit: what an index past the end meets.
const NOWHERE: u32 = u32::MAX;

/// A person's place in the snapshot. Valid only for the snapshot that gave it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PersonIx(pub(crate) u32);

/// A unit's place in the snapshot. Valid only for the snapshot that gave it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct UnitIx(pub(crate) u32);

/// In which capacity a person acts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Hat {
    /// Their own.
    Own,
    /// For an absent head.
    Acting {
        /// Whose post counts.
        principal: PersonIx,
        /// When it ends, if that is known.
        until: Option<Micros>,
    },
    /// On behalf of whom they assist.
    Assistant {
        /// Whose post counts.
        principal: PersonIx,
        /// When it ends, if that is known.
        until: Option<Micros>,
    },
    /// As the duty officer.
    Duty {
        /// When it ends, if that is known.
        until: Option<Micros>,
    },
}

/// Something in the input that the snapshot had to leave out, or cut.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrgFinding {
    /// A person whose unit is not there: left out.
    PersonWithoutUnit(Uuid),
    /// A unit whose parent is not there, or that is inside itself: taken as a root.
    UnitWithoutParent(Uuid),
    /// A superior who is not there: the person has none.
    SuperiorMissing(Uuid),
    /// A chain of command that comes back to the person: cut above them.
    SuperiorCycle(Uuid),
    /// A person of a segment that the walls do not know: every wall stands before them.
    SegmentUnknown(Uuid),
}

/// Where a person stands, in half a line of the processor's cache: among a million people a decision costs about what it
/// takes to fetch two of them.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Person {
    unit: u32,
    department: u32,
    agency: u32,
    superior: Above,
    /// The interval of the Euler tour over the chain of command.
    enter: u32,
    leave: u32,
    depth: u32,
    profile: ProfileIx,
}

const _: () = assert!(size_of::<Person>() == 32, "a person has outgrown half a line of the cache");

/// The direct superior, or nobody: half the size of an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Above(u32);

impl Above {
    const NOBODY: Self = Self(u32::MAX);

    fn person(self) -> Option<PersonIx> {
        (self != Self::NOBODY).then_some(PersonIx(self.0))
    }
}

impl From<Option<PersonIx>> for Above {
    fn from(person: Option<PersonIx>) -> Self {
        person.map_or(Self::NOBODY, |person| Self(person.0))
    }
}

#[derive(Debug, Clone)]
struct PersonText {
    id: Uuid,
    display_name: String,
    title: String,
    rank_step: i16,
    /// The unit that the row names.
    unit: Uuid,
    /// Who the row says is the superior, whether or not they are here.
    superior: Option<Uuid>,
}

#[derive(Debug, Clone)]
struct Unit {
    row: UnitInput,
    parent: Option<UnitIx>,
    agency: u32,
    /// The department it is in or is; itself where there is none above.
    department: u32,
    head: Option<PersonIx>,
}

/// A person as they wait for their unit to be there.
#[derive(Debug, Clone)]
struct Filed {
    unit: Uuid,
    profile: Profile,
    text: PersonText,
}

/// Where a post is, and its band.
#[derive(Debug, Clone, Copy)]
struct Seat {
    unit: u32,
    department: u32,
    band: Band,
}

#[derive(Debug, Clone, Copy)]
struct Span {
    from: Option<Micros>,
    until: Option<Micros>,
}

impl Span {
    fn holds(self, now: Micros) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// An immutable snapshot of the whole mirror. The next one is a patched copy that shares what did not change.
///
/// A person keeps their place from copy to copy; the place of one who left is empty until it is given to another.
#[derive(Debug, Clone)]
pub struct Org {
    version: i64,
    people: Vec<Person>,
    profiles: Profiles,
    texts: Chunks<PersonText>,
    /// Empty places among the people.
    free: Vec<PersonIx>,
    person_by_id: Shards<Uuid, PersonIx>,
    units: Chunks<Unit>,
    unit_by_id: Arc<HashMap<Uuid, UnitIx>>,
    children: Arc<Lists<UnitIx>>,
    members: Arc<Lists<PersonIx>>,
    reports: Arc<Lists<PersonIx>>,
    /// Active people whose unit is not there.
    unplaced: Arc<HashMap<Uuid, Filed>>,
    /// By the superior who is not there: whose superior they would be.
    orphans: Arc<HashMap<Uuid, Vec<PersonIx>>>,
    /// Who stands at the cut of a circle.
    cuts: Vec<PersonIx>,
    links: Arc<Links>,
    walls: Arc<Walls>,
    findings: Vec<OrgFinding>,
    nobody: Person,
    no_text: PersonText,
    nowhere: Unit,
}

impl Org {
    /// The version of the mirror it was built from.
    pub fn version(&self) -> i64 {
        self.version
    }

    /// What had to be left out or cut.
    pub fn findings(&self) -> &[OrgFinding] {
        &self.findings
    }

    /// The person, if they are active.
    pub fn person(&self, id: Uuid) -> Option<PersonIx> {
        self.person_by_id.get(&id).copied()
    }

    /// The unit, if it exists.
    pub fn unit(&self, id: Uuid) -> Option<UnitIx> {
        self.unit_by_id.get(&id).copied()
    }

    /// Whether the place is one of this snapshot. Nothing is ever decided for one that is not.
    pub fn holds(&self, person: PersonIx) -> bool {
        self.row(person).is_somebody()
    }

    /// Whether the place is one of this snapshot.
    pub fn holds_unit(&self, unit: UnitIx) -> bool {
        (unit.0 as usize) < self.units.len()
    }

    /// The person's id.
    pub fn person_id(&self, person: PersonIx) -> Uuid {
        self.text(person).id
    }

    /// The unit's id.
    pub fn unit_id(&self, unit: UnitIx) -> Uuid {
        self.place(unit).row.id
    }

    /// The person's full name.
    pub fn display_name(&self, person: PersonIx) -> &str {
        &self.text(person).display_name
    }

    /// The title of the primary post.
    pub fn title(&self, person: PersonIx) -> &str {
        &self.text(person).title
    }

    /// The step of the person's rank on the ladder.
    pub fn rank_step(&self, person: PersonIx) -> i16 {
        self.text(person).rank_step
    }

    /// The unit of the primary post.
    pub fn unit_of(&self, person: PersonIx) -> UnitIx {
        UnitIx(self.row(person).unit)
    }

    /// The agency of the primary post.
    pub fn agency_of(&self, person: PersonIx) -> UnitIx {
        UnitIx(self.row(person).agency)
    }

    /// The band of the person's rank.
    pub fn band(&self, person: PersonIx) -> Band {
        self.profile(person).band
    }

    /// The person's clearance, if there is one.
    pub fn clearance(&self, person: PersonIx) -> Option<Clearance> {
        self.profile(person).clearance
    }

    /// The person's employment.
    pub fn employment(&self, person: PersonIx) -> Employment {
        self.profile(person).employment
    }

    /// The unit's name.
    pub fn unit_name(&self, unit: UnitIx) -> &str {
        &self.place(unit).row.name
    }

    /// The unit's level in the tree.
    pub fn unit_kind(&self, unit: UnitIx) -> UnitKind {
        self.place(unit).row.kind
    }

    /// The unit above.
    pub fn parent(&self, unit: UnitIx) -> Option<UnitIx> {
        self.place(unit).parent
    }

    /// The units directly below.
    pub fn children(&self, unit: UnitIx) -> &[UnitIx] {
        self.children.get(unit.0)
    }

    /// Who heads the unit.
    pub fn head(&self, unit: UnitIx) -> Option<PersonIx> {
        self.place(unit).head
    }

    /// Whose primary post is in the unit itself.
    pub fn people_of(&self, unit: UnitIx) -> &[PersonIx] {
        self.members.get(unit.0)
    }

    /// Who holds a post in the unit now that is not their primary one.
    pub fn guests_of(&self, unit: UnitIx, now: Micros) -> Vec<PersonIx> {
        let held = self.links.guests.get(&unit).map_or(&[][..], Vec::as_slice);
        let mut guests: Vec<PersonIx> =
            held.iter().filter(|(_, span)| span.holds(now)).map(|(person, _)| *person).collect();
        guests.sort_unstable();
        guests.dedup();
        guests.retain(|guest| self.unit_of(*guest) != unit);
        guests
    }

    /// The units in which the person holds a post now, that of the primary one first.
    pub fn units_of(&self, person: PersonIx, now: Micros) -> Vec<UnitIx> {
        let mut units = vec![self.unit_of(person)];
        for seat in self.further_of(person, now) {
            if !units.contains(&UnitIx(seat.unit)) {
                units.push(UnitIx(seat.unit));
            }
        }
        units
    }

    /// The units from the root down to this one, itself included.
    pub fn unit_path(&self, unit: UnitIx) -> Vec<UnitIx> {
        let mut path: Vec<UnitIx> = std::iter::successors(Some(unit), |unit| self.parent(*unit)).collect();
        path.reverse();
        path
    }

    /// The direct superior.
    pub fn superior(&self, person: PersonIx) -> Option<PersonIx> {
        self.row(person).superior.person()
    }

    /// The chain of command above the person, nearest first.
    pub fn superiors(&self, person: PersonIx) -> impl Iterator<Item = PersonIx> + '_ {
        std::iter::successors(self.superior(person), |above| self.superior(*above))
    }

    /// Whose direct superior the person is.
    pub fn reports(&self, person: PersonIx) -> &[PersonIx] {
        self.reports.get(person.0)
    }

    /// Those with the same superior.
    pub fn peers(&self, person: PersonIx) -> Vec<PersonIx> {
        let same = self.superior(person).map_or(&[][..], |superior| self.reports(superior));
        same.iter().copied().filter(|other| *other != person).collect()
    }

    /// The capacities in which the person may act now; their own comes first.
    pub fn hats(&self, person: PersonIx, now: Micros) -> Vec<Hat> {
        let others = self.links.hats.get(&person).map_or(&[][..], Vec::as_slice);
        let mut hats = vec![Hat::Own];
        for (hat, _) in others.iter().filter(|(_, span)| span.holds(now)) {
            // The directory and the dated list may give the same hat: what lasts longer counts.
            match hats.iter_mut().find(|worn| worn.is_same_but_for_end(*hat)) {
                Some(worn) => *worn = worn.longer(*hat),
                None => hats.push(*hat),
            }
        }
        hats
    }

    /// Whether the person may act in this capacity now.
    pub fn wears(&self, person: PersonIx, hat: Hat, now: Micros) -> bool {
        hat == Hat::Own
            || self
                .links
                .hats
                .get(&person)
                .is_some_and(|hats| hats.iter().any(|(worn, span)| *worn == hat && span.holds(now)))
    }

    /// Who acts for the person now, or assists them.
    pub fn delegates(&self, principal: PersonIx, now: Micros) -> Vec<(PersonIx, Hat)> {
        let is_lent = |hats: &[(Hat, Span)]| hats.iter().any(|(hat, _)| hat.principal() == Some(principal));
        let lent = self.links.hats.iter().filter(|(_, hats)| is_lent(hats));
        let mut found: Vec<(PersonIx, Hat)> = lent
            .flat_map(|(person, _)| self.hats(*person, now).into_iter().map(move |hat| (*person, hat)))
            .filter(|(_, hat)| hat.principal() == Some(principal))
            .collect();
        found.sort_by_key(|(person, _)| *person);
        found
    }

    /// To which agencies the person is liaison.
    pub fn liaison_to(&self, person: PersonIx) -> &[UnitIx] {
        if !self.profile(person).ties.liaison {
            return &[];
        }
        self.links.liaisons.get(&person).map_or(&[], Vec::as_slice)
    }

    /// Who is liaison to that agency.
    pub fn liaisons_to(&self, agency: UnitIx) -> Vec<PersonIx> {
        let mut found: Vec<PersonIx> = self
            .links
            .liaisons
            .iter()
            .filter(|(_, agencies)| agencies.contains(&agency))
            .map(|(person, _)| *person)
            .collect();
        found.sort_unstable();
        found
    }

    /// Everybody.
    pub fn people(&self) -> impl Iterator<Item = PersonIx> + '_ {
        (0..).zip(&self.people).filter(|(_, row)| row.is_somebody()).map(|(place, _)| PersonIx(place))
    }

    /// How many people there are.
    pub fn people_count(&self) -> usize {
        self.person_by_id.len()
    }

    /// Every unit.
    pub fn units(&self) -> impl Iterator<Item = UnitIx> + use<> {
        (0..u32::try_from(self.units.len()).unwrap_or(u32::MAX)).map(UnitIx)
    }

    // An index of another snapshot may point past the end: it then meets somebody who is nothing and may do nothing.

    fn row(&self, person: PersonIx) -> &Person {
        self.people.get(person.0 as usize).unwrap_or(&self.nobody)
    }

    fn profile(&self, person: PersonIx) -> &Profile {
        self.profiles.get(self.row(person).profile)
    }

    fn further_of(&self, person: PersonIx, now: Micros) -> impl Iterator<Item = Seat> + '_ {
        let held = self.profile(person).ties.further.then(|| self.links.further.get(&person)).flatten();
        held.map_or(&[][..], Vec::as_slice)
            .iter()
            .filter(move |(_, span)| span.holds(now))
            .map(|(seat, _)| *seat)
    }

    fn text(&self, person: PersonIx) -> &PersonText {
        self.texts.get(person.0 as usize).unwrap_or(&self.no_text)
    }

    fn place(&self, unit: UnitIx) -> &Unit {
        self.units.get(unit.0 as usize).unwrap_or(&self.nowhere)
    }
}

impl Person {
    /// Whether the place is taken.
    fn is_somebody(&self) -> bool {
        self.unit != NOWHERE
    }
}

impl Hat {
    /// In whose name one acts, if not in one's own.
    pub fn principal(self) -> Option<PersonIx> {
        match self {
            Self::Acting { principal, .. } | Self::Assistant { principal, .. } => Some(principal),
            Self::Own | Self::Duty { .. } => None,
        }
    }

    /// What the rules see of it.
    pub fn kind(self) -> HatKind {
        match self {
            Self::Own => HatKind::Own,
            Self::Acting { .. } => HatKind::Acting,
            Self::Assistant { .. } => HatKind::Assistant,
            Self::Duty { .. } => HatKind::Duty,
        }
    }

    /// When it ends, if that is known.
    pub fn until(self) -> Option<Micros> {
        match self {
            Self::Own => None,
            Self::Acting { until, .. } | Self::Assistant { until, .. } | Self::Duty { until } => until,
        }
    }

    fn is_same_but_for_end(self, other: Self) -> bool {
        std::mem::discriminant(&self) == std::mem::discriminant(&other)
            && self.principal() == other.principal()
    }

    fn longer(self, other: Self) -> Self {
        let end = |hat: Self| hat.until().unwrap_or(Micros::MAX);
        if end(other) > end(self) { other } else { self }
    }
}
