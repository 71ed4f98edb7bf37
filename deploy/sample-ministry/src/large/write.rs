//! The entries, one by one.

use std::io::{self, BufWriter, Write};

use super::dice::Dice;
use super::ldif::Ldif;
use super::odd::Odd;
use super::staff::LargePerson;
use super::tree::LargeUnit;
use super::{LARGE, Large, NEIGHBOUR_DN, groups, neighbours_head};
use crate::draw::{Chance, Draw};
use crate::{BASE_DN, PASSWORD, SERVICES_DN, SYNC_DN, SYNC_PASSWORD, WEAK_DN, WEAK_PASSWORD, photo};

/// So many faces there are; whose they are is written after the image.
const FACES: usize = 16;

pub(super) fn write(large: &Large, to: impl Write) -> io::Result<()> {
    let mut ldif = Ldif::new(BufWriter::with_capacity(1 << 16, to));
    top(&mut ldif)?;
    let faces = faces();
    for unit in large.units() {
        write_unit(&mut ldif, unit)?;
        for person in large.staff(unit) {
            write_person(&mut ldif, &person, large.seed, &faces)?;
        }
    }
    groups::write(&mut ldif, large)?;
    ldif.finish()
}

fn top<W: Write>(ldif: &mut Ldif<W>) -> io::Result<()> {
    ldif.entry(BASE_DN, &["dcObject", "organization"])?;
    ldif.value("dc", "gov")?;
    ldif.value("o", "Правительство")?;
    ldif.entry(SERVICES_DN, &["organizationalUnit"])?;
    ldif.value("ou", "services")?;
    for (dn, name, password) in [(SYNC_DN, "sync", SYNC_PASSWORD), (WEAK_DN, "weak", WEAK_PASSWORD)] {
        ldif.entry(dn, &["organizationalRole", "simpleSecurityObject"])?;
        ldif.value("cn", name)?;
        ldif.value("userPassword", password)?;
    }
    ldif.entry(NEIGHBOUR_DN, &["organizationalUnit", "govUnit"])?;
    ldif.value("ou", "Соседнее ведомство")?;
    ldif.value("govUnitKind", "agency")?;
    ldif.entry(&neighbours_head(), &["inetOrgPerson", "govPerson"])?;
    ldif.value("cn", "Сосед Соседов")?;
    ldif.value("sn", "Соседов")?;
    ldif.value("uid", "neighbour")
}

fn write_unit<W: Write>(ldif: &mut Ldif<W>, unit: &LargeUnit) -> io::Result<()> {
    match unit.kind {
        Some(kind) => {
            ldif.entry(&unit.dn, &["organizationalUnit", "govUnit"])?;
            ldif.value("govUnitKind", kind)?;
        }
        None => ldif.entry(&unit.dn, &["organizationalUnit"])?,
    }
    ldif.value("entryUUID", &unit.entry_uuid.to_string())?;
    ldif.value("ou", &unit.name)?;
    ldif.value("description", &unit.name_en)?;
    ldif.optional("managedBy", unit.managed_by.as_deref())
}

fn write_person<W: Write>(
    ldif: &mut Ldif<W>,
    person: &LargePerson,
    seed: u64,
    faces: &[Vec<u8>],
) -> io::Result<()> {
    let mut dice = Dice::of(seed, "telephone", person.number);
    ldif.entry(&person.dn, &["inetOrgPerson", "govPerson", "govLoosePerson"])?;
    ldif.value("entryUUID", &person.entry_uuid.to_string())?;
    ldif.value("uid", &person.uid)?;
    ldif.value("cn", &person.common_name)?;
    ldif.value("sn", &person.family_name)?;
    ldif.value("givenName", &person.given_name)?;
    if person.odd != Some(Odd::MissingDisplayName) {
        ldif.value("displayName", &person.common_name)?;
    }
    ldif.value("mail", &person.mail)?;
    ldif.value("title", &person.title)?;
    ldif.value("employeeNumber", &person.employee_number)?;
    ldif.value("employeeType", person.employment)?;
    ldif.optional("manager", person.manager_dn.as_deref())?;
    ldif.optional("secretary", person.secretary_dn.as_deref())?;
    ldif.optional("govRank", person.rank)?;
    if let Some((level, categories)) = &person.clearance {
        ldif.value("govClearance", level)?;
        ldif.values("govClearanceCategory", categories)?;
    }
    ldif.optional("govSegment", person.segment)?;
    ldif.optional("govRole", person.role)?;
    if let Some((of, until)) = &person.acting {
        ldif.value("govActingFor", of)?;
        ldif.value("govActingEnd", until)?;
    }
    ldif.optional("govLiaisonTo", person.liaison_to_dn)?;
    ldif.value("userAccountControl", if person.disabled { "514" } else { "512" })?;
    ldif.value("userPassword", PASSWORD)?;
    let phone = format!("+7 495 555-{:02}-{:02}", dice.below(100), dice.below(100));
    if person.odd == Some(Odd::BinaryJunk) {
        ldif.bytes("govTelephone", b"+7 \xff\xfe\x80 555\0")?;
    } else {
        ldif.value("govTelephone", &phone)?;
    }
    match person.odd {
        Some(Odd::PhotoNoImage) => ldif.bytes("jpegPhoto", b"<html>404 Not Found</html>"),
        Some(Odd::PhotoTooLarge) => {
            let mut photo = vec![0; 1 << 20];
            photo.splice(0..0, [0xff, 0xd8, 0xff]);
            ldif.bytes("jpegPhoto", &photo)
        }
        _ if person.has_photo => {
            let face = faces.get(person.number % FACES).map(Vec::as_slice).unwrap_or_default();
            ldif.bytes("jpegPhoto", &[face, person.uid.as_bytes()].concat())
        }
        _ => Ok(()),
    }
}

fn faces() -> Vec<Vec<u8>> {
    let face = |number: usize| {
        photo::portrait(&mut Draw::from(format!("{}/face {number}", LARGE.source)), number.is_multiple_of(2))
    };
    (0..FACES).filter_map(|number| face(number).ok()).collect()
}
