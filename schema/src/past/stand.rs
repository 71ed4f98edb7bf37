//! What stood at a moment: the rows of transactions that had ended. All that one transaction writes carries the time at which
//! it began; the large ones, which give the mirror its next version, say when they ended as well.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::tables::{org_state_history, sync_runs};

/// A moment, and which transactions were under way then, by the times that their rows carry.
#[derive(Debug, Clone)]
pub(crate) struct Stand {
    pub(crate) at: DateTime<Utc>,
    pub(crate) under_way: Vec<DateTime<Utc>>,
}

impl Stand {
    pub(crate) async fn at(connection: &mut AsyncPgConnection, at: DateTime<Utc>) -> Result<Self, Error> {
        let under_way = org_state_history::table
            .filter(org_state_history::bumped_at.gt(at).and(org_state_history::changed_at.le(at)))
            .select(org_state_history::changed_at)
            .distinct()
            .load(connection)
            .await?;
        Ok(Self { at, under_way })
    }

    /// The version of the mirror; before versions were kept what the last finished run noted.
    pub(crate) async fn org_version(&self, connection: &mut AsyncPgConnection) -> Result<Option<i64>, Error> {
        let kept: Option<i64> = org_state_history::table
            .filter(org_state_history::bumped_at.le(self.at))
            .select(diesel::dsl::max(org_state_history::version))
            .first(connection)
            .await?;
        if kept.is_some() {
            return Ok(kept);
        }
        Ok(sync_runs::table
            .filter(sync_runs::finished_at.le(self.at))
            .select(diesel::dsl::max(sync_runs::org_version))
            .first(connection)
            .await?)
    }
}

/// The condition that a version of a row stood at the moment.
macro_rules! held {
    ($stand:expr) => {
        diesel::dsl::sql::<diesel::sql_types::Bool>("case when cardinality(")
            .bind::<diesel::sql_types::Array<diesel::sql_types::Timestamptz>, _>(&$stand.under_way)
            .sql(") = 0 then held @> ")
            .bind::<diesel::sql_types::Timestamptz, _>($stand.at)
            .sql(" else (lower_inf(held) or (lower(held) <= ")
            .bind::<diesel::sql_types::Timestamptz, _>($stand.at)
            .sql(" and lower(held) <> all(")
            .bind::<diesel::sql_types::Array<diesel::sql_types::Timestamptz>, _>(&$stand.under_way)
            .sql("))) and (upper_inf(held) or upper(held) > ")
            .bind::<diesel::sql_types::Timestamptz, _>($stand.at)
            .sql(" or upper(held) = any(")
            .bind::<diesel::sql_types::Array<diesel::sql_types::Timestamptz>, _>(&$stand.under_way)
            .sql(")) end")
    };
}
pub(crate) use held;
