//! A department of thousands goes below another one: one change in the directory, and everybody in it is elsewhere.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, bail};
use sample_ministry::{Large, LargeUnit};
use serde::Serialize;

use super::ground::Ground;
use super::live::{between, org_changed, sign_in};
use crate::programs::Running;
use crate::say;

/// What it took, in milliseconds from the directory's answer.
#[derive(Debug, Serialize)]
pub(super) struct Reorganisation {
    pub(super) people: usize,
    /// How long the directory itself took.
    pub(super) directory: f64,
    /// Until the unit stands below the other one, in the mirror.
    pub(super) committed: f64,
    /// Until the server decides by it, as it says itself.
    pub(super) enforced: f64,
    /// Until somebody of the department was told on their socket, and saw the unit where it is now.
    pub(super) told: f64,
    /// Until every name in the mirror is the new one.
    pub(super) all_names: f64,
}

/// The largest department.
pub(super) fn department(large: &Large) -> anyhow::Result<&LargeUnit> {
    let departments = large.units().iter().filter(|unit| unit.kind == Some("department"));
    departments.max_by_key(|unit| large.people_within(unit)).context("there are no departments")
}

/// Moves it.
pub(super) async fn measure(
    ground: &Ground,
    running: &Running,
    patience: Duration,
) -> anyhow::Result<Reorganisation> {
    let moved = department(&ground.large)?;
    let people = ground.large.people_within(moved);
    say(&format!("   a department of {people} people moves"));
    let others = ground.large.units().iter().filter(|unit| unit.kind == Some("department"));
    // Without anything that servers escape in different ways, since names are compared as text below.
    let mut plain = others.filter(|unit| !unit.dn.contains('\\'));
    let target = plain.rfind(|unit| unit.dn != moved.dn);
    let target = target.context("there is no other department")?;
    let (own, _) = moved.dn.split_once(",ou=").context("a department without an agency")?;
    let new_dn = format!("{own},{}", target.dn);
    let there: i64 = running.people_below(&moved.dn).await?;
    let path = format!("/units/{}", running.unit_id(&moved.name).await?);
    let target_id = running.unit_id(&target.name).await?;
    let (client, mut socket) = sign_in(running, &ground.somebody_in(moved)?.login).await?;

    let mut hr = ground.hr().await?;
    let sent = SystemTime::now();
    hr.modifydn(&moved.dn, own, true, Some(&target.dn)).await?.success()?;
    let answered = SystemTime::now();

    let told = async {
        loop {
            let heard = org_changed(&mut socket, patience).await.context("nobody is told of the move")?;
            let unit = client.get(&path).await;
            if unit.body.pointer("/unit/parent_id").is_some_and(|parent| *parent == *target_id) {
                return anyhow::Ok(heard);
            }
        }
    };
    let mirrored = async {
        let committed = poll(patience, "the unit has not moved in the mirror", async || {
            Ok(running.parent_of(&moved.name).await?.as_deref() == Some(&target.name))
        })
        .await?;
        let version = running.mirror_version().await?;
        let enforced = poll(patience, "the server does not decide by it", async || {
            Ok(running.server_version().await?.is_some_and(|decided| decided >= version))
        })
        .await?;
        let all_names = poll(patience, "not all names are the new ones", async || {
            Ok(running.people_below(&new_dn).await? >= there)
        })
        .await?;
        anyhow::Ok((committed, enforced, all_names))
    };
    let (told, (committed, enforced, all_names)) = tokio::try_join!(told, mirrored)?;
    let since = |time| between(answered, time);
    Ok(Reorganisation {
        people,
        directory: between(sent, answered),
        committed: since(committed),
        enforced: since(enforced),
        told: since(told),
        all_names: since(all_names),
    })
}

/// Asks again and again; returns when the answer was first yes.
async fn poll(
    patience: Duration,
    otherwise: &str,
    mut asked: impl AsyncFnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<SystemTime> {
    let deadline = Instant::now() + patience;
    while !asked().await? {
        if Instant::now() > deadline {
            bail!("{otherwise} after {} s", patience.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(SystemTime::now())
}

impl Running {
    /// How many people's entries are below this name.
    async fn people_below(&self, dn: &str) -> anyhow::Result<i64> {
        let statement =
            "select count(*) from people where status <> 'gone' and right(dn, length($1) + 1) = ',' || $1";
        Ok(self.database.query_one(statement, &[&dn]).await?.get(0))
    }

    /// The id of the unit of this name.
    async fn unit_id(&self, name: &str) -> anyhow::Result<String> {
        let statement = "select id::text from units where name = $1 and status = 'active'";
        Ok(self.database.query_one(statement, &[&name]).await?.get(0))
    }

    /// The name of the unit above the one of this name.
    async fn parent_of(&self, name: &str) -> anyhow::Result<Option<String>> {
        let statement = "select above.name from units join units above on above.id = units.parent_id
            where units.name = $1 and units.status = 'active'";
        Ok(self.database.query_opt(statement, &[&name]).await?.map(|row| row.get(0)))
    }
}
