//! Changes the dated list of appointments. Each change is an act on record, and in force on every node at once.

use chrono::{DateTime, Utc};
use policies::explain::Language;
use schema::appointments::{self, Appointment, Ending, NewAppointment, Outcome};
use schema::audit::NewEntry;
use schema::ids::AppointmentId;
use serde_json::json;

use crate::access::personnel::Keeper;
use crate::app::App;
use crate::error::{Error, codes};
use crate::views::appointments::clash;

/// The entry, if it is in the list that the keeper keeps.
pub async fn kept(
    connection: &mut schema::Connection,
    keeper: &Keeper,
    id: AppointmentId,
) -> Result<Appointment, Error> {
    let entry = appointments::find(connection, id).await?;
    if keeper.keeps(entry.source_id) { Ok(entry) } else { Err(Error::NotFound) }
}

/// Makes `new`, ends `ending`, or does both as one, at `at`. The list of the agency is the keeper's, which the caller
/// has seen to; that nobody decides about themselves is seen to here.
pub async fn change(
    app: &App,
    keeper: &Keeper,
    ending: Option<&Ending>,
    new: Option<&NewAppointment>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let own = keeper.reader.actor.person;
    let mut connection = app.pool.get().await?;
    if let Some(ending) = ending
        && kept(&mut connection, keeper, ending.id).await?.person_id == own
    {
        return Err(Error::Forbidden(codes::APPOINTS_ONESELF));
    }
    if new.is_some_and(|new| new.person_id == own) {
        return Err(Error::Forbidden(codes::APPOINTS_ONESELF));
    }
    let entries = [
        ending.map(|ending| ended(ending, new.map(|new| new.id), at)),
        new.map(|new| made(new, ending.map(|ending| ending.id), at)),
    ];
    let entries: Vec<NewEntry> = entries.into_iter().flatten().collect();
    let mirror = &keeper.reader.scene.mirror;
    match appointments::change(&mut connection, ending, new, at, &entries).await.map_err(meaning)? {
        Outcome::Done(version) => {
            tracing::info!(version, "the list of appointments changed");
            Ok(())
        }
        Outcome::Over => Err(Error::Conflict(codes::APPOINTMENT_OVER)),
        Outcome::InTheWay(rows) => {
            let language: Language = keeper.reader.language;
            let message = clash(&rows, mirror, app.config.office.ahead_of_utc(), language);
            Err(Error::Clash { code: codes::APPOINTMENT_CLASHES, message })
        }
    }
}

/// What is wrong where the database's rules refuse an entry: its unit and rank are of another agency, or of none.
fn meaning(error: schema::Error) -> Error {
    for (rule, field) in [
        ("appointments_source_id_unit_id_fkey", "unit_id"),
        ("appointments_source_id_rank_id_fkey", "rank_id"),
        ("appointments_source_id_principal_id_fkey", "principal_id"),
    ] {
        if error.refused_by(rule) {
            return Error::invalid(codes::INVALID_VALUE, field);
        }
    }
    error.into()
}

fn made(new: &NewAppointment, replaces: Option<AppointmentId>, at: DateTime<Utc>) -> NewEntry {
    NewEntry {
        at,
        kind: "appointment.made",
        actor_id: Some(new.entered_by),
        entry: json!({
            "appointment_id": new.id,
            "kind": new.kind,
            "person_id": new.person_id,
            "principal_id": new.principal_id,
            "unit_id": new.unit_id,
            "rank_id": new.rank_id,
            "title": new.title,
            "from": new.from_at,
            "until": new.until_at,
            "reason": new.reason,
            "order_number": new.order_number,
            "replaces": replaces,
        }),
    }
}

fn ended(ending: &Ending, replaced_by: Option<AppointmentId>, at: DateTime<Utc>) -> NewEntry {
    NewEntry {
        at,
        kind: "appointment.ended",
        actor_id: Some(ending.ended_by),
        entry: json!({
            "appointment_id": ending.id,
            "reason": ending.end_reason,
            "replaced_by": replaced_by,
        }),
    }
}
