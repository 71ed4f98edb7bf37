//! The program as it is called: commands, answers, exit codes, signals.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{AGENCY, Database, Directory, Ldif, PATIENCE};

fn program(config: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chancery-ldap-sync"));
    command.env_clear().arg("--config").arg(config);
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

pub(crate) struct Setup {
    pub(crate) directory: Directory,
    pub(crate) database: Database,
    config: PathBuf,
    _scratch: local_services::Scratch,
}

pub(crate) fn setup(more: &str) -> Setup {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    let scratch = local_services::Scratch::new().unwrap();
    let config = scratch.path().join("chancery.toml");
    let ca = directory.slapd.ca_pem_path().display().to_string();
    let text = format!(
        r#"
[server]
listen = "127.0.0.1:0"

[[sources]]
name = "agency"
kind = "openldap"
url = "ldap://elsewhere.example"
tls = "starttls"
ca_file = "{ca}"
base = "{AGENCY}"
bind_dn = "cn=sync,ou=services,dc=gov,dc=example"
bind_password = "sync"
schedule = {{ every = "200ms" }}
ranks = [
    {{ step = 1, code = "officer", band = "officer", name_ru = "Сотрудник", name_en = "Officer" }},
    {{ step = 2, code = "head", band = "manager", name_ru = "Начальник", name_en = "Head" }},
]
{more}"#
    );
    fs::write(&config, text).unwrap();
    Setup { directory, database, config, _scratch: scratch }
}

impl Setup {
    pub(crate) fn program(&self) -> Command {
        let mut command = program(&self.config);
        command
            .env("DATABASE_URL", self.database.url())
            .env("CHANCERY__SOURCES__AGENCY__URL", self.directory.slapd.ldap_url());
        command
    }

    pub(crate) fn answer(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.program().args(arguments).arg("--json").output().unwrap();
        let answer = serde_json::from_slice(&output.stdout);
        (code(&output), answer.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_answer_and_tell_by_their_code_how_it_went() {
    let setup = setup("");
    let (code, checked) = setup.answer(&["check"]);
    assert_eq!((code, &checked["sources"][0]["counts"]["people"]), (0, &17.into()));
    let rank = &checked["sources"][0]["attributes"].as_array().unwrap();
    let rank = rank.iter().find(|shown| shown["key"] == "rank").unwrap();
    let word = |word: &str, times: u32| serde_json::json!({ "word": word, "times": times, "means": word });
    assert_eq!(rank["words"], serde_json::json!([word("officer", 16), word("head", 1)]));
    assert_eq!((&rank["people"], &rank["units"]), (&17.into(), &0.into()));
    let (code, planned) = setup.answer(&["plan"]);
    assert_eq!((code, &planned["sources"][0]["state"]), (0, &"planned".into()));
    assert_eq!(planned["sources"][0]["changes"].as_array().unwrap().len(), 20);
    assert_eq!(setup.database.sql("select count(*) from sources"), "0", "neither wrote anything");

    let (code, once) = setup.answer(&["once"]);
    assert_eq!((code, &once["sources"][0]["state"]), (0, &"applied".into()));
    assert_eq!(once["sources"][0]["plan_sha256"], planned["sources"][0]["plan_sha256"]);
    setup.directory.replace(&format!("cn=n2,ou=North,{AGENCY}"), "govRank", &["emperor"]).await;
    let (code, again) = setup.answer(&["once"]);
    assert_eq!(
        (code, &again["exit_code"], &again["sources"][0]["state"]),
        (4, &4.into(), &"unchanged".into())
    );
    let output = setup.program().arg("plan").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("unknown_rank (last good state kept) cn=n2,ou=North"), "{text}");
    assert!(!text.contains("@gov.example"), "no private values");

    let (code, checked) = setup.answer(&["check", "--source", "agency"]);
    assert_eq!((code, &checked["sources"][0]["findings"][0]["code"]), (4, &"unknown_rank".into()));
    let output = setup.program().arg("check").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for told in ["\"emperor\" → NOT MAPPED × 1", "unknown_rank × 1: ", "n2,ou=North", "would be left out"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("@gov.example"), "no private values: {text}");
    let dead = [("CHANCERY__SOURCES__AGENCY__BIND_PASSWORD", "wrong")];
    let output = setup.program().envs(dead).args(["check", "--json"]).output().unwrap();
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((self::code(&output), &told["sources"][0]["state"]), (1, &"failed".into()), "{told}");
    let output =
        setup.program().env("CHANCERY__SOURCES__AGENCY__BIND_PASSWORD", "wrong").arg("once").output();
    assert_eq!(self::code(&output.unwrap()), 1);
    let output =
        setup.program().env("CHANCERY__SOURCES__AGENCY__GUARD__QUARANTINED__COUNT", "0").arg("plan").output();
    assert_eq!(self::code(&output.unwrap()), 3, "a number from the environment is a number");
    setup.directory.delete(&format!("cn=n2,ou=North,{AGENCY}")).await;
    for (anchors, wanted) in [("['ou=North']", 3), ("[]", 0)] {
        let output = setup.program().env("CHANCERY__SOURCES__AGENCY__ANCHORS", anchors).arg("once").output();
        assert_eq!(self::code(&output.unwrap()), wanted, "{anchors}");
    }
}

#[test]
fn a_wrong_configuration_names_file_key_value_and_rule() {
    let scratch = local_services::Scratch::new().unwrap();
    let config = scratch.path().join("chancery.toml");
    let said = |text: &str| {
        fs::write(&config, text).unwrap();
        let output = program(&config).arg("once").output().unwrap();
        assert_eq!(code(&output), 2, "{text}");
        String::from_utf8(output.stderr).unwrap()
    };
    let source = |line: &str| {
        let lines = [
            "name = \"agency\"",
            "kind = \"openldap\"",
            "url = \"ldap://127.0.0.1\"",
            "tls = \"none\"",
            "base = \"ou=A\"",
            "bind_dn = \"cn=sync\"",
            "bind_password = \"sync\"",
            "ranks = [{ step = 1, code = \"a\", band = \"officer\", name_ru = \"А\", name_en = \"A\" }]",
        ];
        let key = line.split(" =").next().unwrap();
        let mut text = "[[sources]]\n".to_owned();
        for old in lines.into_iter().filter(|old| !old.starts_with(&format!("{key} ="))) {
            text.push_str(old);
            text.push('\n');
        }
        text + line + "\n"
    };
    for (text, wanted) in [
        ("[[sources]]\nname = \"a\"\nnmae = 1\n".to_owned(), "nmae"),
        (source("kind = \"novell\""), "novell"),
        (source("page_size = 0"), "sources.agency.page_size = \"0\""),
        (source("page_size = \"many\""), "chancery.toml:10: sources[0].page_size"),
        (source("tls = \"ldaps\""), "sources.agency.url"),
        (source("base = \"nonsense\""), "sources.agency.base = \"nonsense\""),
        (source("ca_file = \"/nowhere/ca.pem\""), "sources.agency.ca_file = \"/nowhere/ca.pem\""),
        (source("bind_password_file = \"/nowhere\""), "sources.agency.bind_password_file"),
        (source("name = \"Agency\""), "sources.name = \"Agency\""),
        (source("roles = { boss = \"king\" }"), "sources.agency.roles = \"king\""),
        (source("schedule = { every = \"soon\" }"), "soon"),
        (
            source("ranks = [{ step = 1, code = \"a\", band = \"x\", name_ru = \"А\", name_en = \"A\" }]"),
            "ranks.band = \"x\"",
        ),
        ("[servre]\n".to_owned(), "servre"),
        (String::new(), "sources"),
    ] {
        let said = said(&text);
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    fs::remove_file(&config).unwrap();
    assert_eq!(code(&program(&config).arg("once").output().unwrap()), 2);
    assert_eq!(code(&program(&config).arg("onec").output().unwrap()), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_its_schedule_until_it_is_told_to_stop() {
    let setup = setup("follow = false");
    for signal in ["-TERM", "-INT"] {
        let mut child = setup.program().arg("run").stderr(Stdio::null()).spawn().unwrap();
        // Of runs in a row that find nothing to do the newest alone is kept: each is seen while it is the newest.
        let newest = || {
            setup.database.sql("select coalesce(max(id::text), '') from sync_runs where state <> 'running'")
        };
        let before = newest();
        let began = Instant::now();
        let mut runs = BTreeSet::new();
        while runs.len() < 3 {
            assert!(began.elapsed() < PATIENCE, "only {} runs", runs.len());
            runs.extend(Some(newest()).filter(|run| *run != before));
            std::thread::sleep(Duration::from_millis(50));
        }
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert!(child.wait().unwrap().success());
    }
    // The signal may have come within a run, of which then nothing stands.
    let failed = "select count(*) from sync_runs where state = 'failed' and error <> 'the program ended within the run'";
    assert_eq!(setup.database.sql(failed), "0");
    assert_eq!(setup.database.sql("select version from org_state"), "1");
}
