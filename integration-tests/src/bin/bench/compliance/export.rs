//! Taking messages out of a case: the real server makes an archive of many of them, and gives it away.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use integration_tests::app::{connect, token_key};
use integration_tests::client::Client;
use integration_tests::measure;
use integration_tests::services::toml_string;
use sample_ministry::Large;
use serde_json::{Value, json};
use server::clock::Clock;
use tokio_postgres::Client as Database;

use super::Measured;
use super::table::Row;
use crate::programs::{DATABASE, Programs};
use crate::{Compliance, say};

const PART: &str = "export";
/// Memory that ten times as many messages may take more, in MiB: it is flat.
const MORE_MEMORY: f64 = 16.0;
const PATIENCE: Duration = Duration::from_mins(20);
const MESSAGES: &str = include_str!("messages.sql");

/// What taking out so many messages came to.
struct Taken {
    messages: u32,
    making: f64,
    cpu: f64,
    fetching: f64,
    mib: f64,
    peak: f64,
}

/// Measures it.
pub(super) async fn measure(options: &Compliance) -> anyhow::Result<Measured> {
    let (many, few) = (options.messages, options.messages / 10);
    let audit =
        format!("[audit]\norigin = \"bench.example/audit\"\nsigning_key = {}", toml_string(&token_key()));
    let programs = Programs::prepare(audit)?;
    let (_slapd, _) = programs.fill(&Large::with_odd(60, options.seed, 0), "1h")?;
    let status = programs.sync("once")?.status()?;
    if !matches!(status.code(), Some(0 | 4)) {
        bail!("the sync ended with {status}");
    }
    let database = connect(&programs.postgres().url(DATABASE)).await;
    let [opener, approver] = officers(&database).await?;
    say(&format!("== export: filling {many} and {few} messages"));
    for (number, count) in [(1, few), (2, many)] {
        let sql = MESSAGES.replace(":number", &number.to_string()).replace(":messages", &count.to_string());
        database.batch_execute(&sql).await.context("the messages cannot be filled")?;
    }
    let server = programs.server()?;
    programs.wait_until_ready(&programs.base, "chancery", Instant::now() + PATIENCE).await?;
    let mut clients = Vec::new();
    for login in [&opener, &approver] {
        let mut client = Client::new(&programs.base);
        let answer = client.try_sign_in(login, sample_ministry::PASSWORD).await;
        ensure!(answer.status.as_u16() == 201, "{login} cannot sign in: {:#}", answer.body);
        clients.push(client);
    }
    let [opener, approver] = clients.as_slice() else { bail!("there are two officers") };
    wait_for_the_tree(&database).await?;
    let mut taken = Vec::new();
    for (number, count, mails) in [(1, few, false), (2, many, false), (1, few, true)] {
        say(&format!("== export: {count} messages{}", if mails { ", also as mails" } else { "" }));
        let case = case(opener, approver, number).await?;
        taken.push(take(&programs, server.id(), opener, &case, (count, mails)).await?);
    }
    server.stop()?;
    let [small, large, mails] = taken.as_slice() else { bail!("three were taken") };
    let rows = rows(small, large, mails);
    Ok(Measured { rows, figures: json!({ "messages": many, "fewer": few }) })
}

async fn officers(database: &Database) -> anyhow::Result<[String; 2]> {
    let mut logins = Vec::new();
    for (role, place) in [("compliance", 0_i64), ("security", 1)] {
        let sql = format!(
            "update people set roles = '{{{role}}}' where id = (select id from people where status = 'active'
             order by login offset $1 limit 1) returning login"
        );
        logins.push(database.query_one(&sql, &[&place]).await?.get(0));
    }
    logins.try_into().map_err(|_| anyhow::anyhow!("there are two officers"))
}

/// Waits until the server has put everything into the tree: that is measured elsewhere.
async fn wait_for_the_tree(database: &Database) -> anyhow::Result<()> {
    let until = Instant::now() + PATIENCE;
    let left = "select count(*) from audit_log, audit_tree where kind = 'message.sent' and xid >= xid_until";
    while database.query_one(left, &[]).await?.get::<_, i64>(0) > 0 {
        ensure!(Instant::now() < until, "the tree does not get there");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

async fn case(opener: &Client, approver: &Client, number: i32) -> anyhow::Result<String> {
    let scope = json!({ "conversation_ids": [format!("00000003-0000-7000-8000-{number:012}")] });
    let ends_at = (Clock::system().now() + chrono::TimeDelta::days(30)).to_rfc3339();
    let body = json!({
        "number": uuid::Uuid::now_v7(), "reason": "Measuring.", "legal_basis": "Measuring.", "ends_at": ends_at,
        "scope": scope,
    });
    let made = asked(opener.post("/compliance/cases", body).await)?;
    let case = made.pointer("/case/id").and_then(Value::as_str).context("no case")?.to_owned();
    asked(opener.post(&format!("/compliance/cases/{case}/request"), json!({})).await)?;
    let reason = json!({ "reason": "Measuring." });
    asked(approver.post(&format!("/compliance/cases/{case}/approve"), reason).await)?;
    Ok(case)
}

fn asked(answer: integration_tests::client::Answer) -> anyhow::Result<Value> {
    ensure!(answer.status.is_success(), "{:#}", answer.body);
    Ok(answer.body)
}

async fn take(
    programs: &Programs,
    server: u32,
    officer: &Client,
    case: &str,
    (messages, with_mails): (u32, bool),
) -> anyhow::Result<Taken> {
    let exports = format!("/compliance/cases/{case}/exports");
    let cpu = || anyhow::Ok(measure::cpu_of(server)? + measure::cpu_of_family(programs.postgres().id())?);
    let (before, began) = (cpu()?, Instant::now());
    asked(officer.post(&exports, json!({ "with_table": true, "with_mails": with_mails })).await)?;
    let export = loop {
        let listed = asked(officer.get(&exports).await)?;
        let one = listed.pointer("/exports/0").cloned().context("no export")?;
        match one.get("stage").and_then(Value::as_str) {
            Some("ready") => break one,
            Some("failed" | "gone") | None => bail!("{one:#}"),
            Some(_) => ensure!(began.elapsed() < PATIENCE, "it takes too long: {one:#}"),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    let (making, cpu) = (began.elapsed().as_secs_f64(), cpu()? - before);
    ensure!(export.get("total").and_then(Value::as_u64) == Some(messages.into()), "{export:#}");
    let id = export.get("id").and_then(Value::as_str).context("no id")?;
    let began = Instant::now();
    let mut answer = reqwest::Client::new()
        .get(format!("{}/api/v1{exports}/{id}/file", programs.base))
        .bearer_auth(officer.token())
        .send()
        .await?;
    let mut octets = 0_u64;
    while let Some(some) = answer.chunk().await? {
        octets += some.len() as u64;
    }
    ensure!(export.get("size").and_then(Value::as_u64) == Some(octets), "{octets} octets came of {export:#}");
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let mib = octets as f64 / f64::from(1 << 20);
    let (fetching, peak) = (began.elapsed().as_secs_f64(), measure::peak_mib_of(server).unwrap_or_default());
    Ok(Taken { messages, making, cpu, fetching, mib, peak })
}

fn rows(small: &Taken, large: &Taken, mails: &Taken) -> Vec<Row> {
    let each = |taken: &Taken, sum: f64| sum * 1e6 / f64::from(taken.messages.max(1));
    let mut rows = vec![Row::new(PART, "messages", "", f64::from(large.messages))];
    for (name, taken) in
        [("JSON Lines and a table", large), ("  a tenth of them", small), ("  these as mails, too", mails)]
    {
        rows.extend([
            Row::new(PART, format!("{name}: made in"), "s", taken.making),
            Row::new(PART, "    processor of node and Postgres, for a message", "µs", each(taken, taken.cpu)),
            Row::new(PART, "    fetched in", "s", taken.fetching),
            Row::new(PART, "    size", "MiB", taken.mib),
        ]);
    }
    rows.push(Row::new(PART, "memory of the server at most, after a tenth", "MiB", small.peak));
    rows.push(
        Row::new(PART, "  and what all take more", "MiB", large.peak - small.peak).at_most(MORE_MEMORY),
    );
    rows
}
