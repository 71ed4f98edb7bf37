//! What is measured stands on this: private services, and the real programs.

use std::collections::HashSet;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use integration_tests::app::{connect, token_key};
use integration_tests::services::toml_string;
use ldap3::{Ldap, LdapConnAsync, Mod};
use local_services::{Changes, Companion, Durability, Postgres, Scratch, Slapd, SlapdOptions};
use sample_ministry::{Access, Large, large_schema};

use crate::{Directory, measure, say};

const DATABASE: &str = "bench";

/// The services, and how to read the directory.
pub(super) struct Ground {
    pub(super) large: Large,
    pub(super) slapd: Slapd,
    pub(super) postgres_pid: u32,
    pub(super) ldif_mib: f64,
    pub(super) seeding_seconds: f64,
    pub(super) config: PathBuf,
    base: String,
    postgres: Postgres,
    scratch: Scratch,
}

impl Ground {
    /// Starts Postgres and a slapd with so many people. Both keep what they promise about a loss of power.
    pub(super) fn prepare(people: usize, options: &Directory) -> anyhow::Result<Self> {
        let scratch = Scratch::new()?;
        let postgres = Postgres::start(&scratch.path().join("postgres"), Durability::Durable)?;
        let postgres_pid = measure::child_named("postgres")?;
        postgres.create_database(DATABASE)?;
        let url = postgres.url(DATABASE);
        // Migrations need a runtime of their own, which cannot be made within another.
        let migrated = std::thread::scope(|scope| scope.spawn(|| schema::migrations::run(&url)).join());
        migrated.map_err(|_| anyhow::anyhow!("the migrations panicked"))??;

        say("   filling the directory");
        let began = Instant::now();
        let large = Large::new(people, options.seed);
        let mut ldif = Vec::new();
        large.write(&mut ldif)?;
        let ldif = String::from_utf8(ldif)?;
        let bytes = u32::try_from(ldif.len()).context("the LDIF is too large")?;
        let slapd = Slapd::start(&scratch.path().join("slapd"), slapd_options(ldif))?;
        let seeding_seconds = began.elapsed().as_secs_f64();

        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let config = scratch.path().join("chancery.toml");
        let (ldap_url, ca_file) = (slapd.ldap_url(), slapd.ca_pem_path());
        let access =
            Access { url: &ldap_url, tls: "starttls", ca_file: &ca_file, every: Some(&options.every) };
        let text = format!(
            "[server]\nlisten = \"127.0.0.1:{port}\"\n[database]\nurl = {}\n\
             [auth]\ntoken_key = {}\ntoken_minutes = 60\naddress_attempts = 100000\n\n{}",
            toml_string(&url),
            toml_string(&token_key()),
            large.source_toml(access),
        );
        // A thousand changes in a few minutes are what the guard is there to stop.
        let text = format!("{text}guard = {{ window = {{ count = 100000, within = \"1s\" }} }}\n");
        fs::write(&config, text)?;
        Ok(Self {
            large,
            slapd,
            postgres_pid,
            ldif_mib: f64::from(bytes) / f64::from(1 << 20),
            seeding_seconds,
            config,
            base: format!("http://127.0.0.1:{port}"),
            postgres,
            scratch,
        })
    }

    /// A command of the sync.
    pub(super) fn sync(&self, command: &str) -> anyhow::Result<Command> {
        let mut sync = Command::new(program("chancery-ldap-sync")?);
        sync.args([command, "--config"]).arg(&self.config);
        // What the environment says about Chancery is about another one.
        sync.env_clear().env("CHANCERY_LOG", "warn");
        Ok(sync)
    }

    /// A file for whatever a program says.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The directory as HR has it.
    pub(super) async fn hr(&self) -> anyhow::Result<Ldap> {
        let (connection, mut ldap) = LdapConnAsync::new(&self.slapd.ldap_url()).await?;
        ldap3::drive!(connection);
        ldap.simple_bind(self.slapd.admin_dn(), self.slapd.admin_password()).await?.success()?;
        Ok(ldap)
    }

    /// Starts the sync and the server, and waits until a change has gone through both.
    pub(super) async fn start(&self, patience: Duration) -> anyhow::Result<Running> {
        say("   starting the sync and the server");
        let database = connect(&self.postgres.url(DATABASE)).await;
        let mut running = Running {
            base: self.base.clone(),
            sync: self.companion("chancery-ldap-sync", "run")?,
            server: self.companion("chancery", "serve")?,
            database,
        };
        let before = running.mirror_version().await?;
        self.try_out().await?;
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

    /// Changes what matters to nobody.
    async fn try_out(&self) -> anyhow::Result<()> {
        let agency = self.large.units().first().context("there is no agency")?;
        let head = self.large.staff(agency).into_iter().next().context("the agency is empty")?;
        let change = Mod::Replace("title", HashSet::from(["Министр, временно с другой табличкой"]));
        self.hr().await?.modify(&head.dn, vec![change]).await?.success()?;
        Ok(())
    }

    /// The last lines of a program's log.
    fn said_by(&self, name: &str) -> String {
        let log = fs::read_to_string(self.file(&format!("{name}.log"))).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        format!("{name}:\n{}", lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n"))
    }

    fn companion(&self, name: &'static str, command: &str) -> anyhow::Result<Companion> {
        let config = self.config.display().to_string();
        let arguments = [command, "--config", &config];
        let log = self.file(&format!("{name}.log"));
        Ok(Companion::start(name, &program(name)?, &arguments, self.scratch.path(), &log)?)
    }
}

/// The programs at work.
pub(super) struct Running {
    pub(super) base: String,
    pub(super) database: tokio_postgres::Client,
    sync: Companion,
    server: Companion,
}

impl Running {
    /// The version of the organisation in the mirror.
    pub(super) async fn mirror_version(&self) -> anyhow::Result<i64> {
        Ok(self.database.query_one("select version from org_state", &[]).await?.get(0))
    }

    /// The version by which the server decides; none while it is not ready.
    pub(super) async fn server_version(&self) -> anyhow::Result<Option<i64>> {
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
    pub(super) fn sync_peak_mib(&self) -> Option<f64> {
        measure::peak_mib_of(self.sync.id())
    }

    /// The memory that the sync holds.
    pub(super) fn sync_resident_mib(&self) -> Option<f64> {
        measure::resident_mib_of(self.sync.id())
    }

    pub(super) fn stop(self) -> anyhow::Result<()> {
        self.sync.stop()?;
        Ok(self.server.stop()?)
    }
}

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

/// A program of the workspace, beside this one.
fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let path = own.parent().unwrap_or(Path::new(".")).join(name);
    if !path.exists() {
        bail!("{} is not built; `./run bench` builds it", path.display());
    }
    Ok(path)
}
