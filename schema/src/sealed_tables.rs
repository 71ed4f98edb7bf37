//! The tables of which every change is in the audit log, for whoever checks that nothing else has changed them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};

use crate::Error;
use crate::tables::sealed_tables;

/// Their names.
pub async fn names(connection: &mut AsyncPgConnection) -> Result<Vec<String>, Error> {
    Ok(sealed_tables::table.order(sealed_tables::name).select(sealed_tables::name).load(connection).await?)
}

/// The rows of one such table, some at a time, as the texts that are hashed. Within a transaction that stands still
/// ([`crate::audit_tree::say_as_hashed`]).
pub struct Rows {
    some: usize,
}

#[derive(QueryableByName)]
struct Said {
    #[diesel(sql_type = Text)]
    said: String,
}

impl Rows {
    /// Those of the table `name`, `some` at a time. One at a time may be read in a transaction.
    pub async fn of(connection: &mut AsyncPgConnection, name: &str, some: usize) -> Result<Self, Error> {
        let name = name.replace('"', "\"\"");
        let cursor = format!(
            "declare sealed_rows no scroll cursor for
             select jsonb_strip_nulls(to_jsonb(r))::text as said from \"{name}\" r"
        );
        connection.batch_execute(&cursor).await?;
        Ok(Self { some })
    }

    /// The next ones; none at the end.
    pub async fn next(&self, connection: &mut AsyncPgConnection) -> Result<Vec<String>, Error> {
        let fetch = format!("fetch {} from sealed_rows", self.some);
        let rows: Vec<Said> = diesel::sql_query(fetch).load(connection).await?;
        Ok(rows.into_iter().map(|row| row.said).collect())
    }

    /// Done with it.
    pub async fn close(self, connection: &mut AsyncPgConnection) -> Result<(), Error> {
        Ok(connection.batch_execute("close sealed_rows").await?)
    }
}

/// A row that is not what the newest version of it in the history is.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Drifted {
    /// The table.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Its key.
    #[diesel(sql_type = Text)]
    pub key: String,
}

/// What decides at the moment, by table: its key, and what of its rows no history keeps, because it decides nothing.
const CURRENT: [(&str, &[&str], &[&str]); 10] = [
    ("people", &["id"], &[]),
    ("units", &["id"], &[]),
    ("posts", &["id"], &[]),
    ("delegations", &["id"], &[]),
    ("exceptions", &["id"], &[]),
    ("appointments", &["id"], &[]),
    ("liaisons", &["person_id", "agency_id"], &[]),
    ("clearances", &["person_id"], &[]),
    ("members", &["conversation_id", "person_id"], &[]),
    ("conversations", &["id"], &["last_seq", "label_version"]),
];

/// Up to `limit` rows of each table that are not what their histories say, or of which only one side is there.
pub async fn drifted(connection: &mut AsyncPgConnection, limit: i64) -> Result<Vec<Drifted>, Error> {
    let mut found = Vec::new();
    for (name, keys, ignored) in CURRENT {
        let quoted = |of: &[&str], with: &str| -> Vec<String> {
            of.iter().map(|column| format!("{with}{column}")).collect()
        };
        let ignored: Vec<String> =
            ["held"].iter().chain(ignored).map(|column| format!("'{column}'")).collect();
        let (ignored, columns) = (ignored.join(", "), keys.join(", "));
        let (of_row, of_version) = (quoted(keys, "b.").join(", "), quoted(keys, "h.").join(", "));
        let statement = format!(
            "select '{name}' as name, concat_ws(' ', {columns}) as key
             from (select {of_row}, to_jsonb(b) - array[{ignored}] as said from {name} b) b
             full join (select {of_version}, to_jsonb(h) - array[{ignored}] as said
                        from {name}_history h where upper_inf(held)) h using ({columns})
             where b.said is distinct from h.said
             order by 2 limit $1"
        );
        let rows: Vec<Drifted> =
            diesel::sql_query(statement).bind::<BigInt, _>(limit).load(connection).await?;
        found.extend(rows);
    }
    Ok(found)
}
