//! Takes a run of the sync back, with all that came after it: the mirror is what it was before, and the source is held
//! until somebody releases it.

use schema::audit::{self, NewEntry};
use schema::ids::{PersonId, SourceId, SyncRunId};
use schema::{
    Pool, Transaction, directory_entries, directory_plans, directory_requests, org_changes, people,
    sync_runs, unit_channels,
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

/// What to take back, and for whom.
#[derive(Debug, Clone)]
pub struct Order {
    /// The run.
    pub run: SyncRunId,
    /// The person who asked.
    pub by: Option<PersonId>,
    /// The account that asked, where it was no person of the mirror.
    pub by_account: Option<String>,
    /// Why.
    pub reason: String,
    /// The request to answer in the same transaction.
    pub request: Option<Uuid>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// The run that did it.
    pub run_id: SyncRunId,
    /// The runs that it took back, the oldest first.
    pub runs: Vec<SyncRunId>,
    /// People who are what they were.
    pub people: usize,
    /// Units that are.
    pub units: usize,
    /// Sessions that ended, because their people could not sign in then.
    pub sessions_ended: usize,
    /// The version of the mirror after it.
    pub org_version: i64,
}

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// Not a run of this source that wrote.
    #[error("this source has no such run that wrote something")]
    NothingToUndo,
    /// Somebody did already.
    #[error("this run was taken back already")]
    AlreadyUndone,
    /// Another process leads the source by now.
    #[error("the lead of the source was lost")]
    LeadLost,
    /// Somebody of another source can sign in with a login that would be given back.
    #[error("a login that would be given back belongs to somebody of another agency by now")]
    LoginTaken,
    /// The database did not take it.
    #[error(transparent)]
    Database(schema::Error),
}

impl From<schema::Error> for UndoError {
    fn from(error: schema::Error) -> Self {
        if error.refused_by("people_login_key") { Self::LoginTaken } else { Self::Database(error) }
    }
}

impl UndoError {
    /// The code, and what to do, in English and in Russian.
    pub fn sentences(&self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NothingToUndo => (
                "nothing_to_undo",
                "This source has no such run that wrote something. Choose one of the runs that were applied.",
                "У этого источника нет такого запуска, который что-то записал. Выберите один из применённых запусков.",
            ),
            Self::AlreadyUndone => {
                ("already_undone", "This run was taken back already.", "Этот запуск уже отменён.")
            }
            Self::LeadLost => (
                "lead_lost",
                "Another process took over the source. Nothing was changed; ask again.",
                "Источник перешёл к другому процессу. Ничего не изменено; повторите запрос.",
            ),
            Self::LoginTaken => (
                "login_taken",
                "A login that would be given back belongs to somebody of another agency by now. Nothing was changed; settle whose it is first.",
                "Имя для входа, которое нужно вернуть, уже принадлежит сотруднику другого ведомства. Ничего не изменено; сначала решите, чьё оно.",
            ),
            Self::Database(_) => (
                "database",
                "The database did not take it. Nothing was changed; ask again.",
                "База данных не приняла изменения. Ничего не изменено; повторите запрос.",
            ),
        }
    }
}

/// Takes the run back, in one transaction. Where `leads` is given, only while that connection leads the source.
pub async fn undo(
    pool: &Pool,
    source: (SourceId, &str),
    leads: Option<i32>,
    order: &Order,
) -> Result<Undone, UndoError> {
    let (id, name) = source;
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    if let Some(backend) = leads
        && !schema::source_lead::still_leads(&mut transaction, id, backend).await?
    {
        return Err(UndoError::LeadLost);
    }
    let runs = schema::undo::runs_from(&mut transaction, id, order.run).await?;
    let first = runs.first().ok_or(UndoError::NothingToUndo)?;
    if first.undone {
        return Err(UndoError::AlreadyUndone);
    }
    let taken_back: Vec<SyncRunId> = runs.iter().filter(|run| !run.undone).map(|run| run.id).collect();
    let restored = schema::undo::restore(&mut transaction, id, first.at).await?;
    let sessions_ended = people::end_sessions(&mut transaction, &restored.shut_out).await?;
    // What the entries are is not what the mirror says by now.
    directory_entries::forget_all(&mut transaction, id).await?;
    unit_channels::reconcile(&mut transaction, id).await?;
    let org_version = org_changes::bump(&mut transaction, &restored.people, &restored.units).await?;
    let undone = Undone {
        run_id: SyncRunId::new(),
        runs: taken_back,
        people: restored.people.len(),
        units: restored.units.len(),
        sessions_ended,
        org_version,
    };
    let run = schema::undo::Run {
        id: undone.run_id,
        source: id,
        org_version,
        counts: json!({ "people_changed": undone.people, "units_changed": undone.units }),
    };
    schema::undo::note(&mut transaction, &run, order.run).await?;
    schema::undo::hold(&mut transaction, id, order.by, &order.reason).await?;
    directory_plans::supersede(&mut transaction, id, None).await?;
    let at = transaction.began_at().await?;
    audit::append(&mut transaction, &entry(name, order, &undone, at)).await?;
    if let Some(request) = order.request {
        directory_requests::done(&mut transaction, request, &json!(undone)).await?;
    }
    transaction.commit().await?;
    tracing::warn!(source = name, run = %order.run, ?undone, "a run was taken back; the source is held");
    Ok(undone)
}

fn entry(source: &str, order: &Order, undone: &Undone, at: chrono::DateTime<chrono::Utc>) -> NewEntry {
    NewEntry {
        at,
        kind: "directory.undone",
        actor_id: order.by,
        entry: json!({
            "source": source, "run_id": undone.run_id, "undone": undone.runs, "reason": order.reason,
            "account": order.by_account, "people": undone.people, "units": undone.units,
        }),
    }
}
