//! The ministry in which it is played: who takes part, who is signed in, where they talk, and what time it is.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, Utc};
use integration_tests::app::App;
use integration_tests::client::Client;
use schema::Pool;
use schema::ids::{PersonId, SourceId, UnitId};
use serde_json::{Value, json};
use server::policy::Numbers;
use uuid::Uuid;

use super::policies;
use crate::dice::Dice;

/// Who signs in and asks for themselves.
const ASKERS: [&str; 12] = [
    "minister",
    "deputy",
    "director",
    "head",
    "officer",
    "peer",
    "assistant",
    "acting",
    "contractor",
    "outsider",
    "liaison",
    "cleared",
];

/// The offices, which nothing happens to: they act.
const OFFICES: [&str; 7] = ["hr", "compliance", "compliance2", "security", "security2", "admin", "absent"];

pub(super) struct World {
    pub(super) app: App,
    pub(super) dice: Dice,
    pub(super) database: tokio_postgres::Client,
    pub(super) pool: Pool,
    /// To whom things happen.
    pub(super) people: Vec<PersonId>,
    pub(super) askers: BTreeMap<PersonId, Client>,
    pub(super) hr: Client,
    pub(super) security: Client,
    pub(super) compliance: Client,
    pub(super) conversations: Vec<Uuid>,
    pub(super) sources: Vec<SourceId>,
    pub(super) agencies: Vec<UnitId>,
    pub(super) policies: Vec<i64>,
}

impl World {
    pub(super) async fn new(app: App, dice: Dice) -> Self {
        let database = app.database().await;
        let pool = Pool::new(app.database_url(), 2).unwrap();
        let mut askers = BTreeMap::new();
        for login in ASKERS {
            askers.insert(app.person(login).parse().unwrap(), app.sign_in(login).await);
        }
        let offices: Vec<PersonId> = OFFICES.iter().map(|login| app.person(login).parse().unwrap()).collect();
        let mut people: Vec<PersonId> = askers.keys().copied().collect();
        // Besides, every sixth of the ministry, in an order that every run has.
        let rows = database
            .query(
                "select id::text from people where status = 'active' and cardinality(roles) = 0 order by login",
                &[],
            )
            .await
            .unwrap();
        let others = rows.iter().map(|row| PersonId(row.get::<_, &str>(0).parse().unwrap())).step_by(6);
        people.extend(others.filter(|other| !askers.contains_key(other) && !offices.contains(other)));
        let ids = async |sql: &str| -> Vec<Uuid> {
            database
                .query(sql, &[])
                .await
                .unwrap()
                .iter()
                .map(|row| row.get::<_, &str>(0).parse().unwrap())
                .collect()
        };
        let conversations = ids("select c.id::text from conversations c join units on units.id = c.unit_id
             where units.kind = 'agency' or exists (select from members m join people p on p.id = m.person_id
                where m.conversation_id = c.id and p.login in ('head', 'outsider', 'acting', 'contractor'))
             order by units.name");
        let conversations = conversations.await;
        let sources =
            ids("select id::text from sources order by name").await.into_iter().map(SourceId).collect();
        let agencies = ids("select id::text from units where kind = 'agency' order by name")
            .await
            .into_iter()
            .map(UnitId)
            .collect();
        let mut world = Self {
            hr: app.sign_in("hr").await,
            security: app.sign_in("security").await,
            compliance: app.sign_in("compliance").await,
            policies: policies::write(&database).await,
            app,
            dice,
            database,
            pool,
            people,
            askers,
            conversations,
            sources,
            agencies,
        };
        world.found().await;
        world
    }

    /// A few conversations to begin with.
    async fn found(&mut self) {
        let id = |login: &str| self.app.person(login);
        let group = json!({ "kind": "group", "name": "Группа", "person_ids": [id("peer"), id("officer")] });
        let project = json!({ "kind": "channel", "channel_kind": "project", "name": "Проект" });
        let announcement = json!({ "kind": "channel", "channel_kind": "announcement", "name": "Объявления" });
        let shared = json!({ "kind": "channel", "channel_kind": "shared", "name": "Общий" });
        let crisis = json!({ "kind": "channel", "channel_kind": "crisis", "name": "Штаб" });
        let direct = |login: &str| json!({ "kind": "direct", "person_ids": [self.app.person(login)] });
        let wishes = [
            ("head", group),
            ("head", project.clone()),
            ("officer", project.clone()),
            ("outsider", project),
            ("director", announcement),
            ("deputy", shared.clone()),
            ("liaison", shared),
            ("deputy", crisis),
            ("officer", direct("peer")),
            ("officer", direct("head")),
            ("head", direct("director")),
            ("assistant", direct("minister")),
            ("contractor", direct("peer")),
            ("cleared", direct("director")),
        ];
        let mut made: Vec<Uuid> = Vec::new();
        for (login, wish) in wishes {
            let founder = &self.askers[&self.app.person(login).parse().unwrap()];
            let answer = founder.post("/conversations", wish).await;
            if let Some(id) = answer.body["conversation"]["id"].as_str() {
                made.push(id.parse().unwrap());
            }
        }
        assert!(made.len() >= 10, "only {} conversations could be made", made.len());
        self.conversations.extend(made);
    }

    pub(super) fn person(&mut self) -> PersonId {
        self.dice.one(&self.people)
    }

    pub(super) fn asker(&mut self) -> (PersonId, Client) {
        let known: Vec<PersonId> = self.askers.keys().copied().collect();
        let person = self.dice.one(&known);
        (person, self.askers[&person].clone())
    }

    pub(super) fn conversation(&mut self) -> Uuid {
        self.dice.one(&self.conversations)
    }

    /// The time by the database's clock, to which the server's is set.
    pub(super) async fn tick(&self) -> DateTime<Utc> {
        let sql = "select (extract(epoch from clock_timestamp()) * 1000000)::bigint";
        let micros: i64 = self.database.query_one(sql, &[]).await.unwrap().get(0);
        let now = DateTime::from_timestamp_micros(micros).unwrap();
        self.app.set_clock(now);
        now
    }

    /// What would be otherwise if something had happened meanwhile: the version of the mirror, and how many of the dates there
    /// are have been reached.
    pub(super) async fn mark(&self) -> (i64, i64) {
        let sql = "select version, (select count(*) from (
                select lower(valid) as moment from posts union all select upper(valid) from posts
                union all select lower(valid) from delegations union all select upper(valid) from delegations
                union all select lower(in_force) from exceptions union all select upper(in_force) from exceptions) as dates
            where moment <= clock_timestamp()) from org_state";
        let row = self.database.query_one(sql, &[]).await.unwrap();
        (row.get(0), row.get(1))
    }

    /// Waits until the node has taken in everything that has happened, and returns the moment.
    pub(super) async fn settled(&self) -> DateTime<Utc> {
        let began = Instant::now();
        // What a change brings is taken in with it; what waits for a date that it had before is due then.
        let sql = "with due (moment) as (
                select moment from posts_history, lateral (values (lower(valid)), (upper(valid))) as dates (moment)
                    where upper_inf(held) and moment > lower(held)
                union all
                select moment from delegations_history, lateral (values (lower(valid)), (upper(valid))) as dates (moment)
                    where upper_inf(held) and moment > lower(held)
            ), last (moment) as (select coalesce(max(moment), '2000-01-01 00:00Z') from due where moment <= clock_timestamp())
            select version, settled_at >= moment, (extract(epoch from moment) * 1000000)::bigint from org_state, last";
        loop {
            let now = self.tick().await;
            let row = self.database.query_one(sql, &[]).await.unwrap();
            let (version, is_over, moment): (i64, bool, i64) = (row.get(0), row.get(1), row.get(2));
            let mirror = self.app.mirror();
            let is_read = mirror.at.timestamp_micros() >= moment;
            let numbers = policies::in_force(&self.pool).await;
            let decides = Numbers::in_force(&self.app.gate().in_force()) == numbers;
            if is_over && is_read && decides && mirror.version() == version {
                // What was heard of by an event a moment ago is forgotten in another task.
                tokio::time::sleep(Duration::from_millis(3)).await;
                return self.tick().await;
            }
            assert!(
                began.elapsed() < Duration::from_mins(1),
                "at {now} the node does not follow: version {version} (has {}), seated {is_over}, read {is_read}, decides {decides}",
                mirror.version()
            );
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Signs those in again whose sessions have ended with their account, if they are back.
    pub(super) async fn sign_in_again(&mut self) {
        let people: Vec<PersonId> = self.askers.keys().copied().collect();
        for person in people {
            if self.app.mirror().is_active(person)
                && self.askers[&person].get("/me").await.status.as_u16() == 401
            {
                let client = self.app.sign_in_as(person.0).await;
                self.askers.insert(person, client);
            }
        }
    }
}

/// As the API writes times.
pub(super) fn text(at: DateTime<Utc>) -> Value {
    json!(at.to_rfc3339_opts(SecondsFormat::Micros, true))
}
