//! What a reorganisation would mean is told before anybody makes it, and then comes true.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

use integration_tests::app::App;
use integration_tests::services;
use ldap_sync::config::Source;
use policies::facts::{Action, Asker, Contact, Moment, toward_person};
use policies::gate::Snapshot;
use policies::label::Label;
use policies::org::Org;
use serde_json::{Value, json};
use uuid::Uuid;

const MINISTRY: &str = "lands";
const PATIENCE: Duration = Duration::from_mins(1);

/// What a plan must not touch, whatever it says.
const TABLES: [&str; 16] = [
    "people",
    "people_history",
    "posts",
    "units",
    "clearances",
    "delegations",
    "members",
    "conversations",
    "sources",
    "sync_runs",
    "org_state",
    "org_changes",
    "audit_log",
    "directory_requests",
    "directory_plans",
    "directory_entries",
];

/// The directory of a test with an LDIF that may be tried out and carried out.
struct Reorganisation {
    app: App,
    config: String,
    folder: PathBuf,
}

impl Reorganisation {
    async fn start() -> Self {
        let app = App::start_with_own_directory().await;
        let sources = app.directory().slapd(|slapd| services::sources(slapd));
        let database = format!("[database]\nurl = {}\n\n", services::toml_string(app.database_url()));
        let folder = services::shared().directory("foretold");
        let config = format!("{database}{sources}");
        std::fs::write(folder.join("chancery.toml"), &config).unwrap();
        Self { app, config, folder }
    }

    fn file(&self, ldif: &str) -> PathBuf {
        let path = self.folder.join("reorganisation.ldif");
        std::fs::write(&path, ldif).unwrap();
        path
    }

    /// What `plan` answers.
    fn plan(&self, ldif: Option<&str>, json: bool) -> Output {
        let mut command = Command::new(services::program("chancery-ldap-sync"));
        command
            .arg("plan")
            .arg("--source")
            .arg(MINISTRY)
            .arg("--config")
            .arg(self.folder.join("chancery.toml"));
        if let Some(ldif) = ldif {
            command.arg("--ldif").arg(self.file(ldif));
        }
        if json {
            command.arg("--json");
        }
        command.output().unwrap()
    }

    fn planned(&self, ldif: Option<&str>) -> Value {
        let output = self.plan(ldif, true);
        let told: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", services::said(&output)));
        assert_eq!(told["exit_code"], output.status.code().unwrap(), "{told:#}");
        told["sources"][0].clone()
    }

    /// Carries it out, as an administrator does.
    fn carry_out(&self, ldif: &str) {
        let file = self.file(ldif);
        let output = self.app.directory().slapd(|slapd| ldapmodify(slapd, &file));
        assert!(output.status.success(), "{}", services::said(&output));
    }

    fn sources(&self) -> Vec<Arc<Source>> {
        let config = ldap_sync::config::parse(&self.config, []).unwrap();
        config.sources.into_iter().map(Arc::new).collect()
    }

    /// All that the database holds, by table.
    async fn everything(&self) -> BTreeMap<&'static str, String> {
        let database = self.app.database().await;
        let mut found = BTreeMap::new();
        for table in TABLES {
            let sql =
                format!("select md5(coalesce(string_agg(t::text, ',' order by t::text), '')) from {table} t");
            found.insert(table, database.query_one(&sql, &[]).await.unwrap().get(0));
        }
        found
    }
}

fn ldapmodify(slapd: &local_services::Slapd, file: &Path) -> Output {
    Command::new("ldapmodify")
        .args(["-x", "-H", &slapd.ldap_url(), "-D", slapd.admin_dn(), "-w", slapd.admin_password(), "-f"])
        .arg(file)
        .output()
        .unwrap()
}

/// Who may begin to write to whom, of all people.
fn contacts(org: &Org, policy: &Snapshot) -> BTreeMap<(Uuid, Uuid), bool> {
    let moment = Moment {
        now: chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).timestamp_micros(),
        crisis: false,
        office_hours: true,
    };
    let open = Label { level: 0, categories: 0 };
    let mut found = BTreeMap::new();
    for from in org.people() {
        let hats = org.hats(from, moment.now);
        for to in org.people().filter(|to| *to != from) {
            let may = hats.iter().any(|hat| {
                let asker = Asker { person: from, hat: *hat };
                let facts = toward_person(
                    org,
                    &moment,
                    Action::DmStart,
                    asker,
                    to,
                    Contact::None,
                    open,
                    org_input::HIGHEST,
                );
                policy.decide(facts).allow
            });
            found.insert((org.person_id(from), org.person_id(to)), may);
        }
    }
    found
}

/// A colleague of `login` who leads nobody and nothing.
fn colleague_of(login: &str) -> &'static sample_ministry::Person {
    let ministry = sample_ministry::ministry();
    let unit = &sample_ministry::person(login).unwrap().unit_dn;
    let leads = |dn: &String| ministry.people.iter().any(|other| other.manager_dn.as_ref() == Some(dn));
    let known = ["officer", "peer", "head", "acting", "contractor", "cleared"];
    ministry
        .people
        .iter()
        .find(|one| {
            &one.unit_dn == unit && !known.contains(&one.uid.as_str()) && !one.disabled && !leads(&one.dn)
        })
        .expect("the division has somebody else")
}

/// The officer moves to another division, a colleague leaves, and a wall comes between the peer and the officer.
fn ldif() -> String {
    let (officer, peer) =
        (sample_ministry::person("officer").unwrap(), sample_ministry::person("peer").unwrap());
    let head = head_elsewhere();
    let (rdn, _) = officer.dn.split_once(',').unwrap();
    let moved = format!("{rdn},{}", head.unit_dn);
    format!(
        "dn: {officer}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 0\nnewsuperior: {unit}\n\n\
         dn: {moved}\nchangetype: modify\nreplace: manager\nmanager: {manager}\n-\nreplace: govSegment\ngovSegment: audit\n\n\
         dn: {peer}\nchangetype: modify\nreplace: govSegment\ngovSegment: procurement\n\n\
         dn: {leaves}\nchangetype: delete\n",
        officer = officer.dn,
        unit = head.unit_dn,
        manager = head.dn,
        peer = peer.dn,
        leaves = colleague_of("officer").dn,
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_foretold_of_a_reorganisation_comes_true() {
    let this = Reorganisation::start().await;
    let app = &this.app;
    let officer = app.sign_in("officer").await;
    officer.direct_with(&app.person("peer")).await;
    let group = json!({ "kind": "group", "name": "Обед", "person_ids": [app.person("peer")] });
    officer.post("/conversations", group).await.expect(201);
    let (before, policy) = (app.mirror(), app.gate().snapshot());
    let stored = this.everything().await;

    let foretold = this.planned(Some(&ldif()));
    assert_eq!(this.everything().await, stored, "nothing is written");
    let counts = &foretold["counts"];
    assert_eq!(
        (&counts["people_moved"], &counts["people_gone"], &counts["people_added"], &counts["people_changed"]),
        (&json!(1), &json!(1), &json!(0), &json!(2)),
        "{counts:#}"
    );
    let meaning = &foretold["consequences"];
    // The channel of the old unit, by the officer and by who leaves; the direct conversation, by both.
    assert_eq!(meaning["conversations"]["lost"], 4, "{meaning:#}");
    assert_eq!(meaning["conversations"]["gained"], 1, "{meaning:#}");
    let (old, new) = (unit_of(sample_ministry::person("officer").unwrap()), unit_of(head_elsewhere()));
    let mut named: Vec<_> = meaning["conversations"]["examples"].as_array().unwrap().iter().collect();
    named.sort_by_key(|example| (example["conversation"].to_string(), example["effect"].to_string()));
    let named: Vec<_> = named.iter().map(|example| (&example["conversation"], &example["effect"])).collect();
    let (old, new, lost, gained) = (json!(old), json!(new), json!("lost"), json!("gained"));
    // The wall that comes between the two stops the group that they are in, and what was said there stays readable.
    let silenced = json!("writing_lost");
    let mut wanted = vec![
        (&old, &lost),
        (&old, &lost),
        (&new, &gained),
        (&Value::Null, &lost),
        (&Value::Null, &lost),
        (&Value::Null, &silenced),
        (&Value::Null, &silenced),
    ];
    wanted.sort_by_key(|(name, effect)| (name.to_string(), effect.to_string()));
    assert_eq!(named, wanted, "with whom people talk is not told");
    assert!(!foretold.to_string().contains("Обед"));
    assert!(!foretold["consequences"]["contacts"]["sampled"].as_bool().unwrap());

    this.carry_out(&ldif());
    let planned = this.planned(None);
    assert_eq!(planned["plan_sha256"], foretold["plan_sha256"], "the same directory, the same changes");
    assert_eq!(planned["consequences"], foretold["consequences"], "and what they mean");
    app.sync().await;
    let after = app.mirror();
    let (then, now) = (contacts(&before.org, &policy), contacts(&after.org, &policy));
    let both: Vec<_> = then.iter().filter_map(|(pair, then)| Some((*then, *now.get(pair)?))).collect();
    let forbidden = both.iter().filter(|(then, now)| *then && !now).count();
    let allowed = both.iter().filter(|(then, now)| !then && *now).count();
    assert!(forbidden > 0 && allowed > 0, "{forbidden} {allowed}");
    assert_eq!(meaning["contacts"]["now_forbidden"], forbidden);
    assert_eq!(meaning["contacts"]["now_allowed"], allowed);
    for example in meaning["contacts"]["examples"].as_array().unwrap() {
        assert!(example["message_ru"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{example}");
    }
    let channels = officer.all("/conversations", "conversations").await;
    let held: Vec<_> = channels.iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(held.contains(&new.as_str().unwrap()) && !held.contains(&old.as_str().unwrap()), "{held:?}");
}

fn unit_of(person: &sample_ministry::Person) -> String {
    let unit = sample_ministry::ministry().units.iter().find(|unit| unit.dn == person.unit_dn).unwrap();
    unit.name.to_owned()
}

/// The head of a division of another department than the officer's.
fn head_elsewhere() -> &'static sample_ministry::Person {
    let above = |unit: &'static str| unit.split_once(',').unwrap().1;
    let own = above(&sample_ministry::person("officer").unwrap().unit_dn);
    let ministry = sample_ministry::ministry();
    let leads = |dn: &String| ministry.people.iter().any(|one| one.manager_dn.as_ref() == Some(dn));
    ministry
        .people
        .iter()
        .find(|one| {
            let unit = above(&one.unit_dn);
            unit != own && unit.matches(',').count() == own.matches(',').count() && leads(&one.dn)
        })
        .expect("there is another department")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_told_that_the_guard_would_stop_it_and_what_does_not_fit() {
    let this = Reorganisation::start().await;
    let ministry = sample_ministry::ministry();
    let in_unit = |dn: &str| -> Vec<_> { ministry.people.iter().filter(|one| one.unit_dn == dn).collect() };
    let is_lowest = |dn: &str| !ministry.units.iter().any(|unit| unit.dn.ends_with(&format!(",{dn}")));
    let is_ours = |dn: &str| dn.ends_with(sample_ministry::LANDS.dn);
    let mut units = ministry.units.iter().map(|unit| unit.dn.as_str());
    let division =
        units.find(|dn| is_ours(dn) && is_lowest(dn) && in_unit(dn).len() >= 3).expect("there is one");
    let all_go: Vec<_> =
        in_unit(division).iter().map(|one| format!("dn: {}\nchangetype: delete\n", one.dn)).collect();
    let all_go = all_go.join("\n");
    let stopped = this.planned(Some(&all_go));
    let refused = |finding: &&Value| finding["effect"] == "refused";
    let codes: Vec<_> = stopped["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(refused)
        .map(|one| one["code"].clone())
        .collect();
    assert!(!codes.is_empty() && codes.iter().all(|code| code.as_str().unwrap().starts_with("guard_")));
    assert_eq!(this.plan(Some(&all_go), false).status.code(), Some(3));
    let said = services::said(&this.plan(Some(&all_go), false));
    assert!(said.contains("(refused)") && said.contains("conversations  "), "{said}");

    // The directory has more than people and units, and an LDIF may be about that as well.
    let aside = format!(
        "dn: {}\nchangetype: modify\nreplace: description\ndescription: x\n",
        sample_ministry::SYNC_DN
    );
    let told = this.planned(Some(&aside));
    assert_eq!(told["without_effect"], json!([sample_ministry::SYNC_DN]), "{told:#}");
    assert_eq!((&told["counts"]["people_changed"], &told["counts"]["people_gone"]), (&json!(0), &json!(0)));

    let nobody = format!(
        "dn: uid=nobody,{division}\nchangetype: delete\n\ndn: uid=other,{division}\nchangetype: delete\n"
    );
    let output = this.plan(Some(&nobody), true);
    let said = services::said(&output);
    assert!(!output.status.success() && said.contains("line 1: ") && said.contains("line 4: "), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_console_is_answered_while_changes_are_followed() {
    let this = Reorganisation::start().await;
    let app = &this.app;
    let pool = schema::Pool::new(app.database_url(), 16).unwrap();
    let leading = tokio::spawn(ldap_sync_leads(pool, this.sources()));
    let hr = app.sign_in("hr").await;
    let began = Instant::now();
    let ask = json!({ "source": MINISTRY, "kind": "preview", "ldif": ldif() });
    let asked = hr.post("/directory/requests", ask).await.expect(201)["request"].clone();
    let answered = loop {
        let path = format!("/directory/requests/{}", asked["id"].as_str().unwrap());
        let request = hr.get(&path).await.expect(200)["request"].clone();
        if request["state"] == "done" || request["state"] == "failed" {
            break request;
        }
        assert!(began.elapsed() < PATIENCE, "{request:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(answered["state"], "done", "{answered:#}");
    assert_eq!(answered["result"]["exit_code"], 0, "{answered:#}");
    assert_eq!(answered["result"]["consequences"]["people"]["moved"], 1);
    assert!(answered["result"]["consequences"]["contacts"]["now_forbidden"].as_u64().unwrap() > 0);
    assert_eq!(answered["ldif_bytes"], ldif().len());
    let sql = "select argument::text from directory_requests where id = $1::text::uuid";
    let kept = app.database().await.query_one(sql, &[&asked["id"].as_str().unwrap()]).await.unwrap();
    let kept: String = kept.get(0);
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), json!({ "ldif_bytes": ldif().len() }));
    leading.abort();
}

async fn ldap_sync_leads(pool: schema::Pool, sources: Vec<Arc<Source>>) {
    ldap_sync::lead::lead(&pool, sources).await;
}
