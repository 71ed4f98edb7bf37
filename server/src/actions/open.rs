//! Makes conversations.

use policies::label::Label;
use schema::audit::NewEntry;
use schema::conversations::{self, Conversation, Kind};
use schema::ids::{ConversationId, PersonId};
use schema::members::{Member, Origin, Role};
use serde_json::json;

use crate::access::invite::{self, Founding};
use crate::access::{self, Granted, HatName};
use crate::app::App;
use crate::error::{Error, codes};
use crate::realtime::announce;
use crate::views::Reader;

/// The direct conversation of the reader and `target`, and whether it is new. One that exists is found, whatever the
/// policy says of beginning it by now, if it may still be read.
pub async fn direct(
    app: &App,
    reader: &Reader,
    hat: HatName,
    target: PersonId,
    label: Label,
) -> Result<(ConversationId, bool), Error> {
    if target == reader.actor.person {
        return Err(Error::invalid(codes::INVALID_VALUE, "person_ids"));
    }
    if let Some(id) = existing(app, reader, target, label).await? {
        return Ok((id, false));
    }
    let founding = invite::direct(app, reader, hat, target, label).await?;
    match open(app, reader, &founding, None).await {
        Ok(id) => Ok((id, true)),
        // Somebody else was faster, most likely the other one of the two.
        Err(Error::Conflict(code)) if code == codes::EXISTS_ALREADY => {
            let id = existing(app, reader, target, label).await?.ok_or(Error::NotFound)?;
            Ok((id, false))
        }
        Err(error) => Err(error),
    }
}

/// The direct conversation that there is. Whoever asks for a label must not be given one without it.
async fn existing(
    app: &App,
    reader: &Reader,
    target: PersonId,
    label: Label,
) -> Result<Option<ConversationId>, Error> {
    let mut connection = app.pool.get().await?;
    let found = conversations::find_direct(&mut connection, reader.actor.person, target).await?;
    drop(connection);
    let Some(id) = found else { return Ok(None) };
    let place = access::conversation(app, reader, id).await?;
    if !label.is_open() && reader.scene.label_of(&place.room) != Some(label) {
        return Err(Error::Conflict(codes::LABEL_DIFFERS));
    }
    Ok(Some(id))
}

/// Makes the conversation that was granted.
pub async fn open(
    app: &App,
    reader: &Reader,
    founding: &Granted<Founding>,
    name: Option<String>,
) -> Result<ConversationId, Error> {
    let founder = reader.actor.person;
    let row = row(app, reader, founding, name);
    let members = first_members(&row, founder, &founding.people);
    let rule = reader.scene.rule_code(founding.verdict());
    let mut entries = vec![NewEntry {
        at: row.created_at,
        kind: "conversation.created",
        actor_id: Some(founder),
        entry: json!({
            "conversation_id": row.id,
            "kind": row.kind,
            "channel_kind": row.channel_kind,
            "name": row.name,
            "agency_id": row.agency_id,
            "unit_id": row.unit_id,
            "label": { "level": row.label_level, "categories": row.label_categories },
            "rule": rule,
            "policy_version": founding.verdict().policy_version,
        }),
    }];
    entries.extend(members.iter().map(|member| super::members::added(founder, member)));
    let mut connection = app.pool.get().await?;
    match conversations::open(&mut connection, &row, &members, &entries).await {
        Err(error) if error.refused_by(conversations::ONE_PER_PAIR) => {
            return Err(Error::Conflict(codes::EXISTS_ALREADY));
        }
        done => done?,
    }
    drop(connection);
    let people = members.iter().map(|member| member.person_id).collect();
    announce::changed_here(app, row.id, people, Vec::new()).await;
    Ok(row.id)
}

fn row(app: &App, reader: &Reader, founding: &Founding, name: Option<String>) -> Conversation {
    let founder = reader.actor.person;
    let other = founding.people.first().copied().filter(|_| founding.kind == Kind::Direct);
    let label = reader.scene.columns(founding.label);
    Conversation {
        id: ConversationId::new(),
        kind: founding.kind,
        channel_kind: founding.channel_kind,
        name,
        agency_id: founding.agency,
        unit_id: founding.unit,
        direct_low: other.map(|other| other.min(founder)),
        direct_high: other.map(|other| other.max(founder)),
        label_policy: label.policy,
        label_level: label.level,
        label_categories: label.categories,
        label_version: 0,
        created_by: Some(founder),
        created_at: app.clock.now(),
        archived_at: None,
        last_seq: 0,
    }
}

fn first_members(row: &Conversation, founder: PersonId, people: &[PersonId]) -> Vec<Member> {
    let role_of_founder = if row.kind == Kind::Direct { Role::Member } else { Role::Owner };
    let member = |person_id, role| Member {
        conversation_id: row.id,
        person_id,
        role,
        origin: Origin::Chosen,
        reads_from_seq: 1,
        joined_at: row.created_at,
    };
    std::iter::once(member(founder, role_of_founder))
        .chain(people.iter().map(|person| member(*person, Role::Member)))
        .collect()
}
