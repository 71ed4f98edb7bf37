//! Takes the names of conversations out of what a plan would mean. That somebody leaves the channel of a unit is what
//! the directory says; with whom somebody talks, and in which group, is nothing that these pages tell.

use std::collections::BTreeSet;

use diesel::sql_types::{Array, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::Value;

use crate::Error;

/// Leaves in `consequences` the names of channels of units alone; a name that cannot be told from another is taken out.
pub(super) async fn veil(connection: &mut AsyncPgConnection, consequences: &mut Value) -> Result<(), Error> {
    #[derive(QueryableByName)]
    struct Channel {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let named: Vec<String> = examples(consequences)
        .filter_map(|example| example.get("conversation")?.as_str().map(str::to_owned))
        .collect();
    let channels: Vec<Channel> = sql_query(
        "select name from conversations where name = any($1)
         group by name having bool_and(channel_kind is not distinct from 'unit')",
    )
    .bind::<Array<Text>, _>(&named)
    .load(connection)
    .await?;
    let people: BTreeSet<String> = examples(consequences)
        .filter_map(|example| example.get("person")?.get("name")?.as_str().map(str::to_owned))
        .collect();
    let open: BTreeSet<String> =
        channels.into_iter().map(|channel| channel.name).filter(|name| !people.contains(name)).collect();
    for example in examples(consequences) {
        if let Some(name) = example.get_mut("conversation")
            && !name.as_str().is_some_and(|name| open.contains(name))
        {
            *name = Value::Null;
        }
    }
    Ok(())
}

fn examples(consequences: &mut Value) -> impl Iterator<Item = &mut Value> {
    consequences
        .get_mut("conversations")
        .and_then(|part| part.get_mut("examples"))
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}
