//! The record: what the tree costs beside the sends that it is over, and how fast an exported log is checked.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use audit_log::checkpoint::Checkpoint;
use audit_log::note::Signer;
use audit_log::tree::{Edge, leaf_hash};
use integration_tests::app::{connect, token_key};
use integration_tests::measure;
use schema::Pool;
use serde_json::json;
use server::audit::{grow, offline};
use server::clock::Clock;

use super::Measured;
use super::table::Row;
use crate::programs::{DATABASE, Programs};
use crate::{Compliance, say};

const PART: &str = "record";
/// Half a million leaves a second.
const LEAF_GOAL: f64 = 2.0;
/// How many entries come into the tree where its growth is measured.
const GROWN: u32 = 200_000;
const CHECKPOINT_EVERY: u64 = 10_000;
const ORIGIN: &str = "bench.example/audit";

/// Measures it.
pub(super) async fn measure(options: &Compliance) -> anyhow::Result<Measured> {
    let mut rows = offline(options.leaves)?;
    rows.extend(growth().await?);
    let figures = json!({ "leaves": options.leaves, "grown": GROWN });
    Ok(Measured { rows, figures })
}

/// What stands in a leaf of a message.
fn line(number: u64) -> String {
    format!(
        "1\t{number}\t2026-03-03T09:00:00.000000Z\tmessage.sent\t0199a1b2-c3d4-7e5f-8a9b-{number:012x}\t{{\"hat\": \"own\", \"seq\": \
         {number}, \"rule\": \"A07\", \"label\": {{\"level\": 0, \"policy\": null, \"categories\": []}}, \"message_id\": \
         \"0199a1b2-c3d4-7e5f-8a9b-{number:012x}\", \"body_sha256\": \
         \"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\", \"org_version\": 7, \"principal_id\": null, \
         \"policy_version\": 3, \"conversation_id\": \"0199a1b2-c3d4-7e5f-8a9b-{number:012x}\"}}"
    )
}

fn offline(leaves: u64) -> anyhow::Result<Vec<Row>> {
    say(&format!("== the record: an exported log of {leaves} leaves"));
    let scratch = local_services::Scratch::new()?;
    let directory = scratch.path().join("log");
    let signer = Signer::from_pem(ORIGIN, &token_key())?;
    write(&directory, leaves, &signer)?;
    let verifier = signer.verifier();
    let me = std::process::id();
    let (before, began) = (measure::cpu_of(me)?, Instant::now());
    let report = offline::verify(&directory, Some(&verifier), &[])?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), measure::cpu_of(me)? - before);
    ensure!(report.is_whole && report.leaves == leaves, "{:?}", report.findings);
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let each = |seconds: f64| seconds * 1e6 / leaves as f64;
    Ok(vec![
        Row::new(PART, "one leaf of an exported log checked", "µs", each(seconds)).at_most(LEAF_GOAL),
        Row::new(PART, "  processor", "µs", each(cpu)),
        Row::new(
            PART,
            "  memory of the program at most",
            "MiB",
            measure::peak_mib_of(me).unwrap_or_default(),
        ),
    ])
}

fn write(directory: &Path, leaves: u64, signer: &Signer) -> anyhow::Result<()> {
    let checkpoints = directory.join("checkpoints");
    fs::create_dir_all(&checkpoints)?;
    let mut lines = BufWriter::with_capacity(1 << 20, File::create(directory.join("leaves.txt"))?);
    let mut hashes = BufWriter::with_capacity(1 << 20, File::create(directory.join("hashes.bin"))?);
    let mut tree = Edge::default();
    for number in 0..leaves {
        let line = line(number);
        let hash = leaf_hash(line.as_bytes());
        writeln!(lines, "{line}")?;
        hashes.write_all(&hash)?;
        tree.push(hash);
        let size = number + 1;
        if size % CHECKPOINT_EVERY == 0 || size == leaves {
            let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: tree.root() };
            fs::write(checkpoints.join(format!("{size:012}.txt")), signer.sign(&checkpoint.to_string()))?;
        }
    }
    lines.flush()?;
    Ok(hashes.flush()?)
}

/// What it costs that entries come into the tree: reading them, hashing, writing the tiles.
async fn growth() -> anyhow::Result<Vec<Row>> {
    say(&format!("== the record: {GROWN} entries come into the tree"));
    let programs = Programs::prepare(String::new())?;
    let url = programs.postgres().url(DATABASE);
    let database = connect(&url).await;
    let migrating = url.clone();
    tokio::task::spawn_blocking(move || schema::migrations::run(&migrating)).await??;
    let entry = line(7).split('\t').next_back().unwrap_or_default().to_owned();
    let sql = "insert into audit_log (at, kind, actor_id, entry)
        select now(), 'message.sent', gen_random_uuid(), $1::text::jsonb from generate_series(1, $2)";
    let log_size = "select pg_total_relation_size('audit_log')";
    let tree_size = "select pg_total_relation_size('audit_tiles')";
    let before: i64 = database.query_one(log_size, &[]).await?.get(0);
    database.execute(sql, &[&entry, &i32::try_from(GROWN)?]).await.context("the log cannot be filled")?;
    let log: i64 = database.query_one(log_size, &[]).await?.get(0);
    let pool = Pool::new(&url, 1)?;
    let mut connection = pool.get().await?;
    let cpu = || -> anyhow::Result<f64> {
        Ok(measure::cpu_of(std::process::id())? + measure::cpu_of_family(programs.postgres().id())?)
    };
    let (cpu_before, began) = (cpu()?, Instant::now());
    let added = grow::grow(&mut connection, Clock::system().now()).await?;
    let (seconds, cpu) = (began.elapsed().as_secs_f64(), cpu()? - cpu_before);
    ensure!(added >= i64::from(GROWN), "only {added} entries came into the tree");
    let tree: i64 = database.query_one(tree_size, &[]).await?.get(0);
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (log, tree) = ((log - before) as f64, tree as f64);
    let each = |sum: f64| sum / f64::from(GROWN);
    Ok(vec![
        Row::new(PART, "an entry comes into the tree, processor of node and Postgres", "µs", each(cpu) * 1e6),
        Row::new(PART, "  and time", "µs", each(seconds) * 1e6),
        Row::new(PART, "an entry of the log, with its indexes", "bytes", each(log)),
        Row::new(PART, "  and what the tree keeps of it", "bytes", each(tree)),
    ])
}
