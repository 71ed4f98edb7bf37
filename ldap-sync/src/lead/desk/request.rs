//! Answers one request: a read, a preview, an undo.

use schema::directory_requests::{self, Request};
use schema::ids::SyncRunId;
use schema::sync_runs::Cause;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Desk;
use crate::plan::Plan;
use crate::preview::weigh::weigh;
use crate::report::{Report, State};
use crate::run::{Thoroughness, dry_plan};
use crate::undo::{Order, UndoError, undo};
use crate::{documents, foretell};

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
            "preview" => self.serve_preview(request).await.map(|()| None),
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

    async fn serve_preview(&mut self, request: &Request) -> Result<(), schema::Error> {
        let ldif = request.argument.get("ldif").and_then(Value::as_str);
        match preview(self, ldif).await {
            Ok(document) => {
                directory_requests::done(&mut *self.pool.get().await?, request.id, &document).await
            }
            Err(unmet) => self.unmet(request.id, &unmet).await,
        }
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
        let error = json!({ "code": unmet.code, "message_en": unmet.en, "message_ru": unmet.ru });
        directory_requests::failed(&mut *self.pool.get().await?, request, &error).await
    }
}

/// What would change if an LDIF were carried out, or if the directory were read as it is now.
async fn preview(desk: &mut Desk, ldif: Option<&str>) -> Result<Value, Unmet> {
    let failed = |error: String| Unmet {
        code: "preview_failed",
        en: format!("It could not be foretold: {error}"),
        ru: format!("Предсказать не удалось: {error}"),
    };
    let plan = match ldif {
        Some(ldif) => {
            let planned =
                foretell::entries(&desk.source, ldif).await.map_err(|error| failed(error.to_string()))?;
            desk.engine.preview(planned).await
        }
        None => dry_plan(&desk.pool, &desk.source, Vec::new()).await,
    };
    let plan = plan.map_err(|error| failed(error.to_string()))?;
    let mut document = documents::plan(&plan, &[]);
    if let Some(fields) = document.as_object_mut() {
        fields.insert("consequences".to_owned(), consequences(desk, &plan).await);
    }
    Ok(document)
}

/// What a plan would mean for people. Where more than the counts cannot be told, the log says why, and the console that
/// it is not known.
pub(super) async fn consequences(desk: &Desk, plan: &Plan) -> Value {
    let counts = &plan.counts;
    let mut told = match weigh(&desk.pool, &desk.source, desk.id, plan).await {
        Ok(consequences) => json!(consequences),
        Err(error) => {
            tracing::warn!(source = desk.source.name, %error, "what the plan would mean is not known");
            json!({})
        }
    };
    if let Some(fields) = told.as_object_mut() {
        let people = json!({
            "added": counts.people_added, "moved": counts.people_moved, "disabled": counts.people_disabled,
            "gone": counts.people_gone,
        });
        fields.insert("people".to_owned(), people);
    }
    told
}
