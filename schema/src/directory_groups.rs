//! The groups of a directory and who is in them, also by way of other groups.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::Error;
use crate::ids::SourceId;

/// A group as its entry has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The entry's immutable id.
    pub directory_id: Uuid,
    /// The entry's name.
    pub dn: String,
    /// The same, comparable.
    pub dn_key: String,
    /// The comparable names of its members, each once.
    pub members: Vec<String>,
}

/// What a change of groups bears on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The comparable names of those who came into a group or left one: people and groups.
    pub members: Vec<String>,
    /// The immutable ids of groups in which a renamed group is by its old name: they have to be read again.
    pub around: Vec<Uuid>,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A person in a group.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Inside {
    /// The comparable name of the person's entry.
    #[diesel(sql_type = Text)]
    pub member_key: String,
    /// The comparable name of the group.
    #[diesel(sql_type = Text)]
    pub group_key: String,
}

/// Writes `groups` as they are now.
pub async fn write(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    groups: &[Group],
) -> Result<Touched, Error> {
    let mut touched = Touched::default();
    for group in groups {
        let before: Option<Key> = sql_query(
            "select dn_key as key from directory_groups where source_id = $1 and directory_id = $2",
        )
        .bind::<SqlUuid, _>(source)
        .bind::<SqlUuid, _>(group.directory_id)
        .get_result(connection)
        .await
        .optional()?;
        if let Some(Key { key }) = before.filter(|before| before.key != group.dn_key) {
            touched.around.extend(with_members(connection, source, std::slice::from_ref(&key)).await?);
            touched.members.extend([key, group.dn_key.clone()]);
        }
        sql_query(
            "insert into directory_groups (source_id, directory_id, dn, dn_key) values ($1, $2, $3, $4)
             on conflict (source_id, directory_id) do update set dn = excluded.dn, dn_key = excluded.dn_key",
        )
        .bind::<SqlUuid, _>(source)
        .bind::<SqlUuid, _>(group.directory_id)
        .bind::<Text, _>(&group.dn)
        .bind::<Text, _>(&group.dn_key)
        .execute(connection)
        .await?;
        touched.members.extend(write_members(connection, source, group).await?);
    }
    Ok(touched)
}

/// Who came and who left. By `except`, which costs the same whatever Postgres believes about the numbers of rows.
async fn write_members(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    group: &Group,
) -> Result<Vec<String>, Error> {
    let changed: Vec<Key> = sql_query(
        "with now (member_key) as materialized (select distinct unnest($3::text[])),
         was (member_key) as materialized (
             select member_key from directory_group_members where source_id = $1 and group_id = $2),
         gone as (
             delete from directory_group_members as old
                 using (select member_key from was except select member_key from now) as extra
                 where old.source_id = $1 and old.group_id = $2 and old.member_key = extra.member_key
                 returning old.member_key),
         come as (
             insert into directory_group_members (source_id, group_id, member_key)
                 select $1, $2, member_key from (select member_key from now except select member_key from was) as new
                 returning member_key)
         select member_key as key from gone union all select member_key from come",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<SqlUuid, _>(group.directory_id)
    .bind::<Array<Text>, _>(&group.members)
    .load(connection)
    .await?;
    Ok(changed.into_iter().map(|changed| changed.key).collect())
}

/// The entries of the groups in which any of `members` are, by their comparable names.
pub async fn with_members(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    members: &[String],
) -> Result<Vec<Uuid>, Error> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Id> = sql_query(
        "select distinct group_id as id from directory_group_members
         where source_id = $1 and member_key = any($2)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(members)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|group| group.id).collect())
}

/// Removes the groups that are among `entries`, which are no more. The comparable names of those who were in them.
pub async fn remove(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    entries: &[Uuid],
) -> Result<Vec<String>, Error> {
    if entries.is_empty() {
        return Ok(Vec::new());
    }
    let members: Vec<Key> = sql_query(
        "select distinct member_key as key from directory_group_members
         where source_id = $1 and group_id = any($2)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<SqlUuid>, _>(entries)
    .load(connection)
    .await?;
    sql_query("delete from directory_groups where source_id = $1 and directory_id = any($2)")
        .bind::<SqlUuid, _>(source)
        .bind::<Array<SqlUuid>, _>(entries)
        .execute(connection)
        .await?;
    Ok(members.into_iter().map(|member| member.key).collect())
}

/// Removes every group of `source` but `entries`.
pub async fn keep_only(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    entries: &[Uuid],
) -> Result<(), Error> {
    sql_query("delete from directory_groups where source_id = $1 and directory_id <> all($2)")
        .bind::<SqlUuid, _>(source)
        .bind::<Array<SqlUuid>, _>(entries)
        .execute(connection)
        .await?;
    Ok(())
}

/// The entries of the people whom `members` are or hold, by way of groups in groups.
pub async fn people_among(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    members: &[String],
) -> Result<Vec<Uuid>, Error> {
    if members.is_empty() {
        return Ok(Vec::new());
    }
    // Each name is found once, so that also groups in a circle have an end.
    let found: Vec<Id> = sql_query(
        "with recursive down (key) as (
             select unnest($2::text[])
             union select inside.member_key from down cross join lateral (
                 select directory_id from directory_groups where source_id = $1 and dn_key = down.key) as here
                 join directory_group_members inside on inside.source_id = $1
                     and inside.group_id = here.directory_id)
         select directory_id as id from people
             where source_id = $1 and status <> 'gone' and dn_key = any(array(select key from down))",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(members)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|person| person.id).collect())
}

/// Which of the people with these comparable names are in which of `groups`, directly or by way of others.
pub async fn inside(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    people: &[String],
    groups: &[String],
) -> Result<Vec<Inside>, Error> {
    Ok(sql_query(
        "with recursive up (member_key, group_id) as (
             select member_key, group_id from directory_group_members
                 where source_id = $1 and member_key = any($2)
             union select up.member_key, above.group_id from up cross join lateral (
                 select dn_key from directory_groups where source_id = $1 and directory_id = up.group_id) as here
                 cross join lateral (select group_id from directory_group_members
                     where source_id = $1 and member_key = here.dn_key) as above)
         select distinct up.member_key, directory_groups.dn_key as group_key from up
             join directory_groups on directory_groups.source_id = $1
                 and directory_groups.directory_id = up.group_id
             where directory_groups.dn_key = any($3)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(people)
    .bind::<Array<Text>, _>(groups)
    .load(connection)
    .await?)
}

/// Which of the groups with these comparable names are there.
pub async fn known(
    connection: &mut AsyncPgConnection,
    source: SourceId,
    groups: &[String],
) -> Result<Vec<String>, Error> {
    let found: Vec<Key> = sql_query(
        "select distinct dn_key as key from directory_groups where source_id = $1 and dn_key = any($2)",
    )
    .bind::<SqlUuid, _>(source)
    .bind::<Array<Text>, _>(groups)
    .load(connection)
    .await?;
    Ok(found.into_iter().map(|group| group.key).collect())
}
