//! The crate's one error.

/// What can go wrong between the program and the database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection could be had in time: the database is down, or all connections are busy.
    #[error("no database connection: {0}")]
    NoConnection(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The row that was asked for is not there.
    #[error("no such row")]
    NotFound,
    /// A unique, exclusion, check or foreign key rule of the database said no; the name is the rule's.
    #[error("the rule `{rule}` of the database refused the change")]
    Refused {
        /// The constraint's name, as the migrations give it.
        rule: String,
        /// What the driver said.
        #[source]
        source: diesel::result::Error,
    },
    /// The database took longer than it may, or what was wanted was held by others for longer. Nothing was changed.
    #[error("the database took too long")]
    TooSlow(#[source] diesel::result::Error),
    /// Any other answer of the database.
    #[error("the database answered with an error")]
    Query(#[source] diesel::result::Error),
    /// What is kept of the tree over the audit log is none: somebody changed it.
    #[error("what is kept of the tree over the audit log does not fit together: run `chancery audit verify`")]
    NoTree,
    /// The migrations could not be run.
    #[error("the migrations could not be run: {0}")]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether `rule` is the constraint that refused the change.
    pub fn refused_by(&self, rule: &str) -> bool {
        matches!(self, Self::Refused { rule: name, .. } if name == rule)
    }
}

// The driver keeps the database's codes (57014, 55P03, 57P01, 25P03; of 40001 a part) to itself. The words are those of
// English and Russian servers (`lc_messages`).
const CANCELLED: [&str; 2] = ["canceling statement due to", "выполнение оператора отменено"];
const ENDED: [&str; 2] = ["terminating connection", "закрытие подключения"];

fn begins_with(message: &str, words: &[&str]) -> bool {
    words.iter().any(|words| message.starts_with(words))
}

impl From<diesel::result::Error> for Error {
    fn from(source: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error as Diesel};
        match source {
            Diesel::NotFound => Self::NotFound,
            Diesel::DatabaseError(
                DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
                _,
            ) => Self::NoConnection(Box::new(source)),
            Diesel::DatabaseError(_, ref told) if told.constraint_name().is_some() => {
                let rule = told.constraint_name().unwrap_or_default().to_owned();
                Self::Refused { rule, source }
            }
            // A standby that could not replay what somebody's statement was in the way of calls it a failure to serialize.
            Diesel::DatabaseError(
                DatabaseErrorKind::Unknown | DatabaseErrorKind::SerializationFailure,
                ref told,
            ) if begins_with(told.message(), &CANCELLED) => Self::TooSlow(source),
            Diesel::DatabaseError(
                DatabaseErrorKind::Unknown | DatabaseErrorKind::SerializationFailure,
                ref told,
            ) if begins_with(told.message(), &ENDED) => Self::NoConnection(Box::new(source)),
            other => Self::Query(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::result::{DatabaseErrorKind, Error as Diesel};

    use super::Error;

    #[test]
    fn what_was_cancelled_is_told_from_what_was_refused_in_both_languages() {
        let as_kind = |kind: DatabaseErrorKind, message: &str| {
            Error::from(Diesel::DatabaseError(kind, Box::new(message.to_owned())))
        };
        let of = |message: &str| as_kind(DatabaseErrorKind::Unknown, message);
        for message in [
            "canceling statement due to statement timeout",
            "canceling statement due to lock timeout",
            "выполнение оператора отменено из-за тайм-аута",
            "выполнение оператора отменено из-за тайм-аута блокировки",
        ] {
            assert!(matches!(of(message), Error::TooSlow(_)), "{message}");
        }
        for message in [
            "terminating connection due to administrator command",
            "закрытие подключения из-за тайм-аута простоя в транзакции",
        ] {
            assert!(matches!(of(message), Error::NoConnection(_)), "{message}");
        }
        assert!(matches!(of("division by zero"), Error::Query(_)));
        let serial = |message: &str| as_kind(DatabaseErrorKind::SerializationFailure, message);
        let conflict = "canceling statement due to conflict with recovery";
        assert!(matches!(serial(conflict), Error::TooSlow(_)));
        assert!(matches!(
            serial("terminating connection due to conflict with recovery"),
            Error::NoConnection(_)
        ));
        assert!(matches!(serial("could not serialize access due to concurrent update"), Error::Query(_)));
    }
}
