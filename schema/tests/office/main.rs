//! The database as the program uses it, on a real Postgres with one small office.

#![expect(clippy::unwrap_used, reason = "tests: what is not there fails the test, also in what tests share")]

mod cases;
mod due_spans;
mod limits;
mod months;
mod store;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use chrono::{DateTime, Utc};
use local_services::{Durability, Postgres, Scratch};
use schema::ids::{PersonId, RankId, SourceId, UnitId};
use schema::{Connection, Pool, past, unit_channels};
use uuid::{Uuid, uuid};

const SOURCE: SourceId = SourceId(uuid!("00000000-0000-0000-0000-000000000001"));
const RANK: RankId = RankId(uuid!("00000000-0000-0000-0000-000000000001"));
const AGENCY: UnitId = UnitId(uuid!("00000000-0000-0000-0000-000000000301"));
const DIVISION: UnitId = UnitId(uuid!("00000000-0000-0000-0000-000000000302"));

struct Shared {
    postgres: Postgres,
    _scratch: Scratch,
}

/// Started by the first test that needs it; dies with the process.
static SHARED: LazyLock<Shared> = LazyLock::new(|| {
    let scratch = Scratch::new().unwrap();
    let postgres = Postgres::start(&scratch.path().join("pg"), Durability::Relaxed).unwrap();
    postgres.create_database("template").unwrap();
    schema::migrations::run(&postgres.url("template")).unwrap();
    Shared { postgres, _scratch: scratch }
});

/// One at a time: Postgres copies no template that is being copied.
static COPYING: Mutex<()> = Mutex::new(());

/// The database of one test: `p1` heads the agency, `p2` its division, where `p3` works; `p4` and `p5` work in the
/// agency itself.
struct Office {
    name: String,
    pool: Pool,
}

impl Office {
    /// The services are started outside: their migrations make a runtime of their own.
    async fn open() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let copy = name.clone();
        let url = tokio::task::spawn_blocking(move || {
            let copying = COPYING.lock().unwrap();
            SHARED.postgres.create_database_from(&copy, "template").unwrap();
            drop(copying);
            SHARED.postgres.sql(&copy, &people_and_units()).unwrap();
            SHARED.postgres.url(&copy)
        })
        .await
        .unwrap();
        let office = Self { name, pool: Pool::new(&url, 4).unwrap() };
        unit_channels::reconcile(&mut *office.connection().await, SOURCE).await.unwrap();
        office
    }

    async fn connection(&self) -> Connection {
        self.pool.get().await.unwrap()
    }

    async fn now(&self) -> DateTime<Utc> {
        past::latest(&mut *self.connection().await, DateTime::UNIX_EPOCH).await.unwrap()
    }

    fn sql(&self, sql: &str) -> String {
        SHARED.postgres.sql(&self.name, sql).unwrap().trim().to_owned()
    }
}

fn person(number: u8) -> PersonId {
    PersonId(Uuid::from_u128(0x100 + u128::from(number)))
}

fn people_and_units() -> String {
    let source = SOURCE.0;
    let mut sql =
        vec![format!("insert into sources (id, name, kind) values ('{source}', 'one', 'openldap')")];
    for number in 1..=5 {
        let id = person(number).0;
        sql.push(format!(
            "insert into people (id, source_id, directory_id, dn, dn_key, login, login_key, display_name, employment, status)
                values ('{id}', '{source}', '{id}', 'cn=p{number}', 'cn=p{number}', 'p{number}', 'p{number}', 'P', 'staff', 'active')"
        ));
    }
    for (unit, parent, kind, head) in [
        (AGENCY, "null".to_owned(), "agency", person(1)),
        (DIVISION, format!("'{}'", AGENCY.0), "division", person(2)),
    ] {
        let (unit, head) = (unit.0, head.0);
        sql.push(format!(
            "insert into units (id, source_id, directory_id, dn, dn_key, kind, parent_id, name, head_id, status)
                values ('{unit}', '{source}', '{unit}', 'ou={unit}', 'ou={unit}', '{kind}', {parent}, 'U', '{head}', 'active')"
        ));
    }
    sql.push(format!(
        "insert into ranks (id, source_id, code, name_ru, name_en, step, band)
            values ('{}', '{source}', 'a', 'А', 'A', 1, 'officer')",
        RANK.0
    ));
    for (number, unit) in [(1, AGENCY), (2, DIVISION), (3, DIVISION), (4, AGENCY), (5, AGENCY)] {
        sql.push(post(number, unit, "primary", "tstzrange(now() - interval '1 day', null)"));
    }
    format!("begin; {}; commit", sql.join("; "))
}

fn post(number: u8, unit: UnitId, kind: &str, valid: &str) -> String {
    format!(
        "insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, valid)
            values (gen_random_uuid(), '{}', '{}', '{}', '{}', '{kind}', 'T', {valid})",
        SOURCE.0,
        person(number).0,
        unit.0,
        RANK.0
    )
}
