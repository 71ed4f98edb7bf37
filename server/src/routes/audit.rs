//! The record of what happened: read it, prove an entry of it, have the whole checked. Every look is itself an entry.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, get, post, web};
use schema::audit::{self, NewEntry, Wanted};
use schema::ids::{AuditCheckId, ConversationId, PersonId};
use schema::{audit_checkpoints, audit_checks, audit_receivers, audit_tree};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{page, said};
use crate::access::audit::AuditReader;
use crate::app::App;
use crate::audit::{check, grow, prove};
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::audit::{
    AuditCheckView, AuditConsistencyView, AuditEntryView, AuditInclusionView, AuditStanding, in_base64,
};

/// How many checks are listed.
const CHECKS: i64 = 20;
/// How many kinds may be asked for.
const KINDS: usize = 20;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AuditEntriesQuery {
    /// Kinds, with commas between them: `session.began`, or a word for all that begin with it: `policy`.
    kind: Option<String>,
    /// By this person.
    actor_id: Option<PersonId>,
    /// By this person or about them.
    person_id: Option<PersonId>,
    /// About this conversation.
    conversation_id: Option<ConversationId>,
    /// From this moment on (RFC 3339).
    #[param(format = DateTime)]
    from: Option<String>,
    /// Before this moment (RFC 3339).
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditEntriesAnswer {
    entries: Vec<AuditEntryView>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditStandingAnswer {
    audit: AuditStanding,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditInclusionAnswer {
    inclusion: AuditInclusionView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditConsistencyAnswer {
    consistency: AuditConsistencyView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditCheckAnswer {
    check: AuditCheckView,
}

#[derive(Serialize, ToSchema)]
pub(super) struct AuditChecksAnswer {
    checks: Vec<AuditCheckView>,
}

/// Which entry to prove.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct InclusionQuery {
    /// The number of the entry.
    seq: i64,
}

/// Which two states of the log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ConsistencyQuery {
    /// The size of the older one.
    from: u64,
    /// The size of the newer one; that of today without it.
    to: Option<u64>,
}

/// What happened, the newest first. Entries that only give the hashes of rows are left out.
#[utoipa::path(
    operation_id = "list_audit_entries", tag = "audit", security(("access_token" = [])), params(AuditEntriesQuery),
    responses(
        (status = 200, description = "A page of entries", body = AuditEntriesAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/entries")]
pub(super) async fn list_audit_entries(
    app: App,
    AuditReader { person, reader }: AuditReader,
    asked: web::Query<AuditEntriesQuery>,
) -> Result<web::Json<AuditEntriesAnswer>, Error> {
    let limit = page::limit(asked.limit)?;
    let kinds: Vec<String> =
        asked.kind.iter().flat_map(|kinds| kinds.split(',')).map(str::to_owned).collect();
    let is_kind = |kind: &String| {
        !kind.is_empty()
            && kind.len() <= 64
            && kind.bytes().all(|b| b.is_ascii_lowercase() || b"._".contains(&b))
    };
    if kinds.len() > KINDS || !kinds.iter().all(is_kind) {
        return Err(Error::invalid(codes::INVALID_VALUE, "kind"));
    }
    let wanted = Wanted {
        before: page::key(asked.cursor.as_deref())?,
        kinds,
        actor: asked.actor_id,
        person: asked.person_id,
        conversation: asked.conversation_id,
        from: asked.from.as_deref().map(|text| said::moment("from", text)).transpose()?,
        until: asked.until.as_deref().map(|text| said::moment("until", text)).transpose()?,
    };
    let mut connection = app.pool.get().await?;
    if wanted.before.is_none() {
        // Before anything is shown; once for all the pages of a look.
        let entry = json!({
            "kinds": wanted.kinds, "actor_id": wanted.actor, "person_id": wanted.person,
            "conversation_id": wanted.conversation, "from": wanted.from, "until": wanted.until,
        });
        let entry = NewEntry { at: app.clock.now(), kind: "audit.viewed", actor_id: Some(person), entry };
        audit::append(&mut connection, &entry).await?;
    }
    let more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let entries = audit::list(&mut connection, &wanted, more).await?;
    let keyed = entries.into_iter().map(|entry| (entry.seq, AuditEntryView::of(&reader, entry)));
    let (entries, next) = page::cut(keyed, limit)?;
    Ok(web::Json(AuditEntriesAnswer { entries, next }))
}

/// How the log stands: how large its tree is, what was signed last, and who has taken it.
#[utoipa::path(
    operation_id = "get_audit_checkpoint", tag = "audit", security(("access_token" = [])),
    responses(
        (status = 200, description = "How it stands", body = AuditStandingAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/checkpoint")]
pub(super) async fn get_audit_checkpoint(
    app: App,
    _: AuditReader,
) -> Result<web::Json<AuditStandingAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let state = audit_tree::state(&mut connection).await?;
    let newest = audit_checkpoints::newest(&mut connection).await?;
    let receivers = audit_receivers::list(&mut connection).await?;
    let verifier = app.config.audit_verifier().map_err(Error::internal)?;
    Ok(web::Json(AuditStandingAnswer {
        audit: AuditStanding {
            leaves: state.size,
            grown_at: state.grown_at,
            checkpoint: newest.map(Into::into),
            verifier: verifier.map(|verifier| verifier.to_string()),
            receivers: receivers.into_iter().map(Into::into).collect(),
        },
    }))
}

/// Proves that an entry is in the log that was signed last.
#[utoipa::path(
    operation_id = "get_audit_inclusion", tag = "audit", security(("access_token" = [])), params(InclusionQuery),
    responses(
        (status = 200, description = "The entry, the proof, and the checkpoint that it leads to", body = AuditInclusionAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 404, description = "There is no such entry", body = ErrorBody),
        (status = 409, description = "`audit_not_yet`: it is too new to have been signed", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/proofs/inclusion")]
pub(super) async fn get_audit_inclusion(
    app: App,
    _: AuditReader,
    asked: web::Query<InclusionQuery>,
) -> Result<web::Json<AuditInclusionAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let entry = audit_tree::entry(&mut connection, asked.seq).await?.ok_or(Error::NotFound)?;
    let not_yet = Error::Conflict(codes::AUDIT_NOT_YET);
    let (Some(leaf), Some(newest)) = (
        audit_tree::leaf_of(&mut connection, asked.seq).await?,
        audit_checkpoints::newest(&mut connection).await?,
    ) else {
        return Err(not_yet);
    };
    let number = |number: i64| u64::try_from(number).map_err(Error::internal);
    let (leaf, size) = (number(leaf)?, number(newest.size)?);
    let Some(proof) = prove::inclusion(&mut connection, leaf, size).await? else { return Err(not_yet) };
    let line = String::from_utf8(grow::leaf_of(&entry).line()).map_err(Error::internal)?;
    let inclusion =
        AuditInclusionView { line, leaf, size, proof: in_base64(&proof), checkpoint: newest.into() };
    Ok(web::Json(AuditInclusionAnswer { inclusion }))
}

/// Proves that the log of `to` leaves goes on from that of `from` leaves: nothing before was changed.
#[utoipa::path(
    operation_id = "get_audit_consistency", tag = "audit", security(("access_token" = [])), params(ConsistencyQuery),
    responses(
        (status = 200, description = "The proof", body = AuditConsistencyAnswer),
        (status = 400, description = "The sizes make no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/proofs/consistency")]
pub(super) async fn get_audit_consistency(
    app: App,
    _: AuditReader,
    asked: web::Query<ConsistencyQuery>,
) -> Result<web::Json<AuditConsistencyAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let size = audit_tree::state(&mut connection).await?.size;
    let to = asked.to.unwrap_or_else(|| u64::try_from(size).unwrap_or_default());
    let proof = prove::consistency(&mut connection, asked.from, to).await?;
    let proof = proof.ok_or_else(|| Error::invalid(codes::INVALID_VALUE, "from"))?;
    let consistency = AuditConsistencyView { from: asked.from, to, proof: in_base64(&proof) };
    Ok(web::Json(AuditConsistencyAnswer { consistency }))
}

/// Has everything checked: the tree, the entries, the messages, the histories, and what decides now. It goes on by itself.
#[utoipa::path(
    operation_id = "create_audit_check", tag = "audit", security(("access_token" = [])),
    responses(
        (status = 202, description = "It has begun", body = AuditCheckAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 409, description = "`audit_check_runs`: one at a time", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/audit/checks")]
pub(super) async fn create_audit_check(
    app: App,
    AuditReader { person, reader }: AuditReader,
) -> Result<HttpResponse, Error> {
    let id = check::begin(&app, person).await?;
    let found = audit_checks::find(&mut *app.pool.get().await?, id).await?.ok_or(Error::NotFound)?;
    let check = AuditCheckView::of(&reader, found);
    Ok(HttpResponse::build(StatusCode::ACCEPTED).json(AuditCheckAnswer { check }))
}

/// The newest checks, and what they came to.
#[utoipa::path(
    operation_id = "list_audit_checks", tag = "audit", security(("access_token" = [])),
    responses(
        (status = 200, description = "The newest twenty", body = AuditChecksAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/checks")]
pub(super) async fn list_audit_checks(
    app: App,
    AuditReader { reader, .. }: AuditReader,
) -> Result<web::Json<AuditChecksAnswer>, Error> {
    let checks = audit_checks::newest(&mut *app.pool.get().await?, CHECKS).await?;
    let checks = checks.into_iter().map(|check| AuditCheckView::of(&reader, check)).collect();
    Ok(web::Json(AuditChecksAnswer { checks }))
}

/// A check, how far it is, and what it came to.
#[utoipa::path(
    operation_id = "get_audit_check", tag = "audit", security(("access_token" = [])),
    params(("id" = AuditCheckId, Path, description = "The check")),
    responses(
        (status = 200, description = "The check", body = AuditCheckAnswer),
        (status = 400, description = "The id is none", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: for compliance and security officers", body = ErrorBody),
        (status = 404, description = "There is no such check", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/audit/checks/{id}")]
pub(super) async fn get_audit_check(
    app: App,
    AuditReader { reader, .. }: AuditReader,
    id: web::Path<AuditCheckId>,
) -> Result<web::Json<AuditCheckAnswer>, Error> {
    let found = audit_checks::find(&mut *app.pool.get().await?, id.into_inner()).await?;
    let check = AuditCheckView::of(&reader, found.ok_or(Error::NotFound)?);
    Ok(web::Json(AuditCheckAnswer { check }))
}
