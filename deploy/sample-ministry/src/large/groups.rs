//! Groups of names, beside the departments: a very large one, some in each other, some in a circle.

use std::io::{self, Write};

use super::ldif::Ldif;
use super::{LARGE, Large};
use crate::dn;

/// What they are called.
pub(super) const NAMES: [&str; 7] = [
    "Каждый второй",
    "Руководители",
    "Связные, допущенные и руководители",
    "Допуск: секретно",
    "Круг А",
    "Круг Б",
    "Круг В",
];

/// Writes them all.
pub(super) fn write<W: Write>(ldif: &mut Ldif<W>, large: &Large) -> io::Result<()> {
    let [second, heads, nested, cleared, circle @ ..] = NAMES;
    let people = || large.everybody().map(|person| (person.number, person.clearance, person.dn));
    group(ldif, second, people().filter(|(number, ..)| number % 2 == 0).map(|(.., dn)| dn))?;
    let led = large.units().iter().filter(|unit| !unit.head_dn.is_empty());
    group(ldif, heads, led.map(|unit| unit.head_dn.clone()))?;
    let secret =
        people().filter(|(_, clearance, _)| clearance.as_ref().is_some_and(|(level, _)| *level == "secret"));
    group(ldif, cleared, secret.map(|(.., dn)| dn))?;
    group(ldif, nested, [heads, cleared].map(name).into_iter())?;
    let next = circle.iter().cycle().skip(1);
    for ((of, next), unit) in circle.iter().zip(next).zip(large.units()) {
        group(ldif, of, [name(next), unit.head_dn.clone()].into_iter())?;
    }
    Ok(())
}

fn name(of: &str) -> String {
    format!("{},{}", dn::part("cn", of), LARGE.dn)
}

fn group<W: Write>(ldif: &mut Ldif<W>, of: &str, members: impl Iterator<Item = String>) -> io::Result<()> {
    ldif.entry(&name(of), &["groupOfNames"])?;
    ldif.value("cn", of)?;
    for member in members {
        ldif.value("member", &member)?;
    }
    Ok(())
}
