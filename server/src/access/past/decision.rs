//! Whether somebody could do something at a moment: asked as they would have asked it themselves, and decided by the same gate.

use policies::explain::{Subject as Explained, openly};
use policies::facts::{Action, Asker};
use policies::gate::Verdict;
use policies::label::Label;
use policies::org::Hat;
use schema::ids::PersonId;

use super::Then;
use crate::access::denial::{Question, is_of_label, reason};
use crate::access::{HatName, could_join};
use crate::error::{Error, codes};
use crate::language::Language;
use crate::realtime::rooms::Room;
use crate::views;

/// What somebody would have done.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Who.
    pub person: PersonId,
    /// In which capacity.
    pub hat: HatName,
    /// What.
    pub action: Action,
    /// To whom; in a conversation: whom to bring in.
    pub target: Option<PersonId>,
    /// Under which label; without it that of the conversation, or none.
    pub label: Option<views::Label>,
}

/// What the gate said to a wish.
#[derive(Debug, Clone, Copy)]
pub struct Decided {
    /// To whom it was: named, or the other one of a direct conversation.
    pub target: Option<PersonId>,
    /// The label that it was decided under.
    pub label: Label,
    /// What the gate said.
    pub verdict: Verdict,
    /// Whether they could know of those whom it was about: what one cannot know of is not found, whatever the gate says.
    pub known: bool,
}

/// Whether the action is one that is never done in a conversation.
pub fn is_outside(action: Action) -> bool {
    matches!(action, Action::DmStart | Action::PersonSee | Action::PersonFind | Action::PersonPresence)
}

/// Whether the action is one that is done in a direct conversation where there is one.
fn is_in_direct(action: Action) -> bool {
    matches!(action, Action::DmSend | Action::DmFile | Action::DmCall)
}

/// Whether the action is one that is done in a conversation alone.
pub fn is_inside(action: Action) -> bool {
    !is_outside(action)
        && !is_in_direct(action)
        && (action.as_str().starts_with("ch.") || is_of_label(action))
}

impl Then {
    /// What the gate said to `wish`, which is about the conversation of the question or about two people.
    pub fn decide(&self, wish: &Wish) -> Result<Decided, Error> {
        let scene = &self.scene;
        let Wish { person, hat, action, .. } = *wish;
        if [Some(person), wish.target].into_iter().flatten().any(|who| scene.mirror.person(who).is_none()) {
            return Err(Error::NotFound);
        }
        let labels = scene.policy.labels();
        let label = wish.label.as_ref().map(|label| label.parse(labels, "label")).transpose()?;
        let room = self.place_of(action);
        let partner = room.and_then(|room| room.partner_of(person));
        let target = wish.target.or(partner.filter(|_| !is_of_label(action)));
        let own = room.and_then(|room| scene.label_of(room));
        let label = label.or(own).unwrap_or_default();
        let question = Question { hat, action, target, room, label };
        let verdict = reason(scene, person, &question, question.decide(scene, person));
        let is_open = |room: &Room| {
            scene.sees(person, room).allow || (action == Action::ChJoin && could_join(scene, person, room))
        };
        let is_known = |target: PersonId| {
            scene.knows_of(person, target) || room.is_some_and(|room| room.seats.contains_key(&target))
        };
        let known = scene.place(person).is_some() && room.is_none_or(is_open) && target.is_none_or(is_known);
        Ok(Decided { target, label, verdict, known })
    }

    /// The conversation that `action` was to be done in.
    pub fn place_of(&self, action: Action) -> Option<&Room> {
        match self.subject {
            schema::past::Subject::Pair(..) if !is_in_direct(action) => None,
            _ => self.conversation(),
        }
    }

    /// The sentence of the rule that decided. Unlike the one who asked then, an auditor is told it whatever it discloses.
    pub fn sentence(&self, wish: &Wish, decided: &Decided, language: Language) -> String {
        let scene = &self.scene;
        let org = &scene.mirror.org;
        let own = scene.place(wish.person).map(|person| Asker { person, hat: Hat::Own });
        let Some(asker) = scene.asker(wish.person, wish.hat).ok().or(own) else {
            return String::new();
        };
        let target = decided.target.and_then(|target| scene.place(target));
        let room = self.place_of(wish.action).and_then(|room| room.facts(org, scene.label_of(room)).ok());
        let (room, label) = (room.as_ref(), decided.label);
        let subject = Explained { asker, target, room, label, facts: None, is_known: true };
        openly(scene.policy_behind(decided.verdict), org, decided.verdict, &subject, language)
    }
}

/// The label that `text` names: a level, and after a colon categories with commas between them.
pub fn label(text: &str) -> Result<views::Label, Error> {
    let (level, categories) = text.split_once(':').map_or((text, None), |(level, rest)| (level, Some(rest)));
    let categories = categories.map_or(Vec::new(), |rest| rest.split(',').map(str::to_owned).collect());
    if level.is_empty() || categories.iter().any(String::is_empty) {
        return Err(Error::invalid(codes::UNKNOWN_LABEL, "label"));
    }
    Ok(views::Label { level: level.to_owned(), categories })
}
