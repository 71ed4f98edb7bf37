//! One server in process, with a database of its own, and the people of the sample ministry by login.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use policies::facts::{Action, Asker, Contact, Dimension, Facts, Moment, toward_person};
use policies::gate::{Gate, PolicyFiles, Snapshot};
use policies::label::Label;
use policies::org::Hat;
use server::clock::Clock;
use server::config::Config;
use server::org::people::Mirror;
use server::serve::RunningServer;

use crate::client::Client;
use crate::directory::Directory;
use crate::services;
use crate::socket::Socket;

/// A running server of one test.
pub struct App {
    server: RunningServer,
    base: String,
    clock: Clock,
    database_url: String,
    directory: Option<Directory>,
    sync_config: PathBuf,
    token_key: String,
}

impl App {
    /// A server on the shared directory.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same, with a configuration changed by `change`.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        Self::launch(services::shared().database(), change, None).await
    }

    /// The same, on a database that somebody else has made.
    pub async fn start_on(database_url: String, change: impl FnOnce(&mut Config)) -> Self {
        Self::launch(database_url, change, None).await
    }

    /// A server with a directory of its own, which the test may change.
    pub async fn start_with_own_directory() -> Self {
        Self::launch(services::shared().database(), |_| {}, Some(Directory::start())).await
    }

    async fn launch(
        database_url: String,
        change: impl FnOnce(&mut Config),
        directory: Option<Directory>,
    ) -> Self {
        let shared = services::shared();
        let sources = match &directory {
            Some(own) => own.slapd(|slapd| services::sources(slapd)),
            None => services::sources(shared.slapd()),
        };
        let sync_config = shared.directory("sync").join("chancery.toml");
        let database =
            format!("[database]\nurl = {}\n\n", services::toml_string(&services::as_server(&database_url)));
        fs::write(&sync_config, format!("{database}{sources}")).unwrap();
        let token_key = token_key();
        let clock = Clock::standing(Clock::system().now());
        let server = start(&database_url, &sources, &token_key, clock.clone(), change).await;
        let base = format!("http://{}", server.address());
        Self { server, base, clock, database_url, directory, sync_config, token_key }
    }

    /// Two servers on one database, with that Redis between them.
    pub async fn two_nodes(redis_url: &str) -> (Self, Self) {
        let with_redis = |settings: &mut Config| settings.redis.url = Some(redis_url.into());
        let one = Self::start_with(with_redis).await;
        let two = one.second_node(with_redis).await;
        (one, two)
    }

    /// A second server on the same database, as behind a load balancer.
    pub async fn second_node(&self, change: impl FnOnce(&mut Config)) -> Self {
        let sources = services::sources(services::shared().slapd());
        let server = start(&self.database_url, &sources, &self.token_key, self.clock.clone(), change).await;
        let base = format!("http://{}", server.address());
        Self {
            server,
            base,
            clock: self.clock.clone(),
            database_url: self.database_url.clone(),
            directory: None,
            sync_config: self.sync_config.clone(),
            token_key: self.token_key.clone(),
        }
    }

    /// Where the server is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Stops the server, as a signal does.
    pub async fn stop(self) {
        self.server.stop().await;
    }

    /// Moves the server's clock on.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(TimeDelta::from_std(by).unwrap());
    }

    /// Sets the server's clock to `at`: the database's goes on by itself, and dates what is written there.
    pub fn set_clock(&self, at: DateTime<Utc>) {
        self.clock.advance(at - self.clock.now());
    }

    /// The server's parts, for what is asked of them without the API.
    pub fn inside(&self) -> &server::app::App {
        self.server.app()
    }

    /// Has what is due erased, and waits until the work of the day is done.
    pub async fn retain(&self) {
        server::retention::run(self.server.app()).await.unwrap();
        let sql = "select exists (select from retention_runs where finished_at is not null and day = $1::text::date)";
        let today = chrono::DateTime::from_timestamp_micros(self.moment().now).unwrap().date_naive();
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while !self.one(sql, &[&today.to_string()]).await.get::<_, bool>(0) {
            assert!(std::time::Instant::now() < deadline, "the retention does not come to an end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A group of `founder` and the people with these logins.
    pub async fn group(&self, founder: &Client, logins: &[&str]) -> String {
        let ids: Vec<String> = logins.iter().map(|login| self.person(login)).collect();
        let group = serde_json::json!({ "kind": "group", "name": "Рабочая группа", "person_ids": ids });
        let made = founder.post("/conversations", group).await.expect(201);
        made["conversation"]["id"].as_str().unwrap().to_owned()
    }

    /// The entries of a kind in the audit log, in order.
    pub async fn audited(&self, kind: &str) -> Vec<serde_json::Value> {
        let sql = "select entry::text from audit_log where kind = $1 order by seq";
        let rows = self.database().await.query(sql, &[&kind]).await.unwrap();
        rows.iter().map(|row| serde_json::from_str(row.get(0)).unwrap()).collect()
    }

    /// Lets the tree of the audit log grow over all that there is, and signs it: the newest checkpoint.
    pub async fn signed_log(&self, pool: &schema::Pool) -> String {
        let mut connection = pool.get().await.unwrap();
        let now = Clock::system().now();
        // The server itself may be at it, and another test's transaction may hold it up.
        let missing = "select count(*) from audit_log, audit_tree where xid >= xid_until";
        let database = self.database().await;
        while database.query_one(missing, &[]).await.unwrap().get::<_, i64>(0) > 0 {
            server::audit::grow::grow(&mut connection, now).await.unwrap();
        }
        let notary = self.config().notary().unwrap().expect("the test's server has a key");
        notary.sign(&mut connection, now, true).await.unwrap().expect("something was signed").note
    }

    /// Where its files are kept.
    pub fn files(&self) -> PathBuf {
        files_of(&self.database_url)
    }

    /// Has files that nobody needs removed.
    pub async fn clear_files(&self) -> usize {
        let app = self.server.app();
        server::files::clear(app, app.files.as_ref().unwrap()).await.unwrap()
    }

    /// Has exports that are over taken away, and those made that nobody is at.
    pub async fn look_after_exports(&self) {
        server::export::look_after(self.server.app()).await.unwrap();
    }

    /// Somebody of the sample ministry, signed in.
    pub async fn sign_in(&self, login: &str) -> Client {
        let mut client = Client::new(&self.base);
        client.try_sign_in(login, sample_ministry::PASSWORD).await.expect(201);
        client
    }

    /// Somebody of the mirror, signed in.
    pub async fn sign_in_as(&self, person: uuid::Uuid) -> Client {
        let row =
            self.one("select login from people where id = $1::text::uuid", &[&person.to_string()]).await;
        self.sign_in(row.get(0)).await
    }

    /// The id of whoever has this login.
    pub fn person(&self, login: &str) -> String {
        person(&self.server, login)
    }

    /// The configuration of the server.
    pub fn config(&self) -> &Config {
        &self.server.app().config
    }

    /// The org mirror that is in force.
    pub fn mirror(&self) -> Arc<Mirror> {
        self.server.app().org.current()
    }

    /// The gate of the server.
    pub fn gate(&self) -> Gate {
        self.server.app().gate.clone()
    }

    /// The facts of a conversation that `login` would begin with a person.
    pub fn facts(&self, login: &str, person: &str) -> Facts {
        let mirror = self.mirror();
        let place = |id: &str| mirror.org.person(id.parse().unwrap()).unwrap();
        let asker = Asker { person: place(&self.person(login)), hat: Hat::Own };
        let open = Label::default();
        let (org, at, target) = (&mirror.org, self.moment(), place(person));
        toward_person(org, &at, Action::DmStart, asker, target, Contact::None, open, open).unwrap()
    }

    /// A policy version as the server builds it.
    pub async fn built(&self, number: i64) -> Arc<Snapshot> {
        self.server.app().policies.shelf.snapshot(number).await.unwrap()
    }

    /// The moment at which the server decides.
    pub fn moment(&self) -> Moment {
        self.server.app().moment()
    }

    /// Puts a policy in force that forbids everything, as if the program had come with it.
    pub async fn forbid_everything(&self) {
        let mut files = PolicyFiles::embedded().map().clone();
        files.retain(|name, _| !name.starts_with("tests/"));
        let case =
            "[[case]]\nsays = \"Nobody may anything.\"\nverdict = \"deny\"\nrule = \"D99\"\nwhen = {}\n";
        let mut given = String::new();
        for one in Dimension::ALL {
            writeln!(given, "{} = {:?}", one.as_str(), one.values()[0]).unwrap();
        }
        files.insert("tests/closed.toml".to_owned(), format!("[given]\n{given}\n{case}"));
        files.insert(
            "invariants.toml".to_owned(),
            "[[invariant]]\nid = \"closed\"\ntext = \"Nobody may anything.\"\nmust = \"deny\"\n[invariant.where]\n\
             crisis = [\"no\", \"yes\"]\n"
                .to_owned(),
        );
        let rules = files.get_mut("rules.toml").unwrap();
        rules.push_str(
            "\n[[rule]]\nid = \"D99\"\neffect = \"deny\"\nwhy = \"Closed.\"\nowner = \"test\"\nlegal_basis = \"test\"\n\
             review = 2027-06-01\ndisclose = \"none\"\nhard = true\n[rule.when]\n\
             crisis = [\"no\", \"yes\"]\n",
        );
        for (language, sentence) in [("ru", "Закрыто."), ("en", "Closed.")] {
            let messages = files.get_mut(&format!("messages.{language}.toml")).unwrap();
            *messages = messages.replacen("[rules]", &format!("[rules]\nD99 = \"{sentence}\""), 1);
        }
        // First in the order, so that the one case meets no other denial.
        let rules = files.get_mut("rules.toml").unwrap();
        let at = rules.rfind("[[rule]]").unwrap();
        let closed = rules.split_off(at);
        // Nor are there exceptions, which would permit nothing.
        let first = rules.find("[[rule]]").unwrap();
        let others = rules.split_off(first);
        let kept = others.lines().filter(|line| !line.starts_with("exception = "));
        let others = kept.collect::<Vec<_>>().join("\n");
        *rules = format!("{closed}\n{others}\n");
        let files = PolicyFiles::from_map(files);
        let now = Clock::system().now();
        let mut connection = self.server.app().pool.get().await.unwrap();
        let number = schema::policy_versions::next_number(&mut connection).await.unwrap();
        let sha256 = files.sha256();
        assert!(
            schema::policy_versions::found(&mut connection, number, &sha256, files.map(), now).await.unwrap()
        );
        drop(connection);
        self.decides_by(number).await;
    }

    /// Waits until the server decides by this policy version.
    pub async fn decides_by(&self, number: i64) {
        let deadline = std::time::Instant::now() + Duration::from_mins(1);
        while self.gate().snapshot().version() != number {
            assert!(
                std::time::Instant::now() < deadline,
                "the server does not come to policy version {number}"
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Where the test's database is.
    pub fn database_url(&self) -> &str {
        &self.database_url
    }

    /// How many messages wait on the node to be stored.
    pub fn waiting_to_be_stored(&self) -> usize {
        self.server.app().commits.waiting()
    }

    /// How many sockets are open on the node.
    pub fn open_sockets(&self) -> usize {
        self.server.app().hub.open()
    }

    /// A plain connection to the test's database.
    pub async fn database(&self) -> tokio_postgres::Client {
        connect(&self.database_url).await
    }

    async fn one(
        &self,
        sql: &str,
        values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> tokio_postgres::Row {
        self.database().await.query_one(sql, values).await.unwrap()
    }

    /// The test's own directory.
    pub fn directory(&self) -> &Directory {
        self.directory.as_ref().expect("the test was started with a directory of its own")
    }

    /// Runs one sync, which must succeed, and waits until the server follows.
    pub async fn sync(&self) {
        self.try_sync().await.unwrap_or_else(|said| panic!("the sync failed: {said}"));
    }

    /// Runs one sync and waits until the server follows; the error is what the program said.
    pub async fn try_sync(&self) -> Result<(), String> {
        let config = self.sync_config.clone();
        let output = tokio::task::spawn_blocking(move || services::run_sync(&config)).await.unwrap();
        let version: i64 = self.one("select version from org_state", &[]).await.get(0);
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        while self.mirror().org.version() < version {
            assert!(std::time::Instant::now() < deadline, "the server does not follow version {version}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if output.status.success() { Ok(()) } else { Err(services::said(&output)) }
    }

    /// A login whose account is disabled.
    pub async fn disabled_login(&self) -> String {
        self.one("select login from people where status = 'disabled' order by login limit 1", &[])
            .await
            .get(0)
    }

    /// Two logins with a closed wall between them: an auditor and a buyer.
    pub fn walled_logins(&self) -> (String, String) {
        let of = |segment: &str| {
            let people = &sample_ministry::ministry().people;
            let found = people.iter().find(|person| person.segments.contains(&segment) && !person.disabled);
            found.expect("the ministry has people in both segments").uid.clone()
        };
        (of("audit"), of("procurement"))
    }

    /// A colleague of one unit who is not cleared for secret.
    pub async fn uncleared_colleague_of(&self, login: &str) -> String {
        let sql = "select other.id::text from posts mine join people me on me.id = mine.person_id and me.login = $1 \
                   join posts theirs on theirs.unit_id = mine.unit_id and theirs.person_id <> me.id \
                   join people other on other.id = theirs.person_id and other.status = 'active' \
                   left join clearances c on c.person_id = other.id \
                   where coalesce(c.level, 0) < 3 and mine.kind = 'primary' and theirs.kind = 'primary' \
                   order by other.login limit 1";
        self.one(sql, &[&login]).await.get(0)
    }

    /// Somebody else who is cleared for secret and whom that login may write to: id and login.
    pub async fn another_cleared_for_secret(&self, login: &str) -> (String, String) {
        let client = self.sign_in(login).await;
        let sql = "select p.id::text, p.login from people p join clearances c on c.person_id = p.id \
                   where c.level >= 3 and p.status = 'active' and p.login <> $1 order by p.login";
        for row in self.database().await.query(sql, &[&login]).await.unwrap() {
            let (id, other): (String, String) = (row.get(0), row.get(1));
            let asked =
                client.post("/decisions", serde_json::json!({ "action": "dm.start", "person_id": id })).await;
            if asked.body["decision"]["allow"] == true {
                return (id, other);
            }
        }
        panic!("{login} may write to nobody who is cleared for secret");
    }

    /// The direct superior's id.
    pub fn superior_of(&self, person: &str) -> String {
        let mirror = self.mirror();
        let org = &mirror.org;
        let person = org.person(person.parse().unwrap()).unwrap();
        org.person_id(org.superior(person).expect("has a superior")).to_string()
    }

    /// Signs in anew and returns the refresh token of that session, as the cookie holds it.
    pub async fn refresh_cookie(&self, login: &str) -> String {
        let body = serde_json::json!({ "login": login, "password": sample_ministry::PASSWORD });
        let url = format!("{}/api/v1/session", self.base);
        let response = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        cookie_of(&response).expect("a sign-in sets the cookie")
    }

    /// Exchanges a refresh token: the new one and the access token, or none where it is refused.
    pub async fn refresh_with(&self, cookie: &str) -> Option<(String, String)> {
        let url = format!("{}/api/v1/session/refresh", self.base);
        let request = reqwest::Client::new().post(url).header("cookie", format!("chancery_refresh={cookie}"));
        let response = request.send().await.unwrap();
        let next = cookie_of(&response).filter(|_| response.status().is_success());
        let body: serde_json::Value = response.json().await.unwrap_or_default();
        Some((next?, body["session"]["access_token"].as_str()?.to_owned()))
    }

    /// A socket opened with an access token.
    pub async fn socket_of(&self, access_token: &str) -> Socket {
        let mut socket = Socket::open(&self.base).await;
        socket.hello(access_token, None).await;
        socket
    }
}

fn cookie_of(response: &reqwest::Response) -> Option<String> {
    let set = response.headers().get("set-cookie")?.to_str().ok()?;
    let (_, rest) = set.split_once("chancery_refresh=")?;
    Some(rest.split(';').next().unwrap_or_default().to_owned()).filter(|value| !value.is_empty())
}

async fn start(
    database_url: &str,
    sources: &str,
    token_key: &str,
    clock: Clock,
    change: impl FnOnce(&mut Config),
) -> RunningServer {
    let text = format!(
        "[server]\nlisten = \"127.0.0.1:0\"\nworkers = 2\n[database]\nurl = {}\npool_size = 8\n\
         [auth]\ntoken_key = {}\nlogin_attempts = 100000\naddress_attempts = 100000\nrefusal_milliseconds = 1\n{}\n{}\n{sources}",
        services::toml_string(&services::as_server(database_url)),
        services::toml_string(token_key),
        services::UNLIMITED,
        services::files_section(&files_of(database_url)),
    );
    let mut config = Config::from_toml(&text).unwrap_or_else(|error| panic!("{error}"));
    change(&mut config);
    server::serve::start_at(config, clock).await.unwrap_or_else(|error| panic!("{error:?}"))
}

/// Where the files of a database are kept, whichever node it is.
fn files_of(database_url: &str) -> PathBuf {
    let path = database_url.split('?').next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    services::shared().files().join(name)
}

fn person(server: &RunningServer, login: &str) -> String {
    let mirror = server.app().org.current();
    let found = mirror.by_login(login).unwrap_or_else(|| panic!("{login} is not in the mirror"));
    found.id.to_string()
}

/// A connection that ends with the returned client.
pub async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A key that signs tokens, one for the run.
pub fn token_key() -> String {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap().serialize_pem()).clone()
}
