//! Searching what was said. Each hit is asked of the gate; what may not be read is not there, and not counted.

use std::collections::HashMap;

use actix_web::{get, web};
use chrono::{DateTime, Utc};
use schema::audit::{self, NewEntry};
use schema::ids::{ConversationId, MessageId, PersonId};
use schema::message_search::{self, HIT, Hit, Sought};
use schema::transaction::Link;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{page, said};
use crate::access::{self, Granted, Place};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::text;
use crate::views::Reader;
use crate::views::messages::MessageView;

/// The longest search, in characters.
const LONGEST: usize = 200;
/// How many hits are looked at for one page at most: what may not be read is passed over.
const MOST_LOOKED_AT: usize = 1_000;

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SearchQuery {
    /// Words, Russian or English, in any of their forms, also typed on the wrong layout of the keyboard or in the other alphabet; the last
    /// one may be the beginning of a word. `"…"` for a phrase, `or`, and `-` for words that must not be there. Names of files count as well.
    #[param(min_length = 1, max_length = 200)]
    query: String,
    /// Who wrote it.
    person_id: Option<PersonId>,
    /// The conversation.
    conversation_id: Option<ConversationId>,
    /// From when on it was sent, by RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before when.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `true`: only what brought files.
    with_files: Option<bool>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// A message that was found.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundMessage {
    message: MessageView,
    /// Some of what it says, in pieces.
    excerpt: Vec<Piece>,
}

/// A piece of an excerpt.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Piece {
    text: String,
    /// Whether it is what was searched for.
    is_hit: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SearchAnswer {
    /// The newest first. What was sent in the last seconds may still be missing.
    messages: Vec<FoundMessage>,
    next: Option<String>,
}

/// Searches the conversations that the reader is in.
#[utoipa::path(
    operation_id = "search_messages", tag = "messages", security(("access_token" = [])),
    params(SearchQuery),
    responses(
        (status = 200, description = "A page of what was found", body = SearchAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 429, description = "`too_many_questions`; when to come back", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/messages")]
pub(super) async fn search_messages(
    app: App,
    reader: Reader,
    asked: web::Query<SearchQuery>,
) -> Result<web::Json<SearchAnswer>, Error> {
    if reader.scene.is_stale() {
        return Err(Error::Unavailable(codes::ORG_STALE));
    }
    let limit = page::limit(asked.limit)?;
    let mut before: Option<(DateTime<Utc>, MessageId)> = page::key(asked.cursor.as_deref())?;
    let sought = asked.sought()?;
    app.limits.question(reader.actor.person)?;
    let mut search = Search { app: &app, reader: &reader, places: HashMap::new() };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    let person = reader.actor.person;
    let next = loop {
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX);
        let read =
            async |link: &mut Link| message_search::search(link, person, &sought, before, wanted).await;
        let hits = app.reads.run(read).await?;
        let is_last = hits.len() < limit;
        looked_at += hits.len();
        let mut hits = hits.into_iter().peekable();
        while found.len() < limit
            && let Some(hit) = hits.next()
        {
            before = Some((hit.message.created_at, hit.message.id));
            if search.may_read(&hit).await? {
                found.push(hit);
            }
        }
        if found.len() == limit || looked_at >= MOST_LOOKED_AT {
            let has_more = hits.peek().is_some() || !is_last;
            break if has_more { before.as_ref().map(page::cursor).transpose()? } else { None };
        }
        if is_last {
            break None;
        }
    };
    record(&app, &reader, &found).await?;
    let shown = |hit: &Hit| FoundMessage {
        message: MessageView::of(&reader.scene, &hit.message),
        excerpt: pieces(&hit.excerpt),
    };
    Ok(web::Json(SearchAnswer { messages: found.iter().map(shown).collect(), next }))
}

impl SearchQuery {
    fn sought(&self) -> Result<Sought, Error> {
        let query = said::line("query", &self.query, LONGEST)?;
        let mut sought = Sought {
            author: self.person_id,
            conversation: self.conversation_id,
            from: self.from.as_deref().map(|from| said::moment("from", from)).transpose()?,
            until: self.until.as_deref().map(|until| said::moment("until", until)).transpose()?,
            with_files: self.with_files.unwrap_or_default(),
            ..Sought::default()
        };
        for reading in text::readings(&query) {
            let (rest, beginning) = cut(&reading);
            sought.before_last.push(rest);
            sought.beginnings.push(beginning);
            sought.readings.push(reading);
        }
        Ok(sought)
    }
}

/// The words before the last one, and that one where it may be the beginning of a word: letters and digits, and more than one.
fn cut(reading: &str) -> (String, String) {
    let (rest, last) = reading.rsplit_once(char::is_whitespace).unwrap_or(("", reading));
    let is_word = last.chars().count() > 1 && last.chars().all(char::is_alphanumeric);
    let beginning = if is_word && !reading.contains('"') { last.to_lowercase() } else { String::new() };
    (rest.to_owned(), beginning)
}

struct Search<'a> {
    app: &'a App,
    reader: &'a Reader,
    places: HashMap<ConversationId, Option<Granted<Place>>>,
}

impl Search<'_> {
    /// What the gate says about each of them.
    async fn may_read(&mut self, hit: &Hit) -> Result<bool, Error> {
        let id = hit.message.conversation_id;
        if !self.places.contains_key(&id) {
            let place = match access::conversation(self.app, self.reader, id).await {
                Ok(place) => Some(place),
                Err(Error::NotFound) => None,
                Err(error) => return Err(error),
            };
            self.places.insert(id, place);
        }
        let (scene, person) = (&self.reader.scene, self.reader.actor.person);
        let place = self.places.get(&id).and_then(Option::as_ref);
        Ok(place.is_some_and(|place| access::may_read(scene, person, &place.room, &hit.message)))
    }
}

/// Puts on record what was shown of what is labelled, before it is shown.
async fn record(app: &App, reader: &Reader, found: &[Hit]) -> Result<(), Error> {
    let labelled: Vec<_> = found
        .iter()
        .filter(|hit| hit.message.label_level > 0)
        .map(|hit| json!({ "conversation_id": hit.message.conversation_id, "seq": hit.message.seq }))
        .collect();
    if labelled.is_empty() {
        return Ok(());
    }
    let entry = json!({ "messages": labelled, "org_version": reader.scene.mirror.version() });
    let by = Some(reader.actor.person);
    let entry = NewEntry { at: app.clock.now(), kind: "messages.found", actor_id: by, entry };
    Ok(audit::append(&mut *app.pool.get().await?, &entry).await?)
}

/// The pieces of an excerpt.
fn pieces(excerpt: &str) -> Vec<Piece> {
    let [begins, ends] = HIT;
    let mut pieces = Vec::new();
    let mut push = |text: &str, is_hit| {
        if !text.is_empty() {
            pieces.push(Piece { text: text.to_owned(), is_hit });
        }
    };
    let mut rest = excerpt;
    while let Some((plain, after)) = rest.split_once(begins) {
        push(plain, false);
        let (hit, after) = after.split_once(ends).unwrap_or((after, ""));
        push(hit, true);
        rest = after;
    }
    push(rest, false);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_comes_in_pieces() {
        let piece = |text: &str, is_hit| Piece { text: text.to_owned(), is_hit };
        assert_eq!(
            pieces("a \u{e000}b\u{e001} c"),
            [piece("a ", false), piece("b", true), piece(" c", false)]
        );
        assert_eq!(pieces(""), []);
        assert_eq!(pieces("\u{e000}b\u{e001}"), [piece("b", true)]);
    }

    #[test]
    fn the_last_word_may_be_a_beginning() {
        assert_eq!(cut("срочный Прик"), ("срочный".to_owned(), "прик".to_owned()));
        assert_eq!(cut("прик"), (String::new(), "прик".to_owned()));
        for whole in ["\"срочный приказ\"", "приказ -отпуск", "a", "x:*"] {
            assert_eq!(cut(whole).1, "", "{whole}");
        }
    }
}
