//! Asking the gate, before doing: the same gate, the same answer, but nothing is done and nothing recorded.

use actix_web::{post, web};
use policies::facts::Action;
use schema::conversations;
use schema::ids::{ConversationId, PersonId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::conversations::hat;
use crate::access::denial::is_of_label;
use crate::access::{self, Granted, Place, Question, denial};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::views::{Decision, Label, Reader};

/// A question to the gate: about a person or about a conversation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionQuestion {
    /// What one would do: `dm.start`, `ch.post`, ….
    action: String,
    /// To whom; with a conversation: whom to bring in.
    person_id: Option<PersonId>,
    /// Where.
    conversation_id: Option<ConversationId>,
    /// Under which label; without it that of the conversation, or `open`.
    label: Option<Label>,
    /// In which hat; `own` without it.
    hat: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct DecisionAnswer {
    decision: Decision,
}

/// What the gate would say.
#[utoipa::path(
    operation_id = "ask_decision", tag = "decisions", security(("access_token" = [])),
    request_body = DecisionQuestion,
    responses(
        (status = 200, description = "The decision, whether it allows or not", body = DecisionAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "Nobody, or no conversation, that the reader may know of", body = ErrorBody),
        (status = 429, description = "`too_many_questions`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/decisions")]
pub(super) async fn ask_decision(
    app: App,
    reader: Reader,
    Body(asked): Body<DecisionQuestion>,
) -> Result<web::Json<DecisionAnswer>, Error> {
    app.limits.question(reader.actor.person)?;
    let action = Action::parse(&asked.action).ok_or(Error::invalid(codes::INVALID_VALUE, "action"))?;
    let hat = hat(asked.hat.as_deref())?;
    let labels = reader.scene.policy.labels();
    let label = asked.label.as_ref().map(|label| label.parse(labels, "label")).transpose()?;
    let place = place(&app, &reader, action, &asked).await?;
    let room = place.as_ref().map(|place| &*place.room);
    let own = room.and_then(|room| reader.scene.label_of(room));
    let partner = room.and_then(|room| room.partner_of(reader.actor.person));
    let target = asked.person_id.or(partner.filter(|_| !is_of_label(action)));
    let is_known = |person| reader.sees(person) || room.is_some_and(|room| room.seats.contains_key(&person));
    if target.is_some_and(|target| !is_known(target)) {
        return Err(Error::NotFound);
    }
    let label = label.or(own).unwrap_or_default();
    let question = Question { hat, action, target, room, label };
    let person = reader.actor.person;
    let verdict = denial::reason(&reader.scene, person, &question, question.decide(&reader.scene, person));
    Ok(web::Json(DecisionAnswer { decision: Decision::of(&reader, &question, verdict) }))
}

/// The conversation that the question is about, if it is about one that the reader may know of.
async fn place(
    app: &App,
    reader: &Reader,
    action: Action,
    asked: &DecisionQuestion,
) -> Result<Option<Granted<Place>>, Error> {
    match (asked.conversation_id, asked.person_id, action) {
        (Some(_), _, Action::DmStart | Action::PersonSee | Action::PersonFind | Action::PersonPresence) => {
            Err(Error::invalid(codes::INVALID_VALUE, "conversation_id"))
        }
        (Some(id), _, Action::ChJoin) => Ok(Some(access::open_or_known(app, reader, id).await?)),
        (Some(id), _, _) => Ok(Some(access::conversation(app, reader, id).await?)),
        (None, None, _) => Err(Error::invalid(codes::MISSING_FIELD, "person_id")),
        (None, Some(person), Action::DmSend | Action::DmFile | Action::DmCall) => {
            let mut connection = app.pool.get().await?;
            let found = conversations::find_direct(&mut connection, reader.actor.person, person).await?;
            drop(connection);
            match found {
                Some(id) => Ok(Some(access::conversation(app, reader, id).await?)),
                None => Ok(None),
            }
        }
        (None, Some(_), action) if action.as_str().starts_with("ch.") || is_of_label(action) => {
            Err(Error::invalid(codes::MISSING_FIELD, "conversation_id"))
        }
        (None, Some(_), _) => Ok(None),
    }
}
