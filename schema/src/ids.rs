//! Identifiers, one type each, so that a person is never taken for a conversation. All are `UUIDv7` (RFC 9562).

use std::fmt;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use uuid::Uuid;

macro_rules! id {
    ($(#[doc = $doc:literal] $name:ident;)*) => {$(
        #[doc = $doc]
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize, utoipa::ToSchema, AsExpression, FromSqlRow,
        )]
        #[serde(transparent)]
        #[schema(value_type = Uuid)]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier, later in order than those made before it on this machine.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "an identifier has no default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl ToSql<diesel::sql_types::Uuid, Pg> for $name {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                ToSql::<diesel::sql_types::Uuid, Pg>::to_sql(&self.0, out)
            }
        }

        impl FromSql<diesel::sql_types::Uuid, Pg> for $name {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<diesel::sql_types::Uuid, Pg>>::from_sql(value).map(Self)
            }
        }
    )*};
}

id! {
    #[doc = "A directory source, one per agency."]
    SourceId;
    #[doc = "A person: stays the same through renames, moves and changes of login."]
    PersonId;
    #[doc = "A node of the tree."]
    UnitId;
    #[doc = "A place in a unit with a rank."]
    PostId;
    #[doc = "A step on an agency's ladder."]
    RankId;
    #[doc = "A delegation: in whose name a person may act."]
    DelegationId;
    #[doc = "An entry of the dated list of appointments."]
    AppointmentId;
    #[doc = "An exception between two people."]
    ExceptionId;
    #[doc = "A request for an exception."]
    ExceptionRequestId;
    #[doc = "A direct, group or channel conversation."]
    ConversationId;
    #[doc = "A message."]
    MessageId;
    #[doc = "The wish for a lower label."]
    LabelRequestId;
    #[doc = "One sign-in on one device."]
    SessionId;
    #[doc = "A recorded decision."]
    DecisionId;
    #[doc = "One run of the directory sync."]
    SyncRunId;
    #[doc = "A key with which an officer signs policies."]
    SigningKeyId;
    #[doc = "A mail that is to be sent."]
    MailId;
    #[doc = "A check of the audit log."]
    AuditCheckId;
    #[doc = "A case of compliance officers."]
    CaseId;
    #[doc = "What a case or a hold is about."]
    ScopeId;
    #[doc = "A stop on whatever would erase messages."]
    HoldId;
    #[doc = "A look into what a case is about."]
    LookId;
    #[doc = "What is taken out of a case, as an archive."]
    ExportId;
    #[doc = "A file that is, or is to be, sent with a message."]
    FileId;
}
