//! What everybody was decided by at moments of the past: rebuilt from the histories, one at a time, and the last few kept. What
//! has been does not change, so nothing that is kept grows old; moments that have only just passed are not kept, because
//! something that belongs to them may still be on its way into the database.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use policies::facts::Moment;
use policies::gate::InForce;
use schema::Pool;
use schema::audit::NewEntry;
use schema::gate_settings::{self, GateSettings};
use schema::ids::PersonId;
use schema::past::{self, PastConversation, PastGround, Subject, When};
use serde_json::json;

use super::Key;
use crate::access::Scene;
use crate::app::App;
use crate::config::{Config, Office};
use crate::error::{Error, codes};
use crate::org::{self, Mirror};

/// How many are kept: each holds a whole organisation.
const KEPT: usize = 4;
/// How long ago a moment must be: longer than any transaction takes from its last statement to its end.
const SETTLED: TimeDelta = TimeDelta::minutes(1);

/// What everybody was decided by at one moment.
pub struct Ground {
    mirror: Arc<Mirror>,
    policies: Arc<InForce>,
    /// The version of the mirror, where it is known.
    pub org_version: Option<i64>,
    /// What of the configuration decided.
    pub conditions: Conditions,
    moment: Moment,
    /// Everybody in the organisation, in the order of their names.
    everybody: OnceLock<Vec<(Key, PersonId)>>,
}

/// What of the configuration decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conditions {
    /// Whether the rules for a crisis held.
    pub crisis: bool,
    /// Whether the office was open.
    pub office_hours: bool,
    /// False: it was not on record yet, and this is by the configuration of today.
    pub recorded: bool,
}

impl Conditions {
    fn at(app: &App, settings: Option<GateSettings>, at: DateTime<Utc>) -> Self {
        let Some(settings) = settings else {
            let Moment { crisis, office_hours, .. } = app.moment_at(at);
            return Self { crisis, office_hours, recorded: false };
        };
        let GateSettings { crisis, utc_offset_minutes, opens, closes } = settings;
        let office_hours = Office { utc_offset_minutes, opens, closes }.is_open(at);
        Self { crisis, office_hours, recorded: true }
    }
}

/// Puts on record by what of `config` this node decides from `now` on, where that differs from what is on record.
pub async fn note_settings(pool: &Pool, config: &Config, now: DateTime<Utc>) -> Result<(), schema::Error> {
    let Office { utc_offset_minutes, opens, closes } = config.office;
    let settings = GateSettings { crisis: config.policy.crisis, utc_offset_minutes, opens, closes };
    let entry = NewEntry {
        at: now,
        kind: "settings.noted",
        actor_id: None,
        entry: json!({
            "crisis": settings.crisis,
            "utc_offset_minutes": utc_offset_minutes,
            "opens": opens,
            "closes": closes,
        }),
    };
    gate_settings::note(&mut *pool.get().await?, settings, now, &entry).await
}

impl Ground {
    /// The scene that they make.
    pub fn scene(&self) -> Scene {
        Scene::at(Arc::clone(&self.mirror), Arc::clone(&self.policies), self.moment)
    }

    /// Everybody in the organisation, in the order of their names.
    pub fn everybody(&self) -> &[(Key, PersonId)] {
        self.everybody.get_or_init(|| {
            let people = self.mirror.org.people();
            let mut found: Vec<_> = people
                .map(|place| {
                    let name = self.mirror.org.display_name(place).to_lowercase();
                    let id = self.mirror.org.person_id(place);
                    ((name, id), PersonId(id))
                })
                .collect();
            found.sort_unstable();
            found
        })
    }
}

/// The last few that were asked for.
#[derive(Default)]
pub struct Scenes {
    kept: Mutex<VecDeque<(When, Arc<Ground>)>>,
    building: tokio::sync::Mutex<()>,
}

impl Scenes {
    fn find(&self, when: When) -> Option<Arc<Ground>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| *known == when)?;
        let found = kept.remove(place)?;
        kept.push_back(found.clone());
        Some(found.1)
    }

    fn keep(&self, when: When, ground: Arc<Ground>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT
            && let Some(oldest) = kept.pop_front()
        {
            // An organisation is a million small pieces of memory: nobody waits until they are given back.
            tokio::task::spawn_blocking(move || drop(oldest));
        }
        kept.push_back((when, ground));
    }
}

/// What everybody was decided by, and the conversations that the question is about.
pub(super) async fn find(
    app: &App,
    subject: Subject,
    when: When,
    is_now: bool,
) -> Result<(Arc<Ground>, Vec<PastConversation>), Error> {
    if let Some(ground) = app.past.find(when) {
        let found = past::load(&app.pool, subject, when, false).await?;
        return Ok((ground, found.conversations));
    }
    let _one_at_a_time = app.past.building.lock().await;
    let (known, began) = (app.past.find(when), Instant::now());
    let found = past::load(&app.pool, subject, when, known.is_none()).await?;
    let read = began.elapsed();
    let ground = match (known, found.ground) {
        (Some(known), _) => known,
        (None, Some(rows)) => {
            let is_settled = when.at.max(when.known_at) + SETTLED < rows.read_at;
            let ground = Arc::new(build(app, rows, when, is_now).await?);
            let rebuilt = began.elapsed();
            tracing::info!(at = %when.at, ?read, ?rebuilt, "a moment of the past was rebuilt");
            if is_settled {
                app.past.keep(when, Arc::clone(&ground));
            }
            ground
        }
        (None, None) => return Err(Error::internal("the past was not read")),
    };
    Ok((ground, found.conversations))
}

async fn build(app: &App, rows: PastGround, when: When, is_now: bool) -> Result<Ground, Error> {
    let policies = if is_now {
        // What is in force now, this node knows best.
        app.gate.in_force()
    } else {
        let decided = app.policies.shelf.of(&rows.policies).await.map_err(Error::internal)?;
        // Before the first policy nothing could be decided.
        Arc::new(decided.ok_or(Error::invalid(codes::INVALID_VALUE, "at"))?)
    };
    let conditions = Conditions::at(app, rows.settings, when.at);
    let mirror = org::of_past(rows.org, policies.everywhere()).await?;
    let Conditions { crisis, office_hours, .. } = conditions;
    Ok(Ground {
        mirror: Arc::new(mirror),
        policies,
        org_version: rows.org_version,
        conditions,
        moment: Moment { now: when.at.timestamp_micros(), crisis, office_hours },
        everybody: OnceLock::new(),
    })
}
