//! What was taken out of cases, as officers see it.

use chrono::{DateTime, Utc};
use schema::case_exports::{Export, Stage};
use schema::ids::ExportId;
use serde::Serialize;
use utoipa::ToSchema;

use super::cases::named;
use super::{PersonRef, Reader};
use crate::access::cases::CaseOfficer;

/// An archive of the messages of a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseExport)]
pub struct ExportView {
    id: ExportId,
    asked_by: PersonRef,
    asked_at: DateTime<Utc>,
    /// Whether they are in it as a table, too.
    with_table: bool,
    /// Whether they are in it as mails, too.
    with_mails: bool,
    /// Which messages of the scope: the fields of the search that were given.
    #[schema(value_type = Object)]
    filter: serde_json::Value,
    stage: Stage,
    /// How many messages are written.
    done: i64,
    /// Of how many; null as long as that is not known.
    total: Option<i64>,
    /// How many octets the archive has.
    size: Option<i64>,
    /// The SHA-256 of its manifest: the log has it, too.
    manifest_sha256: Option<String>,
    /// Whether the manifest is signed.
    is_signed: Option<bool>,
    ready_at: Option<DateTime<Utc>>,
    /// Until when it may be fetched.
    keep_until: Option<DateTime<Utc>>,
    /// When it failed or went.
    ended_at: Option<DateTime<Utc>>,
    /// Why: `case_not_in_force`, `messages_gone`, `log_behind`, `label_raised`, `filter_unreadable`, `cannot_be_made`; `removed`,
    /// `over`.
    why: Option<String>,
    /// Whether the reader may stop its making, or take it away.
    can_remove: bool,
}

impl ExportView {
    /// For the officer.
    pub fn of(reader: &Reader, officer: CaseOfficer, export: Export) -> Self {
        let is_there = !matches!(export.stage, Stage::Failed | Stage::Gone);
        let can_remove = is_there && (export.asked_by == officer.person() || officer.is_security());
        let mut filter = export.about;
        if let Some(fields) = filter.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        Self {
            id: export.id,
            asked_by: named(reader, export.asked_by),
            asked_at: export.asked_at,
            with_table: export.with_table,
            with_mails: export.with_mails,
            filter,
            stage: export.stage,
            done: export.done,
            total: export.total,
            size: export.size,
            manifest_sha256: export.manifest_sha256,
            is_signed: export.is_signed,
            ready_at: export.ready_at,
            keep_until: export.keep_until,
            ended_at: export.ended_at,
            why: export.why,
            can_remove,
        }
    }
}
