//! What the load stands on: a directory of thousands, taken over by the real sync, and the real server.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use integration_tests::load::{self, Bearers, Person};
use local_services::{Companion, Slapd};
use sample_ministry::{Large, LargeUnit};

use crate::programs::{DATABASE, Programs};
use crate::{Send, say};

/// How long the server may take to be ready.
const PATIENCE: Duration = Duration::from_mins(2);

/// See the module.
pub(super) struct Ground {
    pub(super) programs: Programs,
    /// Everybody who takes part, signed in; two of a unit are side by side.
    pub(super) people: Vec<Person>,
    server: Companion,
    _slapd: Slapd,
}

impl Ground {
    /// Fills the directory and the mirror, starts the server, and signs everybody in.
    pub(super) async fn prepare(options: &Send) -> anyhow::Result<Self> {
        let programs = Programs::prepare()?;
        say("== filling the directory and the mirror");
        // Not everybody of a ministry takes part, but two of each unit can.
        let large = Large::with_odd(options.people * 2, options.seed, 0);
        let (slapd, _) = programs.fill(&large, "1h")?;
        let status = programs.sync("once")?.status()?;
        if !status.success() {
            bail!("the sync ended with {status}");
        }
        let server = programs.server()?;
        programs.wait_until_ready(Instant::now() + PATIENCE).await?;
        let logins = logins(&large, options.people)?;
        say(&format!("== {} people sign in", logins.len()));
        let people = load::sign_in(&programs.base, &logins, sample_ministry::PASSWORD).await?;
        Ok(Self { programs, people, server, _slapd: slapd })
    }

    pub(super) fn base(&self) -> &str {
        &self.programs.base
    }

    pub(super) fn bearers(&self) -> Bearers {
        Bearers { server: self.server.id(), postgres: self.programs.postgres_pid }
    }

    /// A project in which everybody is.
    pub(super) fn channel_of_all(&self) -> anyhow::Result<String> {
        let id = uuid::Uuid::now_v7();
        let owner = &self.people.first().context("nobody is there")?.id;
        let ids: Vec<String> = self.people.iter().map(|person| format!("'{}'", person.id)).collect();
        self.programs.postgres().sql(
            DATABASE,
            &format!(
                "begin;
                insert into conversations (id, kind, channel_kind, name, agency_id, created_by, created_at)
                    select '{id}', 'channel', 'project', 'Everybody', units.id, '{owner}', now()
                    from units where kind = 'agency' limit 1;
                insert into members (conversation_id, person_id, role, origin, joined_at)
                    select '{id}', person, 'member', 'chosen', now() from unnest(array[{}]::uuid[]) as person;
                commit",
                ids.join(", ")
            ),
        )?;
        Ok(id.to_string())
    }

    pub(super) fn stop(self) -> anyhow::Result<()> {
        Ok(self.server.stop()?)
    }
}

/// So many people, two of a unit side by side.
fn logins(large: &Large, wanted: usize) -> anyhow::Result<Vec<String>> {
    let plain = |unit: &&LargeUnit| unit.odd.is_none();
    let mut logins = Vec::new();
    for unit in large.units().iter().filter(plain) {
        let staff = large.staff(unit);
        let able: Vec<_> =
            staff.iter().filter(|person| !person.disabled && person.employment == "staff").collect();
        for two in able.chunks_exact(2) {
            logins.extend(two.iter().map(|person| person.uid.clone()));
        }
    }
    logins.truncate(wanted);
    if logins.len() < wanted {
        bail!("only {} people can take part", logins.len());
    }
    Ok(logins)
}
