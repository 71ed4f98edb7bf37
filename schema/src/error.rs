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
    /// Any other answer of the database.
    #[error("the database answered with an error")]
    Query(#[source] diesel::result::Error),
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
            other => Self::Query(other),
        }
    }
}
