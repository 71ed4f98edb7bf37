//! Which people of the mirror bear on some entries: those whom the entries are, whom they name, and whose names, logins
//! and addresses they claim.

use schema::mirror_part::{Asked, AskedUnits};

use crate::dn::Dn;
use crate::entry::{Extent, Field, PersonEntry, Place, Reading, UnitEntry};

/// Whom to ask the mirror for, to plan `reading`.
pub(super) fn asked(reading: &Reading) -> Asked {
    let mut asked = Asked::default();
    if let Extent::Part { gone } = &reading.extent {
        asked.ids.extend(gone);
    }
    for person in &reading.people {
        of_person(&mut asked, person);
    }
    for unit in &reading.units {
        of_unit(&mut asked, unit);
    }
    for list in [&mut asked.dn_keys, &mut asked.logins, &mut asked.mails] {
        list.sort_unstable();
        list.dedup();
    }
    asked
}

/// Which units to ask the mirror for: those that the entries are and those that they are in.
pub(super) fn asked_units(reading: &Reading) -> AskedUnits {
    let mut asked = AskedUnits::default();
    if let Extent::Part { gone } = &reading.extent {
        asked.ids.extend(gone);
    }
    for place in reading.units.iter().map(|unit| &unit.place) {
        asked.ids.extend(place.id);
        asked.dn_keys.push(place.key.clone());
        asked.dn_keys.extend(place.parent_key.clone());
    }
    asked.dn_keys.extend(reading.people.iter().filter_map(|person| person.place.parent_key.clone()));
    asked.dn_keys.sort_unstable();
    asked.dn_keys.dedup();
    asked
}

fn of_person(asked: &mut Asked, entry: &PersonEntry) {
    of_place(asked, &entry.place);
    let names = entry.superior.iter().chain(&entry.assistants).chain(&entry.acting_for);
    asked.dn_keys.extend(names.filter_map(|name| key(name)));
    if let Field::Good(login) = &entry.login {
        asked.logins.push(login.to_lowercase());
    }
    if let Field::Good(mail) = &entry.mail {
        asked.mails.push(mail.to_lowercase());
    }
}

fn of_unit(asked: &mut Asked, entry: &UnitEntry) {
    asked.dn_keys.extend(entry.head.as_deref().and_then(key));
}

fn of_place(asked: &mut Asked, place: &Place) {
    asked.ids.extend(place.id);
    asked.dn_keys.push(place.key.clone());
}

fn key(name: &str) -> Option<String> {
    Dn::parse(name).ok().map(|dn| dn.key())
}
