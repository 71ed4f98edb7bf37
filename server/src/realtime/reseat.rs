//! After a change of the organisation: which conversations those who listen here have gained and lost. A seat may have
//! come or gone, and a seat that stayed may be decided differently, by clearance, walls or the chain of command.

use std::collections::{HashMap, HashSet};

use schema::conversations::{Conversation, Kind};
use schema::ids::{ConversationId, PersonId, UnitId};
use schema::members::{self, Member, Origin};
use schema::messages;

use super::announce;
use super::event::Event;
use super::follow::Change;
use super::rooms::Room;
use crate::access::Scene;
use crate::app::App;
use crate::error::Error;

/// How many people are asked for at once.
const PEOPLE: usize = 500;

/// What is to be said.
#[derive(Default)]
struct News {
    lost: Vec<(PersonId, ConversationId)>,
    gained: HashMap<ConversationId, Vec<PersonId>>,
    /// Direct conversations that stay, of people whose clearance changed: whether it was lowered.
    relabelled: HashMap<ConversationId, Vec<(PersonId, bool)>>,
}

/// Finds out, and tells.
pub(super) async fn reseat(app: &App, change: &Change) -> Result<(), Error> {
    app.chat.tree_seats.0.retain(|person, _| app.hub.hears(*person));
    let listening = app.hub.people();
    if listening.is_empty() {
        return Ok(());
    }
    let touched = &change.touched;
    let moved: Vec<PersonId> =
        listening.iter().copied().filter(|one| touched.everything || touched.people.contains(one)).collect();
    let (then, now) = (Scene::of(app, change.old.clone()), Scene::of(app, change.new.clone()));
    let mut news = News::default();
    let mut connection = app.pool.get().await?;
    for people in moved.chunks(PEOPLE) {
        let mut seats: HashMap<PersonId, Vec<(Member, Conversation)>> = HashMap::new();
        for seat in members::seats_of(&mut connection, people).await? {
            seats.entry(seat.0.person_id).or_default().push(seat);
        }
        for person in people {
            let held = seats.remove(person).unwrap_or_default();
            let news = &mut news;
            news.of_tree(app, *person, &held);
            if touched.people.contains(person) {
                for seat in held {
                    news.of_kept(&then, &now, seat);
                }
            }
        }
    }
    let units: Vec<UnitId> = touched.units.iter().copied().collect();
    let others: Vec<PersonId> = touched.people.iter().copied().collect();
    let mut beside = Vec::new();
    if !units.is_empty() {
        beside.extend(members::seats_in_units(&mut connection, &listening, &units).await?);
    }
    for others in others.chunks(PEOPLE) {
        beside.extend(members::seats_beside(&mut connection, &listening, others).await?);
    }
    for seat in beside.into_iter().filter(|(seat, _)| !touched.people.contains(&seat.person_id)) {
        news.of_kept(&then, &now, seat);
    }
    let relabelled: Vec<ConversationId> = news.relabelled.keys().copied().collect();
    let labelled = if relabelled.is_empty() {
        Vec::new()
    } else {
        messages::labelled_among(&mut connection, &relabelled).await?
    };
    drop(connection);
    news.tell(app, &labelled.into_iter().collect()).await;
    Ok(())
}

impl News {
    /// What the tree took and gave since `person` was last told.
    fn of_tree(&mut self, app: &App, person: PersonId, held: &[(Member, Conversation)]) {
        let by_tree = held.iter().filter(|(seat, _)| seat.origin == Origin::Tree);
        let now: HashSet<ConversationId> = by_tree.map(|(seat, _)| seat.conversation_id).collect();
        // Who has just begun to listen has read all of it by themselves.
        let Some(before) = app.chat.tree_seats.0.insert(person, now.clone()) else { return };
        self.lost.extend(before.difference(&now).map(|lost| (person, *lost)));
        for found in now.difference(&before) {
            self.gained.entry(*found).or_default().push(person);
        }
    }

    /// A seat that is there: whether it is decided differently.
    fn of_kept(&mut self, then: &Scene, now: &Scene, (seat, conversation): (Member, Conversation)) {
        let (person, id) = (seat.person_id, seat.conversation_id);
        let is_direct = conversation.kind == Kind::Direct;
        // To see a conversation, nobody else's seat counts.
        let room = Room::new(conversation, vec![seat], &[]);
        match (then.sees(person, &room).allow, now.sees(person, &room).allow) {
            (true, false) => self.lost.push((person, id)),
            (false, true) => {
                let gained = self.gained.entry(id).or_default();
                if !gained.contains(&person) {
                    gained.push(person);
                }
            }
            (true, true) if is_direct && then.clearance(person) != now.clearance(person) => {
                // What two people tell each other may have labels of its own.
                let lowered = match (then.clearance(person), now.clearance(person)) {
                    (Some(then), Some(now)) => !now.covers(then),
                    (then, _) => then.is_some(),
                };
                self.relabelled.entry(id).or_default().push((person, lowered));
            }
            _ => {}
        }
    }

    async fn tell(mut self, app: &App, labelled: &HashSet<ConversationId>) {
        for (id, people) in std::mem::take(&mut self.relabelled) {
            for (person, lowered) in people.into_iter().filter(|_| labelled.contains(&id)) {
                if lowered {
                    // It is taken away with all that was read of it, and given back with what may be read now.
                    self.lost.push((person, id));
                    self.gained.entry(id).or_default().push(person);
                } else {
                    app.hub.send(person, &Event::resync(id));
                }
            }
        }
        for (person, id) in self.lost {
            app.hub.send(person, &Event::ConversationRemoved {}.frame(Some(id)));
        }
        for (id, people) in self.gained {
            app.chat.rooms.forget(id);
            announce::changed(app, id, &people, &[]).await;
        }
    }
}
