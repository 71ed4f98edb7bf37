//! A round of one size stands on this: a slapd with so many people, and the real programs that read it.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use ldap3::{Ldap, LdapConnAsync, Mod};
use local_services::Slapd;
use sample_ministry::{Large, LargePerson, LargeUnit};
use serde::Serialize;

use super::live::{Cast, Subject};
use super::reorganisation;
use crate::programs::{Programs, Running};
use crate::{Directory, say};

/// The ranks of people whom nobody has to obey, so that a move concerns nobody else.
const ORDINARY: [&str; 4] = ["specialist", "senior-specialist", "chief-specialist", "technician"];

/// The directory, and who reads it.
pub(super) struct Ground {
    pub(super) large: Large,
    pub(super) slapd: Slapd,
    pub(super) programs: Programs,
    pub(super) filling: Filling,
}

/// What the directory was filled with.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Filling {
    pub(super) units: usize,
    pub(super) ldif_mib: f64,
    /// Making the LDIF and loading it with `slapadd`.
    pub(super) seconds: f64,
}

impl Ground {
    /// Starts Postgres and a slapd with so many people. Both keep what they promise about a loss of power.
    pub(super) fn prepare(people: usize, options: &Directory) -> anyhow::Result<Self> {
        let programs = Programs::prepare(String::new())?;
        say("   filling the directory");
        let began = Instant::now();
        let large = match people {
            // One of everything odd would leave nobody ordinary.
            ..1_000 => Large::with_odd(people, options.seed, 0),
            _ => Large::new(people, options.seed),
        };
        let (slapd, ldif_mib) = programs.fill(&large, &options.every)?;
        let filling =
            Filling { units: large.expected().units, ldif_mib, seconds: began.elapsed().as_secs_f64() };
        Ok(Self { large, slapd, programs, filling })
    }

    /// The directory as HR has it.
    pub(super) async fn hr(&self) -> anyhow::Result<Ldap> {
        let (connection, mut ldap) = LdapConnAsync::new(&self.slapd.ldap_url()).await?;
        ldap3::drive!(connection);
        ldap.simple_bind(self.slapd.admin_dn(), self.slapd.admin_password()).await?.success()?;
        Ok(ldap)
    }

    /// Starts the sync and the server, and waits until a change that matters to nobody has gone through both.
    pub(super) async fn start(&self, patience: Duration) -> anyhow::Result<Running> {
        let agency = self.large.units().first().context("there is no agency")?;
        let head = self.large.staff(agency).into_iter().next().context("the agency is empty")?;
        let change = Mod::Replace("title", HashSet::from(["Министр, временно с другой табличкой"]));
        let first =
            async || Ok(self.hr().await?.modify(&head.dn, vec![change]).await?.success().map(drop)?);
        self.programs.start(patience, first).await
    }

    /// People of no importance, and sections where they may go. Nobody in the department that is to be moved.
    pub(super) fn cast(&self, wanted: usize) -> anyhow::Result<Cast> {
        let large = &self.large;
        let below = format!(",{}", reorganisation::department(large)?.dn);
        let is_plain = |unit: &&LargeUnit| {
            unit.kind == Some("section") && unit.odd.is_none() && !unit.dn.ends_with(&below)
        };
        let units: Vec<&LargeUnit> = large.units().iter().filter(is_plain).collect();
        let heads: HashSet<&str> = units.iter().filter_map(|unit| unit.managed_by.as_deref()).collect();
        let fits = |person: &LargePerson| !heads.contains(person.dn.as_str()) && is_ordinary(person);
        // At most one of a unit, so that no unit loses many at once.
        let found = units.iter().filter_map(|unit| large.staff(unit).into_iter().find(fits));
        let people: Vec<Subject> =
            found.take(wanted).map(|person| subject(&person)).collect::<Result<_, _>>()?;
        if people.len() < wanted {
            bail!(
                "{} people cannot make so many changes: have more people, or fewer --changes",
                large.people()
            );
        }
        // From the other end, so that people and places differ.
        let places = units.into_iter().rev().map(|unit| unit.dn.clone()).collect();
        Ok(Cast { people, places, clearance: "govClearance" })
    }

    /// An ordinary person in or below a unit.
    pub(super) fn somebody_in(&self, unit: &LargeUnit) -> anyhow::Result<Subject> {
        let end = format!(",{}", unit.dn);
        let within =
            self.large.units().iter().filter(|other| other.dn.ends_with(&end) && other.odd.is_none());
        let mut people = within.flat_map(|unit| self.large.staff(unit));
        subject(&people.find(is_ordinary).context("nobody ordinary is in the department")?)
    }
}

fn is_ordinary(person: &LargePerson) -> bool {
    person.rank.is_some_and(|rank| ORDINARY.contains(&rank))
        && person.acting.is_none()
        && person.liaison_to_dn.is_none()
        && person.employment == "staff"
        && !person.disabled
        && person.clearance.as_ref().is_some_and(|(level, _)| *level == "official")
        && person.odd.is_none()
}

fn subject(person: &LargePerson) -> anyhow::Result<Subject> {
    let (own, unit) = person.dn.split_once(",ou=").context("a person outside of any unit")?;
    Ok(Subject { login: person.uid.clone(), own: own.to_owned(), unit: format!("ou={unit}") })
}
