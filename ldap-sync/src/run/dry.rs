//! What a run would do. Nothing is written: whatever must be in the database to find out is taken back.

use std::sync::Arc;

use schema::ids::SourceId;
use schema::{Pool, Transaction, sources, sync_runs};

use super::RunError;
use super::read::{Read, read_planned};
use crate::config::Source;
use crate::engine::Planned;
use crate::entry::Reading;
use crate::finding::{Code, Effect, Finding};
use crate::mirror::{self, Held};
use crate::plan::{Plan, plan};
use crate::{groups, guard};

/// What a run would do.
pub(crate) struct Foreseen {
    /// The source's row, where the database knows the source.
    pub(crate) id: Option<SourceId>,
    /// The changes.
    pub(crate) plan: Plan,
    /// Why they would not be made; empty where they would.
    pub(crate) refusals: Vec<Finding>,
    /// Whether nobody of the source is in the mirror yet.
    pub(crate) is_first: bool,
}

/// What a run would do, if the entries of the directory were as `planned`.
pub(crate) async fn foresee(
    pool: &Pool,
    source: &Arc<Source>,
    planned: Vec<Planned>,
) -> Result<Foreseen, RunError> {
    let mut connection = pool.get().await?;
    let row = sources::find(&mut connection, &source.name).await?;
    let id = row.as_ref().map(|row| row.id);
    let known = match id {
        Some(id) => sources::photos(&mut connection, id, None).await?,
        None => Vec::new(),
    };
    let now = sync_runs::now(&mut connection).await?;
    drop(connection);
    let Read { reading, missing_anchors, .. } =
        read_planned(source, planned, known.into_iter().map(|(_, sha256)| sha256)).await?;
    let held = held(pool, source, id, &reading).await?;
    let plan = plan(source, reading, &held.mirror, now);
    let mut refusals = guard::judge(&plan, &held.mirror, &source.guard, &missing_anchors);
    if row.is_some_and(|row| row.held_at.is_some()) {
        refusals.push(Finding::new(Code::SourceHeld, Effect::Refused));
    }
    Ok(Foreseen { id, plan, refusals, is_first: held.rows.people.is_empty() })
}

/// What the mirror holds, with what the groups of `reading` would give.
async fn held(
    pool: &Pool,
    source: &Source,
    id: Option<SourceId>,
    reading: &Reading,
) -> Result<Held, RunError> {
    if source.groups.is_empty() {
        // There is nothing to try out, so nobody need wait for us.
        return Ok(mirror::load(&mut *pool.get().await?, id).await?);
    }
    // Never committed: who is in which group is asked of tables that hold what the directory does not say yet.
    let mut transaction = Transaction::begin_alone(pool, sync_runs::APPLY).await?;
    let id = sources::ensure(&mut transaction, &source.name, source.kind.as_text()).await?.id;
    groups::write(&mut transaction, source, id, reading).await?;
    let mut held = mirror::load(&mut transaction, Some(id)).await?;
    groups::grant(&mut transaction, source, id, reading, &mut held).await?;
    Ok(held)
}
