//! The tree: units, from the agency down.

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use super::Draft;
use crate::dn::Dn;
use crate::entry::{Field, Place, UnitEntry};
use crate::finding::{Code, Effect, Finding};
use crate::state::{Unit, UnitKind};

/// Unit, to its entry's name and the name of its head's entry: what the links are made from.
pub(super) type Heads = HashMap<Uuid, (String, Option<String>)>;

impl Draft<'_> {
    /// Takes the units over; those above come first, so that those below find them.
    pub(super) fn units(&mut self, mut entries: Vec<UnitEntry>) -> Heads {
        entries.sort_by(|one, other| {
            (one.place.depth, &one.place.key).cmp(&(other.place.depth, &other.place.key))
        });
        let base = Dn::parse(&self.source.base).map(|dn| dn.key()).unwrap_or_default();
        self.keep_units(&entries);
        let mut heads = Heads::new();
        for entry in entries {
            let Some(id) = self.unit_id(&entry.place) else { continue };
            let head = entry.head.clone();
            let dn = entry.place.dn.clone();
            if let Some(unit) = self.unit(id, entry, &base) {
                self.unit_keys.insert(unit.dn_key.clone(), id);
                self.wanted.units.insert(id, unit);
                heads.insert(id, (dn, head));
            }
        }
        heads
    }

    /// Of a part, all units are as they are that are not among the entries and have not gone.
    fn keep_units(&mut self, entries: &[UnitEntry]) {
        if !self.extent.is_part() {
            return;
        }
        let read: BTreeSet<Uuid> = entries.iter().filter_map(|entry| entry.place.id).collect();
        for (&id, unit) in &self.mirror.state.units {
            if read.contains(&id) || self.extent.has_lost(&id) {
                continue;
            }
            self.has_agency |= unit.kind == UnitKind::Agency;
            self.unit_keys.insert(unit.dn_key.clone(), id);
            self.wanted.units.insert(id, unit.clone());
        }
    }

    /// The id of the entry; without one, the mirror knows what was at this place.
    fn unit_id(&mut self, place: &Place) -> Option<Uuid> {
        if let Some(id) = place.id {
            if !self.wanted.units.contains_key(&id) {
                return Some(id);
            }
            self.findings.push(Finding::new(Code::DuplicateId, Effect::LeftOut).about(&place.dn, Some(id)));
            return None;
        }
        let held = self.mirror.state.units.iter().find(|(_, unit)| unit.dn_key == place.key);
        if let (Some((id, _)), true) = (held, self.extent.is_part()) {
            // It was kept as one that was not read.
            self.wanted.units.remove(id);
        }
        let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::LeftOut };
        let finding = Finding::new(Code::MissingId, effect).about(&place.dn, None);
        self.findings.push(finding.field(&self.source.attributes.id));
        held.map(|(id, _)| *id)
    }

    fn unit(&mut self, id: Uuid, entry: UnitEntry, base: &str) -> Option<Unit> {
        let held = self.mirror.state.units.get(&id);
        let (kind, parent) = if entry.place.key == base {
            self.has_agency = true;
            (UnitKind::Agency, None)
        } else {
            (self.unit_kind(id, &entry)?, Some(self.unit_parent(id, &entry)?))
        };
        let name = match entry.name {
            Field::Good(name) => name,
            Field::Absent => entry.place.own_name,
            Field::Bad(value) => {
                let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::NotUsed };
                let finding = Finding::new(Code::BadText, effect).about(&entry.place.dn, Some(id));
                self.findings.push(finding.field(&self.source.attributes.unit_name).value(value));
                held.map_or(entry.place.own_name, |unit| unit.name.clone())
            }
        };
        Some(Unit { dn: entry.place.dn, dn_key: entry.place.key, kind, parent, name, head: None })
    }

    fn unit_kind(&mut self, id: Uuid, entry: &UnitEntry) -> Option<UnitKind> {
        let told = match &entry.kind {
            Field::Good(UnitKind::Agency) => "agency below the agency".to_owned(),
            Field::Good(kind) => return Some(*kind),
            Field::Bad(word) => word.clone(),
            Field::Absent => String::new(),
        };
        let held =
            self.mirror.state.units.get(&id).map(|unit| unit.kind).filter(|kind| *kind != UnitKind::Agency);
        let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::LeftOut };
        let finding = Finding::new(Code::UnknownUnitKind, effect).about(&entry.place.dn, Some(id));
        self.findings.push(finding.field(&self.source.attributes.unit_kind).value(told));
        held
    }

    fn unit_parent(&mut self, id: Uuid, entry: &UnitEntry) -> Option<Uuid> {
        let above = entry.place.parent_key.as_ref().and_then(|key| self.unit_keys.get(key));
        if let Some(above) = above {
            return Some(*above);
        }
        let held = self.mirror.state.units.get(&id).and_then(|unit| unit.parent);
        let held = held.filter(|above| *above != id && self.wanted.units.contains_key(above));
        let effect = if held.is_some() { Effect::LastGoodKept } else { Effect::LeftOut };
        self.findings.push(Finding::new(Code::UnitOutsideTree, effect).about(&entry.place.dn, Some(id)));
        held
    }
}
