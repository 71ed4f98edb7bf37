//! The real programs on a Postgres of their own, and what they say of themselves.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use integration_tests::app::{connect, token_key};
use integration_tests::figures::number;
use integration_tests::measure;
use integration_tests::services::toml_string;
use local_services::{Changes, Companion, Durability, Postgres, Scratch, Slapd, SlapdOptions};
use sample_ministry::{Access, Large, large_schema};

use crate::say;

/// The name of the database.
pub(crate) const DATABASE: &str = "bench";

/// What the logs of two nodes are called.
pub(crate) const NODES: [&str; 2] = ["one", "two"];

/// A database, and a place for everything else.
pub(crate) struct Programs {
    pub(crate) postgres_pid: u32,
    pub(crate) config: PathBuf,
    pub(crate) base: String,
    postgres: Postgres,
    scratch: Scratch,
    /// Further lines of `[database]`.
    database: String,
}

impl Programs {
    /// Starts Postgres, which keeps what it promises about a loss of power. `database` are further lines of `[database]`.
    pub(crate) fn prepare(database: String) -> anyhow::Result<Self> {
        let scratch = Scratch::new()?;
        let postgres = Postgres::start(&scratch.path().join("postgres"), Durability::Durable)?;
        let postgres_pid = measure::child_named("postgres")?;
        postgres.create_database(DATABASE)?;
        let url = postgres.url(DATABASE);
        // Migrations need a runtime of their own, which cannot be made within another.
        let migrated = std::thread::scope(|scope| scope.spawn(|| schema::migrations::run(&url)).join());
        migrated.map_err(|_| anyhow::anyhow!("the migrations panicked"))??;
        let (config, base) = (scratch.path().join("chancery.toml"), free_base()?);
        Ok(Self { postgres_pid, config, base, postgres, scratch, database })
    }

    /// Writes the configuration, which ends with the `source`.
    pub(crate) fn configure(&self, source: &str) -> anyhow::Result<()> {
        let text = format!(
            "[server]\nlisten = {}\n[database]\nurl = {}\n{}\n\
             [auth]\ntoken_key = {}\ntoken_minutes = 60\naddress_attempts = 100000\n{}\n{source}\
             # A thousand changes in a few minutes are what the guard is there to stop.\n\
             guard = {{ window = {{ count = 100000, within = \"1s\" }} }}\n",
            toml_string(self.base.trim_start_matches("http://")),
            toml_string(&self.postgres.url(DATABASE)),
            self.database,
            toml_string(&token_key()),
            integration_tests::services::UNLIMITED,
        );
        Ok(fs::write(&self.config, text)?)
    }

    /// Starts a slapd that holds these people, and configures the programs to read it so often. Returns also how many MiB
    /// its LDIF has.
    pub(crate) fn fill(&self, large: &Large, every: &str) -> anyhow::Result<(Slapd, f64)> {
        let mut ldif = Vec::new();
        large.write(&mut ldif)?;
        let ldif = String::from_utf8(ldif)?;
        let mib = number(ldif.len()) / f64::from(1 << 20);
        let slapd = Slapd::start(&self.file("slapd"), slapd_options(ldif))?;
        let (url, ca_file) = (slapd.ldap_url(), slapd.ca_pem_path());
        let access = Access { url: &url, tls: "starttls", ca_file: &ca_file, every: Some(every) };
        self.configure(&large.source_toml(access))?;
        Ok((slapd, mib))
    }

    /// A command of the sync.
    pub(crate) fn sync(&self, command: &str) -> anyhow::Result<Command> {
        let mut sync = Command::new(program("chancery-ldap-sync")?);
        sync.args([command, "--config"]).arg(&self.config);
        // What the environment says about Chancery is about another one.
        sync.env_clear().env("CHANCERY_LOG", "warn");
        Ok(sync)
    }

    /// The database server.
    pub(crate) fn postgres(&self) -> &Postgres {
        &self.postgres
    }

    /// Starts the server alone.
    pub(crate) fn server(&self) -> anyhow::Result<Companion> {
        self.companion("chancery", "serve")
    }

    /// Starts two nodes with that Redis between them, the first where the server alone would be. Returns also where they are.
    pub(crate) fn two_nodes(&self, redis_url: &str) -> anyhow::Result<([Companion; 2], [String; 2])> {
        let alone = fs::read_to_string(&self.config)?;
        let second = free_base()?;
        let start = |name: &str, base: &str| {
            let listen = [&self.base, base].map(|base| toml_string(base.trim_start_matches("http://")));
            let [one, this] = &listen;
            let config = self.file(&format!("{name}.toml"));
            let text = alone.replacen(one, this, 1);
            fs::write(&config, format!("{text}\n[redis]\nurl = {}\n", toml_string(redis_url)))?;
            self.start_program("chancery", "serve", &config, name)
        };
        let [one, two] = NODES;
        let nodes = [start(one, &self.base)?, start(two, &second)?];
        Ok((nodes, [self.base.clone(), second]))
    }

    /// Waits until the server at `base`, whose log has that name, answers that it is ready.
    pub(crate) async fn wait_until_ready(
        &self,
        base: &str,
        log: &str,
        deadline: Instant,
    ) -> anyhow::Result<()> {
        let url = format!("{base}/readyz");
        while !reqwest::get(&url).await.is_ok_and(|answer| answer.status().is_success()) {
            if Instant::now() > deadline {
                bail!("the server is not ready\n{}", self.said_by(log));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }

    /// A file or a folder for whatever a program keeps or says.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// Starts the sync and the server, and waits until the `first` change has gone through both.
    pub(crate) async fn start(
        &self,
        patience: Duration,
        first: impl AsyncFnOnce() -> anyhow::Result<()>,
    ) -> anyhow::Result<Running> {
        say("   starting the sync and the server");
        let database = connect(&self.postgres.url(DATABASE)).await;
        let mut running = Running {
            base: self.base.clone(),
            sync: self.companion("chancery-ldap-sync", "run")?,
            server: self.companion("chancery", "serve")?,
            database,
        };
        let before = running.mirror_version().await?;
        first().await?;
        let deadline = Instant::now() + patience;
        while !running.is_past(before).await? {
            if Instant::now() > deadline {
                let said = ["chancery-ldap-sync", "chancery"].map(|name| self.said_by(name));
                bail!("a first change had no effect in {} s\n{}", patience.as_secs(), said.join("\n"));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(running)
    }

    /// The last lines of a program's log.
    fn said_by(&self, name: &str) -> String {
        let log = fs::read_to_string(self.file(&format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        format!("{name}:\n{}", lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n"))
    }

    fn companion(&self, name: &'static str, command: &str) -> anyhow::Result<Companion> {
        self.start_program(name, command, &self.config, name)
    }

    fn start_program(
        &self,
        name: &'static str,
        command: &str,
        config: &Path,
        log: &str,
    ) -> anyhow::Result<Companion> {
        let arguments = [command, "--config", &config.display().to_string()];
        let log = self.file(&format!("{log}.log"));
        Ok(Companion::start(name, &program(name)?, &arguments, self.scratch.path(), &log)?)
    }
}

/// The programs at work.
pub(crate) struct Running {
    pub(crate) base: String,
    pub(crate) database: tokio_postgres::Client,
    sync: Companion,
    server: Companion,
}

impl Running {
    /// The version of the organisation in the mirror.
    pub(crate) async fn mirror_version(&self) -> anyhow::Result<i64> {
        Ok(self.database.query_one("select version from org_state", &[]).await?.get(0))
    }

    /// The version by which the server decides; none while it is not ready.
    pub(crate) async fn server_version(&self) -> anyhow::Result<Option<i64>> {
        let Ok(answer) = reqwest::get(format!("{}/readyz", self.base)).await else { return Ok(None) };
        if !answer.status().is_success() {
            return Ok(None);
        }
        let body: serde_json::Value = answer.json().await?;
        Ok(body.get("org_version").and_then(serde_json::Value::as_i64))
    }

    /// Whether the mirror and the server know a later version.
    async fn is_past(&mut self, version: i64) -> anyhow::Result<bool> {
        for (name, program) in [("sync", &mut self.sync), ("server", &mut self.server)] {
            if let Some((status, said)) = program.ended()? {
                bail!("the {name} ended: {status}\n{said}");
            }
        }
        let mirror = self.mirror_version().await?;
        Ok(mirror > version && self.server_version().await? == Some(mirror))
    }

    /// The most memory that the sync has held.
    pub(crate) fn sync_peak_mib(&self) -> Option<f64> {
        measure::peak_mib_of(self.sync.id())
    }

    /// The memory that the sync holds.
    pub(crate) fn sync_resident_mib(&self) -> Option<f64> {
        measure::resident_mib_of(self.sync.id())
    }

    pub(crate) fn stop(self) -> anyhow::Result<()> {
        self.sync.stop()?;
        Ok(self.server.stop()?)
    }
}

/// Where nobody listens yet.
fn free_base() -> anyhow::Result<String> {
    Ok(format!("http://{}", TcpListener::bind("127.0.0.1:0")?.local_addr()?))
}

/// A program of the workspace, beside this one.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let path = beside(name)?;
    if !path.exists() {
        bail!("{} is not built; `./run bench` builds it", path.display());
    }
    Ok(path)
}

/// What lies beside this program.
pub(crate) fn beside(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    Ok(own.parent().context("this program is nowhere")?.join(name))
}

/// A slapd that holds this, and keeps what it promises about a loss of power.
fn slapd_options(ldif: String) -> SlapdOptions {
    SlapdOptions {
        suffix: sample_ministry::BASE_DN.to_owned(),
        admin_dn: sample_ministry::ADMIN_DN.to_owned(),
        admin_password: "admin".to_owned(),
        schema: large_schema(),
        ldif,
        limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
        access: Vec::new(),
        changes: Changes::default(),
        durability: Durability::Durable,
    }
}
