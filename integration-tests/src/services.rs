//! What all tests of a run share: one Postgres, one directory, one Redis, and a template database that has been
//! migrated and synced from the directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use local_services::{Changes, Durability, Postgres, Redis, Scratch, Slapd, SlapdOptions};
use sample_ministry::Access;

/// The database that every test's own is a copy of.
const TEMPLATE: &str = "template_chancery";

/// The role that servers and syncs work under.
const SERVERS_ROLE: &str = "chancery_server";

/// What a server connects to, of what the owner of the database does.
pub fn as_server(url: &str) -> String {
    url.replacen("postgres://chancery@", &format!("postgres://{SERVERS_ROLE}@"), 1)
}

/// The services of this run.
pub struct Services {
    scratch: Scratch,
    postgres: Postgres,
    slapd: Slapd,
}

/// The services, started by whoever asks first. They end with the process.
pub fn shared() -> &'static Services {
    static SERVICES: OnceLock<Services> = OnceLock::new();
    SERVICES.get_or_init(|| {
        let scratch = Scratch::new().unwrap();
        let postgres = Postgres::start(&scratch.path().join("postgres"), Durability::Relaxed).unwrap();
        let slapd = slapd(&scratch.path().join("slapd"));
        make_template(&postgres, &slapd, &scratch.path().join("template.toml"));
        Services { scratch, postgres, slapd }
    })
}

/// Makes the template in `postgres`, by a configuration that is left in `config`.
fn make_template(postgres: &Postgres, slapd: &Slapd, config: &Path) {
    postgres.create_database(TEMPLATE).unwrap();
    let url = postgres.url(TEMPLATE);
    // Migrations need a runtime of their own, which cannot be made within a test's.
    std::thread::scope(|scope| scope.spawn(|| schema::migrations::run(&url).unwrap()).join().unwrap());
    postgres.settle_role(SERVERS_ROLE, "relaxed").unwrap();
    std::thread::scope(|scope| {
        let granting = || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(schema::migrations::grant_to_server(&url, SERVERS_ROLE)).unwrap();
        };
        scope.spawn(granting).join().unwrap();
    });
    fs::write(config, sync_config(&as_server(&url), slapd)).unwrap();
    let synced = run_sync(config);
    assert!(synced.status.success(), "the first sync failed: {}", said(&synced));
}

/// A fresh database of `postgres`, as the first sync left it. Returns its name.
fn copy_template(postgres: &Postgres) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    postgres.create_database_from(&name, TEMPLATE).unwrap();
    name
}

impl Services {
    /// The directory that all tests read and none changes.
    pub fn slapd(&self) -> &Slapd {
        &self.slapd
    }

    /// The first process of Postgres.
    pub fn postgres_id(&self) -> u32 {
        self.postgres.id()
    }

    /// A fresh database, as the first sync left it. Returns its address.
    pub fn database(&self) -> String {
        self.postgres.url(&copy_template(&self.postgres))
    }

    /// Where servers keep files, each below the name of its database.
    pub fn files(&self) -> PathBuf {
        self.scratch.path().join("files")
    }

    /// A fresh directory of the file system, named after what it is for.
    pub fn directory(&self, what: &str) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let path = self.scratch.path().join(format!("{what}-{}", NEXT.fetch_add(1, Ordering::Relaxed)));
        fs::create_dir_all(&path).unwrap();
        path
    }
}

/// A Postgres that standbys follow, shared by the tests that are about them.
pub struct Followed(Postgres);

/// The Postgres that standbys follow.
pub fn followed() -> &'static Followed {
    static FOLLOWED: OnceLock<Followed> = OnceLock::new();
    FOLLOWED.get_or_init(|| {
        let directory = shared().directory("followed");
        let postgres = Postgres::start_followed(&directory.join("data")).unwrap();
        make_template(&postgres, shared().slapd(), &directory.join("template.toml"));
        Followed(postgres)
    })
}

impl Followed {
    /// The primary itself.
    pub fn primary(&self) -> &Postgres {
        &self.0
    }

    /// A fresh database, as the first sync left it. Returns its name, by which standbys have it too.
    pub fn database(&self) -> String {
        copy_template(&self.0)
    }

    /// A standby of one's own.
    pub fn standby(&self) -> Postgres {
        self.0.start_standby(&shared().directory("standby").join("data")).unwrap()
    }
}

/// The Redis that tests share.
pub fn redis() -> &'static Redis {
    static REDIS: OnceLock<Redis> = OnceLock::new();
    REDIS.get_or_init(own_redis)
}

/// A Redis of one's own, to be stopped by dropping it.
pub fn own_redis() -> Redis {
    Redis::start(&shared().directory("redis").join("data")).unwrap()
}

/// A directory server with the sample ministry.
pub fn slapd(directory: &Path) -> Slapd {
    Slapd::start(directory, options()).unwrap()
}

fn options() -> SlapdOptions {
    SlapdOptions {
        suffix: sample_ministry::BASE_DN.to_owned(),
        admin_dn: sample_ministry::ADMIN_DN.to_owned(),
        admin_password: "admin".to_owned(),
        schema: vec![(sample_ministry::SCHEMA_NAME.to_owned(), sample_ministry::SCHEMA.to_owned())],
        ldif: sample_ministry::LDIF.to_owned(),
        limits: sample_ministry::LIMITS.map(str::to_owned).to_vec(),
        access: Vec::new(),
        changes: Changes::default(),
        durability: Durability::Relaxed,
    }
}

/// The `[[sources]]` that read `slapd` over StartTLS.
pub fn sources(slapd: &Slapd) -> String {
    let (url, ca_file) = (slapd.ldap_url(), slapd.ca_pem_path());
    sample_ministry::sources(Access { url: &url, tls: "starttls", ca_file: &ca_file, every: Some("1s") })
}

/// A configuration for `chancery-ldap-sync`.
pub fn sync_config(database: &str, slapd: &Slapd) -> String {
    format!("[database]\nurl = {}\n\n{}", toml_string(database), sources(slapd))
}

/// Text as a TOML string.
pub fn toml_string(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

/// Runs one sync of all sources by the real program.
pub fn run_sync(config: &Path) -> Output {
    Command::new(program("chancery-ldap-sync")).arg("once").arg("--config").arg(config).output().unwrap()
}

/// What a program printed.
pub fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The path of a program of the workspace, beside the test's own.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let path = test.parent().and_then(Path::parent).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is not built: `cargo build --workspace` first (`./run test` does)",
        path.display()
    );
    path
}

/// The part of a configuration that keeps files in `directory`.
pub fn files_section(directory: &Path) -> String {
    let key = base64::engine::general_purpose::STANDARD.encode([7; 32]);
    let store = toml_string(&format!("file:{}", directory.display()));
    format!("[files]\nstore = {store}\nkey = {}\n", toml_string(&key))
}

/// The part of a configuration that lets one person do more than people do, for loads and for tests that are in a hurry.
pub const UNLIMITED: &str = "[limits]\nmessages_at_once = 1000000\nmessages_per_minute = 1000000\n\
    conversation_messages_at_once = 1000000\nconversation_messages_per_minute = 1000000\n\
    requests_at_once = 1000000\nrequests_per_minute = 1000000\nsockets_per_person = 100000\n\
    sessions_per_person = 100000\n";
