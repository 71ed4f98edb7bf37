//! The mirror as it stood.
//!
//! What has dates of its own (posts, delegations, exceptions) holds by its dates, as far as they were known. What HR
//! enters into the dated list may be entered late, and is known from then on of the time before as well. What the
//! directory says of now was so when the system had it so; only when it ends may become known later.

use std::collections::HashMap;
use std::ops::{Bound, RangeBounds};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Bool, Nullable, Text, Timestamptz, Tstzrange, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tokio::task::JoinHandle;

use super::{Stand, When, held};
use crate::Error;
use crate::ids::{DelegationId, PersonId, PostId, RankId, SourceId, UnitId};
use crate::org_snapshot::{ClearanceRow, DelegationRow, Held, OrgSnapshot, PersonRow, PostRow};
use crate::pool::{Pool, take_time};
use crate::tables::{
    clearances_history, delegations_history, exceptions_history, liaisons_history, people_history,
    posts_history, ranks_history, sources, units_history,
};

/// All but the people and what they are cleared for.
pub(super) async fn but_people(
    connection: &mut AsyncPgConnection,
    when: When,
    stood: &Stand,
    known: &Stand,
) -> Result<OrgSnapshot, Error> {
    Ok(OrgSnapshot {
        sources: sources::table.select((sources::id, sources::name)).load(connection).await?,
        units: units_history::table
            .filter(held!(stood))
            .filter(units_history::status.eq("active"))
            .select((
                units_history::id,
                units_history::kind,
                units_history::parent_id,
                units_history::name,
                units_history::head_id,
            ))
            .load(connection)
            .await?,
        posts: posts(connection, when, stood, known).await?,
        ranks: ranks_history::table
            .filter(held!(stood))
            .select((
                ranks_history::id,
                ranks_history::code,
                ranks_history::name_ru,
                ranks_history::name_en,
                ranks_history::step,
                ranks_history::band,
            ))
            .load(connection)
            .await?,
        delegations: delegations(connection, when, stood, known).await?,
        liaisons: liaisons_history::table
            .filter(held!(stood))
            .select((liaisons_history::person_id, liaisons_history::agency_id))
            .load(connection)
            .await?,
        exceptions: exceptions_history::table
            .filter(held!(known))
            .filter(sql::<Bool>("in_force @> ").bind::<Timestamptz, _>(when.at))
            .select((
                exceptions_history::kind,
                exceptions_history::from_id,
                exceptions_history::to_id,
                exceptions_history::in_force,
            ))
            .load(connection)
            .await?,
        ..OrgSnapshot::empty(0, when.at)
    })
}

/// Everybody and what they are cleared for: about half of all rows.
pub(super) type People = (Vec<PersonRow>, Vec<ClearanceRow>);

/// The people, as `snapshot` shows them, over a connection of its own and by another thread.
pub(super) async fn people_beside(
    pool: &Pool,
    snapshot: String,
    stood: Stand,
) -> Result<JoinHandle<Result<People, Error>>, Error> {
    let mut connection = pool.get().await?;
    Ok(pool.spawn(async move {
        connection
            .build_transaction()
            .repeatable_read()
            .read_only()
            .run(async |connection| {
                // It is of this very database: hexadecimal digits and dashes.
                sql_query(format!("set transaction snapshot '{}'", snapshot.replace('\'', "")))
                    .execute(connection)
                    .await?;
                take_time(connection).await?;
                Ok((people(connection, &stood).await?, clearances(connection, &stood).await?))
            })
            .await
    }))
}

/// Everybody who has these in common: where they come from, what they are, and what the directory says they may.
type Alike = (SourceId, String, String, Vec<String>, Vec<String>, Vec<PersonId>, Vec<String>);

/// Read by what many have in common: a row for each of them is most of what it costs to read everybody.
async fn people(connection: &mut AsyncPgConnection, stood: &Stand) -> Result<Vec<PersonRow>, Error> {
    let in_common = (
        people_history::source_id,
        people_history::employment,
        people_history::status,
        people_history::segments,
        people_history::roles,
    );
    let (source, employment, status, segments, roles) = in_common;
    let (ids, names) =
        (sql::<Array<SqlUuid>>("array_agg(id)"), sql::<Array<Text>>("array_agg(display_name)"));
    let alike: Vec<Alike> = people_history::table
        .filter(held!(stood))
        .group_by(in_common)
        .select((source, employment, status, segments, roles, ids, names))
        .load(connection)
        .await?;
    let mut people = Vec::with_capacity(alike.iter().map(|(.., names)| names.len()).sum());
    for (source_id, employment, status, segments, roles, ids, names) in alike {
        people.extend(ids.into_iter().zip(names).map(|(id, display_name)| PersonRow {
            id,
            source_id,
            dn: String::new(),
            login: String::new(),
            login_key: String::new(),
            display_name,
            given_name: None,
            family_name: None,
            mail: None,
            phone: None,
            employment: employment.clone(),
            status: status.clone(),
            segments: segments.clone(),
            roles: roles.clone(),
        }));
    }
    Ok(people)
}

/// Read by what people are cleared for, for the same reason.
async fn clearances(connection: &mut AsyncPgConnection, stood: &Stand) -> Result<Vec<ClearanceRow>, Error> {
    let alike: Vec<(i16, Vec<String>, Vec<PersonId>)> = clearances_history::table
        .filter(held!(stood))
        .group_by((clearances_history::level, clearances_history::categories))
        .select((
            clearances_history::level,
            clearances_history::categories,
            sql::<Array<SqlUuid>>("array_agg(person_id)"),
        ))
        .load(connection)
        .await?;
    let rows = alike.into_iter().flat_map(|(level, categories, people)| {
        people.into_iter().map(move |person_id| ClearanceRow {
            person_id,
            level,
            categories: categories.clone(),
        })
    });
    Ok(rows.collect())
}

/// The posts of one unit, each column for itself.
type PostsOfUnit = (
    UnitId,
    Vec<PostId>,
    Vec<PersonId>,
    Vec<RankId>,
    Vec<String>,
    Vec<String>,
    Vec<Option<PersonId>>,
    Vec<Held>,
);

/// Posts, read by unit, for the reason that people are.
macro_rules! post_columns {
    () => {
        (
            posts_history::unit_id,
            sql::<Array<SqlUuid>>("array_agg(id)"),
            sql::<Array<SqlUuid>>("array_agg(person_id)"),
            sql::<Array<SqlUuid>>("array_agg(rank_id)"),
            sql::<Array<Text>>("array_agg(kind)"),
            sql::<Array<Text>>("array_agg(title)"),
            sql::<Array<Nullable<SqlUuid>>>("array_agg(superior_id)"),
            sql::<Array<Tstzrange>>("array_agg(valid)"),
        )
    };
}

fn each_post(units: Vec<PostsOfUnit>) -> Vec<PostRow> {
    let mut posts = Vec::with_capacity(units.iter().map(|(_, ids, ..)| ids.len()).sum());
    for (unit_id, ids, people, ranks, kinds, titles, superiors, valid) in units {
        let columns = ids.into_iter().zip(people).zip(ranks).zip(kinds).zip(titles).zip(superiors).zip(valid);
        posts.extend(columns.map(|((((((id, person_id), rank_id), kind), title), superior_id), valid)| {
            PostRow { id, person_id, unit_id, rank_id, kind, title, superior_id, valid }
        }));
    }
    posts
}

/// The posts that were held, as far as that was known.
async fn posts(
    connection: &mut AsyncPgConnection,
    when: When,
    stood: &Stand,
    known: &Stand,
) -> Result<Vec<PostRow>, Error> {
    let valid = || sql::<Bool>("valid @> ").bind::<Timestamptz, _>(when.at);
    let rows = posts_history::table.group_by(posts_history::unit_id).select(post_columns!());
    if known.at <= when.at {
        return Ok(each_post(rows.filter(held!(known)).filter(valid()).load(connection).await?));
    }
    let listed = rows.clone().filter(posts_history::appointment_id.is_not_null());
    let mut found = each_post(listed.filter(held!(known)).filter(valid()).load(connection).await?);
    let own = rows.filter(posts_history::appointment_id.is_null());
    let mut own = each_post(own.filter(held!(stood)).load(connection).await?);
    let ending: Vec<PostId> = own.iter().filter(|row| ends(&row.valid)).map(|row| row.id).collect();
    let later: HashMap<PostId, Held> = posts_history::table
        .filter(held!(known))
        .filter(sql::<Bool>("not upper_inf(valid)").or(posts_history::id.eq_any(ending)))
        .select((posts_history::id, posts_history::valid))
        .load::<(PostId, Held)>(connection)
        .await?
        .into_iter()
        .collect();
    own.retain_mut(|row| holds(&mut row.valid, later.get(&row.id), when));
    found.append(&mut own);
    Ok(found)
}

macro_rules! delegation_columns {
    () => {
        (
            delegations_history::id,
            delegations_history::person_id,
            delegations_history::principal_id,
            delegations_history::hat,
            delegations_history::valid,
            sql::<Nullable<Text>>(
                "(select appointments.kind from appointments where appointments.id = delegations_history.appointment_id)",
            ),
        )
    };
}

/// In whose name people could act, as far as that was known.
async fn delegations(
    connection: &mut AsyncPgConnection,
    when: When,
    stood: &Stand,
    known: &Stand,
) -> Result<Vec<DelegationRow>, Error> {
    let valid = || sql::<Bool>("valid @> ").bind::<Timestamptz, _>(when.at);
    let rows = delegations_history::table.select(delegation_columns!());
    if known.at <= when.at {
        return Ok(rows.filter(held!(known)).filter(valid()).load(connection).await?);
    }
    let listed = rows.clone().filter(delegations_history::appointment_id.is_not_null());
    let mut found: Vec<DelegationRow> = listed.filter(held!(known)).filter(valid()).load(connection).await?;
    let own = rows.filter(delegations_history::appointment_id.is_null());
    let mut own: Vec<DelegationRow> = own.filter(held!(stood)).load(connection).await?;
    let later: HashMap<DelegationId, Held> = delegations_history::table
        .filter(held!(known))
        .filter(delegations_history::appointment_id.is_null())
        .select((delegations_history::id, delegations_history::valid))
        .load::<(DelegationId, Held)>(connection)
        .await?
        .into_iter()
        .collect();
    own.retain_mut(|row| holds(&mut row.valid, later.get(&row.id), when));
    found.append(&mut own);
    Ok(found)
}

fn ends(valid: &Held) -> bool {
    valid.1 != Bound::Unbounded
}

/// Whether what the directory had held, with the end that became known later, if it began when that one did.
fn holds(valid: &mut Held, later: Option<&Held>, when: When) -> bool {
    if let Some(later) = later.filter(|later| later.0 == valid.0) {
        valid.1 = later.1;
    }
    valid.contains(&when.at)
}
