//! Whether somebody could do something at a moment, and by which rule.

use actix_web::{get, web};
use policies::facts::Action;
use schema::ids::{ConversationId, PersonId};
use schema::past::Subject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::moment;
use crate::access::past::decision::{self, Wish};
use crate::access::past::{self, Asked};
use crate::actions::look;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::routes::conversations::hat;
use crate::views::Reader;
use crate::views::past_decisions::PastDecision;

/// What somebody would have done, and when.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PastDecisionQuery {
    /// Who.
    person_id: PersonId,
    /// What: `dm.send`, `ch.post`, `ch.read`, ….
    action: String,
    /// To whom; with a conversation: whom to bring in, or whose words it is about.
    to_person_id: Option<PersonId>,
    /// Where.
    conversation_id: Option<ConversationId>,
    /// In which hat: `own`, `duty`, `acting:<person>`, `assistant:<person>`; `own` without it.
    hat: Option<String>,
    /// Under which label: a level, and after a colon categories with commas between them. Without it that of the
    /// conversation, or `open`.
    label: Option<String>,
    /// The moment, by RFC 3339 and not in the future; now without it.
    #[param(format = DateTime)]
    at: Option<String>,
    /// As it was known when: what was entered later does not count. The moment itself without it: what the gate decided by.
    #[param(format = DateTime)]
    known_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PastDecisionAnswer {
    decision: PastDecision,
}

/// Whether somebody could do something at a moment: what the gate said, or would have said, with its rule, the policy version
/// and the version of the organisation. Every call is an entry in the audit log.
#[utoipa::path(
    operation_id = "get_past_decision", tag = "compliance", security(("access_token" = [])), params(PastDecisionQuery),
    responses(
        (status = 200, description = "The decision, whether it allowed or not", body = PastDecisionAnswer),
        (status = 400, description = "The query makes no sense: nobody and no conversation, an unknown action or label, a moment in the future", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`: the reader is no compliance officer", body = ErrorBody),
        (status = 404, description = "No such person or conversation at that moment", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/compliance/decision")]
pub(super) async fn get_past_decision(
    app: App,
    reader: Reader,
    asked: web::Query<PastDecisionQuery>,
) -> Result<web::Json<PastDecisionAnswer>, Error> {
    let officer = past::officer(&reader)?;
    let action = Action::parse(&asked.action).ok_or(Error::invalid(codes::INVALID_VALUE, "action"))?;
    let subject = match (asked.conversation_id, asked.to_person_id) {
        (Some(_), _) if decision::is_outside(action) => {
            return Err(Error::invalid(codes::INVALID_VALUE, "conversation_id"));
        }
        (Some(conversation), _) => Subject::Conversation(conversation),
        (None, Some(_)) if decision::is_inside(action) => {
            return Err(Error::invalid(codes::MISSING_FIELD, "conversation_id"));
        }
        (None, Some(target)) => Subject::Pair(asked.person_id, target),
        (None, None) => return Err(Error::invalid(codes::MISSING_FIELD, "to_person_id")),
    };
    let wish = Wish {
        person: asked.person_id,
        hat: hat(asked.hat.as_deref())?,
        action,
        target: asked.to_person_id,
        label: asked.label.as_deref().map(decision::label).transpose()?,
    };
    let when = Asked {
        at: moment(asked.at.as_deref(), "at")?,
        known_at: moment(asked.known_at.as_deref(), "known_at")?,
    };
    let found = match past::then(&app, &officer, subject, when).await {
        Ok(then) => then.decide(&wish).map(|decided| (then, decided)),
        Err(error) => Err(error),
    };
    let of_whom = json!({
        "person_id": wish.person,
        "action": action.as_str(),
        "to_person_id": wish.target,
        "conversation_id": asked.conversation_id,
        "hat": wish.hat.to_string(),
        "label": wish.label,
    });
    let (then, decided) = match found {
        // That something was not there is an answer too.
        Err(Error::NotFound) => {
            let details =
                json!({ "asked": of_whom, "at": when.at, "known_at": when.known_at, "found": false });
            look::note(&app, &officer, "compliance.decision_viewed", details).await?;
            return Err(Error::NotFound);
        }
        found => found?,
    };
    let details = json!({
        "asked": of_whom,
        "at": then.when.at,
        "known_at": then.when.known_at,
        "found": true,
        "allow": decided.verdict.allow,
        "rule": then.scene.rule_code(decided.verdict),
        "policy_version": decided.verdict.policy_version,
        "org_version": then.org_version,
    });
    look::note(&app, &officer, "compliance.decision_viewed", details).await?;
    let decision = PastDecision::of(&then, &wish, &decided, reader.language).ok_or(Error::NotFound)?;
    Ok(web::Json(PastDecisionAnswer { decision }))
}
