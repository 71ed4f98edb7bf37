//! Takes runs of the sync back: the mirror of one source as the histories have it of the moment before.
//!
//! Only what the directory tells is touched. Photos have no history: whoever was in the mirror then keeps today's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use crate::Error;
use crate::ids::{PersonId, SourceId, SyncRunId, UnitId};

/// A run that wrote.
#[derive(Debug, Clone, QueryableByName)]
pub struct Wrote {
    /// Which.
    #[diesel(sql_type = SqlUuid)]
    pub id: SyncRunId,
    /// The time that all it wrote carries.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// Whether it was taken back already.
    #[diesel(sql_type = Bool)]
    pub undone: bool,
}

/// Whom the restoring touched.
#[derive(Debug, Clone, Default)]
pub struct Restored {
    /// People who are not what they were a moment ago.
    pub people: Vec<PersonId>,
    /// Units that are not.
    pub units: Vec<UnitId>,
    /// People who can sign in no more.
    pub shut_out: Vec<PersonId>,
}

/// The run `id` of `source` and all later ones that wrote, the oldest first. Empty where the run did not write, or is
/// another source's.
pub async fn runs_from(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    id: SyncRunId,
) -> Result<Vec<Wrote>, Error> {
    Ok(sql_query(
        "select later.id, later.finished_at as at, later.undone_by is not null as undone
         from sync_runs as first join sync_runs as later on later.source_id = first.source_id
             and later.state = 'applied' and (later.finished_at, later.id) >= (first.finished_at, first.id)
         where first.id = $2 and first.source_id = $1 and first.state = 'applied'
         order by later.finished_at, later.id",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(id)
    .load(connection)
    .await?)
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Gives the mirror of `source` the rows that it had just before `at`.
pub async fn restore(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    at: DateTime<Utc>,
) -> Result<Restored, Error> {
    let mut rows = Rows { connection, source, at };
    let shut_out = rows.ids(SHUT_OUT).await?;
    let mut people = rows.ids(PEOPLE_TOUCHED).await?;
    for statement in TAKE_AWAY {
        people.extend(rows.ids(statement).await?);
    }
    let mut units = rows.ids(UNITS_GONE).await?;
    rows.ids(UNIT_KEYS).await?;
    units.extend(rows.ids(UNITS).await?);
    rows.ids(PEOPLE_GONE).await?;
    rows.ids(PEOPLE_KEYS).await?;
    rows.ids(PEOPLE).await?;
    for statement in GIVE_BACK {
        people.extend(rows.ids(statement).await?);
    }
    rows.ids(PHOTOS).await?;
    for ids in [&mut people, &mut units] {
        ids.sort();
        ids.dedup();
    }
    Ok(Restored {
        people: people.into_iter().map(PersonId).collect(),
        units: units.into_iter().map(UnitId).collect(),
        shut_out: shut_out.into_iter().map(PersonId).collect(),
    })
}

struct Rows<'a> {
    connection: &'a mut AsyncPgConnection,
    source: SourceId,
    at: DateTime<Utc>,
}

impl Rows<'_> {
    /// Runs `statement` with the source as $1 and the moment as $2; the ids that it answers.
    async fn ids(&mut self, statement: &str) -> Result<Vec<Uuid>, Error> {
        let found: Vec<Row> = sql_query(statement)
            .bind::<SqlUuid, _>(self.source)
            .bind::<Timestamptz, _>(self.at)
            .load(self.connection)
            .await?;
        Ok(found.into_iter().map(|row| row.id).collect())
    }
}

/// The condition that a version in a history held just before the moment.
macro_rules! before {
    ($history:literal) => {
        concat!($history, ".held @> ($2::timestamptz - interval '1 microsecond')")
    };
}

const SHUT_OUT: &str = concat!(
    "select p.id from people p where p.source_id = $1 and p.status = 'active' and not exists (
         select from people_history h where h.id = p.id and h.status = 'active' and ",
    before!("h"),
    ")"
);

const PEOPLE_TOUCHED: &str = concat!(
    "select p.id from people p left join people_history h on h.id = p.id and ",
    before!("h"),
    " where p.source_id = $1 and case when h.id is null then p.status <> 'gone' else
         (p.dn, p.dn_key, p.login, p.login_key, p.display_name, p.given_name, p.family_name, p.mail, p.phone,
          p.employment, p.status, p.segments, p.roles) is distinct from
         (h.dn, h.dn_key, h.login, h.login_key, h.display_name, h.given_name, h.family_name, h.mail, h.phone,
          h.employment, h.status, h.segments, h.roles) end"
);

/// What was not there before goes first: nothing of the old may meet the keys of the new.
const TAKE_AWAY: [&str; 4] = [
    concat!(
        "delete from posts p where p.source_id = $1 and p.kind in ('primary', 'acting') and p.appointment_id is null and not exists (
             select from posts_history h where h.id = p.id and ",
        before!("h"),
        " and (h.person_id, h.unit_id, h.rank_id, h.kind, h.title, h.superior_id, h.valid)
             is not distinct from (p.person_id, p.unit_id, p.rank_id, p.kind, p.title, p.superior_id, p.valid))
         returning p.person_id as id"
    ),
    concat!(
        "delete from delegations d using people p where p.id = d.person_id and p.source_id = $1
             and d.hat in ('acting', 'assistant') and d.appointment_id is null and not exists (
             select from delegations_history h where h.id = d.id and ",
        before!("h"),
        " and (h.person_id, h.principal_id, h.hat, h.valid)
             is not distinct from (d.person_id, d.principal_id, d.hat, d.valid))
         returning d.person_id as id"
    ),
    concat!(
        "delete from liaisons l using people p where p.id = l.person_id and p.source_id = $1 and not exists (
             select from liaisons_history h where h.person_id = l.person_id and h.agency_id = l.agency_id and ",
        before!("h"),
        ") returning l.person_id as id"
    ),
    concat!(
        "delete from clearances c using people p where p.id = c.person_id and p.source_id = $1 and not exists (
             select from clearances_history h where h.person_id = c.person_id and ",
        before!("h"),
        " and (h.level, h.categories) is not distinct from (c.level, c.categories))
         returning c.person_id as id"
    ),
];

const UNITS_GONE: &str = concat!(
    "update units u set status = 'gone' where u.source_id = $1 and u.status <> 'gone' and not exists (
         select from units_history h where h.id = u.id and ",
    before!("h"),
    ") returning u.id"
);

/// Names that are given up are given up before anybody takes them, whatever the order of the rows.
const UNIT_KEYS: &str = concat!(
    "update units u set dn_key = '~' || u.id from units_history h where h.id = u.id and u.source_id = $1 and ",
    before!("h"),
    " and u.dn_key is distinct from h.dn_key returning u.id"
);

const UNITS: &str = concat!(
    "update units u set dn = h.dn, dn_key = h.dn_key, kind = h.kind, parent_id = h.parent_id, name = h.name,
         head_id = h.head_id, status = h.status
     from units_history h where h.id = u.id and u.source_id = $1 and ",
    before!("h"),
    " and (u.dn, u.dn_key, u.kind, u.parent_id, u.name, u.head_id, u.status) is distinct from
         (h.dn, h.dn_key, h.kind, h.parent_id, h.name, h.head_id, h.status) returning u.id"
);

const PEOPLE_GONE: &str = concat!(
    "update people p set status = 'gone' where p.source_id = $1 and p.status <> 'gone' and not exists (
         select from people_history h where h.id = p.id and ",
    before!("h"),
    ") returning p.id"
);

const PEOPLE_KEYS: &str = concat!(
    "update people p set login_key = '~' || p.id, dn_key = '~' || p.id
     from people_history h where h.id = p.id and p.source_id = $1 and ",
    before!("h"),
    " and (p.login_key, p.dn_key, p.status) is distinct from (h.login_key, h.dn_key, h.status) returning p.id"
);

const PEOPLE: &str = concat!(
    "update people p set dn = h.dn, dn_key = h.dn_key, login = h.login, login_key = h.login_key,
         display_name = h.display_name, given_name = h.given_name, family_name = h.family_name, mail = h.mail,
         phone = h.phone, employment = h.employment, status = h.status, segments = h.segments, roles = h.roles
     from people_history h where h.id = p.id and p.source_id = $1 and ",
    before!("h"),
    " and (p.dn, p.dn_key, p.login, p.login_key, p.display_name, p.given_name, p.family_name, p.mail, p.phone,
          p.employment, p.status, p.segments, p.roles) is distinct from
         (h.dn, h.dn_key, h.login, h.login_key, h.display_name, h.given_name, h.family_name, h.mail, h.phone,
          h.employment, h.status, h.segments, h.roles) returning p.id"
);

const GIVE_BACK: [&str; 4] = [
    concat!(
        "insert into clearances (person_id, level, categories)
         select h.person_id, h.level, h.categories from clearances_history h join people p on p.id = h.person_id
             where p.source_id = $1 and ",
        before!("h"),
        " and not exists (select from clearances c where c.person_id = h.person_id)
         returning person_id as id"
    ),
    concat!(
        "insert into liaisons (person_id, agency_id)
         select h.person_id, h.agency_id from liaisons_history h join people p on p.id = h.person_id
             where p.source_id = $1 and ",
        before!("h"),
        " and not exists (select from liaisons l where l.person_id = h.person_id and l.agency_id = h.agency_id)
         returning person_id as id"
    ),
    concat!(
        "insert into posts (id, source_id, person_id, unit_id, rank_id, kind, title, superior_id, valid)
         select h.id, h.source_id, h.person_id, h.unit_id, h.rank_id, h.kind, h.title, h.superior_id, h.valid
             from posts_history h where h.source_id = $1 and h.kind in ('primary', 'acting') and h.appointment_id is null and ",
        before!("h"),
        " and not exists (select from posts p where p.id = h.id) returning person_id as id"
    ),
    concat!(
        "insert into delegations (id, person_id, principal_id, hat, valid)
         select h.id, h.person_id, h.principal_id, h.hat, h.valid
             from delegations_history h join people p on p.id = h.person_id
             where p.source_id = $1 and h.hat in ('acting', 'assistant') and h.appointment_id is null and ",
        before!("h"),
        " and not exists (select from delegations d where d.id = h.id) returning person_id as id"
    ),
];

/// Who is not in the mirror shows no photo.
const PHOTOS: &str = "delete from photos using people p
     where p.id = photos.person_id and p.source_id = $1 and p.status = 'gone' and $2 is not null
     returning p.id";

/// A run that takes others back.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct Run {
    pub id: SyncRunId,
    pub source: SourceId,
    pub org_version: i64,
    pub counts: Value,
}

/// Notes the run, and that it took back those from `first` on; what these had taken back stands again.
pub async fn note(connection: &mut AsyncPgConnection, run: &Run, first: SyncRunId) -> Result<(), Error> {
    sql_query(
        "insert into sync_runs (id, source_id, started_at, finished_at, state, org_version, counts, cause, detected_at)
         values ($1, $2, now(), now(), 'applied', $3, $4, 'undo', now())",
    )
    .bind::<SqlUuid, _>(run.id)
    .bind::<SqlUuid, _>(run.source)
    .bind::<BigInt, _>(run.org_version)
    .bind::<Jsonb, _>(&run.counts)
    .execute(connection)
    .await?;
    sql_query(
        "update sync_runs as later set undone_by = $1 from sync_runs as first
         where first.id = $2 and later.source_id = first.source_id and later.state = 'applied'
             and later.undone_by is null and later.id <> $1
             and (later.finished_at, later.id) >= (first.finished_at, first.id)",
    )
    .bind::<SqlUuid, _>(run.id)
    .bind::<SqlUuid, _>(first)
    .execute(connection)
    .await?;
    // What an undo had taken back stands again where that undo is taken back itself, unless it goes as well.
    sql_query(
        "update sync_runs as revived set undone_by =
             case when (revived.finished_at, revived.id) >= (first.finished_at, first.id) then $1 end
         from sync_runs as first, sync_runs as undo
         where first.id = $2 and undo.undone_by = $1 and revived.undone_by = undo.id",
    )
    .bind::<SqlUuid, _>(run.id)
    .bind::<SqlUuid, _>(first)
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds the source because of the undo, whoever held it before.
pub async fn hold(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    by: Option<PersonId>,
    reason: &str,
) -> Result<(), Error> {
    sql_query("update sources set held_at = now(), held_by = $2, held_reason = $3 where id = $1")
        .bind::<SqlUuid, _>(source)
        .bind::<Nullable<SqlUuid>, _>(by)
        .bind::<Text, _>(reason)
        .execute(connection)
        .await?;
    Ok(())
}
