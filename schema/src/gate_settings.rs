//! What of the configuration decides: written by each node at its start, where it differs from what was there.

use chrono::{DateTime, NaiveTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::audit::{self, NewEntry};
use crate::past::{Stand, held};
use crate::tables::{gate_settings, gate_settings_history};

/// The settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = gate_settings)]
pub struct GateSettings {
    /// Whether the rules for a crisis hold.
    pub crisis: bool,
    /// How far the local time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// When the office opens on working days.
    pub opens: NaiveTime,
    /// When it closes.
    pub closes: NaiveTime,
}

const COLUMNS: (
    gate_settings::crisis,
    gate_settings::utc_offset_minutes,
    gate_settings::opens,
    gate_settings::closes,
) = (gate_settings::crisis, gate_settings::utc_offset_minutes, gate_settings::opens, gate_settings::closes);

/// Notes by what a node decides that starts at `now`, with the `entry` in the audit log, unless that is noted already.
pub async fn note(
    connection: &mut AsyncPgConnection,
    settings: GateSettings,
    now: DateTime<Utc>,
    entry: &NewEntry,
) -> Result<(), Error> {
    connection
        .transaction(async |connection| {
            let noted: Option<GateSettings> =
                gate_settings::table.select(COLUMNS).for_update().first(connection).await.optional()?;
            if noted == Some(settings) {
                return Ok(());
            }
            let written = diesel::insert_into(gate_settings::table)
                .values((settings, gate_settings::noted_at.eq(now)))
                .on_conflict(gate_settings::only_row)
                .do_update()
                .set((settings, gate_settings::noted_at.eq(now)));
            written.execute(connection).await?;
            audit::append(connection, entry).await
        })
        .await
}

/// What was noted then; nothing before the first start that noted it.
pub(crate) async fn at(
    connection: &mut AsyncPgConnection,
    stood: &Stand,
) -> Result<Option<GateSettings>, Error> {
    Ok(gate_settings_history::table
        .filter(held!(stood))
        .select((
            gate_settings_history::crisis,
            gate_settings_history::utc_offset_minutes,
            gate_settings_history::opens,
            gate_settings_history::closes,
        ))
        .first(connection)
        .await
        .optional()?)
}
