//! The least that a durable send could cost: `pgbench`, which inserts one such row a transaction and does nothing else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, bail};
use integration_tests::measure;
use serde::Serialize;

use crate::programs::{DATABASE, Programs};

/// What `pgbench` came to.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Floor {
    pub(crate) clients: usize,
    /// Transactions, one row each.
    pub(crate) per_second: f64,
    /// From the beginning of a transaction to its end, in milliseconds, on average.
    pub(crate) mean_ms: f64,
    /// Processor time of Postgres for 1,000 of them, in seconds.
    pub(crate) cpu_per_thousand: f64,
}

/// Rows like those of messages, with the same indexes, but nothing that they refer to.
const TABLE: &str = "create table if not exists floor (like messages including defaults including constraints including indexes);
    create sequence if not exists floor_seq; truncate floor";

/// A message of a hundred characters, in one of a thousand conversations.
const ROW: &str = "\\set c random(1, 1000)
insert into floor (conversation_id, seq, id, author_id, hat, client_id, body, label_level, label_categories, rule,
    policy_version, created_at)
values (lpad(to_hex(:c::int), 32, '0')::uuid, nextval('floor_seq'), gen_random_uuid(), gen_random_uuid(), 'own',
    gen_random_uuid()::text, repeat('Прошу ответить. ', 6) || 'Жду.', 0, '{}', 'A05', 1, now());
";

/// Measures for so long.
pub(super) fn measure(programs: &Programs, clients: usize, seconds: u64) -> anyhow::Result<Floor> {
    programs.postgres().sql(DATABASE, TABLE)?;
    let script = programs.file("floor.sql");
    fs::write(&script, ROW)?;
    let pid = programs.postgres_pid;
    let before = measure::cpu_of_family(pid)?;
    let output = Command::new(pgbench())
        .args(["--no-vacuum", "--protocol", "prepared", "--jobs", "1", "--file"])
        .arg(&script)
        .args(["--client", &clients.to_string(), "--time", &seconds.to_string()])
        .arg(programs.postgres().url(DATABASE))
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let after = measure::cpu_of_family(pid)?;
    let rows = figure(&said, "number of transactions actually processed: ")?;
    Ok(Floor {
        clients,
        per_second: figure(&said, "tps = ")?,
        mean_ms: figure(&said, "latency average = ")?,
        cpu_per_thousand: (after - before) / (rows / 1000.0),
    })
}

fn figure(said: &str, name: &str) -> anyhow::Result<f64> {
    let rest = said.split_once(name).with_context(|| format!("pgbench says no `{name}`: {said}"))?.1;
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    Ok(number.parse()?)
}

/// The program, which Debian keeps beside the server.
fn pgbench() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").map(|found| {
        found
            .filter_map(|entry| Some(entry.ok()?.path().join("bin/pgbench")))
            .filter(|path| path.exists())
            .max()
    });
    versions.ok().flatten().unwrap_or_else(|| "pgbench".into())
}
