//! Lays the changes of an LDIF over a directory as it is read: each entry comes out as it would be afterwards.
//!
//! The directory itself is not asked again and nothing is written to it.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::ldif::{Change, LdifError, Modification, ModificationKind, Record, Values};
use crate::config::{Kind, Source};
use crate::directory::RawEntry;
use crate::dn::Dn;

/// The changes, in their order, and which of them have met their entry.
#[derive(Debug)]
pub struct Overlay {
    steps: Vec<Step>,
    /// What the id is called in this directory: new entries get one.
    id_attribute: String,
    /// The attributes that name other entries and that the server itself keeps right when those get other names.
    links: Vec<String>,
    /// Records that met no entry yet, by line, with the names they are about.
    unmet: BTreeMap<usize, String>,
    /// Records that cannot be carried out, and why.
    faults: Vec<LdifError>,
}

/// A stretch of changes of values, or one record that changes who is where.
#[derive(Debug)]
enum Step {
    Edits(HashMap<String, Vec<(usize, Vec<Modification>)>>),
    Add { line: usize, key: String, dn: Dn, values: Values },
    Delete { line: usize, dn: Dn },
    Rename { line: usize, dn: Dn, to: Dn, rdn: Dn, delete_old: bool },
}

impl Overlay {
    /// Of the records of an LDIF for the directory of `source`.
    pub fn new(records: Vec<Record>, source: &Source) -> Self {
        let unmet = records.iter().map(|record| (record.line, record.dn_text.clone())).collect();
        let mut steps = Vec::new();
        for Record { line, dn, change, .. } in records {
            match change {
                Change::Modify(modifications) => {
                    if !matches!(steps.last(), Some(Step::Edits(_))) {
                        steps.push(Step::Edits(HashMap::new()));
                    }
                    if let Some(Step::Edits(edits)) = steps.last_mut() {
                        edits.entry(dn.key()).or_default().push((line, modifications));
                    }
                }
                Change::Add(values) => steps.push(Step::Add { line, key: dn.key(), dn, values }),
                Change::Delete => steps.push(Step::Delete { line, dn }),
                Change::Rename { rdn, delete_old, superior, .. } => {
                    // Read once already: a record with another name would not have come here.
                    let Ok(rdn) = Dn::parse(&rdn) else { continue };
                    let to = match superior.or_else(|| dn.parent()) {
                        Some(superior) => rdn.below(&superior),
                        None => rdn.clone(),
                    };
                    steps.push(Step::Rename { line, dn, to, rdn, delete_old });
                }
            }
        }
        let id_attribute = source.attributes.id.to_lowercase();
        Self { steps, id_attribute, links: links(source), unmet, faults: Vec::new() }
    }

    /// The names of the entries that were not met, after the last entry of the directory. Those that would be new are
    /// not among them.
    pub fn unmet(&self) -> Vec<String> {
        let added = |line: &usize| {
            self.steps.iter().any(|step| matches!(step, Step::Add { line: of, .. } if of == line))
        };
        self.unmet.iter().filter(|(line, _)| !added(line)).map(|(_, name)| name.clone()).collect()
    }

    /// Takes the records about `names` for done: the directory has these entries, and nothing is read of them.
    pub fn leave_out(&mut self, names: &[String]) {
        self.unmet.retain(|_, name| !names.contains(name));
    }

    /// The entry as it would be; none where it would be gone.
    pub fn apply(&mut self, entry: RawEntry) -> Option<RawEntry> {
        self.apply_from(0, entry)
    }

    fn apply_from(&mut self, first: usize, mut entry: RawEntry) -> Option<RawEntry> {
        // A name that cannot be read is nothing that an LDIF could name.
        let Ok(mut dn) = Dn::parse(&entry.dn) else { return Some(entry) };
        let mut key = dn.key();
        for step in self.steps.iter().skip(first) {
            if let Step::Rename { dn: from, to, .. } = step {
                follow_links(&mut entry, &self.links, from, to);
            }
            match step {
                Step::Edits(edits) => {
                    for (line, modifications) in edits.get(&key).into_iter().flatten() {
                        self.unmet.remove(line);
                        for modification in modifications {
                            modify(&mut entry, modification);
                        }
                    }
                }
                Step::Add { line, key: new, values, .. } if *new == key => {
                    self.unmet.remove(line);
                    replace(&mut entry, values, &self.id_attribute);
                }
                Step::Delete { line, dn: gone } if dn.is_within(gone) => {
                    self.unmet.remove(line);
                    if dn.depth() > gone.depth() {
                        // One of those below is enough to know.
                        if self.faults.iter().any(|fault| fault.line == *line) {
                            continue;
                        }
                        self.faults.push(LdifError::new(
                            *line,
                            format!("`{gone}` cannot be deleted: `{}` is below it", entry.dn),
                            format!("`{gone}` нельзя удалить: под ней находится `{}`", entry.dn),
                        ));
                        continue;
                    }
                    return None;
                }
                Step::Rename { line, dn: from, to, rdn, delete_old } if dn.is_within(from) => {
                    self.unmet.remove(line);
                    if dn.depth() == from.depth() {
                        rename(&mut entry, &dn, rdn, *delete_old);
                    }
                    if let Some(moved) = dn.moved(from, to) {
                        entry.dn = moved.to_string();
                        (key, dn) = (moved.key(), moved);
                    }
                }
                Step::Add { .. } | Step::Delete { .. } | Step::Rename { .. } => {}
            }
        }
        Some(entry)
    }

    /// After the last entry of the directory: the entries that are new, or what was wrong with the records.
    pub fn finish(mut self) -> Result<Vec<RawEntry>, Vec<LdifError>> {
        let mut added = Vec::new();
        let new: Vec<(usize, usize, Dn, Values)> = self
            .steps
            .iter()
            .enumerate()
            .filter_map(|(place, step)| match step {
                Step::Add { line, dn, values, .. } if self.unmet.contains_key(line) => {
                    Some((place, *line, dn.clone(), values.clone()))
                }
                _ => None,
            })
            .collect();
        for (place, line, dn, values) in new {
            self.unmet.remove(&line);
            let mut entry = RawEntry { dn: dn.to_string(), values: HashMap::new() };
            replace(&mut entry, &values, &self.id_attribute);
            // No server has given it an id yet: one of its own, the same whenever it is asked.
            let id = Uuid::new_v5(&Uuid::NAMESPACE_X500, dn.key().as_bytes());
            entry
                .values
                .entry(self.id_attribute.clone())
                .or_insert_with(|| vec![id.to_string().into_bytes()]);
            added.extend(self.apply_from(place + 1, entry));
        }
        self.faults.extend(self.unmet.keys().map(|line| {
            LdifError::new(
                *line,
                "the directory has no entry of this name (the sync account may not see it)",
                "в справочнике нет записи с таким именем (или учётная запись синхронизации её не видит)",
            )
        }));
        self.faults.sort_by_key(|fault| fault.line);
        if self.faults.is_empty() { Ok(added) } else { Err(self.faults) }
    }
}

fn modify(entry: &mut RawEntry, modification: &Modification) {
    let here = entry.values.entry(modification.attribute.clone()).or_default();
    match modification.kind {
        ModificationKind::Add => {
            let is_new = |value: &&Vec<u8>| !here.iter().any(|held| is_same(held, value));
            let new: Vec<_> = modification.values.iter().filter(is_new).cloned().collect();
            here.extend(new);
        }
        ModificationKind::Delete if modification.values.is_empty() => here.clear(),
        ModificationKind::Delete => {
            here.retain(|held| !modification.values.iter().any(|value| is_same(held, value)));
        }
        ModificationKind::Replace => here.clone_from(&modification.values),
    }
    if here.is_empty() {
        entry.values.remove(&modification.attribute);
    }
}

/// Whether a server takes two values for one: nearly all of what is read here is compared without case, and names of
/// entries by what they name (RFC 4517, section 4.2).
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.eq_ignore_ascii_case(other) {
        return true;
    }
    let text = |value| std::str::from_utf8(value).ok();
    let (Some(one), Some(other)) = (text(one), text(other)) else { return false };
    one.to_lowercase() == other.to_lowercase()
        || matches!((Dn::parse(one), Dn::parse(other)), (Ok(one), Ok(other)) if one.key() == other.key())
}

/// The attributes that an Active Directory keeps right by itself; OpenLDAP leaves them as they are.
fn links(source: &Source) -> Vec<String> {
    let names = &source.attributes;
    let links = [
        &names.superior,
        &names.assistant,
        &names.acting_for,
        &names.unit_head,
        &names.liaison_to,
        &names.member,
    ];
    match source.kind {
        Kind::OpenLdap => Vec::new(),
        Kind::ActiveDirectory => {
            links.into_iter().filter(|name| !name.is_empty()).map(|name| name.to_lowercase()).collect()
        }
    }
}

/// Names the entries at or below `from` as they are called at or below `to`.
fn follow_links(entry: &mut RawEntry, links: &[String], from: &Dn, to: &Dn) {
    for link in links {
        for value in entry.values.get_mut(link).into_iter().flatten() {
            let named = std::str::from_utf8(value).ok().and_then(|name| Dn::parse(name).ok());
            if let Some(moved) = named.and_then(|named| named.moved(from, to)) {
                *value = moved.to_string().into_bytes();
            }
        }
    }
}

/// All values but the id, which no administrator gives.
fn replace(entry: &mut RawEntry, values: &Values, id_attribute: &str) {
    entry.values.retain(|name, _| name == id_attribute);
    for (name, value) in values {
        if name != id_attribute || !entry.values.contains_key(name) {
            entry.values.entry(name.clone()).or_default().push(value.clone());
        }
    }
}

/// The values that come with a name: the new ones are added, the old ones go where the record says so (RFC 4511, 4.9).
fn rename(entry: &mut RawEntry, from: &Dn, rdn: &Dn, delete_old: bool) {
    let pairs = |dn: &Dn| -> Vec<(String, Vec<u8>)> {
        dn.own_pairs().map(|(name, value)| (name.to_lowercase(), value.as_bytes().to_vec())).collect()
    };
    if delete_old {
        for (name, value) in pairs(from) {
            if let Some(here) = entry.values.get_mut(&name) {
                here.retain(|held| !held.eq_ignore_ascii_case(&value));
            }
        }
    }
    for (name, value) in pairs(rdn) {
        let here = entry.values.entry(name).or_default();
        if !here.contains(&value) {
            here.push(value);
        }
    }
}

#[cfg(test)]
mod tests;
