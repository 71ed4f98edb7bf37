//! Makes people odd.

use super::neighbours_head;
use super::odd::Odd;
use super::staff::{LargePerson, two_part};
use super::tree::LargeUnit;
use crate::dn;

/// The first in a unit to whom it may happen: nobody is known to refer to them.
const FIRST: usize = 3;

/// The first after those at the very top of the agency.
const FIRST_UNDER_THE_AGENCY: usize = 5;

/// Makes one of the unit's people odd; some, where it takes several.
pub(super) fn make(odd: Odd, people: &mut [LargePerson], unit: &LargeUnit) {
    if odd == Odd::UnderTheAgency {
        people.iter_mut().skip(FIRST_UNDER_THE_AGENCY).for_each(|person| person.odd = Some(odd));
        return;
    }
    let Some(chosen) = people.get_mut(FIRST..FIRST + odd.people()) else { return };
    let Some(first) = chosen.first().cloned() else { return };
    let names: Vec<String> = chosen.iter().map(|person| person.dn.clone()).collect();
    // Whoever comes next, round and round.
    let superiors = names.iter().cycle().skip(1).cloned();
    for (person, superior) in chosen.iter_mut().zip(superiors) {
        person.odd = Some(odd);
        person.disabled = false;
        match odd {
            Odd::DuplicateMail => person.mail.clone_from(&first.mail),
            Odd::DuplicateLogin if person.uid != first.uid => person.uid = first.uid.to_uppercase(),
            Odd::SelfManager | Odd::CycleOfTwo | Odd::CycleOfThree => person.manager_dn = Some(superior),
            _ => {
                change_name(odd, person, unit);
                change_values(odd, person, unit);
            }
        }
    }
}

fn change_name(odd: Odd, person: &mut LargePerson, unit: &LargeUnit) {
    let (given, family) = (&person.given_name, &person.family_name);
    let name = match odd {
        Odd::CommaInName => format!("{family}, {given}"),
        Odd::PlusInName => format!("{given} {family} + 1"),
        Odd::QuotesInName => format!("{given} \"Гоша\" <{family}>; \\ = /"),
        Odd::HashInName => format!("#1 {given} {family}"),
        Odd::SpacesInName => format!(" {given} {family} "),
        Odd::ForeignName => "Nguye\u{302}\u{303}n 山田太郎 Ελένη Σ \u{644}\u{64a}\u{644}\u{649}".to_owned(),
        Odd::TwoPartName => {
            person.dn = two_part(person, unit);
            return;
        }
        Odd::BelowAPerson => {
            person.dn = format!("{},{}", dn::part("cn", &person.common_name), unit.head_dn);
            return;
        }
        _ => return,
    };
    person.dn = format!("{},{}", dn::part("cn", &name), unit.dn);
    person.common_name = name;
}

fn change_values(odd: Odd, person: &mut LargePerson, unit: &LargeUnit) {
    match odd {
        Odd::LongTitle => person.title = "Ответственный за всё, что здесь есть. ".repeat(80),
        Odd::ControlCharacters => "Спец\u{7}иалист\nотдела".clone_into(&mut person.title),
        Odd::BadMail => "no address yet".clone_into(&mut person.mail),
        Odd::MissingRank => person.rank = None,
        Odd::UnknownRank => person.rank = Some("grand-vizier"),
        Odd::UnknownEmployment => person.employment = "seasonal",
        Odd::DanglingManager => person.manager_dn = Some(format!("cn=Никто,{}", unit.dn)),
        Odd::ManagerElsewhere => person.manager_dn = Some(neighbours_head()),
        Odd::BadSegment => person.segment = Some("audit\u{7}"),
        Odd::UnknownRole => person.role = Some("wizard"),
        Odd::UnknownClearance => person.clearance = Some(("cosmic", vec!["budget"])),
        Odd::UnknownCategory => person.clearance = Some(("secret", vec!["gossip"])),
        Odd::ActingInThePast => person.acting = Some((unit.head_dn.clone(), "20200101000000Z")),
        Odd::ActingForNobodyKnows => person.acting = Some((unit.head_dn.clone(), "до выхода из отпуска")),
        _ => {}
    }
}
