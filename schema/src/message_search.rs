//! Searching what was said, for one person: in the conversations that they are in, from where they may read. Whether each hit may be read
//! by its label is the caller's question.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{ConversationId, MessageId, PersonId};
use crate::messages::Message;

/// Stand around what was found in an excerpt; no message has them, because they are taken out of it before.
pub const HIT: [char; 2] = ['\u{e000}', '\u{e001}'];

/// What is looked for. Several readings of what somebody typed: one of them must fit.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Readings of all that was typed, as `websearch_to_tsquery` takes them.
    pub readings: Vec<String>,
    /// Of each reading the words before the last one, where that may be the beginning of a word.
    pub before_last: Vec<String>,
    /// Of each reading the last word, as a beginning: letters and digits alone, or nothing.
    pub beginnings: Vec<String>,
    /// Who wrote it.
    pub author: Option<PersonId>,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// From when on.
    pub from: Option<DateTime<Utc>>,
    /// Before when.
    pub until: Option<DateTime<Utc>>,
    /// Only what brought files.
    pub with_files: bool,
}

/// A message that fits.
#[derive(Debug, Clone, QueryableByName)]
pub struct Hit {
    /// The message.
    #[diesel(embed)]
    pub message: Message,
    /// Some of what it says, with [`HIT`] around what was found.
    #[diesel(sql_type = Text)]
    pub excerpt: String,
}

/// Up to `limit` messages that fit, the newest first, before the key of another one.
pub async fn search(
    connection: &mut AsyncPgConnection,
    person: PersonId,
    sought: &Sought,
    before: Option<(DateTime<Utc>, MessageId)>,
    limit: i64,
) -> Result<Vec<Hit>, Error> {
    let (before_at, before_id) = before.unzip();
    let statement = "
        with wanted as materialized (
            -- A reading fits as a whole, or with its last word as the beginning of one.
            select coalesce(nullif(string_agg('(' || part.words || ')', '|'), ''), '')::tsquery as words from (
                select websearch_to_tsquery('russian', reading)::text as words from unnest($2) reading
                union all
                select concat_ws('&', nullif(websearch_to_tsquery('russian', rest)::text, ''), to_tsquery('simple', beginning || ':*')::text)
                    from unnest($3, $4) as cut (rest, beginning) where beginning <> '') part
            where part.words <> ''
        ), seats as materialized (
            select conversation_id, reads_from_seq from members where person_id = $1 and ($6::uuid is null or conversation_id = $6)
        ), hits as materialized (
            select w.conversation_id, w.seq, w.created_at from message_words w, wanted
            where w.words @@ wanted.words and w.conversation_id in (select conversation_id from seats)
                and ($7::timestamptz is null or w.created_at >= $7) and ($8::timestamptz is null or w.created_at < $8)
        ), found as (
            select m.* from hits h join seats s on s.conversation_id = h.conversation_id and h.seq >= s.reads_from_seq
            join messages m on (m.conversation_id, m.seq, m.created_at) = (h.conversation_id, h.seq, h.created_at), wanted
            where m.erased_at is null and m.deleted_at is null and m.notice is null
                and ($5::uuid is null or m.author_id = $5) and (not $9 or m.files is not null)
                -- What it said before it was changed is found in cases alone.
                and (m.version = 1 or words_of_message(m.body, m.files) @@ wanted.words)
                and ($10::timestamptz is null or (m.created_at, m.id) < ($10, $11))
            order by m.created_at desc, m.id desc limit $12
        )
        select found.*, ts_headline('russian', translate(found.body, $13, ''), wanted.words,
            'MaxFragments=1, MinWords=12, MaxWords=32, StartSel=' || left($13, 1) || ', StopSel=' || right($13, 1)) as excerpt
        from found, wanted order by found.created_at desc, found.id desc";
    Ok(sql_query(statement)
        .bind::<SqlUuid, _>(person)
        .bind::<Array<Text>, _>(&sought.readings)
        .bind::<Array<Text>, _>(&sought.before_last)
        .bind::<Array<Text>, _>(&sought.beginnings)
        .bind::<Nullable<SqlUuid>, _>(sought.author)
        .bind::<Nullable<SqlUuid>, _>(sought.conversation)
        .bind::<Nullable<Timestamptz>, _>(sought.from)
        .bind::<Nullable<Timestamptz>, _>(sought.until)
        .bind::<Bool, _>(sought.with_files)
        .bind::<Nullable<Timestamptz>, _>(before_at)
        .bind::<Nullable<SqlUuid>, _>(before_id)
        .bind::<BigInt, _>(limit)
        .bind::<Text, _>(HIT.iter().collect::<String>())
        .load(connection)
        .await?)
}
