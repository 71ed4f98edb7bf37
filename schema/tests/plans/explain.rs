//! Reads the plans of a connection's statements from the server's log, and says what is wrong with them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use diesel_async::SimpleAsyncConnection;
use schema::{Connection, Error, Pool};
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard};

use crate::large::LARGE;

/// A table of more rows is large: nothing hot may read it from end to end.
const LARGE_ROWS: u32 = 10_000;
/// More rows than these of a large table are not read by one step of a plan, whatever it is called.
const MOST_ROWS: f64 = 5_000.0;
/// Postgres makes a prepared statement's lasting plan after five that are made for the values at hand.
const ROUNDS: usize = 7;

/// One test at a time: one of them takes indexes away.
static ONE: Mutex<()> = Mutex::const_new(());

#[derive(diesel::QueryableByName)]
struct Backend {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    id: i32,
}

/// A connection whose plans are looked at.
pub(crate) struct Watched {
    connection: Connection,
    /// How the log's lines about this connection say so.
    mark: String,
    log: File,
    large: HashSet<String>,
    seen: usize,
    complaints: BTreeSet<String>,
    partitions: BTreeMap<String, BTreeSet<String>>,
    _alone: MutexGuard<'static, ()>,
}

impl Watched {
    pub(crate) async fn open() -> Self {
        let alone = ONE.lock().await;
        let ask = |sql: String| LARGE.postgres.sql("large", &sql).unwrap();
        let (large, url) = tokio::task::spawn_blocking(move || {
            let large =
                format!("select relname from pg_class where relkind = 'r' and reltuples > {LARGE_ROWS}");
            (ask(large).lines().map(str::to_owned).collect::<HashSet<_>>(), LARGE.postgres.url("large"))
        })
        .await
        .unwrap();
        for name in ["messages_2026_04", "sends", "audit_log", "members", "people", "conversations"] {
            assert!(large.contains(name), "{name} is large: {large:?}");
        }
        let pool = Pool::new(&url, 1).unwrap();
        let mut connection = pool.get().await.unwrap();
        let asking = diesel::sql_query("select pg_backend_pid() as id");
        let backend: Backend = diesel_async::RunQueryDsl::get_result(asking, &mut *connection).await.unwrap();
        let mut log = File::open(&LARGE.log).unwrap();
        log.seek(SeekFrom::End(0)).unwrap();
        Self {
            connection,
            mark: format!(" [{}] ", backend.id),
            log,
            large,
            seen: 0,
            complaints: BTreeSet::new(),
            partitions: BTreeMap::new(),
            _alone: alone,
        }
    }

    /// Calls `work` until its plans are the lasting ones, and looks at all of them.
    pub(crate) async fn look<T>(
        &mut self,
        name: &str,
        work: impl AsyncFn(&mut Connection) -> Result<T, Error>,
    ) {
        for _ in 0..ROUNDS {
            work(&mut self.connection).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        }
        self.read(name).await;
    }

    /// The same for a write, of which each round is another.
    pub(crate) async fn look_at<T>(
        &mut self,
        name: &str,
        work: impl AsyncFn(&mut Connection, u64) -> Result<T, Error>,
    ) {
        for round in 0..ROUNDS as u64 {
            work(&mut self.connection, round).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        }
        self.read(name).await;
    }

    /// Runs statements that are not looked at.
    pub(crate) async fn sql(&mut self, statements: &str) {
        self.connection.batch_execute(statements).await.unwrap();
    }

    /// How many plans there were.
    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    /// What is wrong, a line each.
    pub(crate) fn complaints(&self) -> String {
        self.complaints.iter().cloned().collect::<Vec<_>>().join("\n")
    }

    /// The partitions of the messages that were opened.
    pub(crate) fn partitions(&self, name: &str) -> Vec<&str> {
        self.partitions.get(name).into_iter().flatten().map(String::as_str).collect()
    }

    async fn read(&mut self, name: &str) {
        // A statement's plan is logged when it ends, which is at the latest when the next one begins.
        self.sql("select").await;
        let mut text = String::new();
        self.log.read_to_string(&mut text).unwrap();
        let plans = plans(&text, &self.mark);
        assert!(!plans.is_empty(), "{name} has no plan in the log");
        for plan in plans {
            self.seen += 1;
            let query = plan["Query Text"].as_str().unwrap_or_default().to_owned();
            self.judge(name, &query, &plan["Plan"]);
        }
    }

    fn judge(&mut self, name: &str, query: &str, step: &Value) {
        let number = |key: &str| step[key].as_f64().unwrap_or_default();
        let rounds = number("Actual Loops");
        let removed = number("Rows Removed by Filter") + number("Rows Removed by Index Recheck");
        let rows = (number("Actual Rows") + removed) * rounds;
        let kind = step["Node Type"].as_str().unwrap_or_default();
        if let Some(table) = step["Relation Name"].as_str()
            && rounds > 0.0
            && kind != "ModifyTable"
        {
            if table.starts_with("messages_") {
                self.partitions.entry(name.to_owned()).or_default().insert(table.to_owned());
            }
            let query: String =
                query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
            if self.large.contains(table) && kind == "Seq Scan" {
                self.complaints.insert(format!("{name}: Seq Scan on {table}, in: {query}"));
            } else if self.large.contains(table) && rows > MOST_ROWS {
                self.complaints.insert(format!("{name}: {kind} reads {rows} rows of {table}, in: {query}"));
            }
        }
        for below in step["Plans"].as_array().into_iter().flatten() {
            self.judge(name, query, below);
        }
    }
}

/// The plans that the log tells of a connection.
fn plans(text: &str, mark: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if !(line.contains(mark) && line.ends_with(" plan:")) {
            continue;
        }
        let mut plan = String::new();
        while let Some(line) = lines.next_if(|line| line.starts_with('\t')) {
            plan.push_str(line);
        }
        found.push(serde_json::from_str(&plan).unwrap());
    }
    found
}
