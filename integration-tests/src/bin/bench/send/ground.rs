//! What the load stands on: a directory of thousands, taken over by the real sync, and the real server.

use std::time::{Duration, Instant};

use anyhow::bail;
use integration_tests::app::connect;
use integration_tests::load::{self, Bearers, Person};
use local_services::{Companion, Redis, Slapd};
use sample_ministry::{Large, LargeUnit};

use crate::programs::{DATABASE, NODES, Programs};
use crate::{Send, say};

const CHANNEL: &str =
    "insert into conversations (id, kind, channel_kind, name, agency_id, created_by, created_at)
    select $1::text::uuid, 'channel', 'project', 'Everybody', id, $2::text::uuid, now() from units where kind = 'agency' limit 1";
const MEMBERS: &str = "insert into members (conversation_id, person_id, role, origin, joined_at)
    select $1::text::uuid, person::uuid, 'member', 'chosen', now() from unnest($2::text[]) as person";
/// How long the server may take to be ready.
const PATIENCE: Duration = Duration::from_mins(2);

/// See the module.
pub(crate) struct Ground {
    pub(crate) programs: Programs,
    /// Everybody who takes part, signed in; two of a unit are side by side.
    pub(crate) people: Vec<Person>,
    /// One or two.
    nodes: Vec<Companion>,
    /// Where they are.
    pub(crate) bases: Vec<String>,
    redis: Option<Redis>,
    _slapd: Slapd,
}

impl Ground {
    /// Fills the directory and the mirror, starts the server, and signs everybody in.
    pub(crate) async fn prepare(options: &Send) -> anyhow::Result<Self> {
        let programs = Programs::prepare(format!("writers = {}", options.writers))?;
        say("== filling the directory and the mirror");
        // Not everybody of a ministry takes part, but two of each unit can.
        let large = Large::with_odd(options.people * 2, options.seed, 0);
        let (slapd, _) = programs.fill(&large, "1h")?;
        let status = programs.sync("once")?.status()?;
        // 4: something of it has no meaning, as in every large directory.
        if !matches!(status.code(), Some(0 | 4)) {
            bail!("the sync ended with {status}");
        }
        let server = programs.server()?;
        programs.wait_until_ready(&programs.base, "chancery", Instant::now() + PATIENCE).await?;
        let logins = logins(&large, options.people)?;
        say(&format!("== {} people sign in", logins.len()));
        let people = load::sign_in(&programs.base, &logins, sample_ministry::PASSWORD).await?;
        let bases = vec![programs.base.clone()];
        Ok(Self { programs, people, nodes: vec![server], bases, redis: None, _slapd: slapd })
    }

    /// Two nodes in place of the one. Everybody stays signed in.
    pub(crate) async fn become_two(&mut self) -> anyhow::Result<()> {
        self.nodes.drain(..).try_for_each(Companion::stop)?;
        let redis = Redis::start(&self.programs.file("redis"))?;
        let (nodes, bases) = self.programs.two_nodes(&redis.url())?;
        (self.nodes, self.bases, self.redis) = (nodes.into(), bases.into(), Some(redis));
        for (base, log) in self.bases.iter().zip(NODES) {
            self.programs.wait_until_ready(base, log, Instant::now() + PATIENCE).await?;
        }
        Ok(())
    }

    pub(crate) fn bearers(&self) -> Bearers {
        let servers = self.nodes.iter().map(Companion::id).collect();
        Bearers { servers, postgres: self.programs.postgres_pid }
    }

    /// A project in which everybody is.
    pub(crate) async fn channel_of_all(&self) -> anyhow::Result<String> {
        let id = uuid::Uuid::now_v7().to_string();
        let ids: Vec<&str> = self.people.iter().map(|person| person.id.as_str()).collect();
        let mut database = connect(&self.programs.postgres().url(DATABASE)).await;
        let making = database.transaction().await?;
        making.execute(CHANNEL, &[&id, &ids.first()]).await?;
        making.execute(MEMBERS, &[&id, &ids]).await?;
        making.commit().await?;
        Ok(id)
    }

    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.nodes.into_iter().try_for_each(Companion::stop)?;
        Ok(self.redis.map_or(Ok(()), Redis::stop)?)
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
