//! Changes labels. Raising is one person's act, in force at once; lowering is two people's: one asks, another decides.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use policies::gate::Verdict;
use policies::label::Label;
use schema::audit::NewEntry;
use schema::ids::{LabelRequestId, MessageId, PersonId};
use schema::label_changes::{self, LabelChange, LabelChanged};
use schema::label_requests::{self, LabelRequest, Settlement};
use schema::messages::{Hat, Message, Notice, NoticeKind};
use serde_json::{Value, json};

use crate::access::labels::{self, Raise, Wish};
use crate::access::{Granted, Place, Scene};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::announce;
use crate::send::deliver;
use crate::send::pipeline::seal;
use crate::views::Reader;

/// For how long somebody may decide on a wish.
const EXPIRES: TimeDelta = TimeDelta::days(7);
/// How many wishes of one person wait at most.
const WAITING_MAX: i64 = 20;

/// Raises the label. Whoever is not cleared for it is out when this has happened, here and on every node.
pub async fn raise(app: &App, reader: &Reader, raise: &Granted<Raise>, reason: &str) -> Result<(), Error> {
    let place = &raise.place;
    let actor = reader.actor.person;
    let scene = &reader.scene;
    let change = changed(app, scene, place, raise.verdict(), (actor, reason), (raise.from, raise.to));
    let uncleared = |person: PersonId| !policies::label::dominates(scene.clearance(person), raise.to);
    let entries = |removed: &[PersonId]| {
        let mut entries = vec![entry(
            "label.raised",
            actor,
            change.line.created_at,
            json!({
                "conversation_id": change.conversation,
                "from": written(scene, raise.from),
                "to": written(scene, raise.to),
                "reason": reason,
                "removed": removed,
                "rule": change.line.rule,
                "policy_version": change.line.policy_version,
            }),
        )];
        entries.extend(removed.iter().map(|person| {
            let body =
                json!({ "conversation_id": change.conversation, "person_id": person, "for": "label.raised" });
            entry("member.removed", actor, change.line.created_at, body)
        }));
        entries
    };
    let mut connection = app.pool.get().await?;
    let done = label_changes::change(&mut connection, &change, uncleared, entries).await?;
    drop(connection);
    tell(app, scene, place, change, done, raise.to).await
}

/// Tells everybody that the label is another one: who lost the conversation, who has it back, and the line.
async fn tell(
    app: &App,
    scene: &Scene,
    place: &Place,
    change: LabelChange,
    done: Option<LabelChanged>,
    to: Label,
) -> Result<(), Error> {
    let id = place.room.id();
    let Some(done) = done else {
        app.chat.rooms.forget(id);
        return Err(Error::Conflict(codes::LABEL_CHANGED));
    };
    let after = labels::relabelled(scene, &place.room, to);
    // Seats that the tree keeps stay, and are seen or not seen by the label.
    let mut lost: HashSet<PersonId> = done.removed.iter().copied().collect();
    let mut gained = Vec::new();
    for seat in &done.seats {
        let person = seat.person_id;
        match (scene.sees(person, &place.room).allow, scene.sees(person, &after).allow) {
            (true, false) => {
                lost.insert(person);
            }
            (false, true) => gained.push(person),
            _ => {}
        }
    }
    announce::changed_here(app, id, gained, lost.into_iter().collect()).await;
    let line = Message { seq: done.seq, ..change.line };
    if let Some((slot, room)) = app.chat.rooms.find(id, !app.bus.is_whole()).await? {
        deliver::stored_here(app, &Place { slot, room }, line).await;
    }
    Ok(())
}

/// The change of a conversation's label, with the line that says so. The line has the lower of the two labels: everybody
/// who may look into the conversation may read it.
fn changed(
    app: &App,
    scene: &Scene,
    place: &Place,
    verdict: Verdict,
    (author, reason): (PersonId, &str),
    (from, to): (Label, Label),
) -> LabelChange {
    let kind = if to.is_above(from) { NoticeKind::LabelRaised } else { NoticeKind::LabelLowered };
    let label = scene.columns(to);
    let notice = Notice {
        kind,
        label_policy: label.policy.clone(),
        label_level: label.level,
        label_categories: label.categories.clone(),
    };
    let lower = if to.is_above(from) { from } else { to };
    let id = MessageId::new();
    let line = Message {
        notice: Some(notice),
        ..message(app, scene, place, verdict, author, lower, (id, format!("label-{id}"), reason))
    };
    LabelChange {
        conversation: place.room.id(),
        label_version: place.room.conversation.label_version,
        label,
        line_sealed: seal(scene, &line),
        line,
    }
}

/// A message that nobody typed.
fn message(
    app: &App,
    scene: &Scene,
    place: &Place,
    verdict: Verdict,
    author_id: PersonId,
    label: Label,
    (id, client_id, body): (MessageId, String, &str),
) -> Message {
    let label = scene.columns(label);
    Message {
        conversation_id: place.room.id(),
        seq: 0,
        id,
        author_id,
        hat: Hat::Own,
        principal_id: None,
        client_id,
        body: body.to_owned(),
        label_policy: label.policy,
        label_level: label.level,
        label_categories: label.categories,
        reply_to: None,
        rule: scene.rule_code(verdict).to_owned(),
        policy_version: verdict.policy_version,
        created_at: app.clock.now(),
        downgraded_from: None,
        notice: None,
        files: None,
        erased_at: None,
        version: 1,
        edited_at: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// Keeps the wish for a lower label, for somebody else to decide on.
pub async fn ask(
    app: &App,
    reader: &Reader,
    wish: &Granted<Wish>,
    reason: String,
) -> Result<LabelRequest, Error> {
    let scene = &reader.scene;
    let (from, to) = (scene.columns(wish.from), scene.columns(wish.to));
    let requested_at = app.clock.now();
    let request = LabelRequest {
        id: LabelRequestId::new(),
        conversation_id: wish.place.room.id(),
        message_id: wish.message.as_ref().map(|message| message.id),
        message_seq: wish.message.as_ref().map(|message| message.seq),
        target_id: wish.target.as_ref().map(|target| target.room.id()),
        from_level: from.level,
        from_categories: from.categories,
        to_level: to.level,
        to_categories: to.categories,
        label_policy: scene.policy.labels().policy_id().to_owned(),
        reason,
        requested_by: reader.actor.person,
        requested_at,
        expires_at: requested_at + EXPIRES,
        outcome: None,
        decided_by: None,
        decided_at: None,
        decision_reason: None,
        made_id: None,
    };
    let asked = entry(
        "label.lower_requested",
        request.requested_by,
        requested_at,
        json!({
            "request_id": request.id,
            "conversation_id": request.conversation_id,
            "message_id": request.message_id,
            "target_id": request.target_id,
            "from": written(scene, wish.from),
            "to": written(scene, wish.to),
            "reason": request.reason,
            "expires_at": request.expires_at,
            "rule": scene.rule_code(wish.verdict()),
            "policy_version": wish.verdict().policy_version,
        }),
    );
    let mut connection = app.pool.get().await?;
    if label_requests::waiting_of(&mut connection, request.requested_by, requested_at).await? >= WAITING_MAX {
        return Err(Error::Conflict(codes::LABEL_REQUESTS_WAITING));
    }
    match label_requests::make(&mut connection, &request, &asked).await {
        Err(error) if error.refused_by(label_requests::ONE_AT_A_TIME) => {
            Err(Error::Conflict(codes::LABEL_REQUEST_EXISTS))
        }
        made => made.map(|()| request).map_err(Into::into),
    }
}

/// Refuses the wish.
pub async fn refuse(
    app: &App,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    reason: String,
) -> Result<(), Error> {
    let settlement = settlement(app, reader, granted, reason);
    let refused = settled("label.lower_refused", reader, granted, &settlement, None);
    let mut connection = app.pool.get().await?;
    if label_requests::refuse(&mut connection, &settlement, &refused).await? {
        Ok(())
    } else {
        Err(Error::Conflict(codes::LABEL_REQUEST_OVER))
    }
}

/// Grants the wish: the conversation gets the lower label, or the message is said again under it by whoever asked.
pub async fn approve(
    app: &App,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    reason: String,
) -> Result<(), Error> {
    let (request, wish) = &**granted;
    let settlement = settlement(app, reader, granted, reason);
    if !request.is_waiting(settlement.decided_at) {
        return Err(Error::Conflict(codes::LABEL_REQUEST_OVER));
    }
    // What was asked for must still be there to be granted: the label, the message, and the right of who asked.
    let is_same = wish.message.is_some() || reader.scene.label_of(&wish.place.room) == Some(wish.from);
    if !is_same || !labels::still_asks(&reader.scene, request.requested_by, wish) {
        return Err(Error::Conflict(codes::LABEL_REQUEST_MOOT));
    }
    match (&wish.message, &wish.target) {
        (Some(original), Some(target)) => {
            say_again(app, reader, granted, &settlement, original, target).await
        }
        _ => lower(app, reader, granted, &settlement).await,
    }
}

async fn lower(
    app: &App,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    settlement: &Settlement,
) -> Result<(), Error> {
    let (request, wish) = &**granted;
    let (scene, place) = (&reader.scene, &wish.place);
    let by = (request.requested_by, request.reason.as_str());
    let change = changed(app, scene, place, granted.verdict(), by, (wish.from, wish.to));
    let lowered = settled("label.lowered", reader, granted, settlement, None);
    let mut connection = app.pool.get().await?;
    let done = label_requests::lower(&mut connection, settlement, &change, &lowered).await?;
    drop(connection);
    tell(app, scene, place, change, done, wish.to).await
}

async fn say_again(
    app: &App,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    settlement: &Settlement,
    original: &Message,
    target: &Place,
) -> Result<(), Error> {
    let (request, wish) = &**granted;
    let scene = &reader.scene;
    let told = (MessageId::new(), format!("downgrade-{}", request.id), original.body.as_str());
    let said = message(app, scene, target, granted.verdict(), request.requested_by, wish.to, told);
    let said = Message { downgraded_from: Some(original.id), ..said };
    let downgraded = settled("message.downgraded", reader, granted, settlement, Some(said.id));
    let version = target.room.conversation.label_version;
    let sealed = seal(scene, &said);
    let mut connection = app.pool.get().await?;
    let stored =
        label_requests::say_again(&mut connection, settlement, &said, version, &sealed, &downgraded).await?;
    drop(connection);
    let Some(seq) = stored else {
        app.chat.rooms.forget(target.room.id());
        return Err(Error::Conflict(codes::LABEL_CHANGED));
    };
    deliver::stored_here(app, target, Message { seq, ..said }).await;
    Ok(())
}

fn settlement(
    app: &App,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    reason: String,
) -> Settlement {
    Settlement { id: granted.0.id, decided_by: reader.actor.person, decided_at: app.clock.now(), reason }
}

fn settled(
    kind: &'static str,
    reader: &Reader,
    granted: &Granted<(LabelRequest, Wish)>,
    settlement: &Settlement,
    made: Option<MessageId>,
) -> NewEntry {
    let (request, wish) = &**granted;
    let scene = &reader.scene;
    let body = json!({
        "request_id": request.id,
        "conversation_id": request.conversation_id,
        "message_id": request.message_id,
        "target_id": request.target_id,
        "made_id": made,
        "from": written(scene, wish.from),
        "to": written(scene, wish.to),
        "requested_by": request.requested_by,
        "reason": settlement.reason,
        "rule": scene.rule_code(granted.verdict()),
        "policy_version": granted.verdict().policy_version,
    });
    entry(kind, settlement.decided_by, settlement.decided_at, body)
}

/// The label as the audit log keeps it.
fn written(scene: &Scene, label: Label) -> Value {
    let columns = scene.columns(label);
    json!({ "policy": columns.policy, "level": columns.level, "categories": columns.categories })
}

fn entry(kind: &'static str, actor: PersonId, at: DateTime<Utc>, entry: Value) -> NewEntry {
    NewEntry { at, kind, actor_id: Some(actor), entry }
}
