//! Why somebody is in the system or is not: who they are there, since when, and what changed of them.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Whose, anywhere};
use crate::Error;
use crate::ids::PersonId;

/// Somebody whom the system knows or knew.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryPerson {
    /// The id.
    #[diesel(sql_type = SqlUuid)]
    pub id: PersonId,
    /// The source's name.
    #[diesel(sql_type = Text)]
    pub source: String,
    /// The entry's immutable id.
    #[diesel(sql_type = SqlUuid)]
    pub directory_id: Uuid,
    /// The entry.
    #[diesel(sql_type = Text)]
    pub dn: String,
    /// What they sign in with.
    #[diesel(sql_type = Text)]
    pub login: String,
    /// The name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// `active`, `disabled` or `gone`.
    #[diesel(sql_type = Text)]
    pub status: String,
    /// The unit of the primary post.
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
    /// What the holder of the primary post is called.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    /// Since when the system knows them.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// Since when they are as they are now.
    #[diesel(sql_type = Timestamptz)]
    pub changed_at: DateTime<Utc>,
}

/// What somebody was from a moment on: their entry, or their post.
#[derive(Debug, Clone, QueryableByName, Serialize, ToSchema)]
pub struct DirectoryPersonVersion {
    /// Whose.
    #[diesel(sql_type = SqlUuid)]
    pub person_id: PersonId,
    /// From when.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// `person` or `post`.
    #[diesel(sql_type = Text)]
    pub of: String,
    /// The status of the person.
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<String>,
    /// The name of the person.
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    /// The login of the person.
    #[diesel(sql_type = Nullable<Text>)]
    pub login: Option<String>,
    /// The entry of the person.
    #[diesel(sql_type = Nullable<Text>)]
    pub dn: Option<String>,
    /// The unit of the post.
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<String>,
    /// What the holder of the post is called.
    #[diesel(sql_type = Nullable<Text>)]
    pub title: Option<String>,
    /// `primary`, `further`, `acting` or `secondment`.
    #[diesel(sql_type = Nullable<Text>)]
    pub post: Option<String>,
}

/// As many people as one look shows: who finds more looks for less.
pub const MOST: i64 = 20;

/// People of theirs whom `query` finds by name, login, DN or id: those who match exactly first.
pub async fn search(
    connection: &mut AsyncPgConnection,
    whose: Whose,
    query: &str,
) -> Result<Vec<DirectoryPerson>, Error> {
    Ok(sql_query(
        "select p.id, s.name as source, p.directory_id, p.dn, p.login, p.display_name as name, p.status,
            post.unit, post.title, p.created_at as since,
            greatest(p.created_at, versions.changed_at) as changed_at
         from people p join sources s on s.id = p.source_id
         left join lateral (select u.name as unit, o.title from posts o join units u on u.id = o.unit_id
             where o.person_id = p.id and o.source_id = p.source_id and o.kind = 'primary' limit 1) post on true
         left join lateral (select max(lower(h.held)) as changed_at from people_history h
             where h.id = p.id) versions on true
         where ($1::uuid is null or p.source_id = $1)
           and (p.id = $2 or p.directory_id = $2 or p.login ilike $3 or p.display_name ilike $3 or p.dn ilike $3)
         order by (p.id = $2 or p.directory_id = $2) desc nulls last, (p.login_key = lower($4)) desc,
             (lower(p.display_name) = lower($4)) desc, p.status = 'gone', p.display_name, p.id
         limit $5",
    )
    .bind::<Nullable<SqlUuid>, _>(whose.source())
    .bind::<Nullable<SqlUuid>, _>(query.parse::<Uuid>().ok())
    .bind::<Text, _>(anywhere(query))
    .bind::<Text, _>(query)
    .bind::<BigInt, _>(MOST + 1)
    .load(connection)
    .await?)
}

/// What these people were, the newest first: the last twenty versions of each.
pub async fn versions(
    connection: &mut AsyncPgConnection,
    people: &[PersonId],
) -> Result<Vec<DirectoryPersonVersion>, Error> {
    Ok(sql_query(
        "select person_id, at, of, status, name, login, dn, unit, title, post from (
             select version.*, row_number() over (partition by person_id order by at desc) as place from (
                 select h.id as person_id, lower(h.held) as at, 'person' as of, h.status, h.display_name as name,
                     h.login, h.dn, null::text as unit, null::text as title, null::text as post
                 from people_history h where h.id = any($1)
                 union all
                 select h.person_id, lower(h.held), 'post', null, null, null, null, u.name, h.title, h.kind
                 from posts_history h left join units u on u.id = h.unit_id where h.person_id = any($1)
             ) version
         ) placed where place <= 20 order by at desc, of",
    )
    .bind::<Array<SqlUuid>, _>(people.iter().map(|id| id.0).collect::<Vec<_>>())
    .load(connection)
    .await?)
}
