//! Versions: what is in force, all that there are, one with its rules, and a new one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::{HttpResponse, get, post, web};
use policies::aside;
use policies::edit;
use policies::facts::{Dimension, Facts};
use policies::gate::{PolicyFiles, Snapshot};
use policies::rules::Finding;
use schema::policy_activations::{self, Activation};
use schema::policy_versions::{self, SignatureRole, Version};
use schema::{Connection, nodes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::unbuilt;
use crate::access::policy::PolicyReader;
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::policy::Numbers;
use crate::policy::life::{self, Act, Draft};
use crate::policy::shelf::Built;
use crate::policy::statement::Statement;
use crate::routes::body::LargeBody;
use crate::routes::said;
use crate::views::policy::{ActivationView, NodeView, RuleBody, VersionView};

const LONGEST_NOTE: usize = 2000;
/// As many versions as a page lists: there are a few in a year.
const LISTED: i64 = 200;

/// What is in force.
#[derive(Serialize, ToSchema)]
pub(super) struct PolicyAnswer {
    /// The version in force everywhere.
    active: VersionView,
    /// Everything that is in force: everywhere, in single agencies, in the shadow.
    activations: Vec<ActivationView>,
    /// The nodes, and what each came to with the version in force everywhere.
    nodes: Vec<NodeView>,
    /// Whether the reader may act, and not only look.
    can_act: bool,
    /// Whether the reader acts for the security office.
    is_security: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct VersionsAnswer {
    versions: Vec<VersionView>,
}

/// A version with all that belongs to it.
#[derive(Serialize, ToSchema)]
pub(super) struct VersionAnswer {
    version: VersionView,
    /// Its rules, denials first.
    rules: Vec<RuleBody>,
    /// Its walls.
    walls: Vec<WallBody>,
    /// What every node that is there came to.
    nodes: Vec<NodeView>,
    /// What the reader may sign under it.
    to_sign: Option<ToSign>,
    /// How many cells its table has.
    cells: usize,
}

/// A wall between two segments.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WallBody {
    /// The two segments.
    #[schema(min_items = 2, max_items = 2)]
    between: Vec<String>,
    /// `open` or `closed`.
    state: String,
    /// Why.
    why: String,
}

/// What an officer may sign.
#[derive(Serialize, ToSchema)]
pub(super) struct ToSign {
    role: SignatureRole,
    /// The text, in UTF-8, over which the Ed25519 signature is made.
    statement: String,
}

/// A new version. What is not given stays as in the version that it is written from.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewVersionBody {
    /// The version in force everywhere, from which it is written.
    base: i64,
    /// What it is for.
    note: String,
    /// All rules.
    rules: Option<Vec<RuleBody>>,
    /// Walls whose state or reason changes, or that are new.
    #[serde(default)]
    walls: Vec<WallBody>,
    /// Whole files by name, for whoever writes them elsewhere; not together with rules or walls.
    files: Option<BTreeMap<String, String>>,
    /// Golden cases that are to expect what is decided now: file and line, as `findings` name those that fail.
    #[serde(default)]
    accept_cases: Vec<CasePlace>,
}

/// Where a golden case is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CasePlace {
    file: String,
    line: usize,
}

/// What is in force, and on which nodes.
#[utoipa::path(
    operation_id = "get_policy", tag = "policy", security(("access_token" = [])),
    responses(
        (status = 200, description = "What is in force", body = PolicyAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy")]
pub(super) async fn get_policy(app: App, keeper: PolicyReader) -> Result<web::Json<PolicyAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let activations = policy_activations::current(&mut connection).await?;
    let number = everywhere(&activations)?;
    let version = policy_versions::find(&mut connection, number).await?;
    let nodes = nodes::proofs(&mut connection, &[number]).await?;
    let active = views(&mut connection, &keeper, vec![version]).await?.pop().ok_or(Error::NotFound)?;
    let reader = &keeper.reader;
    Ok(web::Json(PolicyAnswer {
        active,
        activations: activations.iter().map(|one| ActivationView::of(reader, one)).collect(),
        nodes: nodes.into_iter().map(NodeView::of).collect(),
        can_act: keeper.officer.acting().is_ok(),
        is_security: keeper.officer.duty == crate::access::policy::Duty::Security,
    }))
}

fn everywhere(activations: &[Activation]) -> Result<i64, Error> {
    Numbers::of(activations).everywhere.ok_or_else(|| Error::internal("no policy is in force"))
}

async fn views(
    connection: &mut Connection,
    keeper: &PolicyReader,
    versions: Vec<Version>,
) -> Result<Vec<VersionView>, Error> {
    let numbers: Vec<i64> = versions.iter().map(|version| version.number).collect();
    let signatures = policy_versions::signatures(connection, &numbers).await?;
    let activations = policy_activations::latest(connection, LISTED).await?;
    let view = |version| VersionView::of(&keeper.reader, version, &signatures, &activations);
    Ok(versions.into_iter().map(view).collect())
}

/// The newest versions, newest first.
#[utoipa::path(
    operation_id = "list_policy_versions", tag = "policy", security(("access_token" = [])),
    responses(
        (status = 200, description = "The versions", body = VersionsAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/versions")]
pub(super) async fn list_policy_versions(
    app: App,
    keeper: PolicyReader,
) -> Result<web::Json<VersionsAnswer>, Error> {
    let mut connection = app.pool.get().await?;
    let versions = policy_versions::list(&mut connection, LISTED).await?;
    Ok(web::Json(VersionsAnswer { versions: views(&mut connection, &keeper, versions).await? }))
}

/// One version: its rules in columns and sentences, who signed it, what every node came to.
#[utoipa::path(
    operation_id = "get_policy_version", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "Its number")),
    responses(
        (status = 200, description = "The version", body = VersionAnswer),
        (status = 400, description = "`policy_invalid`: this program cannot use it", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/versions/{number}")]
pub(super) async fn get_policy_version(
    app: App,
    keeper: PolicyReader,
    number: web::Path<i64>,
) -> Result<web::Json<VersionAnswer>, Error> {
    answer(&app, &keeper, *number).await.map(web::Json)
}

async fn answer(app: &App, keeper: &PolicyReader, number: i64) -> Result<VersionAnswer, Error> {
    let mut connection = app.pool.get().await?;
    let version = policy_versions::find(&mut connection, number).await?;
    let signing = life::to_sign(&mut connection, keeper.officer, number, app.clock.now()).await.ok();
    let nodes = nodes::proofs(&mut connection, &[number]).await?;
    let version = views(&mut connection, keeper, vec![version]).await?.pop().ok_or(Error::NotFound)?;
    drop(connection);
    let built = app.policies.shelf.snapshot(number).await.map_err(unbuilt)?;
    Ok(VersionAnswer {
        version,
        rules: built.rules().iter().map(RuleBody::of).collect(),
        walls: walls(&built),
        nodes: nodes.into_iter().map(NodeView::of).collect(),
        to_sign: signing
            .map(|(version, role)| ToSign { role, statement: Statement::of(&version, role).to_string() }),
        cells: built.cells(),
    })
}

fn walls(policy: &Snapshot) -> Vec<WallBody> {
    let wall = |(between, is_closed, why): ([&str; 2], bool, &str)| WallBody {
        between: between.iter().map(|segment| (*segment).to_owned()).collect(),
        state: if is_closed { "closed" } else { "open" }.to_owned(),
        why: why.to_owned(),
    };
    policy.walls().each().map(wall).collect()
}

/// Keeps a new version as a draft, if nothing speaks against it. What does is in `findings`, each with file, line and key.
#[utoipa::path(
    operation_id = "create_policy_version", tag = "policy", security(("access_token" = [])),
    request_body = NewVersionBody,
    responses(
        (status = 201, description = "The draft", body = VersionAnswer),
        (status = 400, description = "`policy_invalid` with `findings`, or the body makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 409, description = "`policy_base_moved`, `policy_unchanged`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[post("/policy/versions")]
pub(super) async fn create_policy_version(
    app: App,
    keeper: PolicyReader,
    LargeBody(asked): LargeBody<NewVersionBody>,
) -> Result<HttpResponse, Error> {
    keeper.officer.acting()?;
    let note = said::lines("note", &asked.note, LONGEST_NOTE)?;
    let number = everywhere(&policy_activations::current(&mut *app.pool.get().await?).await?)?;
    let base = app.policies.shelf.get(number).await.map_err(unbuilt)?;
    let files = edited(&base, &asked).map_err(Error::PolicyInvalid)?;
    let files = accepted(files, &asked.accept_cases).await?;
    let draft = Draft { base: asked.base, files, note };
    let act = Act { officer: keeper.officer, at: app.clock.now() };
    let drafted = life::draft(&mut app.pool.get().await?, act, &base, draft).await?;
    let answer = answer(&app, &keeper, drafted.version.number).await?;
    Ok(HttpResponse::Created().json(answer))
}

fn edited(base: &Built, asked: &NewVersionBody) -> Result<PolicyFiles, Vec<Finding>> {
    let wrong = |message: &str| vec![Finding::new("the request", None, Some("files"), message)];
    let mut files = match &asked.files {
        Some(_) if asked.rules.is_some() || !asked.walls.is_empty() => {
            return Err(wrong("not together with rules or walls"));
        }
        Some(files) => PolicyFiles::from_map(files.clone()),
        None => PolicyFiles::clone(&base.files),
    };
    if let Some(rules) = &asked.rules {
        let rules: Vec<_> = rules.iter().map(RuleBody::text).collect();
        files = edit::with_rules(&files, &rules)?;
    }
    for wall in &asked.walls {
        let [one, other] = wall.between.as_slice() else {
            let message = "names the two segments that the wall parts";
            return Err(vec![Finding::new("walls.toml", None, Some("wall.between"), message)]);
        };
        files = edit::with_wall(&files, [one, other], &wall.state, &wall.why)?;
    }
    Ok(files)
}

/// The files with the cases expecting what is decided now.
async fn accepted(files: PolicyFiles, cases: &[CasePlace]) -> Result<PolicyFiles, Error> {
    if cases.is_empty() {
        return Ok(files);
    }
    let cases: BTreeSet<(String, usize)> = cases.iter().map(|case| (case.file.clone(), case.line)).collect();
    let files = Arc::new(files);
    let loading = move || {
        aside(|| {
            let policy = Snapshot::load(&files, 0)?;
            edit::expecting(&files, &policy, &cases)
        })
    };
    let done = tokio::task::spawn_blocking(loading).await.map_err(Error::internal)?;
    done.map_err(Error::PolicyInvalid)
}

/// Which two columns to lay out, and what the others are.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct MatrixQuery {
    /// The column whose values are the rows: `rel` without it.
    rows: Option<String>,
    /// The column whose values are the columns: `act` without it.
    columns: Option<String>,
    /// What the other columns are, as `band:officer,gap:0`. What is not named is what is most ordinary.
    #[param(max_length = 1000)]
    given: Option<String>,
}

/// What the policy says to each pair of values.
#[derive(Serialize, ToSchema)]
pub(super) struct MatrixAnswer {
    rows: Vec<&'static str>,
    columns: Vec<&'static str>,
    /// Every column of the facts and its value, those of rows and columns left out.
    given: BTreeMap<&'static str, &'static str>,
    /// Row by row.
    cells: Vec<Vec<CellView>>,
}

/// What the policy says.
#[derive(Serialize, ToSchema)]
pub(super) struct CellView {
    allow: bool,
    /// The rule that decides.
    rule: String,
}

/// The policy as a table of two columns of facts, the others being given.
#[utoipa::path(
    operation_id = "get_policy_matrix", tag = "policy", security(("access_token" = [])),
    params(("number" = i64, Path, description = "The version"), MatrixQuery),
    responses(
        (status = 200, description = "The table", body = MatrixAnswer),
        (status = 400, description = "There is no such column or value", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 403, description = "`role_required`", body = ErrorBody),
        (status = 404, description = "There is no such version", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `org_stale`", body = ErrorBody),
    ),
)]
#[get("/policy/versions/{number}/matrix")]
pub(super) async fn get_policy_matrix(
    app: App,
    _keeper: PolicyReader,
    number: web::Path<i64>,
    asked: web::Query<MatrixQuery>,
) -> Result<web::Json<MatrixAnswer>, Error> {
    let policy = app.policies.shelf.snapshot(*number).await.map_err(unbuilt)?;
    let named = |name: &Option<String>, field: &str, usual| match name {
        Some(name) => Dimension::parse(name).ok_or(Error::invalid(codes::INVALID_VALUE, field)),
        None => Ok(usual),
    };
    let rows = named(&asked.rows, "rows", Dimension::Relation)?;
    let columns = named(&asked.columns, "columns", Dimension::Action)?;
    if rows == columns {
        return Err(Error::invalid(codes::INVALID_VALUE, "columns"));
    }
    let mut places = Facts::ordinary().places();
    for part in asked.given.as_deref().unwrap_or_default().split(',').filter(|part| !part.is_empty()) {
        let parsed = part.split_once(':').and_then(|(column, value)| {
            let dimension = Dimension::parse(column)?;
            let place = dimension.values().iter().position(|known| *known == value)?;
            Some((dimension, u8::try_from(place).ok()?))
        });
        let (dimension, place) = parsed.ok_or(Error::invalid(codes::INVALID_VALUE, "given"))?;
        places = with(places, dimension, place);
    }
    let cell = |row, column| {
        let facts = Facts::at(&with(with(places, rows, row), columns, column));
        let verdict = policy.decide(Ok(facts));
        CellView { allow: verdict.allow, rule: policy.rule_code(verdict.rule).to_owned() }
    };
    let count = |dimension: Dimension| 0..u8::try_from(dimension.size()).unwrap_or(u8::MAX);
    let given = Dimension::ALL.iter().zip(places).filter(|(one, _)| **one != rows && **one != columns);
    Ok(web::Json(MatrixAnswer {
        rows: rows.values(),
        columns: columns.values(),
        given: given
            .filter_map(|(one, place)| Some((one.as_str(), *one.values().get(usize::from(place))?)))
            .collect(),
        cells: count(rows).map(|row| count(columns).map(|column| cell(row, column)).collect()).collect(),
    }))
}

fn with(mut places: [u8; 15], dimension: Dimension, place: u8) -> [u8; 15] {
    if let Some(slot) = places.get_mut(dimension as usize) {
        *slot = place;
    }
    places
}
