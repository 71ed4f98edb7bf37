//! What the demo starts before the server, and stops after it.

use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use local_services::{Changes, Companion, Durability, Postgres, Slapd, SlapdOptions};

use super::files::{DATABASE, Home, SERVERS_ROLE};

/// How long the first read of the directory may take.
const FIRST_READ: Duration = Duration::from_mins(1);

/// How many directories there are, each of which must have been read once.
const READ_SOURCES: &str =
    "select count(distinct source_id) from sync_runs where state in ('applied', 'unchanged')";

/// The database and the directory.
pub(super) struct Services {
    pub(super) postgres: Postgres,
    pub(super) slapd: Slapd,
}

/// The two, and what carries the one to the other. In the order in which they must be stopped.
pub(super) struct Parts {
    sync: Companion,
    pub(super) slapd: Slapd,
    postgres: Postgres,
    pub(super) data_dir: PathBuf,
}

impl Services {
    /// Starts both side by side, and brings the database up to date.
    pub(super) fn start(home: &Home) -> anyhow::Result<Self> {
        let admin_password = home.password("directory-admin.password")?;
        let (postgres, slapd) = thread::scope(|scope| {
            let postgres = scope.spawn(|| start_postgres(home));
            let slapd = start_slapd(home, admin_password);
            let postgres =
                postgres.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the starting thread panicked")));
            (postgres, slapd)
        });
        Ok(Self { postgres: postgres?, slapd: slapd? })
    }

    /// Starts the sync, and waits until it has read both agencies at least once.
    pub(super) fn with_sync(self, home: &Home) -> anyhow::Result<Parts> {
        let Self { postgres, slapd } = self;
        let beside = std::env::current_exe().context("where is this program?")?;
        let program = beside.with_file_name("chancery-ldap-sync");
        anyhow::ensure!(
            program.is_file(),
            "{} is missing: build it with `cargo build -p ldap-sync`",
            program.display()
        );
        let config = home.configuration_path().display().to_string();
        let arguments = ["run", "--config", config.as_str()];
        let log = home.join("sync.log");
        let mut sync = Companion::start("chancery-ldap-sync", &program, &arguments, home.path(), &log)?;
        let deadline = Instant::now() + FIRST_READ;
        let agencies = sample_ministry::AGENCIES.len().to_string();
        while postgres.sql(DATABASE, READ_SOURCES)?.trim() != agencies {
            if let Some((status, said)) = sync.ended()? {
                anyhow::bail!("chancery-ldap-sync ended by itself ({status}): {said}");
            }
            anyhow::ensure!(
                Instant::now() < deadline,
                "the directory was not read in time; see {}",
                log.display()
            );
            thread::sleep(Duration::from_millis(50));
        }
        Ok(Parts { sync, slapd, postgres, data_dir: home.path().to_owned() })
    }
}

impl Parts {
    /// Stops everything and waits until it is gone.
    pub(super) fn stop(self) -> anyhow::Result<()> {
        self.sync.stop()?;
        self.slapd.stop()?;
        self.postgres.stop()?;
        Ok(())
    }
}

fn start_postgres(home: &Home) -> anyhow::Result<Postgres> {
    let postgres = Postgres::start(&home.join("postgres"), Durability::Durable)?;
    if !postgres.has_database(DATABASE)? {
        postgres.create_database(DATABASE)?;
    }
    let url = postgres.url(DATABASE);
    schema::migrations::run(&url)?;
    postgres.settle_role(SERVERS_ROLE, &home.servers_password()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(schema::migrations::grant_to_server(&url, SERVERS_ROLE))?;
    Ok(postgres)
}

fn start_slapd(home: &Home, admin_password: String) -> anyhow::Result<Slapd> {
    let options = SlapdOptions {
        suffix: sample_ministry::BASE_DN.to_owned(),
        admin_dn: sample_ministry::ADMIN_DN.to_owned(),
        admin_password,
        schema: vec![(sample_ministry::SCHEMA_NAME.to_owned(), sample_ministry::SCHEMA.to_owned())],
        ldif: sample_ministry::LDIF.to_owned(),
        limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
        access: Vec::new(),
        changes: Changes::default(),
        durability: Durability::Durable,
    };
    Ok(Slapd::start(&home.join("slapd"), options)?)
}
