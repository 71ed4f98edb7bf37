//! What the record costs the sends that it is of: the same load on the same server, with the entry of each message and without it, in
//! turn. Everything that follows from an entry is in it: its indexes, its place in the tree, the checkpoints.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser as _;
use integration_tests::app::connect;
use integration_tests::load::{self, Cpu, Over};
use serde_json::json;

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
const ROUNDS: usize = 3;
/// The statement that stores messages, without the entries of the log.
const WITHOUT: &str = "do $$ begin
    execute regexp_replace(pg_get_functiondef('store_messages'::regproc), 'logged as \\(.*?from placed order by place\\s*\\)',
        'logged as (select 1)');
end $$";

/// Measures it.
pub(super) async fn measure(options: &Compliance) -> anyhow::Result<Measured> {
    let people = (2 * PAIRS).to_string();
    let ground = Ground::prepare(&Send::parse_from(["send", "--people", &people])).await?;
    let database = connect(&ground.programs.postgres().url(DATABASE)).await;
    let with: String =
        database.query_one("select pg_get_functiondef('store_messages'::regproc)", &[]).await?.get(0);
    let pairs = load::pairs(ground.people.get(..2 * PAIRS).context("too few people")?).await?;
    let length = Duration::from_secs(options.seconds);
    let (mut recorded, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=2 * ROUNDS {
        let is_recorded = round % 2 == 0;
        say(&format!("== {PAIRS} pairs, {} the record", if is_recorded { "with" } else { "without" }));
        database.batch_execute(if is_recorded { &with } else { WITHOUT }).await?;
        let entries = "select count(*) from audit_log where kind = 'message.sent'";
        let before: i64 = database.query_one(entries, &[]).await?.get(0);
        let found =
            load::saturate(&ground.bases, &pairs, (1, Over::Socket), length, &ground.bearers()).await?;
        let new = database.query_one(entries, &[]).await?.get::<_, i64>(0) - before;
        ensure!((new > 0) == is_recorded, "{new} entries");
        // The first round warms everything.
        if round > 0 {
            if is_recorded { &mut recorded } else { &mut bare }.push(found.cpu_per_thousand);
        }
    }
    ground.stop()?;
    let (recorded, bare) = (middle(&recorded), middle(&bare));
    let more = 100.0 * (sum(&recorded) - sum(&bare)) / sum(&bare);
    let rows = vec![
        Row::new(PART, "processor for 1,000 sends without the record, node", "s", bare.server),
        Row::new(PART, "    Postgres", "s", bare.postgres),
        Row::new(PART, "  with it, node", "s", recorded.server),
        Row::new(PART, "    Postgres", "s", recorded.postgres),
        Row::new(PART, "  which is more", "%", more).at_most(GOAL),
    ];
    Ok(Measured { rows, figures: json!({ "recorded": recorded, "bare": bare }) })
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
