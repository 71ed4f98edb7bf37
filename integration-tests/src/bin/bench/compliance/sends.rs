//! What the record costs the sends that it is of: the same load on the same server, with the entry of each message and without it, in
//! turn. Everything that follows from an entry is in it: its indexes, its place in the tree, the checkpoints, the vacuum.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use clap::Parser as _;
use integration_tests::app::connect;
use integration_tests::load::{self, Cpu, Over, Pair};
use serde_json::json;
use tokio_postgres::Client as Database;

use super::Measured;
use super::table::Row;
use crate::programs::DATABASE;
use crate::send::ground::Ground;
use crate::{Compliance, Send, say};

const PART: &str = "sends";
/// The record adds so much of a send's processor time at most, in per cent.
const GOAL: f64 = 10.0;
const PAIRS: usize = 64;
/// How often each is measured, in turn.
const ROUNDS: usize = 5;
const PATIENCE: Duration = Duration::from_mins(5);
/// The statement that stores messages, without the entries of the log.
const WITHOUT: &str = "do $$ begin
    execute regexp_replace(pg_get_functiondef('store_messages'::regproc), 'logged as \\(.*?from placed order by place\\s*\\)',
        'logged as (select 1)');
end $$";
/// Whether something of what was sent is still to be done: words to be taken, entries to be put into the tree.
const IS_BEHIND: &str =
    "select exists (select from conversations c left join word_progress p on p.conversation_id = c.id
        where c.last_seq > coalesce(p.seq, 0))
    or exists (select from audit_log, audit_tree where xid >= xid_until and kind = 'message.sent')";
/// When vacuum comes, and for what, is chance: so it comes once in every round.
const NO_CHANCE: &str = "alter system set autovacuum = off";

/// Measures it.
pub(super) async fn measure(options: &Compliance) -> anyhow::Result<Measured> {
    let people = (2 * PAIRS).to_string();
    let ground = Ground::prepare(&Send::parse_from(["send", "--people", &people])).await?;
    let database = connect(&ground.programs.postgres().url(DATABASE)).await;
    let with: String =
        database.query_one("select pg_get_functiondef('store_messages'::regproc)", &[]).await?.get(0);
    let pairs = load::pairs(ground.people.get(..2 * PAIRS).context("too few people")?).await?;
    let length = Duration::from_secs(options.seconds);
    database.batch_execute(NO_CHANCE).await?;
    database.batch_execute("select pg_reload_conf()").await?;
    let (mut recorded, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=2 * ROUNDS {
        let is_recorded = round % 2 == 0;
        say(&format!("== {PAIRS} pairs, {} the record", if is_recorded { "with" } else { "without" }));
        database.batch_execute(if is_recorded { &with } else { WITHOUT }).await?;
        let entries = "select count(*) from audit_log where kind = 'message.sent'";
        let before: i64 = database.query_one(entries, &[]).await?.get(0);
        let cpu = one(&ground, &database, &pairs, length).await?;
        let new = database.query_one(entries, &[]).await?.get::<_, i64>(0) - before;
        ensure!((new > 0) == is_recorded, "{new} entries");
        // The first round warms everything.
        if round > 0 {
            if is_recorded { &mut recorded } else { &mut bare }.push(cpu);
        }
    }
    ground.stop()?;
    let rounds = json!({ "recorded": recorded, "bare": bare });
    let (recorded, bare) = (middle(&recorded), middle(&bare));
    let more = 100.0 * (sum(&recorded) - sum(&bare)) / sum(&bare);
    let rows = vec![
        Row::new(PART, "processor for 1,000 sends without the record, node", "s", bare.server),
        Row::new(PART, "    Postgres", "s", bare.postgres),
        Row::new(PART, "  with it, node", "s", recorded.server),
        Row::new(PART, "    Postgres", "s", recorded.postgres),
        Row::new(PART, "  which is more", "%", more).at_most(GOAL),
    ];
    Ok(Measured { rows, figures: rounds })
}

/// What 1,000 sends cost in one round, with all that is done about them afterwards.
async fn one(ground: &Ground, database: &Database, pairs: &[Pair], length: Duration) -> anyhow::Result<Cpu> {
    let bearers = ground.bearers();
    let before = Cpu::of(&bearers)?;
    let found = load::saturate(&ground.bases, pairs, (1, Over::Socket), length, &bearers).await?;
    let until = Instant::now() + PATIENCE;
    while database.query_one(IS_BEHIND, &[]).await?.get(0) {
        ensure!(Instant::now() < until, "the server does not get to the end of its work");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    database.batch_execute("vacuum").await?;
    Ok(Cpu::of(&bearers)?.per_thousand(before, found.counts.acknowledged))
}

fn sum(cpu: &Cpu) -> f64 {
    cpu.server + cpu.postgres
}

/// The one in the middle, by its sum.
fn middle(found: &[Cpu]) -> Cpu {
    let mut sorted = found.to_vec();
    sorted.sort_by(|one, other| sum(one).total_cmp(&sum(other)));
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
