//! What can happen to the processes and to the ways between them.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use server::clock::Clock;
use server::config::Config;
use server::serve::RunningServer;
use tokio::time::sleep;

use super::cast::sign_in;
use super::ground::Ground;
use super::proxy::Way;
use super::signals;
use super::trial::Trial;
use crate::client::Client;

/// How long somebody who signs in may wait for a directory that is gone.
const SIGN_IN: Duration = Duration::from_secs(20);
/// From what length on a fault is tried at its length.
const LONG: Duration = Duration::from_secs(5);
/// How large the files of messages must be for a limit on files to leave room for the log of the database.
const FILE: i64 = 1 << 20;

pub(super) async fn node_killed(trial: &mut Trial<'_>) {
    // Where there is time for it, the other one too.
    let numbers = if trial.length < LONG { &[1][..] } else { &[0, 1] };
    for &number in numbers {
        trial.ground.nodes[number].kill9();
        trial.kills += 1;
        sleep(Duration::from_millis(300)).await;
        trial.ground.nodes[number].start_again();
        trial.ready().await;
    }
}

pub(super) async fn postgres_killed(trial: &mut Trial<'_>) {
    tokio::task::block_in_place(|| trial.ground.postgres.kill9()).unwrap();
    trial.kills += 1;
    sleep(Duration::from_secs(1)).await;
    trial.ground.restart_postgres();
}

/// One of those who serve its clients is killed: Postgres ends all of them, and recovers.
pub(super) async fn backend_killed(trial: &mut Trial<'_>) {
    let database = trial.ground.database().await;
    let sql = "select pid from pg_stat_activity where query like '%store_messages%' and pid <> pg_backend_pid() \
               order by state_change desc limit 1";
    let row = database.query_one(sql, &[]).await.unwrap();
    let pid: i32 = row.get(0);
    signals::kill9(u32::try_from(pid).unwrap());
    trial.kills += 1;
}

pub(super) async fn redis_killed(trial: &mut Trial<'_>) {
    tokio::task::block_in_place(|| trial.ground.redis.kill9()).unwrap();
    trial.kills += 1;
    sleep(trial.length).await;
    tokio::task::block_in_place(|| trial.ground.redis.restart()).unwrap();
}

pub(super) async fn frozen(trial: &mut Trial<'_>, process: impl Fn(&Ground) -> u32) {
    let frozen = signals::freeze(process(trial.ground));
    sleep(trial.length).await;
    drop(frozen);
}

pub(super) async fn redis_cut(trial: &mut Trial<'_>, way: Way) {
    trial.ground.nodes[1].to_redis.set(way);
    sleep(trial.length).await;
    trial.ground.nodes[1].to_redis.set(Way::Open);
}

pub(super) async fn postgres_cut(trial: &mut Trial<'_>, way: Way) {
    trial.ground.nodes[1].to_postgres.set(way);
    sleep(trial.length).await;
    trial.ground.nodes[1].to_postgres.set(Way::Open);
}

/// No file of Postgres may grow: it answers as it does when the disk is full.
pub(super) async fn disk_full(trial: &mut Trial<'_>) {
    let database = trial.ground.database().await;
    let sql = "select coalesce(max(pg_relation_size(inhrelid)), 0)::bigint from pg_inherits \
               where inhparent = 'messages'::regclass";
    let size = loop {
        let size: i64 = database.query_one(sql, &[]).await.unwrap().get(0);
        if size >= FILE {
            break size;
        }
        sleep(Duration::from_millis(100)).await;
    };
    let errors = trial.load.felt();
    signals::limit_files(trial.ground.postgres.id(), Some(u64::try_from(size).unwrap()));
    let began = Instant::now();
    while trial.load.felt() < errors + 10 {
        assert!(began.elapsed() < Duration::from_secs(30), "the disk does not become full");
        sleep(Duration::from_millis(50)).await;
    }
    sleep(trial.length).await;
    signals::limit_files(trial.ground.postgres.id(), None);
}

/// A third node, whose clock can be set.
pub(super) struct Third {
    clock: Clock,
    server: RunningServer,
}

impl Third {
    pub(super) async fn start(ground: &Ground) -> Self {
        let config =
            Config::from_toml(&ground.nodes[1].configuration()).unwrap_or_else(|error| panic!("{error}"));
        let clock = Clock::standing(Clock::system().now());
        let server = server::serve::start_at(config, clock.clone()).await;
        Self { clock, server: server.unwrap_or_else(|error| panic!("{error:?}")) }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Lets its time go by, an hour ahead, an hour behind, and as it was.
    pub(super) async fn step(&self, length: Duration) {
        for hours in [0, 1, -2, 1] {
            self.clock.advance(TimeDelta::hours(hours));
            let began = Instant::now();
            while began.elapsed() < length / 2 {
                sleep(Duration::from_millis(20)).await;
                self.clock.advance(TimeDelta::milliseconds(20));
            }
        }
    }

    pub(super) async fn stop(self) {
        self.server.stop().await;
    }
}

/// Who is signed in goes on; who is not is told at once that it is not possible now.
pub(super) async fn directory_gone(trial: &mut Trial<'_>) {
    let base = trial.ground.nodes[0].base.clone();
    trial.ground.directory.kill();
    trial.kills += 1;
    let mut client = Client::new(&base);
    let asking = client.try_sign_in("head", sample_ministry::PASSWORD);
    let answer = tokio::time::timeout(SIGN_IN, asking).await.expect("an answer in time");
    assert!(answer.status.is_server_error(), "{}: {:#}", answer.status, answer.body);
    sleep(trial.length).await;
    tokio::task::block_in_place(|| trial.ground.directory.slapd(|slapd| slapd.restart().unwrap()));
    sign_in(&base, "head").await;
}
