//! Oneself, and the people one works with.

use actix_web::{get, web};
use policies::org::{Hat, PersonIx};
use serde::Serialize;
use utoipa::ToSchema;

use super::units::channels_of;
use crate::app::App;
use crate::config;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::files::MOST_PER_MESSAGE;
use crate::views::people::Me;
use crate::views::{Person, Reader, Unit};

#[derive(Serialize, ToSchema)]
pub(super) struct MeAnswer {
    me: Me,
    /// What may be sent with messages; nothing where no files are taken.
    files: Option<FileLimits>,
    /// For how long one may change what one said.
    messages: MessageLimits,
}

/// For how long after it was sent its author may change a message.
#[derive(Serialize, ToSchema)]
pub(super) struct MessageLimits {
    /// For how many minutes it may say something else.
    edit_minutes: u32,
    /// For how many minutes it may be taken back.
    delete_minutes: u32,
}

/// What may be sent with messages.
#[derive(Serialize, ToSchema)]
pub(super) struct FileLimits {
    /// How many octets the files of one message may have together.
    max_bytes: u64,
    /// How many files one message may bring.
    max_per_message: usize,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ColleaguesAnswer {
    /// The chain of superiors, the nearest first.
    superiors: Vec<Person>,
    /// Who has the same superior, and whom a further post brings into one unit with the reader.
    peers: Vec<Person>,
    /// Whose superior the reader is.
    reports: Vec<Person>,
    /// The reader's unit.
    unit: Unit,
}

/// The reader: posts, hats, clearance, roles.
#[utoipa::path(
    operation_id = "get_me", tag = "people", security(("access_token" = [])),
    responses(
        (status = 200, description = "The reader", body = MeAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
    ),
)]
#[get("/me")]
pub(super) async fn get_me(app: App, reader: Reader) -> Result<web::Json<MeAnswer>, Error> {
    let me = Me::of(&reader).ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
    let files = app
        .files
        .is_some()
        .then(|| FileLimits { max_bytes: app.config.files.max_bytes(), max_per_message: MOST_PER_MESSAGE });
    let config::Messages { edit_minutes, delete_minutes } = app.config.messages;
    Ok(web::Json(MeAnswer { me, files, messages: MessageLimits { edit_minutes, delete_minutes } }))
}

/// The people around the reader in the tree, as far as the reader may see them.
#[utoipa::path(
    operation_id = "get_colleagues", tag = "people", security(("access_token" = [])),
    responses(
        (status = 200, description = "Superiors, peers, reports, unit", body = ColleaguesAnswer),
        (status = 401, description = "Not signed in", body = ErrorBody),
    ),
)]
#[get("/me/colleagues")]
pub(super) async fn get_colleagues(app: App, reader: Reader) -> Result<web::Json<ColleaguesAnswer>, Error> {
    let org = &reader.scene.mirror.org;
    let unit = org.unit_of(reader.person);
    let channel = channels_of(&app, &reader, &[unit]).await?.remove(&unit);
    let reports = reports(&reader);
    let mut peers = org.peers(reader.person);
    peers.extend(hosts_and_guests(&reader));
    peers.retain(|peer| *peer != reader.person && !reports.contains(peer));
    peers.sort_unstable();
    peers.dedup();
    let by_name = |people: &[PersonIx]| {
        let mut people = people.to_vec();
        people.sort_by_cached_key(|person| org.display_name(*person).to_lowercase());
        people.into_iter().filter_map(|person| Person::if_visible(&reader, person)).collect()
    };
    Ok(web::Json(ColleaguesAnswer {
        superiors: org
            .superiors(reader.person)
            .filter_map(|above| Person::if_visible(&reader, above))
            .collect(),
        peers: by_name(&peers),
        reports: by_name(&reports),
        unit: Unit::of(&reader, unit, channel),
    }))
}

/// Whom a further post brings together with the reader: those of the units where the reader holds one, and those who
/// hold one in the reader's unit.
fn hosts_and_guests(reader: &Reader) -> Vec<PersonIx> {
    let (org, now) = (&reader.scene.mirror.org, reader.scene.moment.now);
    let superiors: Vec<PersonIx> = org.superiors(reader.person).collect();
    let mut found = Vec::new();
    for unit in org.units_of(reader.person, now) {
        if unit != org.unit_of(reader.person) {
            found.extend_from_slice(org.people_of(unit));
        }
        found.extend(org.guests_of(unit, now));
    }
    found.retain(|person| !superiors.contains(person));
    found
}

/// Who reports to the reader: in their own post, and to the absent head for whom they act.
fn reports(reader: &Reader) -> Vec<PersonIx> {
    let org = &reader.scene.mirror.org;
    let mut reports = org.reports(reader.person).to_vec();
    for hat in org.hats(reader.person, reader.scene.moment.now) {
        if let Hat::Acting { principal, .. } = hat {
            reports.extend(org.reports(principal).iter().copied().filter(|report| *report != reader.person));
        }
    }
    reports
}
