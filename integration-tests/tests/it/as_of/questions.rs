//! What the live gate says at a moment, put on record: to questions over the API, to questions put to the gate itself, and in
//! lists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use policies::facts::Action;
use policies::org::Hat;
use schema::ids::{ConversationId, PersonId};
use serde_json::json;
use server::access::denial::{is_of_label, reason};
use server::access::{HatName, Question, Scene};
use server::views::Label;
use uuid::Uuid;

use super::world::World;

/// What was decided at one moment.
pub(super) struct Moment {
    pub(super) at: DateTime<Utc>,
    /// What had happened before.
    pub(super) change: &'static str,
    pub(super) org_version: i64,
    pub(super) decisions: Vec<Decided>,
    /// Who could do what in one conversation.
    pub(super) of: Uuid,
    pub(super) access: BTreeMap<PersonId, Access>,
    /// What one person was shown as theirs.
    pub(super) reader: Option<PersonId>,
    pub(super) reached: BTreeSet<Uuid>,
}

/// Reading and writing: whether, and by which rule of which policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) read: (bool, String),
    pub(super) write: (bool, String),
    pub(super) is_member: bool,
}

/// One decision.
pub(super) struct Decided {
    pub(super) asked: Asked,
    /// Whether the asker could know of those whom it was about; nothing where only the gate was asked.
    pub(super) known: Option<bool>,
    pub(super) allow: bool,
    /// Rule and policy version, unless it was told that there is nothing there.
    pub(super) by: Option<(String, i64)>,
}

/// A question.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) person: PersonId,
    pub(super) hat: HatName,
    pub(super) action: Action,
    pub(super) target: Option<PersonId>,
    pub(super) conversation: Option<Uuid>,
    pub(super) label: Option<(&'static str, &'static [&'static str])>,
}

/// Puts down what is decided now. Where something happened meanwhile, it is asked anew: then nobody knows which moment it was.
pub(super) async fn record(world: &mut World, change: &'static str) -> Moment {
    for _ in 0..50 {
        let at = world.settled().await;
        let before = world.mark().await;
        let moment = ask(world, at, change).await;
        if world.mark().await == before && world.app.mirror().version() == moment.org_version {
            return moment;
        }
    }
    panic!("something happens all the time");
}

async fn ask(world: &mut World, at: DateTime<Utc>, change: &'static str) -> Moment {
    let mut decisions = Vec::new();
    for _ in 0..10 {
        let person = world.person();
        let asked = question(world, person);
        decisions.push(of_the_gate(world, asked).await);
    }
    for _ in 0..3 {
        let (person, client) = world.asker();
        let asked = question(world, person);
        decisions.push(over_the_api(&client, asked).await);
    }
    let of = world.conversation();
    let access = access(world, of).await;
    let (reader, client) = world.asker();
    // A page at a time.
    let is_in = client.get("/me").await.status.is_success();
    let shown = if is_in { client.all("/conversations", "conversations").await } else { Vec::new() };
    let reached = shown.iter().map(|one| one["id"].as_str().unwrap().parse().unwrap()).collect();
    let scene = Scene::now(world.app.inside());
    assert!(!scene.is_stale());
    assert_eq!(scene.time(), at, "the clock stands");
    Moment {
        at,
        change,
        org_version: scene.mirror.version(),
        decisions,
        of,
        access,
        reader: is_in.then_some(reader),
        reached,
    }
}

const TOWARD: [Action; 8] = [
    Action::DmStart,
    Action::DmStart,
    Action::DmSend,
    Action::DmSend,
    Action::DmFile,
    Action::PersonSee,
    Action::PersonFind,
    Action::PersonPresence,
];
const INSIDE: [Action; 12] = [
    Action::ChRead,
    Action::ChRead,
    Action::ChPost,
    Action::ChPost,
    Action::ChFile,
    Action::ChJoin,
    Action::ChMemberAdd,
    Action::ChManage,
    Action::ChMentionAll,
    Action::DmSend,
    Action::LabelRaise,
    Action::LabelAsk,
];

fn question(world: &mut World, person: PersonId) -> Asked {
    let (target, conversation) = (world.person(), world.conversation());
    let hat = hat(world, person);
    let label = match world.dice.below(8) {
        0 => Some(("official", &[][..])),
        1 => Some(("confidential", &[][..])),
        2 => Some(("secret", &["budget"][..])),
        3 => Some(("open", &[][..])),
        _ => None,
    };
    if world.dice.once_in(2) {
        let action = world.dice.one(&TOWARD);
        return Asked { person, hat, action, target: Some(target), conversation: None, label };
    }
    let action = world.dice.one(&INSIDE);
    let target = (action == Action::ChMemberAdd || world.dice.once_in(6)).then_some(target);
    Asked { person, hat, action, target, conversation: Some(conversation), label }
}

/// Mostly their own, often one that they have, at times one that they have not.
fn hat(world: &mut World, person: PersonId) -> HatName {
    let mirror = world.app.mirror();
    let place = mirror.org.person(person.0);
    let worn = place.map_or(Vec::new(), |place| mirror.org.hats(place, world.app.moment().now));
    match world.dice.below(3) {
        0 => match worn.get(world.dice.below(worn.len())) {
            Some(Hat::Acting { principal, .. }) => {
                HatName::Acting(PersonId(mirror.org.person_id(*principal)))
            }
            Some(Hat::Assistant { principal, .. }) => {
                HatName::Assistant(PersonId(mirror.org.person_id(*principal)))
            }
            Some(Hat::Duty { .. }) => HatName::Duty,
            _ if world.dice.once_in(10) => HatName::Acting(world.person()),
            _ => HatName::Own,
        },
        _ => HatName::Own,
    }
}

/// As `POST /decisions` asks, for somebody who is not signed in.
async fn of_the_gate(world: &World, asked: Asked) -> Decided {
    let app = world.app.inside();
    let place = match (asked.conversation, asked.target) {
        (Some(id), _) => app.chat.rooms.find(ConversationId(id), false).await.unwrap(),
        (None, Some(target)) if matches!(asked.action, Action::DmSend | Action::DmFile | Action::DmCall) => {
            let mut connection = app.pool.get().await.unwrap();
            let found =
                schema::conversations::find_direct(&mut connection, asked.person, target).await.unwrap();
            drop(connection);
            match found {
                Some(id) => app.chat.rooms.find(id, false).await.unwrap(),
                None => None,
            }
        }
        _ => None,
    };
    let scene = Scene::now(app);
    let room = place.as_ref().map(|(_, room)| &**room);
    let partner = room.and_then(|room| room.partner_of(asked.person));
    let target = asked.target.or(partner.filter(|_| !is_of_label(asked.action)));
    let named = asked.label.map(|(level, categories)| {
        let categories = categories.iter().map(|&category| category.to_owned()).collect();
        Label { level: level.to_owned(), categories }.parse(scene.policy.labels(), "label").unwrap()
    });
    let label = named.or(room.and_then(|room| scene.label_of(room))).unwrap_or_default();
    let question = Question { hat: asked.hat, action: asked.action, target, room, label };
    let verdict = reason(&scene, asked.person, &question, question.decide(&scene, asked.person));
    let by = Some((scene.rule_code(verdict).to_owned(), verdict.policy_version));
    Decided { asked, known: None, allow: verdict.allow, by }
}

async fn over_the_api(client: &integration_tests::client::Client, asked: Asked) -> Decided {
    let label = asked.label.map(|(level, categories)| json!({ "level": level, "categories": categories }));
    let body = json!({
        "action": asked.action.as_str(),
        "person_id": asked.target,
        "conversation_id": asked.conversation,
        "hat": asked.hat.to_string(),
        "label": label,
    });
    let answer = client.post("/decisions", body).await;
    match answer.status.as_u16() {
        200 => {
            let decision = &answer.body["decision"];
            let by =
                (decision["rule"].as_str().unwrap().to_owned(), decision["policy_version"].as_i64().unwrap());
            Decided { asked, known: Some(true), allow: decision["allow"].as_bool().unwrap(), by: Some(by) }
        }
        404 | 401 => Decided { asked, known: Some(false), allow: false, by: None },
        _ => panic!("{asked:?}: {:#}", answer.body),
    }
}

/// Who can read and write in a conversation, of everybody who may come into question.
async fn access(world: &World, id: Uuid) -> BTreeMap<PersonId, Access> {
    let app = world.app.inside();
    let (_, room) = app.chat.rooms.find(ConversationId(id), false).await.unwrap().unwrap();
    let scene = Scene::now(app);
    let org = &scene.mirror.org;
    let is_direct = room.conversation.direct_low.is_some();
    let everybody = org.people().map(|person| PersonId(org.person_id(person))).filter(|_| !is_direct);
    let mut found = BTreeMap::new();
    for person in everybody.chain(room.seats.keys().copied()) {
        let (read, write) = (scene.sees(person, &room), scene.writes(person, &room));
        let is_member = room.seats.contains_key(&person);
        if read.allow || write.allow || is_member {
            let said = |verdict| scene.rule_code(verdict).to_owned();
            let archived = room.conversation.archived_at.is_some();
            let write = if archived { (false, "archived".to_owned()) } else { (write.allow, said(write)) };
            found.insert(person, Access { read: (read.allow, said(read)), write, is_member });
        }
    }
    found
}

impl Asked {
    /// As the API of compliance asks it.
    pub(super) fn query(&self) -> String {
        let mut query = format!("person_id={}&action={}&hat={}", self.person, self.action.as_str(), self.hat);
        if let Some(target) = self.target {
            let _ = write!(query, "&to_person_id={target}");
        }
        if let Some(conversation) = self.conversation {
            let _ = write!(query, "&conversation_id={conversation}");
        }
        if let Some((level, categories)) = self.label {
            let joint = if categories.is_empty() { "" } else { ":" };
            let _ = write!(query, "&label={level}{joint}{}", categories.join(","));
        }
        query
    }
}
