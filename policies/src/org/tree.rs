//! The tree of units: who is above whom, which agency and department each belongs to.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::lists::Lists;
use super::{NOWHERE, Org, OrgFinding, Unit, UnitInput, UnitIx, UnitKind};
use crate::shared::Chunks;

/// What a patch did to the tree.
pub(super) enum TreeChange {
    /// Nothing that matters to places: at most names and heads changed.
    None,
    /// The units were placed anew; where each one is now that was at a place before.
    Moved(Vec<u32>),
}

impl Org {
    /// Puts changed units in.
    pub(super) fn patch_units(&mut self, changed: Vec<(Uuid, Option<UnitInput>)>) -> TreeChange {
        let same_shape = changed.iter().all(|(id, row)| {
            let before = self.unit_by_id.get(id).map(|unit| &self.place(*unit).row);
            match (before, row) {
                (Some(before), Some(row)) => (before.parent, before.kind) == (row.parent, row.kind),
                (None, None) => true,
                _ => false,
            }
        });
        if !same_shape {
            return TreeChange::Moved(self.place_units(changed));
        }
        for (id, row) in changed {
            let place = self.unit_by_id.get(&id).copied();
            if let (Some(place), Some(row)) = (place, row)
                && let Some(unit) = self.units.get_mut(place.0 as usize)
            {
                unit.row = row;
            }
        }
        TreeChange::None
    }

    /// Places all units anew, and says where each one is that was there before.
    fn place_units(&mut self, changed: Vec<(Uuid, Option<UnitInput>)>) -> Vec<u32> {
        let mut changed: HashMap<Uuid, Option<UnitInput>> = changed.into_iter().collect();
        let mut rows = Vec::with_capacity(self.units.len() + changed.len());
        let mut now_at = Vec::with_capacity(self.units.len());
        for unit in self.units.iter() {
            let row = changed.remove(&unit.row.id).unwrap_or_else(|| Some(unit.row.clone()));
            now_at.push(match row {
                Some(row) => {
                    rows.push(row);
                    u32::try_from(rows.len() - 1).unwrap_or(NOWHERE)
                }
                None => NOWHERE,
            });
        }
        let mut added: Vec<UnitInput> = changed.into_values().flatten().collect();
        added.sort_unstable_by_key(|row| row.id);
        rows.extend(added);
        let by_id: HashMap<Uuid, UnitIx> =
            (0..).zip(&rows).map(|(place, row)| (row.id, UnitIx(place))).collect();
        let units = placed(rows, &by_id);
        let above = (0..).zip(units.iter().map(|unit| unit.parent));
        let pairs: Vec<(u32, UnitIx)> =
            above.filter_map(|(place, parent)| Some((parent?.0, UnitIx(place)))).collect();
        self.children = Arc::new(Lists::sort(units.len(), pairs.into_iter()));
        self.units = units;
        self.unit_by_id = Arc::new(by_id);
        now_at
    }

    /// Looks up who heads each unit; heads come and go.
    pub(super) fn find_heads(&mut self) {
        for place in 0..self.units.len() {
            let Some(unit) = self.units.get(place) else { continue };
            let head = unit.row.head.and_then(|head| self.person_by_id.get(&head).copied());
            if head != unit.head
                && let Some(unit) = self.units.get_mut(place)
            {
                unit.head = head;
            }
        }
    }

    /// The units that the tree had to make roots.
    pub(super) fn lost_units(&self) -> impl Iterator<Item = OrgFinding> + '_ {
        let lost = self.units.iter().filter(|unit| unit.row.parent.is_some() && unit.parent.is_none());
        lost.map(|unit| OrgFinding::UnitWithoutParent(unit.row.id))
    }
}

fn placed(rows: Vec<UnitInput>, by_id: &HashMap<Uuid, UnitIx>) -> Chunks<Unit> {
    let parents: Vec<Option<UnitIx>> =
        rows.iter().map(|row| row.parent.and_then(|parent| by_id.get(&parent).copied())).collect();
    let kinds: Vec<UnitKind> = rows.iter().map(|row| row.kind).collect();
    let place = |(place, row): (u32, UnitInput)| {
        let parent = parents.get(place as usize).copied().flatten();
        let path = climb(UnitIx(place), &parents);
        let lost = path.is_none();
        let path = path.unwrap_or_else(|| vec![UnitIx(place)]);
        let is_department = |unit: &UnitIx| kinds.get(unit.0 as usize) == Some(&UnitKind::Department);
        let department = path.iter().copied().find(is_department).unwrap_or(UnitIx(place));
        let agency = path.last().copied().unwrap_or(UnitIx(place));
        Unit { row, parent: parent.filter(|_| !lost), agency: agency.0, department: department.0, head: None }
    };
    (0..).zip(rows).map(place).collect()
}

/// The unit and all above it, nearest first; none where the way up runs in a circle.
fn climb(unit: UnitIx, parents: &[Option<UnitIx>]) -> Option<Vec<UnitIx>> {
    let mut path = vec![unit];
    let mut at = unit;
    while let Some(above) = parents.get(at.0 as usize).copied().flatten() {
        if path.len() > parents.len() {
            return None;
        }
        path.push(above);
        at = above;
    }
    Some(path)
}
