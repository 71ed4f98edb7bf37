//! What takes too long is cancelled, and whoever asked is told so; the connection goes on, or makes room for another.

use std::time::Duration;

use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use schema::{Error, TimeLimits};

use super::*;

/// A pool of one connection, all of whose limits are a fifth of a second.
fn hasty(office: &Office) -> Pool {
    let short = Duration::from_millis(200);
    let limits = TimeLimits { statement: short, idle: short, ..TimeLimits::none("hasty") };
    Pool::limited(office.pool.url(), 1, limits).unwrap()
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_cancelled() {
    let office = Office::open().await;
    let pool = hasty(&office);
    let mut connection = pool.get().await.unwrap();
    let slept = diesel::sql_query("select pg_sleep(20)").execute(&mut *connection).await;
    let error = Error::from(slept.unwrap_err());
    assert!(matches!(error, Error::TooSlow(_)), "{error:?}");
    let found = schema::people::by_login(&mut connection, "p1").await.unwrap();
    assert_eq!(found, Some(person(1)), "the connection is as good as before");
    let called = office.sql("select count(*) from pg_stat_activity where application_name = 'hasty' and datname = current_database()");
    assert_eq!(called, "1");
}

#[tokio::test]
async fn who_waits_too_long_for_what_others_hold_is_told_so() {
    let office = Office::open().await;
    let limits = TimeLimits { lock: Duration::from_millis(200), ..TimeLimits::none("hasty") };
    let pool = Pool::limited(office.pool.url(), 1, limits).unwrap();
    let mut holder = office.connection().await;
    holder.batch_execute("begin; lock table people").await.unwrap();
    let error = schema::people::by_login(&mut pool.get().await.unwrap(), "p1").await.unwrap_err();
    assert!(matches!(error, Error::TooSlow(_)), "{error:?}");
    holder.batch_execute("rollback").await.unwrap();
    assert!(schema::people::by_login(&mut pool.get().await.unwrap(), "p1").await.unwrap().is_some());
}

#[tokio::test]
async fn a_transaction_that_does_nothing_is_ended() {
    let office = Office::open().await;
    let pool = hasty(&office);
    let mut connection = pool.get().await.unwrap();
    connection.batch_execute("begin; lock table people").await.unwrap();
    tokio::time::sleep(Duration::from_millis(600)).await;
    let error = schema::people::by_login(&mut connection, "p1").await.unwrap_err();
    assert!(matches!(error, Error::NoConnection(_)), "{error:?}");
    drop(connection);
    assert!(schema::people::by_login(&mut pool.get().await.unwrap(), "p1").await.unwrap().is_some());
}

/// What reads much says so, and is let.
#[tokio::test]
async fn who_takes_time_has_it() {
    let office = Office::open().await;
    let mut connection = hasty(&office).get().await.unwrap();
    connection.batch_execute("begin").await.unwrap();
    schema::pool::take_time(&mut connection).await.unwrap();
    connection.batch_execute("select pg_sleep(0.5); commit").await.unwrap();
    assert!(connection.batch_execute("select pg_sleep(0.5)").await.is_err(), "only that one");
}

/// Of a pool whose connections are all in use, whoever waits is counted.
#[tokio::test]
async fn how_long_one_waits_for_a_connection_is_told() {
    static LONGEST: std::sync::Mutex<Duration> = std::sync::Mutex::new(Duration::ZERO);
    let office = Office::open().await;
    let waited = |waited| {
        let mut longest = LONGEST.lock().unwrap();
        *longest = longest.max(waited);
    };
    let pool = Pool::limited(office.pool.url(), 1, TimeLimits { waited, ..TimeLimits::none("one") }).unwrap();
    let taken = pool.get().await.unwrap();
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.get().await.map(drop) }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    drop(taken);
    waiting.await.unwrap().unwrap();
    let longest = *LONGEST.lock().unwrap();
    assert!(longest >= Duration::from_millis(250), "{longest:?}");
}
