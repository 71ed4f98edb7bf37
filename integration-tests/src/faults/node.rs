//! One node: the real program, with ways to Postgres and Redis that can be cut.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local_services::{Companion, Postgres, Redis};
use serde_json::Value;

use super::proxy::Proxy;
use crate::services;

/// How long a node may take to answer whether it is ready.
const ANSWER: Duration = Duration::from_secs(5);
/// How long it may take to start.
const START: Duration = Duration::from_mins(2);

/// See the module. Dropping it stops it.
pub struct Node {
    pub base: String,
    pub to_postgres: Proxy,
    pub to_redis: Proxy,
    config: PathBuf,
    program: Companion,
}

/// What all nodes have in common.
pub struct Common<'a> {
    pub folder: &'a Path,
    pub postgres: &'a Postgres,
    pub redis: &'a Redis,
    pub database: &'a str,
    /// The `[[sources]]` of the configuration.
    pub sources: &'a str,
}

impl Node {
    pub async fn start(name: &str, common: &Common<'_>) -> Self {
        let to_postgres = Proxy::to(&common.postgres.socket()).await.unwrap();
        let to_redis = Proxy::to(common.redis.socket()).await.unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = common.folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        let config = folder.join("chancery.toml");
        fs::write(&config, configuration(port, common, to_postgres.port(), to_redis.port())).unwrap();
        let program = serve(&config);
        let node = Self { base: format!("http://127.0.0.1:{port}"), to_postgres, to_redis, config, program };
        node.ready_within(START).await;
        node
    }

    pub fn id(&self) -> u32 {
        self.program.id()
    }

    /// The text of its configuration, but for where it listens.
    pub fn configuration(&self) -> String {
        fs::read_to_string(&self.config).unwrap().replace(&self.base["http://".len()..], "127.0.0.1:0")
    }

    /// Kills it in mid-air.
    pub fn kill9(&mut self) {
        self.program.kill9().unwrap();
    }

    /// Starts it again where it was. Whoever supervises it would.
    pub fn start_again(&mut self) {
        self.program = serve(&self.config);
    }

    /// What `/readyz` says, or nothing where it does not answer.
    pub async fn readiness(&self) -> Option<Value> {
        let asking = async { reqwest::get(format!("{}/readyz", self.base)).await.ok()?.json().await.ok() };
        tokio::time::timeout(ANSWER, asking).await.ok()?
    }

    /// Waits until it says by itself that it is ready and hears the other nodes. Returns how long it took.
    pub async fn ready_within(&self, longest: Duration) -> Duration {
        let began = Instant::now();
        loop {
            let said = self.readiness().await;
            if said
                .as_ref()
                .is_some_and(|said| said["ready"] == true && said["reasons"] == serde_json::json!([]))
            {
                return began.elapsed();
            }
            assert!(began.elapsed() < longest, "not ready within {longest:?}: {said:?}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// A figure of `/metrics`; nothing where there is none.
    pub async fn figure(&self, name: &str) -> Option<f64> {
        let asking = async { reqwest::get(format!("{}/metrics", self.base)).await.ok()?.text().await.ok() };
        let text = tokio::time::timeout(ANSWER, asking).await.ok()??;
        text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok())
    }

    /// The end of what it wrote.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(self.config.with_file_name("log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

fn configuration(port: u16, common: &Common<'_>, postgres: u16, redis: u16) -> String {
    let url = common.postgres.url(common.database);
    let (before, _) = url.split_once('?').unwrap();
    let url = format!("{}?sslmode=disable", before.replace("@/", &format!("@127.0.0.1:{postgres}/")));
    format!(
        "[server]\nlisten = \"127.0.0.1:{port}\"\nworkers = 2\n\
         [database]\nurl = {}\npool_size = 8\n[redis]\nurl = \"redis://127.0.0.1:{redis}/\"\n\
         [auth]\ntoken_key = {}\ntoken_minutes = 60\nlogin_attempts = 100000\naddress_attempts = 100000\n\
         refusal_milliseconds = 1\n{}\n{}",
        services::toml_string(&url),
        services::toml_string(&crate::app::token_key()),
        services::UNLIMITED,
        common.sources,
    )
}

fn serve(config: &Path) -> Companion {
    let folder = config.parent().unwrap();
    let arguments = ["serve", "--config", &config.display().to_string()];
    Companion::start("chancery", &services::program("chancery"), &arguments, folder, &folder.join("log"))
        .unwrap()
}
