//! What a plan would mean, as requests keep it, commands print it and the console shows it.

use schema::Pool;
use schema::ids::SourceId;
use serde_json::{Value, json};

use super::weigh::{WeighError, weigh};
use crate::config::Source;
use crate::plan::{Counts, Plan};

/// What it would mean, by the policy in force. Where more than the counts cannot be told, `not_known` says why.
pub(crate) async fn of(pool: &Pool, source: &Source, id: SourceId, plan: &Plan) -> Value {
    let weighed = weigh(pool, source, id, plan).await.map(|consequences| json!(consequences));
    let told = weighed.unwrap_or_else(|error| {
        if !matches!(error, WeighError::NoPolicy) {
            tracing::warn!(source = source.name, %error, "what the plan would mean is not known");
        }
        json!({ "not_known": error.to_string() })
    });
    with_people(told, &plan.counts)
}

/// What the first read of a source would mean: everybody is new, and nobody loses anything.
pub(crate) fn of_first(counts: &Counts) -> Value {
    with_people(json!({ "not_known": "nobody of this source is in the mirror yet" }), counts)
}

fn with_people(mut told: Value, counts: &Counts) -> Value {
    if let Some(fields) = told.as_object_mut() {
        let people = json!({
            "added": counts.people_added, "moved": counts.people_moved, "disabled": counts.people_disabled,
            "gone": counts.people_gone,
        });
        fields.insert("people".to_owned(), people);
    }
    told
}
