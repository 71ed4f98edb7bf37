//! What a change of the organisation, of the policy or of a session means for those who listen here.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use dashmap::DashMap;
use schema::ids::{ConversationId, PersonId, SessionId, UnitId};
use schema::members;

use super::event::Event;
use super::hub::Closing;
use super::reseat;
use crate::app::App;
use crate::error::{Error, describe};
use crate::org::{Mirror, Touched};

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

/// A change of the organisation that is in force.
pub struct Change {
    /// What decided before.
    pub old: Arc<Mirror>,
    /// What decides now.
    pub new: Arc<Mirror>,
    /// Whom and what it concerns.
    pub touched: Touched,
    /// For whom something began or ended by time alone: no sync has seated them anew.
    pub due: Vec<PersonId>,
}

impl Change {
    /// This change and the `next` one, as one.
    fn and(mut self, next: Self) -> Self {
        self.new = next.new;
        self.touched.join(next.touched);
        self.due.extend(next.due);
        self
    }
}

/// The changes that those who listen here have still to be told of, as one; and the leave to tell them.
#[derive(Default)]
pub struct Untold {
    change: Mutex<Option<Change>>,
    telling: tokio::sync::Mutex<()>,
}

impl Untold {
    fn add(&self, next: Change) {
        let mut change = self.change.lock().unwrap_or_else(PoisonError::into_inner);
        *change = Some(match change.take() {
            Some(earlier) => earlier.and(next),
            None => next,
        });
    }

    fn take(&self) -> Option<Change> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The organisation changed: whoever may not come in any more loses the sockets at once. Whoever gains or loses
/// conversations is told while the next change may already be read.
pub fn on_org_changed(app: &App, change: Change) {
    let (old, new, touched) = (&change.old, &change.new, &change.touched);
    let close = |person: PersonId| {
        if !new.is_active(person) {
            app.hub.close_person(person, Closing::Disabled);
        }
    };
    if touched.everything {
        app.hub.people().into_iter().for_each(close);
        app.chat.rooms.forget_where(|room| room.conversation.unit_id.is_some());
    } else {
        touched.people.iter().copied().for_each(close);
        app.chat.rooms.forget_units(units_of(old, new, touched).iter());
    }
    app.chat.untold.add(change);
    tokio::spawn(tell(app.clone()));
}

/// The units whose channels may have other members, names or agencies now.
fn units_of(old: &Mirror, new: &Mirror, touched: &Touched) -> HashSet<UnitId> {
    let mut units = touched.units.clone();
    for mirror in [old, new] {
        let records = touched.people.iter().filter_map(|person| mirror.person(*person));
        units.extend(records.flat_map(|record| record.posts.iter().map(|post| post.unit)));
        let org = &mirror.org;
        let is_touched = |head| touched.people.contains(&PersonId(org.person_id(head)));
        let headed = org.units().filter(|unit| org.head(*unit).is_some_and(is_touched));
        units.extend(headed.map(|unit| UnitId(org.unit_id(unit))));
    }
    units
}

/// Tells those who listen here, one change after the other.
async fn tell(app: App) {
    let _in_order = app.chat.untold.telling.lock().await;
    let Some(change) = app.chat.untold.take() else { return };
    if let Err(error) = settle(&app, &change).await {
        tracing::warn!(error = %describe::chain(&error), "posts began or ended, but their holders' seats stay");
    }
    if let Err(error) = reseat::reseat(&app, &change).await {
        tracing::warn!(error = %describe::chain(&error), "moves could not be announced");
    }
    app.hub.send_to_all(&Event::OrgChanged { org_version: change.new.version() }.frame(None));
}

/// Carries to the unit channels what began or ended by its date. Whichever node comes first does it for all; what that
/// changes is a version of its own, of which every node hears.
async fn settle(app: &App, change: &Change) -> Result<(), Error> {
    if change.due.is_empty() {
        return Ok(());
    }
    let mut connection = app.pool.get().await?;
    if let Some(version) = schema::due_spans::settle(&mut connection, change.new.at).await? {
        tracing::info!(version, "posts began or ended by their dates");
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
