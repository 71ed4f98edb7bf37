//! The mail that is to be sent, and what became of it.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::ids::{MailId, SourceId};

/// A mail to be sent.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct NewMail {
    pub kind: &'static str,
    pub source_id: SourceId,
    pub recipients: Vec<String>,
    pub subject: String,
    pub body_text: String,
    pub body_html: String,
}

/// A mail whose time has come.
#[derive(Debug, Clone, QueryableByName)]
#[expect(missing_docs, reason = "the columns, as the migrations describe them")]
pub struct DueMail {
    #[diesel(sql_type = SqlUuid)]
    pub id: MailId,
    #[diesel(sql_type = Array<Text>)]
    pub recipients: Vec<String>,
    #[diesel(sql_type = Text)]
    pub subject: String,
    #[diesel(sql_type = Text)]
    pub body_text: String,
    #[diesel(sql_type = Text)]
    pub body_html: String,
    #[diesel(sql_type = Integer)]
    pub attempts: i32,
}

/// Puts a mail among those to be sent, in the transaction of its reason.
pub async fn put(connection: &mut AsyncPgConnection, mail: &NewMail) -> Result<MailId, Error> {
    let id = MailId::new();
    sql_query(
        "insert into mails (id, kind, source_id, recipients, subject, body_text, body_html)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(mail.kind)
    .bind::<SqlUuid, _>(mail.source_id)
    .bind::<Array<Text>, _>(&mail.recipients)
    .bind::<Text, _>(&mail.subject)
    .bind::<Text, _>(&mail.body_text)
    .bind::<Text, _>(&mail.body_html)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Takes the mail that has been due for longest; for two minutes nobody else gets it. Whoever dies with it in hand
/// leaves it to be sent again: mail is sent at least once.
pub async fn take_due(connection: &mut AsyncPgConnection) -> Result<Option<DueMail>, Error> {
    Ok(sql_query(
        "update mails set due_at = now() + interval '2 minutes', attempts = attempts + 1
         where id = (select id from mails where sent_at is null and given_up_at is null and due_at <= now()
                     order by due_at limit 1 for update skip locked)
         returning id, recipients, subject, body_text, body_html, attempts",
    )
    .get_result(connection)
    .await
    .optional()?)
}

/// Notes that the mail was taken by the mail server.
pub async fn sent(connection: &mut AsyncPgConnection, id: MailId) -> Result<(), Error> {
    sql_query("update mails set sent_at = now(), last_error = null where id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(connection)
        .await?;
    Ok(())
}

/// Notes that the mail was not taken: it is tried again in `seconds`, or never.
pub async fn failed(
    connection: &mut AsyncPgConnection,
    id: MailId,
    error: &str,
    seconds: Option<i32>,
) -> Result<(), Error> {
    let statement = match seconds {
        Some(_) => {
            "update mails set last_error = $2, due_at = now() + make_interval(secs => $3) where id = $1"
        }
        None => {
            "update mails set last_error = $2, given_up_at = now() + make_interval(secs => $3) where id = $1"
        }
    };
    sql_query(statement)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(error)
        .bind::<Integer, _>(seconds.unwrap_or(0))
        .execute(connection)
        .await?;
    Ok(())
}

/// Forgets mail that was sent, or given up, more than a month ago: it names people.
pub async fn forget_old(connection: &mut AsyncPgConnection) -> Result<usize, Error> {
    Ok(sql_query("delete from mails where coalesce(sent_at, given_up_at) < now() - interval '30 days'")
        .execute(connection)
        .await?)
}
