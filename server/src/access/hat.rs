//! In which capacity somebody acts, as the API writes it: `own`, `duty`, `acting:<person>`, `assistant:<person>`.

use std::fmt;
use std::str::FromStr;

use policies::facts::Missing;
use policies::org::{Hat, Org, PersonIx};
use schema::ids::PersonId;
use schema::messages;

/// The hat that was asked for. Whether the person has it is another question: see [`HatName::of`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HatName {
    /// One's own.
    #[default]
    Own,
    /// Duty officer.
    Duty,
    /// Acting for an absent principal.
    Acting(PersonId),
    /// Assistant of a principal.
    Assistant(PersonId),
}

/// It is no hat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hat is own, duty, acting:<person id> or assistant:<person id>")]
pub struct NoHat;

impl FromStr for HatName {
    type Err = NoHat;

    fn from_str(text: &str) -> Result<Self, NoHat> {
        let (word, principal) = match text.split_once(':') {
            None => (text, None),
            Some((word, id)) => (word, Some(id.parse::<PersonId>().map_err(|_| NoHat)?)),
        };
        match (word, principal) {
            ("own", None) => Ok(Self::Own),
            ("duty", None) => Ok(Self::Duty),
            ("acting", Some(principal)) => Ok(Self::Acting(principal)),
            ("assistant", Some(principal)) => Ok(Self::Assistant(principal)),
            _ => Err(NoHat),
        }
    }
}

impl fmt::Display for HatName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("own"),
            Self::Duty => f.write_str("duty"),
            Self::Acting(principal) => write!(f, "acting:{principal}"),
            Self::Assistant(principal) => write!(f, "assistant:{principal}"),
        }
    }
}

impl HatName {
    /// The hat itself, if `person` has it at `now`.
    pub fn of(self, org: &Org, person: PersonIx, now: i64) -> Result<Hat, Missing> {
        let is_meant = |hat: &Hat| match (self, hat) {
            (Self::Own, Hat::Own) | (Self::Duty, Hat::Duty { .. }) => true,
            (Self::Acting(wanted), Hat::Acting { principal, .. })
            | (Self::Assistant(wanted), Hat::Assistant { principal, .. }) => {
                org.person_id(*principal) == wanted.0
            }
            _ => false,
        };
        org.hats(person, now).into_iter().find(is_meant).ok_or(Missing::Hat)
    }

    /// The hat in which something was said.
    pub fn of_message(message: &messages::Message) -> Option<Self> {
        match (message.hat, message.principal_id) {
            (messages::Hat::Own, None) => Some(Self::Own),
            (messages::Hat::Duty, None) => Some(Self::Duty),
            (messages::Hat::Acting, Some(principal)) => Some(Self::Acting(principal)),
            (messages::Hat::Assistant, Some(principal)) => Some(Self::Assistant(principal)),
            _ => None,
        }
    }

    /// As a message keeps it.
    pub fn stored(self) -> (messages::Hat, Option<PersonId>) {
        match self {
            Self::Own => (messages::Hat::Own, None),
            Self::Duty => (messages::Hat::Duty, None),
            Self::Acting(principal) => (messages::Hat::Acting, Some(principal)),
            Self::Assistant(principal) => (messages::Hat::Assistant, Some(principal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_is_written() {
        let principal = PersonId::new();
        for hat in [HatName::Own, HatName::Duty, HatName::Acting(principal), HatName::Assistant(principal)] {
            assert_eq!(hat.to_string().parse(), Ok(hat));
        }
    }

    #[test]
    fn what_is_no_hat_is_refused() {
        for text in
            ["", "Own", "acting", "acting:", "acting:me", "duty:", "own:0190b6f2-0000-7000-8000-000000000000"]
        {
            assert_eq!(text.parse::<HatName>(), Err(NoHat), "{text}");
        }
    }
}
