//! Why a standby did not answer.

use schema::Error;

use crate::error::describe::chain;

/// Why something is not read on the standby.
#[derive(Debug)]
pub(super) enum Missed {
    /// It is left alone, because of one of the others.
    LeftAlone,
    /// It has not everything yet.
    Behind,
    /// It writes for itself.
    NotAStandby,
    /// It follows something else.
    AnotherHistory,
    /// It did not answer in time.
    TooSlow,
    /// It answered with an error, or could not be reached.
    Failed(Error),
    /// The primary did not say how far it is.
    Unmarked(Error),
}

impl Missed {
    /// The name of the reason, for figures.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::LeftAlone => "left_alone",
            Self::Behind => "behind",
            Self::NotAStandby => "not_a_standby",
            Self::AnotherHistory => "another_history",
            Self::TooSlow | Self::Failed(Error::TooSlow(_)) => "too_slow",
            Self::Failed(Error::NoConnection(_)) => "unreachable",
            Self::Failed(_) => "failed",
            Self::Unmarked(_) => "unmarked",
        }
    }

    /// What an operator is told, where there is something to do.
    pub(super) fn told(&self) -> Option<String> {
        match self {
            Self::LeftAlone | Self::Behind => None,
            Self::NotAStandby => Some("it is no standby: it writes for itself, or is the primary".to_owned()),
            Self::AnotherHistory => {
                Some("it is a standby of another primary, or not on its timeline yet".to_owned())
            }
            Self::TooSlow => Some("it does not answer in time".to_owned()),
            Self::Failed(error) => Some(chain(error)),
            Self::Unmarked(error) => {
                Some(format!("the primary does not say how far it is: {}", chain(error)))
            }
        }
    }
}
