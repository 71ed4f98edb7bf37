//! The database of these tests: a cluster of its own, because what is read of its log must be theirs.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::thread;

use chrono::{DateTime, TimeDelta, Utc};
use local_services::{Durability, Postgres, Scratch};
use schema::ids::{ConversationId, ExceptionId, MessageId, PersonId, ScopeId, SessionId, UnitId};
use uuid::Uuid;

/// What is filled in, by two connections at once.
const PARTS: [&[&str]; 2] =
    [&[include_str!("organisation.sql"), include_str!("messages.sql")], &[include_str!("records.sql")]];

/// Every statement is explained in the log, those within functions and triggers too, with what it read.
const EXPLAIN: &str = "alter database large set session_preload_libraries = 'auto_explain';
    alter database large set auto_explain.log_min_duration = 0;
    alter database large set auto_explain.log_format = 'json';
    alter database large set auto_explain.log_nested_statements = on;
    alter database large set auto_explain.log_analyze = on;
    alter database large set auto_explain.log_timing = off";

pub(crate) struct Large {
    pub(crate) postgres: Postgres,
    pub(crate) log: PathBuf,
    _scratch: Scratch,
}

/// Made by the first test that needs it; dies with the process.
pub(crate) static LARGE: LazyLock<Large> = LazyLock::new(|| {
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("pg");
    let postgres = Postgres::start(&directory, Durability::Relaxed).unwrap();
    postgres.create_database("large").unwrap();
    schema::migrations::run(&postgres.url("large")).unwrap();
    postgres.sql("large", include_str!("ids.sql")).unwrap();
    let filled = &postgres;
    thread::scope(|scope| {
        let filling = PARTS.map(|part| {
            scope.spawn(move || {
                for statements in part {
                    filled.sql("large", statements).unwrap();
                }
            })
        });
        for part in filling {
            part.join().unwrap();
        }
    });
    postgres.sql("large", "analyze").unwrap();
    postgres.sql("large", EXPLAIN).unwrap();
    Large { postgres, log: directory.join("log"), _scratch: scratch }
});

fn id(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(kind << 96 | 0x7000 << 64 | 0x8000 << 48 | u128::from(number))
}

pub(crate) fn person(number: u64) -> PersonId {
    PersonId(id(1, number))
}

pub(crate) fn unit(number: u64) -> UnitId {
    UnitId(id(2, number))
}

pub(crate) fn conversation(number: u64) -> ConversationId {
    ConversationId(id(3, number))
}

pub(crate) fn message(conversation: u64, seq: u64) -> MessageId {
    MessageId(id(4, conversation * 100_000 + seq))
}

pub(crate) fn exception(number: u64) -> ExceptionId {
    ExceptionId(id(7, number))
}

pub(crate) fn session(number: u64) -> SessionId {
    SessionId(id(11, number))
}

/// The scope of a case: a person and a conversation of two others.
pub(crate) fn scope() -> ScopeId {
    ScopeId(id(14, 1))
}

/// The moment at which a day of November 2026 begins.
pub(crate) fn day(of_november: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_491_200, 0).unwrap() + TimeDelta::days(of_november - 1)
}
