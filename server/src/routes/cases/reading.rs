//! Searching and reading what a case is about. Whether that may be is decided before anything of it is asked for, and a look is on record
//! before it is shown.

use actix_web::{HttpResponse, get, web};
use chrono::{DateTime, Utc};
use schema::case_looks::Kind;
use schema::case_reading::{self, Filter, Way};
use schema::conversations;
use schema::ids::{CaseId, ConversationId, DecisionId, FileId, MessageId, PersonId, UnitId};
use schema::message_versions;
use schema::messages::Message;
use schema::transaction::Link;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use crate::access::cases as access;
use crate::actions::look_into;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::{files, page, said};
use crate::views::cases::{CaseConversation, CaseDenial, CaseMessage, CasePlace};
use crate::views::messages::{MessageVersionView, MessageView};
use crate::views::{Label, Reader};
use crate::words;

/// The longest search, in characters.
const LONGEST_QUERY: usize = 200;

/// Which messages to find.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct SearchQuery {
    /// Words that they contain, Russian or English, in any of their forms; `"…"` for a phrase, `or`, and `-` for words that they do not
    /// contain. All messages without it.
    #[param(max_length = 200)]
    pub(super) query: Option<String>,
    /// Who wrote them, or in whose name.
    pub(super) person_id: Option<PersonId>,
    /// Who wrote them had a post in this unit, or below it.
    pub(super) unit_id: Option<UnitId>,
    /// The conversation.
    pub(super) conversation_id: Option<ConversationId>,
    /// The level of their label, by its code.
    pub(super) label: Option<String>,
    /// The rule that allowed them.
    #[param(max_length = 40)]
    pub(super) rule: Option<String>,
    /// From when on they were sent, by RFC 3339.
    #[param(format = DateTime)]
    pub(super) from: Option<String>,
    /// Before when.
    #[param(format = DateTime)]
    pub(super) until: Option<String>,
    /// `true`: only those that brought files. The words of `query` are looked for in the names of files, too.
    pub(super) with_files: Option<bool>,
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<usize>,
}

/// Which denials to list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct DenialsQuery {
    /// Who asked, or about whom.
    person_id: Option<PersonId>,
    /// Who asked had a post in this unit, or below it.
    unit_id: Option<UnitId>,
    /// The conversation.
    conversation_id: Option<ConversationId>,
    /// The rule that denied.
    #[param(max_length = 40)]
    rule: Option<String>,
    /// From when on, by RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before when.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

/// Which messages of a conversation to read: the newest without `before` and `after`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::routes) struct ReadQuery {
    /// Only messages with a smaller number, the nearest ones.
    before: Option<i64>,
    /// Only messages with a larger number, the nearest ones. Not together with `before`.
    after: Option<i64>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseMessagesAnswer {
    /// The newest first.
    messages: Vec<CaseMessage>,
    /// What they said before they were changed or taken back.
    versions: Vec<MessageVersionView>,
    next: Option<String>,
    /// As of when every message that was stored is found by its words; null where no words were asked for.
    complete_at: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseDenialsAnswer {
    /// The newest first.
    denials: Vec<CaseDenial>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseConversationsAnswer {
    conversations: Vec<CaseConversation>,
    /// How many of the page are not shown, because the reader is not cleared for them.
    withheld_count: usize,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(in crate::routes) struct CaseReadingAnswer {
    conversation: CasePlace,
    /// Ascending by number: what is in the scope, and nothing else.
    messages: Vec<MessageView>,
    /// What they said before they were changed or taken back.
    versions: Vec<MessageVersionView>,
    /// How many of the page are not shown, because the reader is not cleared for them.
    withheld_count: usize,
    /// Whether there are more in the direction that was asked for.
    has_more: bool,
    /// The smallest number that was gone through, also of messages withheld: `before` of the next page.
    first_seq: Option<i64>,
    /// The largest number that was gone through: `after` of the next page.
    last_seq: Option<i64>,
}

/// Finds messages in the scope of a case. What the reader is not cleared for is not found, and not counted.
#[utoipa::path(
    operation_id = "search_case_messages", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), SearchQuery),
    responses(
        (status = 200, description = "A page of messages", body = CaseMessagesAnswer),
        (status = 400, description = "The query makes no sense; `unknown_label`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`: not approved, closed, or its end date has passed", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`, `search_behind`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/messages")]
pub(in crate::routes) async fn search_case_messages(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    asked: web::Query<SearchQuery>,
) -> Result<web::Json<CaseMessagesAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let before: Option<(DateTime<Utc>, MessageId)> = page::key(asked.cursor.as_deref())?;
    let filter = asked.filter(&reader)?;
    let open = look_into::open(&app, &reader, officer, *id, Kind::Messages).await?;
    let complete_at = match filter.query {
        Some(_) => Some(words::complete(&app).await?),
        None => None,
    };
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found =
        case_reading::search(&mut connection, open.scope(), &filter, open.cleared(), before, wanted).await?;
    let keyed = found.into_iter().map(|message| ((message.created_at, message.id), message));
    let (found, next) = page::cut(keyed, limit)?;
    let messages = CaseMessage::all(&mut connection, &reader, &found).await?;
    let versions = versions(&mut connection, &found).await?;
    drop(connection);
    let shown: Vec<MessageId> = found.iter().map(|message| message.id).collect();
    let about = json!({
        "query": filter.query, "person_id": filter.person, "unit_id": filter.unit, "conversation_id": filter.conversation,
        "label": asked.label, "rule": filter.rule, "from": filter.from, "until": filter.until,
        "with_files": filter.with_files, "message_ids": shown,
    });
    look_into::record(&app, (open.case(), officer), Kind::Messages, about, found.len()).await?;
    Ok(web::Json(CaseMessagesAnswer { messages, versions, next, complete_at }))
}

/// What these messages, which may be read, said before they were changed or taken back.
async fn versions(connection: &mut Link, messages: &[Message]) -> Result<Vec<MessageVersionView>, Error> {
    let changed: Vec<_> = messages
        .iter()
        .filter(|message| message.version > 1)
        .map(|message| (message.conversation_id, message.seq))
        .collect();
    let found = message_versions::of_all(connection, &changed).await?;
    Ok(found.into_iter().map(Into::into).collect())
}

impl SearchQuery {
    /// Which messages it means.
    pub(super) fn filter(&self, reader: &Reader) -> Result<Filter, Error> {
        let query = self.query.as_deref().map(str::trim).filter(|query| !query.is_empty());
        let query = query.map(|query| said::line("query", query, LONGEST_QUERY)).transpose()?;
        let level = match &self.label {
            Some(code) => {
                let label = Label { level: code.clone(), categories: Vec::new() };
                Some(i16::from(label.parse(reader.scene.policy.labels(), "label")?.level))
            }
            None => None,
        };
        Ok(Filter {
            query,
            person: self.person_id,
            unit: self.unit_id,
            conversation: self.conversation_id,
            level,
            rule: self.rule.as_deref().map(rule).transpose()?,
            from: self.from.as_deref().map(|from| said::moment("from", from)).transpose()?,
            until: self.until.as_deref().map(|until| said::moment("until", until)).transpose()?,
            with_files: self.with_files.unwrap_or_default(),
        })
    }
}

fn rule(given: &str) -> Result<String, Error> {
    said::line("rule", given, 40)
}

/// Denials in the scope of a case: what its people were refused, what others were refused toward them, and in its conversations.
#[utoipa::path(
    operation_id = "list_case_denials", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), DenialsQuery),
    responses(
        (status = 200, description = "A page of denials", body = CaseDenialsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`: not approved, closed, or its end date has passed", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/denials")]
pub(in crate::routes) async fn list_case_denials(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    asked: web::Query<DenialsQuery>,
) -> Result<web::Json<CaseDenialsAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let before: Option<(DateTime<Utc>, DecisionId)> = page::key(asked.cursor.as_deref())?;
    let filter = Filter {
        person: asked.person_id,
        unit: asked.unit_id,
        conversation: asked.conversation_id,
        rule: asked.rule.as_deref().map(rule).transpose()?,
        from: asked.from.as_deref().map(|from| said::moment("from", from)).transpose()?,
        until: asked.until.as_deref().map(|until| said::moment("until", until)).transpose()?,
        ..Filter::default()
    };
    let open = look_into::open(&app, &reader, officer, *id, Kind::Denials).await?;
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let found = case_reading::denials(&mut connection, open.scope(), &filter, before, wanted).await?;
    let keyed = found.into_iter().map(|denial| ((denial.decided_at, denial.id), denial));
    let (found, next) = page::cut(keyed, limit)?;
    let denials = CaseDenial::all(&mut connection, &reader, found).await?;
    drop(connection);
    let about = json!({
        "person_id": filter.person, "unit_id": filter.unit, "conversation_id": filter.conversation, "rule": filter.rule,
        "from": filter.from, "until": filter.until,
    });
    look_into::record(&app, (open.case(), officer), Kind::Denials, about, denials.len()).await?;
    Ok(web::Json(CaseDenialsAnswer { denials, next }))
}

/// The conversations of which something is in the scope of a case.
#[utoipa::path(
    operation_id = "list_case_conversations", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), page::PageQuery),
    responses(
        (status = 200, description = "A page of conversations", body = CaseConversationsAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "None that the reader may know of", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`: not approved, closed, or its end date has passed", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/conversations")]
pub(in crate::routes) async fn list_case_conversations(
    app: App,
    reader: Reader,
    id: web::Path<CaseId>,
    asked: web::Query<page::PageQuery>,
) -> Result<web::Json<CaseConversationsAnswer>, Error> {
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let after: Option<ConversationId> = page::key(asked.cursor.as_deref())?;
    let open = look_into::open(&app, &reader, officer, *id, Kind::Conversations).await?;
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let all = Filter::default();
    let found = case_reading::conversations(&mut connection, open.scope(), &all, after, wanted).await?;
    drop(connection);
    let keyed = found.into_iter().map(|found| (found.conversation.id, found));
    let (found, next) = page::cut(keyed, limit)?;
    let conversations: Vec<_> =
        found.iter().filter_map(|found| CaseConversation::of(&reader, found)).collect();
    let withheld_count = found.len() - conversations.len();
    let about = json!({ "withheld": withheld_count });
    look_into::record(&app, (open.case(), officer), Kind::Conversations, about, conversations.len()).await?;
    Ok(web::Json(CaseConversationsAnswer { conversations, withheld_count, next }))
}

/// The messages of a conversation that are in the scope of a case.
#[utoipa::path(
    operation_id = "read_case_conversation", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"),
        ("conversation_id" = ConversationId, Path, description = "The conversation"), ReadQuery),
    responses(
        (status = 200, description = "A page of messages", body = CaseReadingAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "No such case, or no conversation of which something is in its scope", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`: not approved, closed, or its end date has passed", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/conversations/{conversation_id}/messages")]
pub(in crate::routes) async fn read_case_conversation(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, ConversationId)>,
    asked: web::Query<ReadQuery>,
) -> Result<web::Json<CaseReadingAnswer>, Error> {
    let (id, conversation) = path.into_inner();
    let officer = access::officer(&reader)?;
    let limit = page::limit(asked.limit)?;
    let way = match (asked.before, asked.after) {
        (Some(..0), _) => return Err(Error::invalid(codes::INVALID_VALUE, "before")),
        (_, Some(..0)) | (Some(_), Some(_)) => return Err(Error::invalid(codes::INVALID_VALUE, "after")),
        (None, Some(after)) => Way::After(after),
        (before, None) => Way::Before(before.unwrap_or(i64::MAX)),
    };
    let open = look_into::open(&app, &reader, officer, id, Kind::Conversation).await?;
    let filter = Filter { conversation: Some(conversation), ..Filter::default() };
    let mut connection = app.pool.get().await?;
    let wanted = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut found = case_reading::messages(&mut connection, open.scope(), &filter, way, wanted).await?;
    let is_there = !found.is_empty()
        || !case_reading::conversations(&mut connection, open.scope(), &filter, None, 1).await?.is_empty();
    let row = conversations::find(&mut connection, conversation).await?;
    drop(connection);
    let row = row.filter(|row| is_there && access::is_cleared_for(&reader, row));
    let about = |first: Option<i64>, last: Option<i64>, withheld: usize| json!({ "conversation_id": conversation, "first_seq": first, "last_seq": last, "withheld": withheld });
    let Some(row) = row else {
        look_into::record(&app, (open.case(), officer), Kind::Conversation, about(None, None, 0), 0).await?;
        return Err(Error::NotFound);
    };
    let has_more = found.len() > limit;
    match way {
        Way::After(_) => found.truncate(limit),
        Way::Before(_) if has_more => drop(found.remove(0)),
        Way::Before(_) => {}
    }
    let (first_seq, last_seq) = (found.first().map(|first| first.seq), found.last().map(|last| last.seq));
    let gone_through = found.len();
    found.retain(|message| access::is_cleared_for_message(&reader, message, &row));
    let withheld_count = gone_through - found.len();
    let told = about(first_seq, last_seq, withheld_count);
    look_into::record(&app, (open.case(), officer), Kind::Conversation, told, found.len()).await?;
    let versions = versions(&mut *app.pool.get().await?, &found).await?;
    Ok(web::Json(CaseReadingAnswer {
        conversation: CasePlace::of(&reader, &row),
        messages: found.iter().map(|message| MessageView::of(&reader.scene, message)).collect(),
        versions,
        withheld_count,
        has_more,
        first_seq,
        last_seq,
    }))
}

/// A file that a message in the scope of a case brought. That it was opened is on record before it is given.
#[utoipa::path(
    operation_id = "get_case_file", tag = "compliance", security(("access_token" = [])),
    params(("id" = CaseId, Path, description = "The case"), ("file_id" = FileId, Path, description = "The file")),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`; `case_not_yours`: whoever opened it reads", body = ErrorBody),
        (status = 404, description = "No such case, or no file of a message in its scope", body = ErrorBody),
        (status = 409, description = "`case_not_in_force`: not approved, closed, or its end date has passed", body = ErrorBody),
        (status = 503, description = "`file_store_unavailable`, `database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/cases/{id}/files/{file_id}/content")]
pub(in crate::routes) async fn get_case_file(
    app: App,
    reader: Reader,
    path: web::Path<(CaseId, FileId)>,
) -> Result<HttpResponse, Error> {
    let (id, file) = path.into_inner();
    let officer = access::officer(&reader)?;
    let open = look_into::open(&app, &reader, officer, id, Kind::File).await?;
    let found = access::file(&app, &reader, &open, file).await?;
    let about = json!({ "file_id": file, "message_id": found.as_ref().and_then(|found| found.message_id) });
    let count = usize::from(found.is_some());
    look_into::record(&app, (open.case(), officer), Kind::File, about, count).await?;
    files::give(&app, &found.ok_or(Error::NotFound)?).await
}
