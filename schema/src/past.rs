//! The mirror and the conversations as they were at a moment, out of the histories that triggers keep. The names of sources
//! have no history and are as they are today; photos, and what only tells how to reach somebody, are left out.

pub mod activity;
pub mod changes;
mod conversations;
mod mirror;
pub mod moments;
mod stand;

use chrono::{DateTime, Utc};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Error;
use crate::conversations::Conversation;
use crate::gate_settings::{self, GateSettings};
use crate::ids::{ConversationId, PersonId};
use crate::members::Member;
use crate::org_snapshot::OrgSnapshot;
use crate::policy_activations::{self, Activation};
use crate::pool::{Pool, take_time};

pub(crate) use stand::{Stand, held};

/// A moment, and one of knowledge: what was believed then about that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct When {
    /// The moment in the world.
    pub at: DateTime<Utc>,
    /// What was entered later is not known.
    pub known_at: DateTime<Utc>,
}

impl When {
    /// What was believed at `at` about that same moment: what the gate decided by.
    #[must_use]
    pub fn of(at: DateTime<Utc>) -> Self {
        Self { at, known_at: at }
    }

    /// When what has no dates of its own is looked at: it was so when the system had it so.
    fn stood_at(self) -> DateTime<Utc> {
        self.at.min(self.known_at)
    }
}

/// What one wants to know of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A conversation and who was in it.
    Conversation(ConversationId),
    /// A person: the conversations they were in, and all others but direct ones: a rule may open these to people outside.
    Person(PersonId),
    /// The organisation alone.
    Organisation,
    /// Two people, and the direct conversation between them, if there was one.
    Pair(PersonId, PersonId),
}

/// How things stood at one moment.
#[derive(Debug)]
pub struct Past {
    /// What everybody was decided by; nothing where it was not asked for.
    pub ground: Option<PastGround>,
    /// The conversations in question.
    pub conversations: Vec<PastConversation>,
}

/// What everybody was decided by at one moment.
#[derive(Debug)]
pub struct PastGround {
    /// The mirror of that moment.
    pub org: OrgSnapshot,
    /// Its version, where it was recorded.
    pub org_version: Option<i64>,
    /// The sets of rules that decided, everywhere or in one agency; none before the first was published.
    pub policies: Vec<Activation>,
    /// What of the configuration decided; nothing before it was kept.
    pub settings: Option<GateSettings>,
    /// When that was read, by the clock that dates the histories.
    pub read_at: DateTime<Utc>,
}

/// A conversation as it stood.
#[derive(Debug)]
pub struct PastConversation {
    /// The row; the number of its newest message is today's.
    pub conversation: Conversation,
    /// Who was in it: everybody, or the person in question alone where the question is about a person.
    pub seats: Vec<Member>,
    /// Who of a direct pair had written.
    pub wrote: Vec<PersonId>,
}

/// The latest moment that can be looked at: the database's clock dates the histories, and a node's may lag behind.
pub async fn latest(connection: &mut AsyncPgConnection, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    let theirs: DateTime<Utc> =
        diesel::select(diesel::dsl::now.into_sql::<Timestamptz>()).get_result(connection).await?;
    Ok(now.max(theirs))
}

/// How things stood, in one consistent picture, the ground only where it is `wanted`. A conversation that was not there
/// then is not found.
pub async fn load(pool: &Pool, subject: Subject, when: When, wanted: bool) -> Result<Past, Error> {
    let own = pool.clone();
    // Reading so many rows takes a thread for a while, which must not be one that serves requests.
    let loading = pool.spawn(async move { load_here(own, subject, when, wanted).await });
    loading.await.map_err(|error| Error::NoConnection(Box::new(error)))?
}

async fn load_here(pool: Pool, subject: Subject, when: When, wanted: bool) -> Result<Past, Error> {
    let (mut connection, beside) = (pool.get().await?, pool.clone());
    connection
        .build_transaction()
        .repeatable_read()
        .read_only()
        .run(async |connection| {
            take_time(connection).await?;
            let stood = Stand::at(connection, when.stood_at()).await?;
            let conversations = match subject {
                Subject::Organisation => Vec::new(),
                Subject::Conversation(id) => vec![conversations::one(connection, id, &stood).await?],
                Subject::Person(person) => conversations::of(connection, person, &stood).await?,
                Subject::Pair(one, other) => {
                    conversations::between(connection, one, other, &stood).await?.into_iter().collect()
                }
            };
            let ground = if wanted { Some(ground(connection, beside, when, stood).await?) } else { None };
            Ok(Past { ground, conversations })
        })
        .await
}

async fn ground(
    connection: &mut AsyncPgConnection,
    pool: Pool,
    when: When,
    stood: Stand,
) -> Result<PastGround, Error> {
    let known = Stand::at(connection, when.known_at).await?;
    // Half of the rows are read beside, of the very same picture.
    let (snapshot, read_at): (String, DateTime<Utc>) =
        diesel::select((sql::<Text>("pg_export_snapshot()"), sql::<Timestamptz>("now()")))
            .get_result(connection)
            .await?;
    let people = mirror::people_beside(&pool, snapshot, stood.clone()).await?;
    let org_version = known.org_version(connection).await?;
    let policies = policy_activations::deciding_at(connection, &known, when.at).await?;
    let settings = gate_settings::at(connection, &stood).await?;
    let mut org = mirror::but_people(connection, when, &stood, &known).await?;
    org.version = org_version.unwrap_or_default();
    (org.people, org.clearances) = people.await.map_err(|error| Error::NoConnection(Box::new(error)))??;
    Ok(PastGround { org, org_version, policies, settings, read_at })
}
