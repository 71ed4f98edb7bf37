//! What a change of the organisation, of the policy or of a session means for those who listen here.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use dashmap::DashMap;
use schema::ids::{ConversationId, PersonId, SessionId};
use schema::members;

use super::announce;
use super::event::Event;
use super::hub::Closing;
use crate::app::App;
use crate::error::{Error, describe};
use crate::org::Mirror;

/// The conversations into which the tree has put each person who listens here: what a change is compared with.
#[derive(Debug)]
pub struct TreeSeats(pub(super) DashMap<PersonId, HashSet<ConversationId>>);

impl TreeSeats {
    /// Looks up where the tree has put `person`, who begins to listen.
    pub async fn remember(&self, app: &App, person: PersonId) -> Result<(), Error> {
        let mut connection = app.pool.get().await?;
        let mut found = members::tree_seats_of(&mut connection, &[person]).await?;
        self.0.insert(person, found.remove(&person).unwrap_or_default());
        Ok(())
    }
}

/// The organisation changed: whoever may not come in any more loses the sockets, and whoever the tree moved loses and
/// gains conversations.
pub async fn on_org_changed(app: &App, _old: &Arc<Mirror>, new: &Arc<Mirror>) {
    for person in app.hub.people() {
        if !new.is_active(person) {
            app.hub.close_person(person, Closing::Disabled);
        }
    }
    // The tree may have changed members, and the units themselves names and agencies.
    app.chat.rooms.forget_where(|room| room.conversation.unit_id.is_some());
    if let Err(error) = reseat(app).await {
        tracing::warn!(error = %describe::chain(&error), "moves could not be announced");
    }
    app.hub.send_to_all(&Event::OrgChanged { org_version: new.version() }.frame(None));
}

async fn reseat(app: &App) -> Result<(), Error> {
    let people = app.hub.people();
    app.chat.tree_seats.0.retain(|person, _| app.hub.hears(*person));
    if people.is_empty() {
        return Ok(());
    }
    let mut connection = app.pool.get().await?;
    let seats = members::tree_seats_of(&mut connection, &people).await?;
    drop(connection);
    let mut gained: HashMap<ConversationId, Vec<PersonId>> = HashMap::new();
    for person in people {
        let now = seats.get(&person).cloned().unwrap_or_default();
        let Some(before) = app.chat.tree_seats.0.insert(person, now.clone()) else { continue };
        for lost in before.difference(&now) {
            app.hub.send(person, &Event::ConversationRemoved {}.frame(Some(*lost)));
        }
        for found in now.difference(&before) {
            gained.entry(*found).or_default().push(person);
        }
    }
    for (conversation, people) in gained {
        announce::changed(app, conversation, &people, &[]).await;
    }
    Ok(())
}

/// The policy changed: what clients were told they may do has to be asked again.
pub async fn on_policy_changed(app: &App) {
    let policy_version = app.gate.snapshot().version();
    app.hub.send_to_all(&Event::PolicyChanged { policy_version }.frame(None));
}

/// A session ended, here or on another node: so do its sockets.
pub fn on_session_ended(app: &App, session: SessionId) {
    app.hub.close_session(session, Closing::SignedOut);
}
