//! How the sources of the directory do, in figures.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Double, Nullable, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;

/// What the health of a source may be, as the migrations say.
pub const HEALTH: [&str; 5] = ["unknown", "reading", "following", "waiting", "failing"];

/// A source.
#[derive(Debug, Clone, QueryableByName)]
pub struct SourceFigures {
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// One of [`HEALTH`].
    #[diesel(sql_type = Text)]
    pub health: String,
    /// How long ago the directory last said something.
    #[diesel(sql_type = Nullable<Double>)]
    pub heard_seconds_ago: Option<f64>,
    /// Refused sets of changes that wait for an operator.
    #[diesel(sql_type = BigInt)]
    pub plans_waiting: i64,
    /// Entries of which something could not be used.
    #[diesel(sql_type = BigInt)]
    pub findings_open: i64,
    /// Whether no run may write.
    #[diesel(sql_type = Bool)]
    pub is_held: bool,
}

/// All sources.
pub async fn load(connection: &mut AsyncPgConnection) -> Result<Vec<SourceFigures>, Error> {
    Ok(sql_query(
        "select name, health, held_at is not null as is_held,
                extract(epoch from clock_timestamp() - heard_at)::double precision as heard_seconds_ago,
                (select count(*) from directory_plans plan where plan.source_id = sources.id and plan.state = 'waiting')
                    as plans_waiting,
                (select count(distinct finding.dn) from directory_findings finding
                    where finding.source_id = sources.id and finding.until is null) as findings_open
         from sources order by name",
    )
    .load(connection)
    .await?)
}
