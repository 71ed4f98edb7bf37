//! What this node does with what it hears of the others, and with what it may have missed.

use chrono::{DateTime, Utc};
use schema::conversations;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::announce;
use super::bus::{Heard, Note};
use super::event::Event;
use crate::actions::typing;
use crate::app::App;
use crate::error::{Error, describe};
use crate::send::deliver;

/// Listens to the other nodes until `stop`.
pub async fn follow(app: App, mut hearing: mpsc::Receiver<Heard>, stop: CancellationToken) {
    while let Some(Some(heard)) = stop.run_until_cancelled(hearing.recv()).await {
        let dealt_with = match heard {
            Heard::Note(note) => hear(&app, note).await,
            Heard::Gap { since, connection } => {
                let caught_up = catch_up(&app, since).await;
                if let (Ok(()), Some(connection)) = (&caught_up, connection) {
                    app.bus.trust(connection);
                }
                caught_up
            }
        };
        if let Err(error) = dealt_with {
            tracing::warn!(error = %describe::chain(&error), "a note of another node was not dealt with");
        }
    }
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

/// What other nodes changed is forgotten, and what they stored since then is fetched by the clients.
async fn catch_up(app: &App, since: DateTime<Utc>) -> Result<(), Error> {
    app.chat.rooms.forget_where(|_| true);
    let people = app.hub.people();
    if people.is_empty() {
        return Ok(());
    }
    let mut connection = app.pool.get().await?;
    for (person, conversation) in conversations::written_since(&mut connection, &people, since).await? {
        app.hub.send(person, &Event::resync(conversation));
    }
    Ok(())
}
