//! Keeps the mirror, the ended sessions and the policy at what the database says: by notification, and by asking again
//! every two seconds over the same connection, so that a dead connection is noticed.

use std::sync::Arc;
use std::time::Duration;

use policies::gate::{PolicyFiles, Snapshot};
use schema::ids::SessionId;
use schema::notifications::{Listener, Notification};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::read;
use crate::app::App;
use crate::error::{Error, codes, describe};
use crate::realtime;

/// How often the version is asked for, whatever was heard.
const INTERVAL: Duration = Duration::from_secs(2);
/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long sessions that end together are gathered.
const GATHERING: Duration = Duration::from_millis(5);
/// How long to wait before connecting again.
const RETRY: Duration = Duration::from_millis(500);

/// Follows the database until `stop`. Every loss of the connection ends in reading everything again.
pub async fn follow(app: App, stop: CancellationToken) {
    let mut ended = Vec::new();
    loop {
        let lost = tokio::select! {
            () = stop.cancelled() => return,
            lost = listen(&app, &mut ended) => lost,
        };
        close(&app, &mut ended);
        if let Err(error) = lost {
            tracing::warn!(error = %describe::chain(&error), "the database is not followed, trying again");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

async fn listen(app: &App, ended: &mut Vec<SessionId>) -> Result<(), Error> {
    let connecting = tokio::time::timeout(PATIENCE, Listener::connect(&app.pool));
    let mut listener = connecting.await.map_err(|_| Error::Unavailable(codes::DATABASE_UNAVAILABLE))??;
    // Whatever happened before we listened, we look up.
    catch_up_sessions(app).await?;
    catch_up_policy(app).await?;
    settle(app).await?;
    loop {
        let current = app.org.current();
        let due = current.next_change_at.is_some_and(|at| at <= app.clock.now());
        if due {
            settle(app).await?;
        }
        let version = listener.org_version(PATIENCE).await?;
        if version != current.version() || due {
            reload(app, &app.gate.snapshot()).await?;
        }
        app.org.confirm();
        // After the mirror: whoever was disabled is told so, and not merely that the session ended.
        close(app, ended);
        hear(app, &mut listener, ended).await?;
    }
}

/// Carries to the unit channels what began or ended by its date. Whichever node comes first does it for all.
async fn settle(app: &App) -> Result<(), Error> {
    let at = app.clock.now();
    let mut connection = app.pool.get().await?;
    if let Some(version) = schema::due_spans::settle(&mut connection, at).await? {
        tracing::info!(version, "posts began or ended by their dates");
    }
    Ok(())
}

/// Closes what the sessions have open that ended.
fn close(app: &App, ended: &mut Vec<SessionId>) {
    for session in ended.drain(..) {
        realtime::on_session_ended(app, session);
    }
}

/// Hears notifications until the mirror has to be asked for again. The sessions that `ended` have no access any more
/// when this returns; what they have open is still to be closed.
async fn hear(app: &App, listener: &mut Listener, ended: &mut Vec<SessionId>) -> Result<(), Error> {
    let until = Instant::now() + INTERVAL;
    loop {
        let patience = if ended.is_empty() { INTERVAL } else { GATHERING };
        let left = until.saturating_duration_since(Instant::now()).min(patience);
        if left.is_zero() {
            return Ok(());
        }
        match listener.next(left).await? {
            None | Some(Notification::OrgChanged) => return Ok(()),
            Some(Notification::SessionEnded(session)) => {
                if app.sessions.end(session, app.clock.now()) {
                    ended.push(session);
                }
            }
            Some(Notification::PolicyChanged) => catch_up_policy(app).await?,
        }
    }
}

/// Notes that a session ended, here or on another node, and closes what it has open.
pub fn session_ended(app: &App, session: SessionId) {
    if app.sessions.end(session, app.clock.now()) {
        realtime::on_session_ended(app, session);
    }
}

/// Notes the sessions that ended lately and whose tokens might still be shown.
pub(crate) async fn catch_up_sessions(app: &App) -> Result<(), Error> {
    let since = app.clock.now() - app.tokens.lifetime();
    let ended = schema::sessions::ended_since(&mut *app.pool.get().await?, since).await?;
    for session in ended {
        session_ended(app, session);
    }
    Ok(())
}

/// Reads the mirror again and puts it in the place of the old one.
async fn reload(app: &App, policy: &Snapshot) -> Result<(), Error> {
    let next = Arc::new(read(&app.pool, policy, &app.clock).await?);
    let (version, people) = (next.version(), next.org.people().count());
    let old = app.org.swap(next.clone());
    tracing::info!(from = old.version(), to = version, people, "the organisation changed");
    metrics::gauge!("chancery_org_version").set(i32::try_from(version).map_or(f64::MAX, f64::from));
    realtime::on_org_changed(app, &old, &next).await;
    Ok(())
}

/// Loads the active policy if it is not ours, first its walls into the mirror, then its rules into the gate.
async fn catch_up_policy(app: &App) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    let Some(active) = schema::policy_versions::active(&mut connection).await? else {
        return Err(Error::internal("no policy is active"));
    };
    if active.number == app.gate.snapshot().version() {
        return Ok(());
    }
    let files = schema::policy_versions::files(&mut connection, active.number).await?;
    drop(connection);
    let loading = move || Snapshot::load(&PolicyFiles::from_map(files), active.number);
    let snapshot = tokio::task::spawn_blocking(loading)
        .await
        .map_err(Error::internal)?
        .map_err(|findings| Error::internal(crate::policy::Rejected(findings)))?;
    reload(app, &snapshot).await?;
    app.gate.install(snapshot);
    tracing::info!(version = active.number, "the policy changed");
    realtime::on_policy_changed(app).await;
    Ok(())
}
