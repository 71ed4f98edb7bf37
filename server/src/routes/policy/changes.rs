//! What a version would change: over all combinations of facts, and by what was counted in the shadow.

use actix_web::{get, post, web};
use org_input::consequences::Consequences;
use policies::aside;
use policies::diff::{self, Change, Effect};
use schema::ids::PersonId;
use schema::{policy_differences, policy_versions};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::unbuilt;
use crate::access::policy::PolicyReader;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::policy::whatif::{self, Whom};
use crate::routes::body::Body;
use crate::views::policy::DifferenceView;

/// As many people as are asked about by name.
const NAMED_MAX: usize = 200;

/// With which version to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ChangesQuery {
    /// The earlier version; without it that from which the version was written.
    from: Option<i64>,
}

/// How two versions differ over all combinations of facts.
#[derive(Serialize, ToSchema)]
pub(super) struct ChangesAnswer {
    from: i64,
    to: i64,
    /// Rules that only the later version has.
    added: Vec<String>,
    /// Rules that only the earlier version has.
    removed: Vec<String>,
    /// How many combinations were compared: all there are.
    compared: u64,
    /// How many were permitted and are forbidden.
    lost: u64,
    /// How many were forbidden and are permitted.
    gained: u64,
    /// What changes, what is lost first, the largest first.
    changes: Vec<ChangeView>,
}

/// Combinations of facts that go from one rule to another.
#[derive(Serialize, ToSchema)]
#[schema(as = PolicyChange)]
pub(super) struct ChangeView {
    /// `lost`, `gained` or `reason`: the same verdict by another rule.
    effect: String,
    action: String,
    before: String,
    after: String,
    /// How many combinations.
    facts: u64,
    /// One of them, in words.
    example: String,
}

/// What was counted in the shadow.
#[derive(Serialize, ToSchema)]
pub(super) struct DifferencesAnswer {
    differences: Vec<DifferenceView>,
}

/// What a version decides differently, over all combinations of facts.
#[utoipa::path(
    operation_id = "get_policy_changes", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The later version"), ChangesQuery),
    responses(
        (status = 200, description = "How they differ", body = ChangesAnswer),
        (status = 400, description = "`policy_invalid`: they cannot be compared", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version, or none before it", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/versions/{number}/changes")]
pub(super) async fn get_policy_changes(
    app: App,
    _keeper: PolicyReader,
    number: web::Path<i64>,
    asked: web::Query<ChangesQuery>,
) -> Result<web::Json<ChangesAnswer>, Error> {
    let base = policy_versions::find(&mut *app.pool.get().await?, *number).await?.base;
    let from = asked.from.or(base).ok_or(Error::NotFound)?;
    let shelf = &app.policies.shelf;
    let before = shelf.snapshot(from).await.map_err(unbuilt)?;
    let after = shelf.snapshot(*number).await.map_err(unbuilt)?;
    let comparing = tokio::task::spawn_blocking(move || aside(|| diff::diff(&before, &after)));
    let found = comparing.await.map_err(Error::internal)?;
    let found = found.map_err(|finding| Error::PolicyInvalid(vec![finding]))?;
    Ok(web::Json(ChangesAnswer {
        from,
        to: *number,
        compared: found.compared,
        lost: found.facts(Effect::Lost),
        gained: found.facts(Effect::Gained),
        changes: found.changes.into_iter().map(ChangeView::of).collect(),
        added: found.added,
        removed: found.removed,
    }))
}

impl ChangeView {
    fn of(change: Change) -> Self {
        Self {
            effect: change.effect.as_str().to_owned(),
            action: change.action.as_str().to_owned(),
            before: change.before,
            after: change.after,
            facts: change.facts,
            example: change.words,
        }
    }
}

/// Where the version would have decided otherwise while it was in the shadow.
#[utoipa::path(
    operation_id = "get_policy_differences", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version")),
    responses(
        (status = 200, description = "What was counted", body = DifferencesAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/versions/{number}/differences")]
pub(super) async fn get_policy_differences(
    app: App,
    _keeper: PolicyReader,
    number: web::Path<i64>,
) -> Result<web::Json<DifferencesAnswer>, Error> {
    let found = policy_differences::of(&mut *app.pool.get().await?, *number).await?;
    Ok(web::Json(DifferencesAnswer { differences: found.into_iter().map(DifferenceView::of).collect() }))
}

/// Whom to ask about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WeighBody {
    /// At most 200 people, about each of whom everything is said exactly; everybody without them, contacts being drawn.
    person_ids: Option<Vec<PersonId>>,
    /// The earlier version; without it that which is in force everywhere.
    from: Option<i64>,
}

/// What a version would mean.
#[derive(Serialize, ToSchema)]
pub(super) struct WeighAnswer {
    from: i64,
    to: i64,
    /// Conversations lost and gained, contacts forbidden and allowed, with examples; where contacts were drawn, how far off
    /// the numbers may be.
    #[schema(value_type = Object)]
    consequences: Consequences,
}

/// What a version would mean for the people and conversations that there are.
#[utoipa::path(
    operation_id = "weigh_policy_version", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version")),
    request_body = WeighBody,
    responses(
        (status = 200, description = "What would change", body = WeighAnswer),
        (status = 400, description = "The body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version or person", body = ErrorBody),
        (status = 409, description = "`whatif_busy`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/versions/{number}/whatif")]
pub(super) async fn weigh_policy_version(
    app: App,
    keeper: PolicyReader,
    number: web::Path<i64>,
    Body(asked): Body<WeighBody>,
) -> Result<web::Json<WeighAnswer>, Error> {
    keeper.officer.acting()?;
    let whom = match asked.person_ids {
        Some(people) if people.is_empty() || people.len() > NAMED_MAX => {
            return Err(Error::invalid(codes::INVALID_VALUE, "person_ids"));
        }
        Some(people) if people.iter().any(|id| keeper.reader.scene.place(*id).is_none()) => {
            return Err(Error::NotFound);
        }
        Some(people) => Whom::People(people),
        None => Whom::Everybody,
    };
    let shelf = &app.policies.shelf;
    let from = asked.from.unwrap_or_else(|| app.gate.snapshot().version());
    let (before, after) =
        (shelf.snapshot(from).await.map_err(unbuilt)?, shelf.snapshot(*number).await.map_err(unbuilt)?);
    let Ok(_alone) = app.policies.weighing.try_lock() else {
        return Err(Error::Conflict(codes::WHATIF_BUSY));
    };
    let consequences = whatif::weigh(&app.pool, before, after, &whom).await?;
    Ok(web::Json(WeighAnswer { from, to: *number, consequences }))
}
