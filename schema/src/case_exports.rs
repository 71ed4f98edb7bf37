//! Archives that officers take out of cases: asked for, made in steps by one node at a time, fetched for a while, and gone.
//! Each step is one transaction: whoever goes on after a node has stopped finds what was done, and nothing half done.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use uuid::Uuid;

mod content;
mod parts;

pub use content::{
    Conversation, FormerVersion, FormerVersions, Participant, Record, Stay, conversations, participants,
    records, stays,
};
pub use parts::{Part, Place, entries, part, places};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::case_looks::{self, Look};
use crate::case_reading::{self, Cleared, Filter};
use crate::ids::{CaseId, ExportId, PersonId, ScopeId};
use crate::pool::take_time;
use crate::tables::{case_export_messages, case_export_parts, case_exports};
use crate::text_enum::text_enum;

/// The rule that a case has one export under way at a time.
pub const ONE_AT_A_TIME: &str = "case_exports_one_at_a_time";
/// An export that nothing was heard of for half a minute is gone on with by whichever node comes first.
const SILENT: &str = "seen_at < clock_timestamp() - interval '30 seconds'";

text_enum! {
    /// How far an export is.
    #[schema(as = ExportStage)]
    Stage {
        /// Its messages are looked up.
        Choosing = "choosing",
        /// They are written.
        Writing = "writing",
        /// Its files are hashed and its manifest is signed.
        Sealing = "sealing",
        /// It may be fetched.
        Ready = "ready",
        /// It could not be made.
        Failed = "failed",
        /// Its content was taken away.
        Gone = "gone",
    }
}

/// An export, without its content.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = case_exports)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct Export {
    pub id: ExportId,
    pub case_id: CaseId,
    pub scope_id: ScopeId,
    pub asked_by: PersonId,
    pub asked_at: DateTime<Utc>,
    pub with_table: bool,
    pub with_mails: bool,
    pub about: serde_json::Value,
    pub label_policy: String,
    pub label_level: i16,
    pub label_categories: Vec<String>,
    pub stage: Stage,
    pub done: i64,
    pub total: Option<i64>,
    pub tree_size: Option<i64>,
    pub chosen_xid: Option<i64>,
    pub size: Option<i64>,
    pub manifest_sha256: Option<String>,
    pub is_signed: Option<bool>,
    pub ready_at: Option<DateTime<Utc>>,
    pub keep_until: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub why: Option<String>,
}

impl Export {
    /// What whoever asked for it was cleared for.
    pub fn cleared(&self) -> Cleared {
        Cleared {
            policy: self.label_policy.clone(),
            level: self.label_level,
            categories: self.label_categories.clone(),
        }
    }
}

/// What is asked for.
#[derive(Debug, Insertable)]
#[diesel(table_name = case_exports)]
#[expect(missing_docs, reason = "the columns, as the migration describes them")]
pub struct NewExport {
    pub id: ExportId,
    pub case_id: CaseId,
    pub scope_id: ScopeId,
    pub asked_by: PersonId,
    pub asked_at: DateTime<Utc>,
    pub with_table: bool,
    pub with_mails: bool,
    pub about: serde_json::Value,
    pub label_policy: String,
    pub label_level: i16,
    pub label_categories: Vec<String>,
}

/// An export that is somebody's to make: nobody else's steps count until it is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Job {
    /// The export.
    #[diesel(sql_type = SqlUuid)]
    pub id: ExportId,
    /// Who makes it, this time.
    #[diesel(sql_type = SqlUuid)]
    pub maker: Uuid,
    /// How often somebody has taken it over since it went on last.
    #[diesel(sql_type = SmallInt)]
    pub attempts: i16,
}

/// Asks for one, with its entry in the log. One is made at a time for a case ([`ONE_AT_A_TIME`]).
pub async fn ask(
    connection: &mut AsyncPgConnection,
    export: &NewExport,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            diesel::insert_into(case_exports::table).values(export).execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// One of them.
pub async fn find(connection: &mut AsyncPgConnection, id: ExportId) -> Result<Option<Export>, Error> {
    Ok(case_exports::table.find(id).select(Export::as_select()).first(connection).await.optional()?)
}

/// How many archives of the case may be fetched.
pub async fn count_ready(connection: &mut AsyncPgConnection, case: CaseId) -> Result<i64, Error> {
    Ok(case_exports::table
        .filter(case_exports::case_id.eq(case))
        .filter(case_exports::stage.eq(Stage::Ready))
        .count()
        .get_result(connection)
        .await?)
}

/// The newest of a case.
pub async fn list(
    connection: &mut AsyncPgConnection,
    case: CaseId,
    limit: i64,
) -> Result<Vec<Export>, Error> {
    Ok(case_exports::table
        .filter(case_exports::case_id.eq(case))
        .order((case_exports::asked_at.desc(), case_exports::id.desc()))
        .limit(limit)
        .select(Export::as_select())
        .load(connection)
        .await?)
}

/// Takes an export that is under way and that nobody was heard to be at: it is `maker`'s from now on.
pub async fn take_over(connection: &mut AsyncPgConnection, maker: Uuid) -> Result<Option<Job>, Error> {
    Ok(sql_query(format!(
        "update case_exports set seen_at = clock_timestamp(), maker = $1, attempts = attempts + 1
         where id = (select id from case_exports where stage in ('choosing', 'writing', 'sealing') and {SILENT}
            order by asked_at limit 1 for update skip locked)
         returning id, maker, attempts"
    ))
    .bind::<SqlUuid, _>(maker)
    .get_result(connection)
    .await
    .optional()?)
}

/// Says that it is still made. False where it was ended, or is somebody else's.
pub async fn seen(connection: &mut AsyncPgConnection, job: Job) -> Result<bool, Error> {
    let seen = sql_query(
        "update case_exports set seen_at = clock_timestamp()
         where id = $1 and maker = $2 and stage in ('choosing', 'writing', 'sealing')",
    )
    .bind::<SqlUuid, _>(job.id)
    .bind::<SqlUuid, _>(job.maker)
    .execute(connection)
    .await?;
    Ok(seen > 0)
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    yes: bool,
}

/// Whether the case that the export `e` is of is in force at a moment, with the scope that it was asked for under.
fn in_force(at: &str) -> String {
    format!(
        "exists (select from cases c join scopes s on s.case_id = c.id
            where c.id = e.case_id and s.id = e.scope_id and c.state = 'approved' and s.ends_at > {at}
                and s.outcome is distinct from 'rejected'
                and not exists (select from scopes later where later.case_id = c.id and later.outcome = 'approved'
                    and (s.decided_at is null or later.decided_at > s.decided_at) and later.id <> s.id))"
    )
}

/// Whether what the export is of may still be read at `at`.
pub async fn is_in_force(
    connection: &mut AsyncPgConnection,
    id: ExportId,
    at: DateTime<Utc>,
) -> Result<bool, Error> {
    let statement = format!(
        "select exists (select from case_exports e where e.id = $1 and e.stage not in ('failed', 'gone') and {}) as yes",
        in_force("$2")
    );
    let answer: Answer =
        sql_query(statement).bind::<SqlUuid, _>(id).bind::<Timestamptz, _>(at).get_result(connection).await?;
    Ok(answer.yes)
}

/// Whether somebody with this clearance may read every conversation that it has messages of, by their labels of now: one may have
/// been raised since.
pub async fn is_cleared(
    connection: &mut AsyncPgConnection,
    id: ExportId,
    cleared: &Cleared,
) -> Result<bool, Error> {
    let answer: Answer = sql_query(format!(
        "select not exists (select from case_exports e join conversations c on c.id = any (e.conversation_ids)
            where e.id = $1 and not {}) as yes",
        case_reading::readable("c", 2)
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(&cleared.policy)
    .bind::<SmallInt, _>(cleared.level)
    .bind::<Array<Text>, _>(&cleared.categories)
    .get_result(connection)
    .await?;
    Ok(answer.yes)
}

/// Notes which messages are in it. That is a look, which `look` makes of their number, with its entry in the log. False, and
/// nothing was noted, where it was ended meanwhile, or is somebody else's.
pub async fn choose(
    connection: &mut AsyncPgConnection,
    job: Job,
    (export, filter): (&Export, &Filter),
    look: impl Fn(i64) -> (Look, NewEntry) + Send + Sync,
) -> Result<bool, Error> {
    let look = &look;
    let chosen = connection
        .transaction(async |connection| {
            take_time(connection).await?;
            let cleared = export.cleared();
            let total =
                case_reading::choose(connection, export.id, export.scope_id, filter, &cleared).await?;
            find_entries(connection, export.id, total).await?;
            let is_ours = sql_query(
                "update case_exports set total = $3, chosen_xid = pg_current_xact_id()::text::bigint, attempts = 0,
                    conversation_ids = array(select distinct conversation_id from case_export_messages where export_id = $1)
                 where id = $1 and maker = $2 and stage = 'choosing' and total is null",
            )
            .bind::<SqlUuid, _>(job.id)
            .bind::<SqlUuid, _>(job.maker)
            .bind::<BigInt, _>(total)
            .execute(connection)
            .await?;
            if is_ours == 0 {
                return Err(Error::NotFound);
            }
            let (look, entry) = look(total);
            case_looks::record(connection, &look, &entry).await
        })
        .await;
    match chosen {
        Ok(()) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// So many messages have their entries looked up one by one; more than that by one way through the log of their time.
const FEW: i64 = 1_000;

/// Notes of each message which entry of the audit log tells of it: the last one that does.
async fn find_entries(connection: &mut AsyncPgConnection, export: ExportId, total: i64) -> Result<(), Error> {
    // How many rows there are of an export that has just begun is nothing that the database knows.
    let way = if total > FEW {
        "set local enable_nestloop = off"
    } else {
        "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off"
    };
    connection.batch_execute(way).await?;
    sql_query(
        "with span as materialized (
            select min(created_at) as first_at, max(created_at) as last_at from case_export_messages where export_id = $1
         )
         update case_export_messages e set entry_seq = told.seq from (
            select chosen.place, max(a.seq) as seq from case_export_messages chosen
            join audit_log a on a.at = chosen.created_at and (a.entry ->> 'message_id')::uuid = chosen.message_id
            where chosen.export_id = $1 and a.kind in ('message.sent', 'message.adopted')
                and a.at between (select first_at from span) and (select last_at from span)
            group by chosen.place) told
         where e.export_id = $1 and e.place = told.place",
    )
    .bind::<SqlUuid, _>(export)
    .execute(connection)
    .await?;
    let reset =
        "set local enable_nestloop = on; set local enable_hashjoin = on; set local enable_mergejoin = on;
        set local enable_seqscan = on";
    Ok(connection.batch_execute(reset).await?)
}

/// Begins to write it, with proofs for the tree of this size.
pub async fn begin_writing(
    connection: &mut AsyncPgConnection,
    job: Job,
    tree_size: i64,
) -> Result<bool, Error> {
    let begun = diesel::update(case_exports::table.find(job.id))
        .filter(case_exports::maker.eq(job.maker))
        .filter(case_exports::stage.eq(Stage::Choosing))
        .set((case_exports::stage.eq(Stage::Writing), case_exports::tree_size.eq(tree_size)))
        .execute(connection)
        .await?;
    Ok(begun > 0)
}

/// Keeps parts, and says that `done` messages are written. False where it was ended, or is somebody else's: nothing is kept then.
pub async fn keep(
    connection: &mut AsyncPgConnection,
    job: Job,
    (before, done): (i64, i64),
    parts: &[Part],
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            let is_ours = diesel::update(case_exports::table.find(job.id))
                .filter(case_exports::maker.eq(job.maker))
                .filter(case_exports::stage.eq(Stage::Writing))
                .filter(case_exports::done.eq(before))
                .set((case_exports::done.eq(done), case_exports::attempts.eq(0_i16)))
                .execute(connection)
                .await?;
            if is_ours > 0 {
                diesel::insert_into(case_export_parts::table).values(parts).execute(connection).await?;
            }
            Ok(is_ours > 0)
        })
        .await
}

/// Begins to seal it, or begins anew: what an earlier attempt made of it is removed.
pub async fn begin_sealing(
    connection: &mut AsyncPgConnection,
    job: Job,
    (first_of_seal, last): (i16, i32),
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            take_time(connection).await?;
            let is_ours = diesel::update(case_exports::table.find(job.id))
                .filter(case_exports::maker.eq(job.maker))
                .filter(case_exports::stage.eq_any([Stage::Writing, Stage::Sealing]))
                .set(case_exports::stage.eq(Stage::Sealing))
                .execute(connection)
                .await?;
            if is_ours > 0 {
                diesel::delete(case_export_parts::table)
                    .filter(case_export_parts::export_id.eq(job.id))
                    .filter(
                        case_export_parts::file
                            .ge(first_of_seal)
                            .or(case_export_parts::number.eq(0))
                            .or(case_export_parts::number.eq(last)),
                    )
                    .execute(connection)
                    .await?;
            }
            Ok(is_ours > 0)
        })
        .await
}

/// Adds a part while it is sealed. False where it was ended, or is somebody else's: nothing is added then.
pub async fn add(connection: &mut AsyncPgConnection, job: Job, part: &Part) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            // Whoever takes it over waits for this, and this for them.
            let ours: Option<ExportId> = case_exports::table
                .find(job.id)
                .filter(case_exports::maker.eq(job.maker))
                .filter(case_exports::stage.eq(Stage::Sealing))
                .select(case_exports::id)
                .for_update()
                .first(connection)
                .await
                .optional()?;
            if ours.is_some() {
                diesel::insert_into(case_export_parts::table).values(part).execute(connection).await?;
            }
            Ok(ours.is_some())
        })
        .await
}

/// What the archive is, once it is whole.
#[derive(Debug)]
pub struct Whole {
    /// How many octets it has.
    pub size: i64,
    /// The SHA-256 of its manifest, in hexadecimal.
    pub manifest_sha256: String,
    /// Whether the manifest is signed.
    pub is_signed: bool,
    /// Until when it is kept.
    pub keep_until: DateTime<Utc>,
}

/// It is whole and may be fetched, with its entry in the log.
pub async fn finish(
    connection: &mut AsyncPgConnection,
    job: Job,
    whole: &Whole,
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            take_time(connection).await?;
            let is_ours = diesel::update(case_exports::table.find(job.id))
                .filter(case_exports::maker.eq(job.maker))
                .filter(case_exports::stage.eq(Stage::Sealing))
                .set((
                    case_exports::stage.eq(Stage::Ready),
                    case_exports::size.eq(whole.size),
                    case_exports::manifest_sha256.eq(&whole.manifest_sha256),
                    case_exports::is_signed.eq(whole.is_signed),
                    case_exports::ready_at.eq(at),
                    case_exports::keep_until.eq(whole.keep_until),
                ))
                .execute(connection)
                .await?;
            if is_ours > 0 {
                diesel::delete(case_export_messages::table)
                    .filter(case_export_messages::export_id.eq(job.id))
                    .execute(connection)
                    .await?;
                audit::append(connection, entry).await?;
            }
            Ok(is_ours > 0)
        })
        .await
}

/// Ends it, as failed or as gone: its content is taken away at once. False where that was so already, or where it is not `maker`'s,
/// if one is named.
pub async fn end(
    connection: &mut AsyncPgConnection,
    export: ExportId,
    maker: Option<Uuid>,
    (stage, why): (Stage, &str),
    at: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<bool, Error> {
    connection
        .transaction(async |connection| {
            take_time(connection).await?;
            let ended = diesel::update(case_exports::table.find(export))
                .filter(case_exports::stage.ne_all([Stage::Failed, Stage::Gone]))
                .filter(
                    case_exports::maker.is_not_distinct_from(maker).or(maker.is_none().into_sql::<Bool>()),
                )
                .set((
                    case_exports::stage.eq(stage),
                    case_exports::ended_at.eq(at),
                    case_exports::why.eq(why),
                ))
                .execute(connection)
                .await?;
            if ended > 0 {
                diesel::delete(case_export_messages::table)
                    .filter(case_export_messages::export_id.eq(export))
                    .execute(connection)
                    .await?;
                diesel::delete(case_export_parts::table)
                    .filter(case_export_parts::export_id.eq(export))
                    .execute(connection)
                    .await?;
                audit::append(connection, entry).await?;
            }
            Ok(ended > 0)
        })
        .await
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = SqlUuid)]
    id: ExportId,
}

/// Exports that may be fetched and whose time, case or scope is over at `at`.
pub async fn over(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<Vec<ExportId>, Error> {
    let found: Vec<Due> = sql_query(format!(
        "select e.id from case_exports e where e.stage = 'ready' and (e.keep_until <= $1 or not {})
         order by e.id limit 100",
        in_force("$1")
    ))
    .bind::<Timestamptz, _>(at)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|due| due.id).collect())
}
