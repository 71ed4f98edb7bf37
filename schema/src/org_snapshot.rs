//! Reads the whole mirror of the directory as one consistent picture, for the copy in memory.

use std::ops::Bound;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::expression::SqlLiteral;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable, Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{DelegationId, PersonId, PostId, RankId, SourceId, UnitId};
use crate::pool::take_time;
use crate::tables::{
    clearances, delegations, exceptions, liaisons, org_state, people, photos, posts, ranks, sources, units,
};

/// The time in which something holds, as Postgres keeps ranges.
pub type Held = (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>);

/// Everything the mirror says at one moment.
#[derive(Debug)]
pub struct OrgSnapshot {
    /// The version of the mirror that these rows are.
    pub version: i64,
    /// The directory sources by name.
    pub sources: Vec<(SourceId, String)>,
    /// Everybody, those who left too: their messages stay.
    pub people: Vec<PersonRow>,
    /// The units that exist.
    pub units: Vec<UnitRow>,
    /// The posts that are held at the moment; beside the primary ones also those that begin later.
    pub posts: Vec<PostRow>,
    /// The ranks of all ladders.
    pub ranks: Vec<RankRow>,
    /// In whose name people may act, now or later.
    pub delegations: Vec<DelegationRow>,
    /// Who speaks for their agency to which other one.
    pub liaisons: Vec<(PersonId, UnitId)>,
    /// What people are cleared for.
    pub clearances: Vec<ClearanceRow>,
    /// Grants and blocks, now or later.
    pub exceptions: Vec<ExceptionRow>,
    /// Who has a photo, and which.
    pub photos: Vec<(PersonId, Vec<u8>)>,
    /// The moment that the posts are held at: not before the database's clock.
    pub at: DateTime<Utc>,
    /// When a post, a delegation or an exception of somebody begins or ends after that, although no row changes.
    pub moments: Vec<(DateTime<Utc>, PersonId)>,
}

impl OrgSnapshot {
    /// Without any rows.
    pub(crate) fn empty(version: i64, at: DateTime<Utc>) -> Self {
        Self {
            version,
            at,
            sources: Vec::new(),
            people: Vec::new(),
            units: Vec::new(),
            posts: Vec::new(),
            ranks: Vec::new(),
            delegations: Vec::new(),
            liaisons: Vec::new(),
            clearances: Vec::new(),
            exceptions: Vec::new(),
            photos: Vec::new(),
            moments: Vec::new(),
        }
    }

    /// Notes the moments to come, and keeps of the posts those that are held now.
    pub(crate) fn part_now_from_later(&mut self) {
        let posts = self.posts.iter().map(|post| (&post.valid, [Some(post.person_id), None]));
        let delegations =
            self.delegations.iter().map(|row| (&row.valid, [Some(row.person_id), row.principal_id]));
        let exceptions = self.exceptions.iter().map(|row| (&row.valid, [Some(row.from_id), Some(row.to_id)]));
        let mut moments = Vec::new();
        for (valid, people) in posts.chain(delegations).chain(exceptions) {
            let (from, until) = ends(valid);
            for moment in from.into_iter().chain(until).filter(|moment| *moment > self.at) {
                moments.extend(people.into_iter().flatten().map(|person| (moment, person)));
            }
        }
        self.moments = moments;
        self.posts.retain(|post| {
            let (from, until) = ends(&post.valid);
            let holds = from.is_none_or(|from| from <= self.at) && until.is_none_or(|until| self.at < until);
            holds || post.kind != "primary"
        });
    }
}

/// Beginning and end, where the range has them.
pub fn ends(range: &Held) -> (Option<DateTime<Utc>>, Option<DateTime<Utc>>) {
    let of = |bound: &Bound<DateTime<Utc>>| match bound {
        Bound::Included(at) | Bound::Excluded(at) => Some(*at),
        Bound::Unbounded => None,
    };
    (of(&range.0), of(&range.1))
}

/// A person as the mirror holds them.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct PersonRow {
    pub id: PersonId,
    pub source_id: SourceId,
    pub dn: String,
    pub login: String,
    pub login_key: String,
    pub display_name: String,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub mail: Option<String>,
    pub phone: Option<String>,
    pub employment: String,
    pub status: String,
    pub segments: Vec<String>,
    pub roles: Vec<String>,
}

/// A unit as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = units)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct UnitRow {
    pub id: UnitId,
    pub kind: String,
    pub parent_id: Option<UnitId>,
    pub name: String,
    pub head_id: Option<PersonId>,
}

/// A post as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = posts)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct PostRow {
    pub id: PostId,
    pub person_id: PersonId,
    pub unit_id: UnitId,
    pub rank_id: RankId,
    pub kind: String,
    pub title: String,
    pub superior_id: Option<PersonId>,
    pub valid: Held,
}

/// A rank as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = ranks)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct RankRow {
    pub id: RankId,
    pub code: String,
    pub name_ru: String,
    pub name_en: String,
    pub step: i16,
    pub band: String,
}

/// A delegation as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = delegations)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct DelegationRow {
    pub id: DelegationId,
    pub person_id: PersonId,
    pub principal_id: Option<PersonId>,
    pub hat: String,
    pub valid: Held,
    /// The kind of the entry in the dated list that it comes from; none: from the directory.
    #[diesel(select_expression = sql::<Nullable<Text>>(APPOINTED_AS))]
    #[diesel(select_expression_type = SqlLiteral<Nullable<Text>>)]
    pub appointed_as: Option<String>,
}

const APPOINTED_AS: &str =
    "(select appointments.kind from appointments where appointments.id = delegations.appointment_id)";

/// A clearance as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = clearances)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct ClearanceRow {
    pub person_id: PersonId,
    pub level: i16,
    pub categories: Vec<String>,
}

/// An exception as the mirror holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = exceptions)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct ExceptionRow {
    pub kind: String,
    pub from_id: PersonId,
    pub to_id: PersonId,
    /// As it was made, or until it was ended before.
    #[diesel(column_name = in_force)]
    pub valid: Held,
}

/// The condition that an exception is or will be in force at a moment. One that ended before it began never was.
macro_rules! excepts {
    ($at:expr) => {
        sql::<Bool>("exceptions.in_force && tstzrange(").bind::<Timestamptz, _>($at).sql(", null)")
    };
}
pub(crate) use excepts;

/// The condition that a span has not ended by a moment.
macro_rules! not_over {
    ($span:literal, $at:expr) => {
        sql::<Bool>(concat!("not ", $span, " << tstzrange(")).bind::<Timestamptz, _>($at).sql(", null)")
    };
}
pub(crate) use not_over;

/// Reads the mirror as it is, with the posts that are held at `at`. All rows are of one version.
pub async fn load(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<OrgSnapshot, Error> {
    let mut transaction = connection.build_transaction().repeatable_read().read_only();
    let reading = async |connection: &mut AsyncPgConnection| {
        take_time(connection).await?;
        read(connection, at).await
    };
    transaction.run(reading).await
}

/// The same within a transaction that is under way, its own changes included.
pub async fn read(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<OrgSnapshot, Error> {
    let (version, at) = state(connection, at).await?;
    let mut rows = OrgSnapshot {
        sources: sources::table.select((sources::id, sources::name)).load(connection).await?,
        people: people::table.select(PersonRow::as_select()).load(connection).await?,
        units: units::table
            .filter(units::status.eq("active"))
            .select(UnitRow::as_select())
            .load(connection)
            .await?,
        posts: posts::table
            .filter(not_over!("posts.valid", at))
            .select(PostRow::as_select())
            .load(connection)
            .await?,
        ranks: ranks::table.select(RankRow::as_select()).load(connection).await?,
        // What is over may not hold a moment longer on a node whose clock is a little behind.
        delegations: delegations::table
            .filter(not_over!("delegations.valid", at))
            .select(DelegationRow::as_select())
            .load(connection)
            .await?,
        liaisons: liaisons::table.select((liaisons::person_id, liaisons::agency_id)).load(connection).await?,
        clearances: clearances::table.select(ClearanceRow::as_select()).load(connection).await?,
        exceptions: exceptions::table
            .filter(excepts!(at))
            .select(ExceptionRow::as_select())
            .load(connection)
            .await?,
        photos: photos::table.select((photos::person_id, photos::sha256)).load(connection).await?,
        ..OrgSnapshot::empty(version, at)
    };
    rows.part_now_from_later();
    Ok(rows)
}

/// The version of the mirror, and the moment at which to read it: `at`, or the time of the database, whose clock dates
/// the rows. To a node whose clock is a little behind, a post that has just begun would not have begun yet, and its
/// holder would be nobody.
pub(crate) async fn state(
    connection: &mut AsyncPgConnection,
    at: DateTime<Utc>,
) -> Result<(i64, DateTime<Utc>), Error> {
    let (version, now) = version_and_time(connection).await?;
    Ok((version, at.max(now)))
}

/// The version of the mirror, and the time by the database's clock.
pub async fn version_and_time(connection: &mut AsyncPgConnection) -> Result<(i64, DateTime<Utc>), Error> {
    Ok(org_state::table
        .select((org_state::version, sql::<Timestamptz>("clock_timestamp()")))
        .first(connection)
        .await?)
}

/// The version of the mirror.
pub async fn version(connection: &mut AsyncPgConnection) -> Result<i64, Error> {
    Ok(org_state::table.select(org_state::version).first(connection).await?)
}
