//! The JSON shapes, shared by answers and events. Whatever names a person is made for a [`Reader`].

pub mod access;
pub mod appointments;
pub mod audit;
pub mod cases;
pub mod conversations;
pub mod decisions;
pub mod directory;
pub mod exceptions;
pub mod exports;
pub mod files;
pub mod holds;
pub mod label_requests;
pub mod labels;
pub mod messages;
pub mod past_activity;
pub mod past_decisions;
pub mod past_units;
pub mod people;
pub mod policy;
pub mod retention;
pub mod sessions;
pub mod units;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use org_input::HIGHEST;
use policies::explain::Language;
use policies::facts::{Action, Asker, Contact};
use policies::gate::Verdict;
use policies::label::Label as PolicyLabel;
use policies::org::{Hat, PersonIx};
use schema::ids::{PersonId, SessionId};
use uuid::Uuid;

pub use decisions::Decision;
pub use labels::{Label, ShownLabel};
pub use people::{Person, PersonRef};
pub use units::{Unit, UnitRef};

use crate::access::scene::Scene;
use crate::app::App;
use crate::auth::Actor;
use crate::error::{Error, codes};
use crate::language;

/// For whom something is shown: the person, their language, and the scene in which all of the request takes place.
pub struct Reader {
    /// Mirror, policy and time.
    pub scene: Scene,
    /// Who reads.
    pub actor: Actor,
    /// Where the reader stands in the tree.
    pub person: PersonIx,
    /// The reader's language.
    pub language: Language,
}

impl Reader {
    /// The reader that `actor` is, now.
    pub fn new(app: &App, actor: Actor, language: Language) -> Result<Self, Error> {
        let scene = Scene::now(app);
        let person = scene.place(actor.person).ok_or(Error::Unauthorized(codes::ACCOUNT_DISABLED))?;
        Ok(Self { scene, actor, person, language })
    }

    /// Somebody who did not ask but listens: the reader of an event. Events say nothing in a language.
    pub fn listening(app: &App, person: PersonId) -> Result<Self, Error> {
        let actor = Actor { person, session: SessionId(Uuid::nil()), expires_at: app.clock.now() };
        Self::new(app, actor, Language::Ru)
    }

    /// Whether the reader, wearing no hat but their own, may do `action` towards `target`.
    pub fn may(&self, action: Action, target: PersonId) -> bool {
        self.verdict(action, target, Contact::None).allow
    }

    /// What the policy says to that after so much contact, and by which rule.
    pub fn verdict(&self, action: Action, target: PersonId, contact: Contact) -> Verdict {
        self.verdict_in(Hat::Own, action, target, contact)
    }

    fn verdict_in(&self, hat: Hat, action: Action, target: PersonId, contact: Contact) -> Verdict {
        let asker = Asker { person: self.person, hat };
        self.scene.toward(action, Ok(asker), target, contact, PolicyLabel::default(), HIGHEST)
    }

    /// Whether the reader is shown `target` where people are searched and listed. Everybody is shown themselves.
    pub fn finds(&self, target: PersonId) -> bool {
        self.sees(target) && (target == self.actor.person || self.may_in_any_hat(Action::PersonFind, target))
    }

    /// Whether the reader may know of `target`. Everybody knows of themselves.
    pub fn sees(&self, target: PersonId) -> bool {
        target == self.actor.person || self.may_in_any_hat(Action::PersonSee, target)
    }

    /// Looking, like reading, needs no hat to be named: any that the reader has will do.
    fn may_in_any_hat(&self, action: Action, target: PersonId) -> bool {
        let hats = || self.scene.mirror.org.hats(self.person, self.scene.moment.now);
        let in_hat = |hat: Hat| self.verdict_in(hat, action, target, Contact::None).allow;
        self.may(action, target) || hats().into_iter().filter(|hat| *hat != Hat::Own).any(in_hat)
    }
}

impl FromRequest for Reader {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let reader = Actor::from_request(request, payload)
            .into_inner()
            .and_then(|actor| Self::new(&App::of(request)?, actor, language::of_headers(request.headers())));
        std::future::ready(reader)
    }
}
