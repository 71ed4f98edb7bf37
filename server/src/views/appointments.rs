//! Entries of the dated list of appointments, as those who keep it see them.

use chrono::{DateTime, TimeDelta, Utc};
use policies::explain::Language;
use schema::appointments::{Appointment, Kind, State};
use schema::ids::{AppointmentId, PersonId, RankId};
use serde::Serialize;
use utoipa::ToSchema;

use super::people::Rank;
use super::{PersonRef, UnitRef};
use crate::org::Mirror;

/// An entry of the list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Appointment)]
pub struct AppointmentView {
    id: AppointmentId,
    kind: Kind,
    state: State,
    /// Who is appointed.
    person: PersonRef,
    /// For whom: `acting`, `deputy`, `assistant`. Nobody is on duty for somebody.
    principal: Option<PersonRef>,
    /// Where: `further`, `secondment`; none where the unit is no more.
    unit: Option<UnitRef>,
    rank: Option<RankChoice>,
    title: Option<String>,
    from: DateTime<Utc>,
    /// When it ends by the order; none: until somebody ends it.
    until: Option<DateTime<Utc>>,
    reason: String,
    order_number: Option<String>,
    entered_by: PersonRef,
    entered_at: DateTime<Utc>,
    /// How it ended before its time, if it did.
    ended: Option<Ended>,
    /// What the reader may do: `end`.
    can: Vec<&'static str>,
}

/// How an entry ended before its time.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ended {
    by: PersonRef,
    at: DateTime<Utc>,
    reason: String,
}

/// A rank to appoint somebody to.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RankChoice {
    id: RankId,
    #[serde(flatten)]
    rank: Rank,
}

impl RankChoice {
    /// The rank of a row.
    pub fn of(row: &schema::ranks::Rank) -> Self {
        Self { id: row.id, rank: Rank::of_row(row) }
    }
}

impl AppointmentView {
    /// The entry as `reader` sees it at `at`; none where the mirror does not know whom it names.
    pub fn of(
        row: Appointment,
        mirror: &Mirror,
        ranks: &[schema::ranks::Rank],
        reader: PersonId,
        at: DateTime<Utc>,
    ) -> Option<Self> {
        let person = |id: PersonId| mirror.person(id).map(PersonRef::of);
        let state = row.state(at);
        let rank = row.rank_id.and_then(|id| ranks.iter().find(|rank| rank.id == id));
        let ended = match (row.ended_by, row.ended_at, row.end_reason) {
            (Some(by), Some(at), Some(reason)) => Some(Ended { by: person(by)?, at, reason }),
            _ => None,
        };
        Some(Self {
            id: row.id,
            kind: row.kind,
            state,
            person: person(row.person_id)?,
            principal: row.principal_id.and_then(person),
            unit: row.unit_id.and_then(|id| mirror.org.unit(id.0)).map(|unit| UnitRef::of(mirror, unit)),
            rank: rank.map(RankChoice::of),
            title: row.title,
            from: row.from_at,
            until: row.until_at,
            reason: row.reason,
            order_number: row.order_number,
            entered_by: person(row.entered_by)?,
            entered_at: row.entered_at,
            ended,
            can: if state != State::Past && row.person_id != reader { vec!["end"] } else { vec![] },
        })
    }
}

/// What is in the way of a new entry, in words, with the dates of the office.
pub fn clash(rows: &[Appointment], mirror: &Mirror, office: TimeDelta, language: Language) -> String {
    let named = rows.iter().map(|row| named(row, mirror, office, language));
    let named = named.collect::<Vec<_>>().join("; ");
    match language {
        Language::Ru => {
            format!(
                "В эти сроки уже есть другое назначение: {named}. Завершите его или выберите другие даты."
            )
        }
        Language::En => {
            format!("There is another appointment at that time: {named}. End it, or choose other dates.")
        }
    }
}

fn named(row: &Appointment, mirror: &Mirror, office: TimeDelta, language: Language) -> String {
    let name = |id: PersonId| mirror.person(id).map_or("?", |record| record.display_name.as_str());
    // Whoever is on duty is so for nobody in particular and in no post.
    let place = row.principal_id.map(name).or(row.title.as_deref());
    let place = place.map(|place| format!(" {place}")).unwrap_or_default();
    let what = match (row.kind, language) {
        (Kind::Further, Language::Ru) => "дополнительная должность",
        (Kind::Further, Language::En) => "further post",
        (Kind::Secondment, Language::Ru) => "временный перевод на должность",
        (Kind::Secondment, Language::En) => "secondment as",
        (Kind::Acting, Language::Ru) => "исполнение обязанностей за",
        (Kind::Acting, Language::En) => "acting for",
        (Kind::Deputy, Language::Ru) => "замещение на время отпуска:",
        (Kind::Deputy, Language::En) => "standing in during the leave of",
        (Kind::Assistant, Language::Ru) => "помощь руководителю:",
        (Kind::Assistant, Language::En) => "assistant of",
        (Kind::Duty, Language::Ru) => "дежурство",
        (Kind::Duty, Language::En) => "on duty",
    };
    // The end is the moment at which it is over: the day before is the last one.
    let day = |at: DateTime<Utc>| (at + office).format("%d.%m.%Y").to_string();
    let last = |at: DateTime<Utc>| day(at - TimeDelta::microseconds(1));
    let until = [row.until_at, row.ended_at].into_iter().flatten().min();
    let dates = match (until, language) {
        (Some(until), Language::Ru) => format!("с {} по {}", day(row.from_at), last(until)),
        (Some(until), Language::En) => format!("from {} to {}", day(row.from_at), last(until)),
        (None, Language::Ru) => format!("с {}, бессрочно", day(row.from_at)),
        (None, Language::En) => format!("from {} on", day(row.from_at)),
    };
    let order = row.order_number.as_deref().map(|number| match language {
        Language::Ru => format!(", приказ № {number}"),
        Language::En => format!(", order no. {number}"),
    });
    format!("{} — {what}{place}, {dates}{}", name(row.person_id), order.unwrap_or_default())
}
