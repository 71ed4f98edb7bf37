//! From rows to arrays: what dangles is left out and told, what runs in a circle is cut. A whole reading is a patch of
//! nothing, so that both ways end in the same.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::links::{LinkRows, Links};
use super::lists::Lists;
use super::profile::{Profile, ProfileIx, Profiles, Ties};
use super::tree::TreeChange;
use super::{
    Above, Filed, NOWHERE, Org, OrgFinding, OrgInput, OrgPatch, Person, PersonInput, PersonIx, PersonText,
    Unit, UnitInput, UnitKind,
};
use crate::shared::{Chunks, Shards};
use crate::walls::{SegmentSet, Walls};

/// What a patch does to the people.
#[derive(Default)]
struct Moves {
    joined: Vec<(Uuid, PersonIx)>,
    /// Somebody left, or has another superior: the chain of command has to be walked anew.
    command: bool,
    /// Somebody came, left or has another unit.
    places: bool,
    left: bool,
}

impl Org {
    /// Builds the snapshot. Total: whatever the rows say, there is a snapshot, and `findings` tells what was cut.
    pub fn build(input: OrgInput, walls: &Walls) -> Self {
        let OrgInput { version, units, people, posts, delegations, liaisons, exceptions } = input;
        let mut empty = Self::empty(walls);
        let units = units.into_iter().map(|row| (row.id, Some(row))).collect();
        let people = people.into_iter().map(|row| (row.id, Some(row))).collect();
        let rows = LinkRows { of: HashSet::new(), posts, delegations, liaisons, exceptions };
        empty.change(version, units, people, rows);
        empty
    }

    /// The snapshot after a change, which shares with this one what did not change.
    #[must_use]
    pub fn patched(&self, patch: OrgPatch) -> Self {
        let OrgPatch { version, units, people, posts, delegations, liaisons, exceptions } = patch;
        let of = people.iter().map(|(id, _)| *id).collect();
        let mut next = self.clone();
        next.change(version, units, people, LinkRows { of, posts, delegations, liaisons, exceptions });
        next
    }

    fn empty(walls: &Walls) -> Self {
        Self {
            version: 0,
            people: Vec::new(),
            profiles: Profiles::default(),
            texts: Chunks::default(),
            free: Vec::new(),
            person_by_id: Shards::default(),
            units: Chunks::default(),
            unit_by_id: Arc::default(),
            children: Arc::default(),
            members: Arc::default(),
            reports: Arc::default(),
            unplaced: Arc::default(),
            orphans: Arc::default(),
            cuts: Vec::new(),
            links: Arc::new(Links::default()),
            walls: Arc::new(walls.clone()),
            findings: Vec::new(),
            nobody: nobody(),
            no_text: no_text(),
            nowhere: Unit {
                row: UnitInput {
                    id: Uuid::nil(),
                    parent: None,
                    kind: UnitKind::Section,
                    name: String::new(),
                    head: None,
                },
                parent: None,
                agency: NOWHERE,
                department: NOWHERE,
                head: None,
            },
        }
    }

    fn change(
        &mut self,
        version: i64,
        units: Vec<(Uuid, Option<UnitInput>)>,
        people: Vec<(Uuid, Option<PersonInput>)>,
        links: LinkRows,
    ) {
        self.version = version;
        let units_changed = !units.is_empty();
        let mut moves = Moves::default();
        let mut incoming = Vec::new();
        let tree = self.patch_units(units);
        let tree_changed = matches!(tree, TreeChange::Moved(_));
        if let TreeChange::Moved(now_at) = tree {
            self.follow_units(&now_at, &mut moves);
            // A row that changed outweighs the one that waits.
            let waiting = std::mem::take(Arc::make_mut(&mut self.unplaced));
            incoming.extend(waiting.into_iter().filter(|(id, _)| !links.of.contains(id)));
        }
        for (id, row) in people {
            match row {
                Some(row) => incoming.push((id, filed(row, &self.walls))),
                None => self.leave(id, &mut moves),
            }
        }
        for (id, filed) in incoming {
            self.put(id, filed, &mut moves);
        }
        self.settle(&mut moves);
        if moves.places || tree_changed {
            let pairs = (0..).zip(&self.people).map(|(place, row)| (row.unit, PersonIx(place)));
            self.members = Arc::new(Lists::sort(self.units.len(), pairs));
        }
        let anybody = moves.left || !moves.joined.is_empty();
        if units_changed || anybody {
            self.find_heads();
        }
        self.patch_links(links, anybody || tree_changed);
        self.findings = self.find_faults();
    }

    /// Moves people along with their units, which have other places now; those whose unit is gone wait for it.
    fn follow_units(&mut self, now_at: &[u32], moves: &mut Moves) {
        moves.places = true;
        let mut stranded = Vec::new();
        for (place, row) in (0..).zip(&mut self.people) {
            if row.unit == NOWHERE {
                continue;
            }
            match now_at.get(row.unit as usize).copied().unwrap_or(NOWHERE) {
                NOWHERE => stranded.push(PersonIx(place)),
                unit => {
                    row.unit = unit;
                    if let Some(unit) = self.units.get(unit as usize) {
                        (row.department, row.agency) = (unit.department, unit.agency);
                    }
                }
            }
        }
        for person in stranded {
            let text = self.text(person).clone();
            // What ties them is found anew when they come back.
            let filed = Filed { unit: text.unit, profile: self.profile(person).untied(), text };
            self.leave(filed.text.id, moves);
            Arc::make_mut(&mut self.unplaced).insert(filed.text.id, filed);
        }
    }

    /// Puts somebody in, or in another place; without their unit they wait.
    fn put(&mut self, id: Uuid, filed: Filed, moves: &mut Moves) {
        let Some(unit) = self.unit_by_id.get(&filed.unit).copied() else {
            self.leave(id, moves);
            Arc::make_mut(&mut self.unplaced).insert(id, filed);
            return;
        };
        self.forget_unplaced(id);
        let (department, agency) = (self.place(unit).department, self.place(unit).agency);
        let Filed { profile, text, .. } = filed;
        let Some(place) = self.person_by_id.get(&id).copied() else {
            let profile = self.profiles.place(profile);
            let person = Person { unit: unit.0, department, agency, profile, ..self.nobody };
            return self.join(id, person, text, moves);
        };
        let before = *self.row(place);
        let profile = self.profiles.place(Profile { ties: self.profile(place).ties, ..profile });
        let mut person = Person { unit: unit.0, department, agency, profile, ..before };
        let superior_before = self.text(place).superior;
        moves.places |= before.unit != person.unit;
        if superior_before != text.superior {
            moves.command = true;
            // Whoever was the superior is no longer: should they leave in the same patch, nobody is orphaned.
            person.superior = Above::NOBODY;
            self.adopt(place, superior_before);
            moves.joined.push((Uuid::nil(), place));
        }
        if let Some(row) = self.people.get_mut(place.0 as usize) {
            *row = person;
        }
        if let Some(kept) = self.texts.get_mut(place.0 as usize) {
            *kept = text;
        }
    }

    fn join(&mut self, id: Uuid, person: Person, text: PersonText, moves: &mut Moves) {
        (moves.places, moves.command) = (true, true);
        let place = if let Some(place) = self.free.pop() {
            if let Some(row) = self.people.get_mut(place.0 as usize) {
                *row = person;
            }
            if let Some(kept) = self.texts.get_mut(place.0 as usize) {
                *kept = text;
            }
            place
        } else {
            let Ok(place) = u32::try_from(self.people.len()) else { return };
            self.people.push(person);
            self.texts.push(text);
            PersonIx(place)
        };
        self.person_by_id.insert(id, place);
        moves.joined.push((id, place));
    }

    /// Takes somebody out, wherever they are.
    fn leave(&mut self, id: Uuid, moves: &mut Moves) {
        self.forget_unplaced(id);
        let Some(place) = self.person_by_id.remove(&id) else { return };
        (moves.places, moves.command, moves.left) = (true, true, true);
        self.adopt(place, self.text(place).superior);
        self.orphan_reports_of(id, place);
        self.cuts.retain(|cut| *cut != place);
        if let Some(row) = self.people.get_mut(place.0 as usize) {
            *row = self.nobody;
        }
        if let Some(text) = self.texts.get_mut(place.0 as usize) {
            *text = no_text();
        }
        self.free.push(place);
    }

    fn forget_unplaced(&mut self, id: Uuid) {
        if self.unplaced.contains_key(&id) {
            Arc::make_mut(&mut self.unplaced).remove(&id);
        }
    }

    /// Finds the superiors of those who came or have others, and walks the chain of command anew.
    fn settle(&mut self, moves: &mut Moves) {
        if !moves.command {
            return;
        }
        self.mend_cuts(&moves.joined);
        for (_, place) in &moves.joined {
            self.find_superior(*place);
        }
        moves.joined.retain(|(id, _)| !id.is_nil());
        for (id, place) in &moves.joined {
            self.lead_orphans_of(*id, *place);
        }
        self.walk();
    }

    fn find_faults(&self) -> Vec<OrgFinding> {
        let mut unplaced: Vec<Uuid> = self.unplaced.keys().copied().collect();
        unplaced.sort_unstable();
        let orphans = self.orphans.values().flatten().map(|person| self.person_id(*person));
        let mut orphans: Vec<Uuid> = orphans.collect();
        orphans.sort_unstable();
        let mut cuts: Vec<Uuid> = self.cuts.iter().map(|person| self.person_id(*person)).collect();
        cuts.sort_unstable();
        self.lost_units()
            .chain(unplaced.into_iter().map(OrgFinding::PersonWithoutUnit))
            .chain(orphans.into_iter().map(OrgFinding::SuperiorMissing))
            .chain(cuts.into_iter().map(OrgFinding::SuperiorCycle))
            .chain(self.of_unknown_segments().into_iter().map(OrgFinding::SegmentUnknown))
            .collect()
    }

    fn of_unknown_segments(&self) -> Vec<Uuid> {
        let unknown = |person: &PersonIx| self.profile(*person).segments == SegmentSet::ANY;
        // Whether there is anybody is seen in a few hundred profiles; who it is, in all rows.
        if !self.profiles.any(|profile| profile.segments == SegmentSet::ANY) {
            return Vec::new();
        }
        let mut found: Vec<Uuid> =
            self.people().filter(unknown).map(|person| self.person_id(person)).collect();
        found.sort_unstable();
        found
    }
}

fn filed(row: PersonInput, walls: &Walls) -> Filed {
    let profile = Profile {
        band: row.band,
        employment: row.employment,
        clearance: row.clearance,
        segments: walls.set(&row.segments),
        ties: Ties::default(),
    };
    let text = PersonText {
        id: row.id,
        display_name: row.display_name,
        title: row.title,
        rank_step: row.rank_step,
        unit: row.unit,
        superior: row.superior,
    };
    Filed { unit: row.unit, profile, text }
}

fn nobody() -> Person {
    Person {
        unit: NOWHERE,
        department: NOWHERE,
        agency: NOWHERE,
        superior: Above::NOBODY,
        enter: 0,
        leave: 0,
        depth: 0,
        profile: ProfileIx::NOBODY,
    }
}

fn no_text() -> PersonText {
    PersonText {
        id: Uuid::nil(),
        display_name: String::new(),
        title: String::new(),
        rank_step: i16::MIN,
        unit: Uuid::nil(),
        superior: None,
    }
}
