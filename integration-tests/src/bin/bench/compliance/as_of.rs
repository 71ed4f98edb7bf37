//! As of: the real server over a long past of many people.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use integration_tests::app::connect;
use integration_tests::client::Client;
use integration_tests::measure;
use sample_ministry::Large;
use serde_json::{Value, json};

use super::Measured;
use super::table::Row;
use crate::programs::{DATABASE, Programs};
use crate::{Compliance, say};

const PART: &str = "as_of";
/// An answer about a moment that nobody asked about before takes no longer, in seconds.
const GOAL: f64 = 1.0;
const PATIENCE: Duration = Duration::from_mins(3);
const ORGANISATION: &str = include_str!("organisation.sql");

/// Measures it.
pub(super) async fn measure(options: &Compliance) -> anyhow::Result<Measured> {
    say("== as of: filling the organisation and its past");
    let programs = Programs::prepare(String::new())?;
    // A small directory, so that somebody can sign in; everybody else is written into the mirror.
    let large = Large::with_odd(60, options.seed, 0);
    let (_slapd, _) = programs.fill(&large, "1h")?;
    let status = programs.sync("once")?.status()?;
    if !matches!(status.code(), Some(0 | 4)) {
        bail!("the sync ended with {status}");
    }
    let database = connect(&programs.postgres().url(DATABASE)).await;
    let sql = ORGANISATION
        .replace(":people", &options.people.to_string())
        .replace(":members", &options.members.to_string());
    database.batch_execute(&sql).await.context("the organisation cannot be filled")?;
    let rows: i64 = database.query_one(ROWS, &[]).await?.get(0);
    let login: String = database.query_one(OFFICER, &[]).await?.get(0);
    let server = programs.server()?;
    programs.wait_until_ready(&programs.base, "chancery", Instant::now() + PATIENCE).await?;
    database.batch_execute(LONG_AGO).await?;
    let mut officer = Client::new(&programs.base);
    let answer = officer.try_sign_in(&login, sample_ministry::PASSWORD).await;
    if answer.status.as_u16() != 201 {
        bail!("{login} cannot sign in: {:#}", answer.body);
    }
    let before = measure::resident_mib_of(server.id());
    let asked = ask(&officer, options).await?;
    let after = measure::peak_mib_of(server.id());
    server.stop()?;
    let mut table = vec![
        Row::new(PART, "people", "", f64::from(u32::try_from(options.people)?)),
        Row::new(PART, "rows of histories", "", f64::from(u32::try_from(rows)?)),
        Row::new(PART, "members of the channel", "", f64::from(u32::try_from(options.members)?)),
    ];
    for (name, seconds, goal) in asked.rows() {
        let row = Row::new(PART, name, "s", seconds);
        table.push(if goal { row.at_most(GOAL) } else { row });
    }
    for (name, mib) in [("memory of the server before", before), ("  and at most", after)] {
        table.extend(mib.map(|mib| Row::new(PART, name, "MiB", mib)));
    }
    Ok(Measured { rows: table, figures: json!({ "history_rows": rows, "seconds": asked.figures() }) })
}

const ROWS: &str = "select (select count(*) from people_history) + (select count(*) from posts_history)
    + (select count(*) from clearances_history) + (select count(*) from members_history)
    + (select count(*) from delegations_history) + (select count(*) from exceptions_history)
    + (select count(*) from units_history) + (select count(*) from conversations_history)";
const OFFICER: &str = "update people set roles = '{compliance}' where id = (
    select id from people where status = 'active' and login not like 'person-%' order by login limit 1) returning login";
/// What the server put in force at its start was so ever since.
const LONG_AGO: &str = "update policy_activations set valid = tstzrange('2023-01-01', null);
    update policy_activations_history set held = tstzrange('2023-01-01', null), valid = tstzrange('2023-01-01', null)
        where upper_inf(held);
    delete from policy_activations_history where not upper_inf(held)";

/// How long the answers took, in seconds.
#[derive(Debug, Default)]
struct Asked {
    channel: Vec<f64>,
    next_page: Vec<f64>,
    person: Vec<f64>,
    decision: Vec<f64>,
    activity: Vec<f64>,
    changes: Vec<f64>,
    whole: Vec<f64>,
}

impl Asked {
    fn rows(&self) -> Vec<(String, f64, bool)> {
        let named = [
            ("who could read and write the channel, first answer of a moment", &self.channel, true),
            ("  next page of that moment", &self.next_page, false),
            ("  all members, in pages of 200", &self.whole, false),
            ("what could a person reach, first answer of a moment", &self.person, true),
            ("could A write to B, first answer of a moment", &self.decision, true),
            ("who did what in the channel", &self.activity, false),
            ("what changed between two moments", &self.changes, false),
        ];
        let mut rows = Vec::new();
        for (name, seconds, goal) in named {
            let mut sorted = seconds.clone();
            sorted.sort_by(f64::total_cmp);
            let Some(longest) = sorted.last() else { continue };
            let middle = sorted.get(sorted.len() / 2).unwrap_or(longest);
            rows.push((format!("{name}, median of {}", sorted.len()), *middle, goal));
            if sorted.len() > 1 {
                rows.push(("  longest".to_owned(), *longest, goal));
            }
        }
        rows
    }

    fn figures(&self) -> Value {
        json!({
            "channel": self.channel, "next_page": self.next_page, "whole": self.whole, "person": self.person,
            "decision": self.decision, "activity": self.activity, "changes": self.changes,
        })
    }
}

async fn timed(client: &Client, path: &str, into: &mut Vec<f64>) -> anyhow::Result<Value> {
    let began = Instant::now();
    let answer = client.get(path).await;
    into.push(began.elapsed().as_secs_f64());
    if answer.status.as_u16() != 200 {
        bail!("{path}: {:#}", answer.body);
    }
    Ok(answer.body)
}

const CHANNEL: &str = "00000003-0000-7000-8000-000000000001";
const SOMEBODY: &str = "00000001-0000-7000-8000-000000000020";
const OTHER: &str = "00000001-0000-7000-8000-000000000040";

async fn ask(officer: &Client, options: &Compliance) -> anyhow::Result<Asked> {
    say("== as of: asking");
    let mut asked = Asked::default();
    let moment = |question: usize, round: usize| {
        format!("2026-{:02}-{:02}T{:02}:17:00Z", 1 + round % 9, 1 + question, 3 + round / 9 % 20)
    };
    for round in 0..options.moments {
        let at = moment(0, round);
        let path = format!("/compliance/access?conversation_id={CHANNEL}&at={at}");
        let page = timed(officer, &path, &mut asked.channel).await?;
        let found = page.pointer("/access/entries").and_then(Value::as_array).map_or(0, Vec::len);
        if found < 50.min(options.members) {
            bail!("{path}: only {found} entries");
        }
        if let Some(next) = page.get("next").and_then(Value::as_str) {
            timed(officer, &format!("{path}&cursor={next}"), &mut asked.next_page).await?;
        }
        let at = moment(1, round);
        timed(officer, &format!("/compliance/access?person_id={SOMEBODY}&at={at}"), &mut asked.person)
            .await?;
        let at = moment(2, round);
        let path =
            format!("/compliance/decision?person_id={SOMEBODY}&to_person_id={OTHER}&action=dm.start&at={at}");
        timed(officer, &path, &mut asked.decision).await?;
    }
    let (from, until) = (moment(3, 0), moment(3, 7));
    let path = format!("/compliance/activity?conversation_id={CHANNEL}&from={from}&until={until}");
    timed(officer, &path, &mut asked.activity).await?;
    let path = format!("/compliance/changes?conversation_id={CHANNEL}&from={from}&until={until}");
    timed(officer, &path, &mut asked.changes).await?;
    let began = Instant::now();
    let path = format!("/compliance/access?conversation_id={CHANNEL}&at={}&limit=200", moment(0, 0));
    let mut page = timed(officer, &path, &mut Vec::new()).await?;
    while let Some(next) = page.get("next").and_then(Value::as_str) {
        page = timed(officer, &format!("{path}&cursor={next}"), &mut Vec::new()).await?;
    }
    asked.whole.push(began.elapsed().as_secs_f64());
    Ok(asked)
}
