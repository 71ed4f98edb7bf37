//! People: searching, looking at one, and their photos. Whoever may not be seen is not there.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header, HeaderValue, IfNoneMatch,
};
use actix_web::{HttpRequest, HttpResponse, get, web};
use policies::facts::{Action, Contact};
use policies::label::Label as PolicyLabel;
use schema::ids::{PersonId, UnitId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::page;
use crate::access::{self, HatName, Question};
use crate::app::App;
use crate::error::describe::ErrorBody;
use crate::error::{Error, codes};
use crate::org::search::Query;
use crate::views::people::PersonCard;
use crate::views::{Decision, Person, Reader};

const LONGEST_QUERY: usize = 200;

/// Whom to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    /// The beginnings of words of the name, title, login or mail address, in any order.
    #[param(max_length = 200)]
    query: Option<String>,
    /// Only people who hold a post in this unit or below it.
    unit: Option<UnitId>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many people, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<usize>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PeopleAnswer {
    pub(super) people: Vec<Person>,
    pub(super) next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct PersonAnswer {
    person: PersonCard,
}

/// The people whom the reader may see, in the order of their names.
#[utoipa::path(
    operation_id = "list_people", tag = "people", security(("access_token" = [])), params(PeopleQuery),
    responses(
        (status = 200, description = "A page of people", body = PeopleAnswer),
        (status = 400, description = "The query makes no sense", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No such unit", body = ErrorBody),
    ),
)]
#[get("/people")]
pub(super) async fn list_people(
    reader: Reader,
    asked: web::Query<PeopleQuery>,
) -> Result<web::Json<PeopleAnswer>, Error> {
    let asked = asked.into_inner();
    let text = asked.query.unwrap_or_default();
    if text.chars().count() > LONGEST_QUERY {
        return Err(Error::invalid(codes::TOO_LONG, "query"));
    }
    let mirror = &reader.scene.mirror;
    let unit = asked.unit.map(|id| mirror.org.unit(id.0).ok_or(Error::NotFound)).transpose()?;
    let after: Option<(String, Uuid)> = page::key(asked.cursor.as_deref())?;
    let query = Query::new(&text);
    let found = mirror
        .index()
        .after(after.as_ref())
        .filter(|entry| query.matches(entry))
        .filter(|entry| {
            let posts = || mirror.org.units_of(entry.person, reader.scene.moment.now);
            unit.is_none_or(|unit| posts().into_iter().any(|post| mirror.is_within(post, unit)))
        })
        .filter_map(|entry| Some((&entry.key, Person::if_found(&reader, entry.person)?)));
    let (people, next) = page::cut(found, page::limit(asked.limit)?)?;
    Ok(web::Json(PeopleAnswer { people, next }))
}

/// A person's card. A refusal of `dm.start` is explained, with the people to write to instead.
#[utoipa::path(
    operation_id = "get_person", tag = "people", security(("access_token" = [])),
    params(("id" = PersonId, Path, description = "The person")),
    responses(
        (status = 200, description = "The person", body = PersonAnswer),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "Nobody whom the reader may see", body = ErrorBody),
    ),
)]
#[get("/people/{id}")]
pub(super) async fn get_person(
    app: App,
    reader: Reader,
    id: web::Path<PersonId>,
) -> Result<web::Json<PersonAnswer>, Error> {
    let id = id.into_inner();
    let person = access::person(&app, &reader, id).await?;
    let own = person == reader.person;
    let conversation = if own {
        None
    } else {
        schema::conversations::find_direct(&mut *app.pool.get().await?, reader.actor.person, id).await?
    };
    let decision = if own { None } else { refusal_to_start(&reader, id) };
    let card = PersonCard::of(&reader, person, conversation, decision);
    Ok(web::Json(PersonAnswer { person: card.ok_or(Error::NotFound)? }))
}

/// A person's photo.
#[utoipa::path(
    operation_id = "get_photo", tag = "people", security(("access_token" = [])),
    params(("id" = PersonId, Path, description = "The person")),
    responses(
        (status = 200, description = "The photo", content_type = "image/jpeg", body = Vec<u8>),
        (status = 304, description = "The browser has it"),
        (status = 400, description = "`invalid_id`", body = ErrorBody),
        (status = 401, description = "Not signed in", body = ErrorBody),
        (status = 404, description = "No photo, or nobody whom the reader may see", body = ErrorBody),
    ),
)]
#[get("/people/{id}/photo")]
pub(super) async fn get_photo(
    app: App,
    reader: Reader,
    request: HttpRequest,
    id: web::Path<PersonId>,
) -> Result<HttpResponse, Error> {
    let person = access::person(&app, &reader, id.into_inner()).await?;
    let record = reader.scene.mirror.record(person).ok_or(Error::NotFound)?;
    let tag = EntityTag::new_strong(record.photo.clone().ok_or(Error::NotFound)?);
    // The browser may keep the photo but must ask each time: whoever may no longer see the person gets nothing.
    let private = (CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(IfNoneMatch::Items(known)) = IfNoneMatch::parse(&request)
        && known.iter().any(|known| known.weak_eq(&tag))
    {
        return Ok(HttpResponse::NotModified()
            .insert_header(private)
            .insert_header((ETAG, tag.to_string()))
            .finish());
    }
    let photo = schema::photos::find(&mut *app.pool.get().await?, record.id).await?.ok_or(Error::NotFound)?;
    let media_type = match photo.bytes.as_slice() {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        _ => return Err(Error::NotFound),
    };
    Ok(HttpResponse::Ok()
        .insert_header(private)
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CONTENT_TYPE, media_type))
        .body(photo.bytes))
}

/// Why the reader may not begin a conversation with `target`, if they may not.
fn refusal_to_start(reader: &Reader, target: PersonId) -> Option<Decision> {
    let verdict = reader.verdict(Action::DmStart, target, Contact::None);
    let question = Question {
        hat: HatName::Own,
        action: Action::DmStart,
        target: Some(target),
        room: None,
        label: PolicyLabel::default(),
    };
    (!verdict.allow).then(|| Decision::of(reader, &question, verdict))
}
