//! Answers one request: a read, a preview, an undo.

use std::sync::Arc;

use schema::Pool;
use schema::directory_requests::{self, Request};
use schema::ids::SyncRunId;
use schema::sync_runs::Cause;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Desk;
use crate::config::Source;
use crate::documents;
use crate::foretell::{ForetellError, foretell};
use crate::report::{Report, State};
use crate::run::Thoroughness;
use crate::undo::{Order, UndoError, undo};

/// Why a request cannot be met: a code, and what to do, in English and in Russian.
struct Unmet {
    code: &'static str,
    en: String,
    ru: String,
}

impl Desk {
    /// Does what is asked and notes what came of it. The report, where all was read.
    pub(super) async fn serve(&mut self, request: &Request) -> Result<Option<Report>, schema::Error> {
        match request.kind.as_str() {
            "read" => self.serve_read(request).await,
            "preview" => {
                self.serve_preview(request);
                Ok(None)
            }
            "undo" => self.serve_undo(request).await.map(|()| None),
            other => {
                let (en, ru) = (
                    format!("This version of the sync does not know the request `{other}`. Update it."),
                    format!("Эта версия синхронизации не знает запроса `{other}`. Обновите её."),
                );
                self.unmet(request.id, &Unmet { code: "unknown_request", en, ru }).await.map(|()| None)
            }
        }
    }

    async fn serve_read(&mut self, request: &Request) -> Result<Option<Report>, schema::Error> {
        let thorough = request.argument.get("thorough").and_then(Value::as_bool).unwrap_or(false);
        let how = if thorough { Thoroughness::Whole } else { Thoroughness::Changed };
        let report = self.read(Cause::Operator, how).await?;
        let mut connection = self.pool.get().await?;
        if let (State::Failed, Some(error)) = (report.state, &report.error) {
            let (en, ru) = (
                format!("The directory was not read to its end, so nobody was changed: {error}"),
                format!("Справочник не прочитан до конца, поэтому никто не изменён: {error}"),
            );
            drop(connection);
            self.unmet(request.id, &Unmet { code: "read_failed", en, ru }).await?;
        } else {
            directory_requests::done(&mut connection, request.id, &documents::report(&report)).await?;
        }
        Ok(Some(report))
    }

    /// Begins to foretell, beside everything else: meanwhile changes are followed, and what is urgent is not late.
    fn serve_preview(&mut self, request: &Request) {
        let (pool, source, one) = (self.pool.clone(), self.source.clone(), self.one_preview.clone());
        let request = request.clone();
        self.previews.spawn(async move {
            // One after the other: each holds a whole directory for a while.
            let Ok(_alone) = one.acquire_owned().await else { return };
            let id = request.id;
            if let Err(error) = foretell_and_note(pool, source, request).await {
                tracing::error!(request = %id, %error, "what came of a preview could not be noted");
            }
        });
    }

    async fn serve_undo(&mut self, request: &Request) -> Result<(), schema::Error> {
        let run = request.argument.get("run_id").and_then(Value::as_str);
        let undone = match run.and_then(|run| Uuid::try_parse(run).ok()) {
            None => Err(UndoError::NothingToUndo),
            Some(run) => {
                let order = Order {
                    run: SyncRunId(run),
                    by: request.asked_by,
                    by_account: request.asked_as.clone(),
                    reason: request.reason.clone().unwrap_or_default(),
                    request: Some(request.id),
                };
                undo(&self.pool, (self.id, &self.source.name), Some(self.backend), &order).await
            }
        };
        match undone {
            Ok(_) => Ok(()),
            Err(UndoError::Database(error)) => Err(error),
            Err(error) => {
                let (code, en, ru) = error.sentences();
                self.unmet(request.id, &Unmet { code, en: en.to_owned(), ru: ru.to_owned() }).await
            }
        }
    }

    async fn unmet(&self, request: Uuid, unmet: &Unmet) -> Result<(), schema::Error> {
        note_unmet(&self.pool, request, unmet).await
    }
}

/// Foretells and notes what came of it.
async fn foretell_and_note(pool: Pool, source: Arc<Source>, request: Request) -> Result<(), schema::Error> {
    let ldif = request.argument.get("ldif").and_then(Value::as_str);
    match foretell(&pool, &source, ldif).await {
        Ok(foretold) => {
            directory_requests::done(&mut *pool.get().await?, request.id, &documents::foretold(&foretold))
                .await
        }
        Err(error) => {
            let code = match error {
                ForetellError::Ldif(_) => "ldif_not_usable",
                ForetellError::Run(_) => "read_failed",
            };
            let (en, ru) = (
                format!("It could not be foretold: {error}"),
                format!("Предсказать не удалось: {}", error.russian()),
            );
            note_unmet(&pool, request.id, &Unmet { code, en, ru }).await
        }
    }
}

async fn note_unmet(pool: &Pool, request: Uuid, unmet: &Unmet) -> Result<(), schema::Error> {
    let error = json!({ "code": unmet.code, "message_en": unmet.en, "message_ru": unmet.ru });
    directory_requests::failed(&mut *pool.get().await?, request, &error).await
}
