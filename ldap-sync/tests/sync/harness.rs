//! What every test stands on.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use ldap_sync::config::{self, Source};
use ldap_sync::directory::Server;
use ldap_sync::report::{Report, State};
use ldap_sync::run::run;
use ldap3::{Ldap, Mod};
use local_services::{Changes, Durability, Postgres, Scratch, Slapd, SlapdOptions};
use schema::Pool;
use secrecy::SecretString;

struct Shared {
    postgres: Postgres,
    _scratch: Scratch,
}

/// Started by the first test that needs it; dies with the process.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let scratch = Scratch::new().unwrap();
    let postgres = Postgres::start(&scratch.path().join("pg"), Durability::Relaxed).unwrap();
    postgres.create_database("template").unwrap();
    let url = postgres.url("template");
    std::thread::spawn(move || schema::migrations::run(&url).unwrap()).join().unwrap();
    Shared { postgres, _scratch: scratch }
});

/// One at a time: Postgres copies no template that is being copied.
static COPYING: Mutex<()> = Mutex::new(());

/// A database of one test.
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) pool: Pool,
}

impl Database {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let copying = COPYING.lock().unwrap();
        SHARED.postgres.create_database_from(&name, "template").unwrap();
        drop(copying);
        let pool = Pool::new(&SHARED.postgres.url(&name), 6).unwrap();
        Self { name, pool }
    }

    pub(crate) fn url(&self) -> String {
        SHARED.postgres.url(&self.name)
    }

    /// What `sql` answers, as psql prints it: rows on lines, columns apart by `|`.
    pub(crate) fn sql(&self, sql: &str) -> String {
        SHARED.postgres.sql(&self.name, sql).unwrap().trim().to_owned()
    }

    /// Everything that a run may write, in one text.
    pub(crate) fn all(&self) -> String {
        let tables = [
            "sources",
            "ranks",
            "people",
            "units",
            "posts",
            "delegations",
            "liaisons",
            "clearances",
            "conversations",
            "members",
            "org_state",
            "audit_log",
        ];
        let digests = tables.map(|table| {
            // The marker moves with every change of the server, also one that is none of ours.
            let row = if table == "sources" { "(id, name, held_at)::text" } else { "t::text" };
            format!(
                "select '{table}', count(*), md5(coalesce(string_agg({row}, '' order by {row}), '')) from {table} t"
            )
        });
        self.sql(&digests.join(" union all "))
    }
}

/// A directory of one test.
pub(crate) struct Directory {
    pub(crate) slapd: Slapd,
    _scratch: Scratch,
}

pub(crate) const AGENCY: &str = "ou=Agency,dc=gov,dc=example";
pub(crate) const SYNC: &str = "cn=sync,ou=services,dc=gov,dc=example";

impl Directory {
    /// With these entries.
    pub(crate) fn with(ldif: &str, access: &[&str]) -> Self {
        Self::limited(
            ldif,
            access,
            &["limits dn.exact=\"cn=sync,ou=services,dc=gov,dc=example\" size=unlimited"],
        )
    }

    pub(crate) fn limited(ldif: &str, access: &[&str], limits: &[&str]) -> Self {
        let scratch = Scratch::new().unwrap();
        let own = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        let options = SlapdOptions {
            suffix: sample_ministry::BASE_DN.to_owned(),
            admin_dn: sample_ministry::ADMIN_DN.to_owned(),
            admin_password: "admin".to_owned(),
            schema: vec![(sample_ministry::SCHEMA_NAME.to_owned(), sample_ministry::SCHEMA.to_owned())],
            ldif: ldif.to_owned(),
            limits: own(limits),
            access: own(access),
            changes: Changes::default(),
            durability: Durability::Relaxed,
        };
        let slapd = Slapd::start(&scratch.path().join("ldap"), options).unwrap();
        Self { slapd, _scratch: scratch }
    }

    pub(crate) fn ministry() -> Self {
        Self::limited(sample_ministry::LDIF, &[], &sample_ministry::LIMITS)
    }

    /// The small agency, read without TLS over the loopback.
    pub(crate) fn source(&self) -> Arc<Source> {
        self.source_with("")
    }

    pub(crate) fn source_with(&self, more: &str) -> Arc<Source> {
        source_at(&self.slapd.ldap_url(), more)
    }

    /// As the one who may do everything.
    pub(crate) async fn admin(&self) -> Ldap {
        let server = Server::open(&self.source().server()).unwrap();
        server.connect(self.slapd.admin_dn(), &SecretString::from(self.slapd.admin_password())).await.unwrap()
    }

    pub(crate) async fn replace(&self, dn: &str, attribute: &str, values: &[&str]) {
        let change = Mod::Replace(attribute, values.iter().copied().collect());
        self.admin().await.modify(dn, vec![change]).await.unwrap().success().unwrap();
    }

    pub(crate) async fn delete(&self, dn: &str) {
        self.admin().await.delete(dn).await.unwrap().success().unwrap();
    }

    pub(crate) async fn rename(&self, dn: &str, rdn: &str, above: Option<&str>) {
        self.admin().await.modifydn(dn, rdn, true, above).await.unwrap().success().unwrap();
    }
}

/// The configuration of the small agency at `url`.
pub(crate) fn source_at(url: &str, more: &str) -> Arc<Source> {
    let mut text = format!(
        r#"
[[sources]]
name = "agency"
kind = "openldap"
url = "{url}"
tls = "none"
base = "{AGENCY}"
bind_dn = "{SYNC}"
bind_password = "sync"
page_size = 5
connect_timeout = "2s"
timeout = "2s"
clearance.levels = [{{ value = "official", level = 1 }}, {{ value = "secret", level = 3 }}]
clearance.categories = ["budget", "security"]
roles = {{ hr = "hr" }}
ranks = [
    {{ step = 1, code = "officer", band = "officer", name_ru = "Сотрудник", name_en = "Officer" }},
    {{ step = 2, code = "head", band = "manager", name_ru = "Начальник", name_en = "Head" }},
]
"#
    );
    for line in more.lines().filter(|line| !line.trim().is_empty()) {
        let key = line.split('=').next().unwrap().trim();
        text =
            text.lines().filter(|old| !old.starts_with(&format!("{key} ="))).collect::<Vec<_>>().join("\n");
        text = format!("{text}\n{line}\n");
    }
    let config = config::parse(&text, []).unwrap();
    Arc::new(config.sources[0].clone())
}

/// The sources of the sample ministry, with `url` and `tls` of a running server.
pub(crate) fn ministry_sources(url: &str, tls: &str, ca_file: &PathBuf) -> Vec<Arc<Source>> {
    let access = sample_ministry::Access { url, tls, ca_file, every: Some("1s") };
    let config = config::parse(&sample_ministry::sources(access), []).unwrap();
    config.sources.into_iter().map(Arc::new).collect()
}

/// Entries of the small agency: LDIF, line by line.
pub(crate) struct Ldif(String);

impl Ldif {
    /// The root, the sync's account and the agency, led by `chief`.
    pub(crate) fn agency() -> Self {
        let mut ldif = Self(String::new());
        ldif.entry(
            "dc=gov,dc=example",
            &["objectClass: dcObject", "objectClass: organization", "dc: gov", "o: gov"],
        );
        ldif.entry("ou=services,dc=gov,dc=example", &["objectClass: organizationalUnit", "ou: services"]);
        ldif.entry(
            SYNC,
            &[
                "objectClass: organizationalRole",
                "objectClass: simpleSecurityObject",
                "cn: sync",
                "userPassword: sync",
            ],
        );
        ldif.unit(AGENCY, "agency", &[&format!("managedBy: cn=chief,{AGENCY}")]);
        ldif.person("chief", AGENCY, &["govRank: head"]);
        ldif
    }

    /// The agency with two departments: North of twelve and South of four.
    pub(crate) fn small() -> Self {
        let mut ldif = Self::agency();
        for (name, people) in [("North", 12), ("South", 4)] {
            let unit = format!("ou={name},{AGENCY}");
            let letter = name[..1].to_lowercase();
            ldif.unit(&unit, "department", &[&format!("managedBy: cn={letter}1,{unit}")]);
            for number in 1..=people {
                ldif.person(&format!("{letter}{number}"), &unit, &[]);
            }
        }
        ldif
    }

    pub(crate) fn entry(&mut self, dn: &str, lines: &[&str]) {
        for line in [&format!("dn: {dn}"), &lines.join("\n"), ""] {
            self.0.push_str(line);
            self.0.push('\n');
        }
    }

    pub(crate) fn unit(&mut self, dn: &str, kind: &str, more: &[&str]) {
        let kind = format!("govUnitKind: {kind}");
        let mut lines = vec!["objectClass: organizationalUnit", "objectClass: govUnit", &kind];
        lines.extend(more);
        self.entry(dn, &lines);
    }

    /// A person with the rank of an officer, where `more` says nothing else. A line `-attribute` takes one away.
    pub(crate) fn person(&mut self, uid: &str, unit: &str, more: &[&str]) {
        let id = format!("entryUUID: {}", id_of(uid));
        let lines = [
            "objectClass: inetOrgPerson".to_owned(),
            "objectClass: govPerson".to_owned(),
            id,
            format!("uid: {uid}"),
            format!("sn: {uid}"),
            format!("displayName: The {uid}"),
            format!("mail: {uid}@gov.example"),
            "govRank: officer".to_owned(),
        ];
        let told = |line: &&String| {
            let name = line.split(':').next().unwrap();
            name == "objectClass"
                || !more.iter().any(|more| more.split(':').next().unwrap().trim_start_matches('-') == name)
        };
        let mut all: Vec<&str> = lines.iter().filter(told).map(String::as_str).collect();
        all.extend(more.iter().filter(|line| !line.starts_with('-')));
        self.entry(&format!("cn={uid},{unit}"), &all);
    }

    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

/// The immutable id of a person of the small agency.
pub(crate) fn id_of(uid: &str) -> uuid::Uuid {
    let number = uid.bytes().fold(7_u128, |sum, byte| sum * 257 + u128::from(byte));
    uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
}

/// A run that must have ended so.
pub(crate) async fn run_to(database: &Database, source: &Arc<Source>, state: State) -> Report {
    let report = run(&database.pool, source).await;
    assert_eq!(report.state, state, "{}", report.text());
    report
}

/// The codes of a report's findings, in order.
pub(crate) fn codes(report: &Report) -> Vec<String> {
    report.findings.iter().map(|finding| finding.code.as_text()).collect()
}

/// How long a thing that is to happen may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
