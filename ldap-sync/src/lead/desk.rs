//! What can be done with a source while it is led: read it, answer what is asked.

mod request;

use std::sync::Arc;

use schema::ids::SourceId;
use schema::source_health::Health;
use schema::source_lead::{self, Lead};
use schema::sync_runs::{self, Cause};
use schema::{Pool, Transaction, directory_plans, directory_requests, sources};
use serde_json::json;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::health::Book;
use super::trouble::{Code, Trouble};
use crate::config::Source;
use crate::engine::Engine;
use crate::finding::{Effect, Finding};
use crate::guard::window::Recent;
use crate::preview::meaning;
use crate::report::{Report, State};
use crate::run::{RunError, Thoroughness};
use crate::waiting;

/// The tools of whoever leads a source.
pub(super) struct Desk {
    pub(super) pool: Pool,
    pub(super) source: Arc<Source>,
    pub(super) id: SourceId,
    pub(super) engine: Engine,
    pub(super) recent: Recent,
    pub(super) health: Book,
    backend: i32,
    /// What is being foretold. It ends with us: whoever leads next takes it up again.
    previews: JoinSet<()>,
    one_preview: Arc<Semaphore>,
}

/// What was done for those who asked.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// The last full read that was made for them.
    pub(super) read: Option<Report>,
}

impl Desk {
    pub(super) fn open(pool: &Pool, source: &Arc<Source>, id: SourceId, backend: i32) -> Self {
        Self {
            engine: Engine::open(pool, source.clone(), id, Some(backend)),
            recent: Recent::new(source.guard.clone()),
            health: Book::new(pool.clone(), id),
            pool: pool.clone(),
            source: source.clone(),
            id,
            backend,
            previews: JoinSet::new(),
            one_preview: Arc::new(Semaphore::new(1)),
        }
    }

    /// Reads all of the directory. A plan that somebody approved is applied, if it is still the same.
    pub(super) async fn read(&mut self, cause: Cause, how: Thoroughness) -> Result<Report, schema::Error> {
        self.health.say(Health::Reading, None).await?;
        let approved = waiting::approved(&mut *self.pool.get().await?, self.id).await?;
        let report = self.engine.read((cause, how), approved, &mut self.recent).await;
        if report.state == State::Failed {
            return Ok(report);
        }
        self.health.heard().await?;
        let consequences = self.consequences_of_new(&report).await?;
        let mut connection = self.pool.get().await?;
        waiting::settle(&mut connection, self.id, &report, approved, consequences).await?;
        if approved.is_some() && report.state == State::Applied {
            // Somebody looked at all that led to it.
            self.recent.forgive();
        }
        Ok(report)
    }

    /// Keeps a marker up to which nothing happened, unless the lead is lost.
    pub(super) async fn reached(&self, marker: Option<&str>) -> Result<(), schema::Error> {
        let Some(marker) = marker else { return Ok(()) };
        let mut transaction = Transaction::begin_alone(&self.pool, sync_runs::APPLY).await?;
        if source_lead::still_leads(&mut transaction, self.id, self.backend).await? {
            sources::set_marker(&mut transaction, self.id, marker).await?;
        }
        transaction.commit().await
    }

    /// What a refused plan would mean. Of one that is known already it is not found out again at each read.
    async fn consequences_of_new(&self, report: &Report) -> Result<serde_json::Value, schema::Error> {
        let Some(plan) = &report.plan else { return Ok(json!({})) };
        let mut connection = self.pool.get().await?;
        if directory_plans::is_decided_or_waits(&mut connection, self.id, &plan.sha256).await? {
            return Ok(json!({}));
        }
        drop(connection);
        Ok(meaning::of(&self.pool, &self.source, self.id, plan).await)
    }

    /// Answers all that is asked.
    pub(super) async fn answer(&mut self) -> Result<Answered, schema::Error> {
        let mut answered = Answered::default();
        loop {
            let next = directory_requests::next(&mut *self.pool.get().await?, self.id).await?;
            let Some(request) = next else { return Ok(answered) };
            tracing::info!(source = self.source.name, request = %request.id, kind = request.kind, "something is asked");
            if let Some(report) = self.serve(&request).await? {
                answered.read = Some(report);
            }
        }
    }

    /// Waits until nothing is being foretold any more.
    async fn all_foretold(&mut self) {
        while self.previews.join_next().await.is_some() {}
    }
}

/// Why the guard stopped it, in one trouble.
pub(super) fn refused(report: &Report) -> Trouble {
    let refusals: Vec<&Finding> =
        report.findings.iter().filter(|finding| finding.effect == Effect::Refused).collect();
    let told: Vec<String> = refusals
        .iter()
        .map(|refusal| match (&refusal.value, &refusal.dn) {
            (Some(value), Some(dn)) => format!("{} {value} {dn}", refusal.code.as_text()),
            (Some(value), None) => format!("{} {value}", refusal.code.as_text()),
            (None, Some(dn)) => format!("{} {dn}", refusal.code.as_text()),
            (None, None) => refusal.code.as_text(),
        })
        .collect();
    Trouble::new(Code::GuardStopped).detail(told.join("; "))
}

/// Answers what is asked of `source` where nobody leads it; false where somebody does, who will.
pub async fn answer_once(pool: &Pool, source: &Arc<Source>) -> Result<bool, RunError> {
    let id = super::known(pool, source).await?;
    let Some(mut lead) = Lead::take(pool, id).await? else { return Ok(false) };
    let mut desk = super::begin(pool, source, id, &lead).await?;
    let watch = async {
        loop {
            if let Err(error) = lead.asked(super::QUIET).await {
                return error;
            }
        }
    };
    tokio::select! {
        biased;
        lost = watch => Err(lost.into()),
        answered = answer_and_rest(&mut desk) => answered.map(|()| true).map_err(RunError::from),
    }
}

async fn answer_and_rest(desk: &mut Desk) -> Result<(), schema::Error> {
    let answered = desk.answer().await?;
    desk.all_foretold().await;
    let trouble =
        answered.read.filter(|report| report.state == State::Refused).map(|report| refused(&report));
    desk.health.say(Health::Waiting, trouble).await
}
