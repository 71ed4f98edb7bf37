//! History and searches are read on a standby, and never are older than what the reader may have seen.

use std::time::{Duration, Instant};

use integration_tests::app::App;
use integration_tests::client::Client;
use integration_tests::services;
use local_services::Postgres;
use serde_json::json;

/// How long a standby may take to come back, on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_mins(1);

/// How a query of messages begins, and one of channels.
const MESSAGES: &str = "select \"messages\"%";
const CHANNELS: &str = "select \"conversations\"%";

/// A server that has a standby.
struct Site {
    app: App,
    standby: Postgres,
    database: String,
}

impl Site {
    async fn start() -> Self {
        let database = services::followed().database();
        let standby = services::followed().standby();
        let app = start_on(&database, &standby.url(&database)).await;
        Self { app, standby, database }
    }

    /// Another node, which hears nothing of the first.
    async fn second_node(&self) -> App {
        let replica = self.standby.url(&self.database);
        self.app.second_node(|config| config.database.replica_url = Some(replica.into())).await
    }

    /// Stops the standby where it is; it goes on answering.
    async fn freeze_replay(&self) {
        self.standby.sql("postgres", "select pg_wal_replay_pause()").unwrap();
        let paused = || self.standby.sql("postgres", "select pg_get_wal_replay_pause_state()").unwrap();
        let begin = Instant::now();
        while paused() != "paused\n" {
            assert!(begin.elapsed() < PATIENCE, "the standby does not stop where it is");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until what the client reads there is read on the standby, and complete each time.
    async fn until_read_on_standby(&self, client: &Client, conversation: &str, all: &[&str]) {
        let (begin, before) = (Instant::now(), last_read(&self.standby, MESSAGES));
        loop {
            assert_eq!(history(client, conversation).await, all);
            let last = last_read(&self.standby, MESSAGES);
            if last != before && last != "never\n" {
                return;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "nothing is read on the standby: {}",
                reasons(&self.app).await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn start_on(database: &str, replica: &str) -> App {
    let primary = services::followed().primary().url(database);
    App::start_on(primary, |config| config.database.replica_url = Some(replica.into())).await
}

/// When a server that may be a replica was last asked such a thing.
fn last_read(server: &Postgres, like: &str) -> String {
    let asked = "select coalesce(max(query_start)::text, 'never') from pg_stat_activity
        where application_name = 'chancery replica'";
    server.sql("postgres", &format!("{asked} and query ilike '{like}'")).unwrap()
}

/// What a conversation says to the client.
async fn history(client: &Client, conversation: &str) -> Vec<String> {
    let answer = client.get(&format!("/conversations/{conversation}/messages")).await.expect(200);
    let body = |message: &serde_json::Value| message["body"].as_str().unwrap().to_owned();
    answer["messages"].as_array().unwrap().iter().map(body).collect()
}

async fn figures(app: &App) -> String {
    reqwest::get(format!("{}/metrics", app.base())).await.unwrap().text().await.unwrap()
}

/// Where and why there it was read, in all tests so far.
async fn reasons(app: &App) -> String {
    let figures = figures(app).await;
    figures.lines().filter(|line| line.starts_with("chancery_replica")).collect::<Vec<_>>().join(", ")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_and_channels_are_read_on_the_standby() {
    let site = Site::start().await;
    let officer = site.app.sign_in("officer").await;
    let conversation = officer.direct_with(&site.app.person("peer")).await;
    for body in ["первое", "второе", "третье"] {
        officer.say(&conversation, body).await.expect(201);
    }
    site.until_read_on_standby(&officer, &conversation, &["первое", "второе", "третье"]).await;
    let later = officer.get(&format!("/conversations/{conversation}/messages?after=1&limit=1")).await;
    assert_eq!(later.expect(200)["messages"][0]["body"], "второе");

    let begin = Instant::now();
    while last_read(&site.standby, CHANNELS) == "never\n" {
        assert!(!officer.all("/channels", "channels").await.is_empty());
        assert!(begin.elapsed() < PATIENCE, "channels are not searched on the standby");
    }
    let figures = figures(&site.app).await;
    for figure in [
        "chancery_replica_reads_total{where=\"replica\",why=\"caught_up\"}",
        "chancery_replica_behind_bytes ",
        "chancery_database_connections{pool=\"replica\",state=\"open\"}",
    ] {
        assert!(figures.contains(figure), "{figure} is told");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_just_written_is_read_on_every_node_whatever_the_standby_has() {
    let site = Site::start().await;
    let two = site.second_node().await;
    let officer = site.app.sign_in("officer").await;
    let there = officer.at(two.base());
    let conversation = officer.direct_with(&site.app.person("peer")).await;
    officer.say(&conversation, "до").await.expect(201);
    site.until_read_on_standby(&officer, &conversation, &["до"]).await;

    site.freeze_replay().await;
    let mut said = vec!["до"];
    for body in ["сразу", "и ещё", "и ещё раз"] {
        officer.say(&conversation, body).await.expect(201);
        said.push(body);
        assert_eq!(history(&there, &conversation).await, said);
        assert_eq!(history(&officer, &conversation).await, said);
    }
    assert!(figures(&two).await.contains("where=\"primary\",why=\"behind\""), "why is told");

    site.standby.sql("postgres", "select pg_wal_replay_resume()").unwrap();
    site.until_read_on_standby(&there, &conversation, &said).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_follows_is_never_read_too_early() {
    let site = Site::start().await;
    let two = site.second_node().await;
    let officer = site.app.sign_in("officer").await;
    let there = officer.at(two.base());
    let conversation = officer.direct_with(&site.app.person("peer")).await;
    let mut said = Vec::new();
    for number in 1..=40 {
        let body = format!("№ {number}");
        officer.say(&conversation, &body).await.expect(201);
        said.push(body);
        assert_eq!(history(&there, &conversation).await, said);
    }
    // Whether it was read meanwhile is a matter of how busy the machine is: once it has caught up, it is.
    let said: Vec<&str> = said.iter().map(String::as_str).collect();
    site.until_read_on_standby(&there, &conversation, &said).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_taken_out_reads_nothing_that_the_standby_still_has() {
    let site = Site::start().await;
    let (head, officer) = (site.app.sign_in("head").await, site.app.sign_in("officer").await);
    let people = [site.app.person("officer"), site.app.person("peer")];
    let group = json!({ "kind": "group", "name": "по делу", "person_ids": people });
    let made = head.post("/conversations", group).await.expect(201);
    let group = made["conversation"]["id"].as_str().unwrap();
    head.say(group, "для своих").await.expect(201);
    site.until_read_on_standby(&officer, group, &["для своих"]).await;

    site.freeze_replay().await;
    let removed = head.delete(&format!("/conversations/{group}/members/{}", officer.person_id())).await;
    assert!(removed.status.is_success(), "{:#}", removed.body);
    officer.get(&format!("/conversations/{group}/messages")).await.expect_error(404, "not_found");
    assert_eq!(history(&head, group).await.first().unwrap(), "для своих");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_is_silent_or_gone_is_done_without_and_comes_back() {
    let mut site = Site::start().await;
    let officer = site.app.sign_in("officer").await;
    let conversation = officer.direct_with(&site.app.person("peer")).await;
    officer.say(&conversation, "здесь").await.expect(201);

    site.standby.pause().unwrap();
    assert_eq!(history(&officer, &conversation).await, ["здесь"]);
    assert!(figures(&site.app).await.contains("where=\"primary\",why=\"too_slow\""), "why is told");
    site.standby.resume().unwrap();
    site.until_read_on_standby(&officer, &conversation, &["здесь"]).await;

    site.standby.kill9().unwrap();
    assert_eq!(history(&officer, &conversation).await, ["здесь"]);
    assert_eq!(history(&officer, &conversation).await, ["здесь"]);
    let ready = reqwest::get(format!("{}/readyz", site.app.base())).await.unwrap();
    assert_eq!(ready.status(), 200, "it is not needed");
    assert!(figures(&site.app).await.contains("where=\"primary\",why=\"unreachable\""), "why is told");
    site.standby.restart().unwrap();
    site.until_read_on_standby(&officer, &conversation, &["здесь"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_that_became_a_primary_is_read_no_more() {
    let site = Site::start().await;
    let officer = site.app.sign_in("officer").await;
    let conversation = officer.direct_with(&site.app.person("peer")).await;
    officer.say(&conversation, "общее").await.expect(201);
    site.until_read_on_standby(&officer, &conversation, &["общее"]).await;
    assert_eq!(site.standby.sql("postgres", "select pg_promote()").unwrap(), "t\n");
    officer.say(&conversation, "не там").await.expect(201);
    assert_eq!(history(&officer, &conversation).await, ["общее", "не там"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_primary_that_is_called_its_own_replica_is_refused() {
    let followed = services::followed();
    let database = followed.database();
    let app = start_on(&database, &followed.primary().url(&database)).await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "написано").await.expect(201);
    assert_eq!(history(&officer, &conversation).await, ["написано"]);
    assert!(figures(&app).await.contains("where=\"primary\",why=\"not_a_standby\""), "why is told");
    assert_eq!(last_read(followed.primary(), MESSAGES), "never\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_standby_of_another_primary_is_refused() {
    let database = services::followed().database();
    let standby = services::followed().standby();
    let replica = standby.url(&database);
    let app = App::start_with(|config| config.database.replica_url = Some(replica.into())).await;
    let officer = app.sign_in("officer").await;
    let conversation = officer.direct_with(&app.person("peer")).await;
    officer.say(&conversation, "написано").await.expect(201);
    assert_eq!(history(&officer, &conversation).await, ["написано"]);
    assert!(figures(&app).await.contains("where=\"primary\",why=\"another_history\""), "why is told");
    assert_eq!(last_read(&standby, MESSAGES), "never\n");
}
