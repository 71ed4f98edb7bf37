//! Keeps the mirror, the ended sessions and the policy at what the database says: by notification, when something ends
//! by time, and by asking again every two seconds over the same connection, so that a dead connection is noticed.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use policies::gate::Snapshot;
use schema::due_spans;
use schema::ids::{PersonId, SessionId};
use schema::notifications::{Listener, Notification};
use schema::org_part::News;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Mirror, Touched, read};
use crate::app::App;
use crate::error::{Error, codes, describe};
use crate::realtime::{self, Change};

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
    app.policies.ring();
    put_in_force(app).await?;
    realtime::exceptions::tell_everybody(app);
    let mut settling = tokio::spawn(settle_some_time(app.clone(), app.clock.now()));
    let mut settling_at = Instant::now() + INTERVAL;
    loop {
        let (version, theirs) = listener.org_version(PATIENCE).await?;
        // The later of both clocks: by the database's the rows are dated, by ours everything is decided.
        let now = app.clock.now().max(theirs);
        if version != app.org.current().version() || app.org.agenda().next().is_some_and(|at| at <= now) {
            take_in(app, &mut listener, now).await?;
        }
        app.org.confirm();
        // In a task of its own: it may wait for a sync that is at work, and nothing here may wait for it.
        if settling_at <= Instant::now() && settling.is_finished() {
            settling = tokio::spawn(settle_some_time(app.clone(), now));
            settling_at = Instant::now() + INTERVAL;
        }
        // After the mirror: whoever was disabled is told so, and not merely that the session ended.
        close(app, ended);
        let next = app.org.agenda().next().and_then(|at| (at - now).to_std().ok());
        let patience = next.map_or(INTERVAL, |next| INTERVAL.min(next + Duration::from_millis(1)));
        if hear(app, &mut listener, ended, patience).await? {
            take_in(app, &mut listener, app.clock.now()).await?;
        }
    }
}

/// Carries to the unit channels what began or ended by its date up to `now` while nobody was there to do it, or before anybody had
/// read of it.
async fn settle(app: &App, now: DateTime<Utc>) -> Result<(), Error> {
    let mut connection = app.pool.get().await?;
    if !due_spans::are_due(&mut connection, now).await? {
        return Ok(());
    }
    if let Some(version) = due_spans::settle(&mut connection, now).await? {
        tracing::info!(version, "posts began or ended by their dates");
    }
    Ok(())
}

/// The same, as far as it can be done now: it is tried again.
async fn settle_some_time(app: App, now: DateTime<Utc>) {
    if let Err(error) = settle(&app, now).await {
        tracing::warn!(error = %describe::chain(&error), "posts began or ended, but their holders' seats stay");
    }
}

/// Closes what the sessions have open that ended.
fn close(app: &App, ended: &mut Vec<SessionId>) {
    for session in ended.drain(..) {
        realtime::on_session_ended(app, session);
    }
}

/// Hears notifications until the mirror has to be asked for again; true: it changed. The sessions that `ended` have no
/// access any more when this returns; what they have open is still to be closed.
async fn hear(
    app: &App,
    listener: &mut Listener,
    ended: &mut Vec<SessionId>,
    patience: Duration,
) -> Result<bool, Error> {
    let until = Instant::now() + patience;
    loop {
        let patience = if ended.is_empty() { INTERVAL } else { GATHERING };
        let left = until.saturating_duration_since(Instant::now()).min(patience);
        if left.is_zero() {
            return Ok(false);
        }
        let heard = tokio::select! {
            heard = listener.next(left) => heard?,
            () = app.policies.ready() => {
                put_in_force(app).await?;
                continue;
            }
        };
        match heard {
            None => return Ok(false),
            Some(Notification::OrgChanged) => return Ok(true),
            Some(Notification::SessionEnded(session)) => {
                if app.sessions.end(session, app.clock.now()) {
                    ended.push(session);
                }
            }
            Some(Notification::PolicyChanged) => app.policies.ring(),
            Some(Notification::Untold) => app.bus.heard_of_untold(),
            Some(Notification::ExceptionChanged(note)) => realtime::exceptions::tell(app, &note),
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

/// Takes into the mirror what changed, and what began or ended up to `now`: a few rows, where it is known which ones.
async fn take_in(app: &App, listener: &mut Listener, now: DateTime<Utc>) -> Result<(), Error> {
    let (old, policy) = (app.org.current(), app.gate.snapshot());
    let due = app.org.agenda().due(now);
    let News::Part(mut part) = listener.org_news(old.version(), &due, now, PATIENCE).await? else {
        return reload(app, &policy).await;
    };
    if part.people.is_empty() && part.units.is_empty() && part.rows.version == old.version() {
        return Ok(());
    }
    let moments = std::mem::take(&mut part.rows.moments);
    let people = part.people.clone();
    let Some((next, touched)) = super::patched(old, *part, &policy).await? else {
        return reload(app, &policy).await;
    };
    app.org.agenda().replace(&people, moments);
    enforce(app, next, touched, due);
    Ok(())
}

/// Reads the whole mirror again.
async fn reload(app: &App, policy: &Snapshot) -> Result<(), Error> {
    let old = app.org.current();
    let due = app.org.agenda().due(app.clock.now());
    let (next, agenda) = read(&app.pool, policy, &app.clock).await?;
    let comparing = tokio::task::spawn_blocking(move || {
        let touched = Touched::between(&old, &next);
        (next, touched)
    });
    let (next, touched) = comparing.await.map_err(Error::internal)?;
    *app.org.agenda() = agenda;
    enforce(app, next, touched, due);
    Ok(())
}

/// Decides by `next` from now on, and has those told whom that concerns.
fn enforce(app: &App, next: Mirror, touched: Touched, due: Vec<PersonId>) {
    let next = Arc::new(next);
    let (version, people) = (next.version(), next.org.people_count());
    let old = app.org.swap(next.clone());
    let touched_people = touched.people.len();
    tracing::info!(
        from = old.version(),
        to = version,
        people,
        touched_people,
        due = due.len(),
        "the organisation changed"
    );
    realtime::on_org_changed(app, Change { old, new: next, touched, due });
}

/// Puts the policies in force that were built for it: first their walls and labels into the mirror, then their rules into the
/// gate.
async fn put_in_force(app: &App) -> Result<(), Error> {
    let Some(next) = app.policies.take_next() else { return Ok(()) };
    let everywhere = next.everywhere();
    if !everywhere.shares_ground_with(&app.gate.snapshot()) {
        reload(app, everywhere).await?;
    }
    tracing::info!(version = everywhere.version(), "the policy changed");
    app.gate.install(next);
    app.policies.ring();
    realtime::on_policy_changed(app).await;
    Ok(())
}
