//! Looks what HR has not been told yet, and tells it; and makes the digest of each day.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use schema::ids::SourceId;
use schema::mails::{self, NewMail};
use schema::{Pool, Transaction, directory_reports, sources, sync_runs};

use super::compose::{self, LISTED, Letter};
use super::outbox::{Post, PostError};
use super::settings::MailSettings;
use crate::config::Source;

/// How often it is looked.
const INTERVAL: Duration = Duration::from_secs(5);
/// Entries that cannot be used are gathered for so long after the last report: whoever repairs one makes the next
/// mistake a minute later.
const GATHERING: TimeDelta = TimeDelta::minutes(10);

/// Who is told about a source.
#[derive(Debug, Clone)]
pub struct Recipients {
    /// The source.
    pub source: String,
    /// The addresses.
    pub to: Vec<String>,
}

impl Recipients {
    /// Those of `sources` that tell anybody.
    pub fn of<'a>(sources: impl IntoIterator<Item = &'a Source>) -> Vec<Self> {
        let all = sources.into_iter();
        all.filter(|source| !source.reports_to.is_empty())
            .map(|source| Self { source: source.name.clone(), to: source.reports_to.clone() })
            .collect()
    }
}

/// Reports and sends for ever.
pub async fn report_for_ever(pool: Pool, settings: MailSettings, recipients: Vec<Recipients>) {
    let post = match Post::open(&settings) {
        Ok(post) => post,
        Err(error) => {
            tracing::error!(%error, "no reports can be sent");
            return;
        }
    };
    loop {
        if let Err(error) = report_once(&pool, &settings, &recipients, &post).await {
            tracing::warn!(%error, "the reports could not be made, trying again");
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Makes the reports and digests that are due, and sends what waits.
pub async fn report_once(
    pool: &Pool,
    settings: &MailSettings,
    recipients: &[Recipients],
    post: &Post,
) -> Result<(), PostError> {
    for told in recipients {
        let found = sources::find(&mut *pool.get().await?, &told.source).await?;
        let Some(source) = found else { continue };
        report_news(pool, settings, told, source.id).await?;
        digest(pool, settings, told, source.id).await?;
    }
    post.send_due(pool).await.map(drop)
}

async fn report_news(
    pool: &Pool,
    settings: &MailSettings,
    told: &Recipients,
    source: SourceId,
) -> Result<(), schema::Error> {
    let mut connection = pool.get().await?;
    let pending = directory_reports::pending(&mut connection, source).await?;
    let now = sync_runs::now(&mut connection).await?;
    drop(connection);
    let is_gathering = pending.last.is_some_and(|last| now - last < GATHERING);
    if !pending.urgent && (!pending.entries || is_gathering) {
        return Ok(());
    }
    let mut transaction = Transaction::begin_alone(pool, LOCK).await?;
    let news = directory_reports::take_news(&mut transaction, source, LISTED).await?;
    if let Some(letter) = compose::report(settings, &told.source, &news) {
        mails::put(&mut transaction, &mail("directory_report", source, &told.to, letter)).await?;
    }
    transaction.commit().await
}

async fn digest(
    pool: &Pool,
    settings: &MailSettings,
    told: &Recipients,
    source: SourceId,
) -> Result<(), schema::Error> {
    let now = sync_runs::now(&mut *pool.get().await?).await?;
    let Some((day, from, until)) = due_day(settings, now) else { return Ok(()) };
    let mut transaction = Transaction::begin_alone(pool, LOCK).await?;
    if directory_reports::claim_digest(&mut transaction, source, day).await? {
        let told_of = directory_reports::day(&mut transaction, source, (from, until), LISTED).await?;
        let letter = compose::digest(settings, &told.source, day, &told_of);
        mails::put(&mut transaction, &mail("directory_digest", source, &told.to, letter)).await?;
        mails::forget_old(&mut transaction).await?;
    }
    transaction.commit().await
}

/// One reporter at a time, whatever number of processes there are.
const LOCK: i64 = 0x0063_6861_6e72_6570;

/// The last day whose digest is due at `now`, with its beginning and end: the 24 hours up to the time of the digest.
fn due_day(settings: &MailSettings, now: DateTime<Utc>) -> Option<(NaiveDate, DateTime<Utc>, DateTime<Utc>)> {
    let offset = FixedOffset::east_opt(settings.utc_offset_minutes * 60)?;
    let here = now.with_timezone(&offset);
    let time = settings.digest_time()?;
    let today = here.date_naive();
    let day = if here.time() >= time { today } else { today.pred_opt()? };
    let until = day.and_time(time).and_local_timezone(offset).single()?.with_timezone(&Utc);
    Some((day, until - TimeDelta::days(1), until))
}

fn mail(kind: &'static str, source_id: SourceId, to: &[String], letter: Letter) -> NewMail {
    NewMail {
        kind,
        source_id,
        recipients: to.to_vec(),
        subject: letter.subject,
        body_text: letter.text,
        body_html: letter.html,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> MailSettings {
        toml::from_str(&format!("host = \"mail.test\"\nfrom = \"c@gov.test\"\n{text}")).expect("settings")
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time")
    }

    #[test]
    fn the_digest_of_a_day_is_due_from_its_hour_on() {
        let settings = settings("digest_at = \"08:00\"\nutc_offset_minutes = 180");
        let due =
            |now: &str| due_day(&settings, at(now)).map(|(day, from, until)| (day.to_string(), from, until));
        let span = |from: &str, until: &str, day: &str| Some((day.to_owned(), at(from), at(until)));
        let monday = span("2026-11-22T05:00:00Z", "2026-11-23T05:00:00Z", "2026-11-23");
        assert_eq!(due("2026-11-23T05:00:00Z"), monday);
        assert_eq!(due("2026-11-24T04:59:59Z"), monday);
        // Midnight in Moscow is not midnight in Greenwich.
        assert_eq!(due("2026-11-23T21:30:00Z"), monday);
        assert_eq!(
            due("2026-11-24T05:00:00Z"),
            span("2026-11-23T05:00:00Z", "2026-11-24T05:00:00Z", "2026-11-24")
        );
    }
}
