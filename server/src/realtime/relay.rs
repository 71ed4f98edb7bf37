//! What this node does with what it hears of the others, and with what it may have missed.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::{StreamExt, TryStreamExt, stream};
use schema::{conversations, message_versions, notifications};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::announce;
use super::bus::{Heard, Note, SLACK};
use super::event::Event;
use crate::actions::typing;
use crate::app::App;
use crate::error::{Error, describe};
use crate::send::deliver;

/// How often a node looks whether it heard, and told, everything.
const LOOK: Duration = Duration::from_millis(500);
/// How many messages that were changed meanwhile are told of.
const MOST_CHANGED: i64 = 500;
/// How many conversations are brought to now at once.
const AT_ONCE: usize = 4;

/// Listens to the other nodes until `stop`.
pub async fn follow(app: App, mut hearing: mpsc::Receiver<Heard>, stop: CancellationToken) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut whole_at = app.clock.now();
    loop {
        let dealt_with = tokio::select! {
            () = stop.cancelled() => return,
            heard = hearing.recv() => match heard {
                Some(Heard::Note(note)) => hear(&app, note).await,
                Some(Heard::Gap { since, connection }) => bridge(&app, since, connection).await,
                None => return,
            },
            _ = look.tick() => look_around(&app, &mut whole_at).await,
        };
        if let Err(error) = dealt_with {
            tracing::warn!(error = %describe::chain(&error), "what other nodes did is not dealt with yet");
        }
    }
}

/// Deals with what may have been missed, and trusts the connection that hears again.
async fn bridge(app: &App, since: DateTime<Utc>, connection: Option<u64>) -> Result<(), Error> {
    catch_up(app, since).await?;
    if let Some(connection) = connection {
        app.bus.trust(connection);
    }
    Ok(())
}

/// Where Redis does not carry everything, the database does: says there that this node could not tell the others what it
/// stored, and looks what they stored, if they or this node's own ears say that it missed something.
async fn look_around(app: &App, whole_at: &mut DateTime<Utc>) -> Result<(), Error> {
    if app.bus.take_untold() {
        let told = async { notifications::notify_untold(&mut *app.pool.get().await?).await };
        told.await.inspect_err(|_| app.bus.tell_later())?;
    }
    let now = app.clock.now();
    if app.bus.take_untold_elsewhere() || !app.bus.is_whole() {
        catch_up(app, *whole_at - SLACK).await.inspect_err(|_| app.bus.heard_of_untold())?;
    }
    *whole_at = now;
    Ok(())
}

async fn hear(app: &App, note: Note) -> Result<(), Error> {
    match note {
        Note::MessageStored { message, label_version } => {
            app.chat.rooms.wrote(message.conversation_id, message.author_id, message.seq);
            if app.hub.open() == 0 {
                // Nobody is owed it here: whoever comes resumes from what is stored.
                app.chat.rooms.pass(message.conversation_id, message.seq).await;
                return Ok(());
            }
            let found = deliver::room_since(app, message.conversation_id, label_version).await?;
            if let Some((slot, room)) = found {
                deliver::in_order(app, &slot, &room, &message).await;
            }
        }
        Note::MessageChanged { message, label_version } => {
            deliver::changed(app, &message, label_version).await?;
        }
        Note::ConversationChanged { conversation_id, added, removed } => {
            app.chat.rooms.forget(conversation_id);
            announce::changed(app, conversation_id, &added, &removed).await;
        }
        Note::Read { conversation_id, person_id, seq } => {
            app.hub.send(person_id, &Event::ConversationRead { seq }.frame(Some(conversation_id)));
        }
        Note::Typing { conversation_id, person_id } => {
            if let Some(room) = app.chat.rooms.remembered(conversation_id) {
                typing::show(app, &room, person_id);
            }
        }
        Note::Spent(spent) => app.limits.spent_elsewhere(&spent),
        Note::SignInTried { login, address } => app.attempts.tried_elsewhere(login, address),
        Note::SignedIn { login } => app.attempts.succeeded(login),
        Note::Missed { .. } | Note::Beat => {}
    }
    Ok(())
}

/// What other nodes changed is forgotten, and what they stored since then is brought to those who listen here.
async fn catch_up(app: &App, since: DateTime<Utc>) -> Result<(), Error> {
    app.chat.rooms.forget_where(|_| true);
    let people = app.hub.people();
    if people.is_empty() {
        return Ok(());
    }
    let heads = conversations::written_since(&mut *app.pool.get().await?, &people, since).await?;
    stream::iter(heads)
        .map(Ok)
        .try_for_each_concurrent(AT_ONCE, |(conversation, seq)| deliver::up_to(app, conversation, seq))
        .await?;
    let mut connection = app.pool.get().await?;
    let changed = message_versions::changed_since(&mut connection, &people, since, MOST_CHANGED).await?;
    drop(connection);
    for message in &changed {
        deliver::changed(app, message, 0).await?;
    }
    Ok(())
}
