//! What a policy would mean for the people and conversations that there are: exact for named people and for all conversations,
//! drawn for the contacts of everybody, with how far off that may be.

use std::sync::Arc;

use org_input::consequences::{Consequences, Picture, compare};
use policies::aside;
use policies::gate::Snapshot;
use schema::ids::PersonId;
use schema::{Pool, Transaction};

use crate::error::Error;

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// These people: each of them with everybody, and each of their conversations.
    People(Vec<PersonId>),
    /// Everybody.
    Everybody,
}

/// What changes for them where `after` decides instead of `before`, in the organisation and the conversations of now.
///
/// Both are asked in one picture of the database; asking is done off the threads that serve.
pub async fn weigh(
    pool: &Pool,
    before: Arc<Snapshot>,
    after: Arc<Snapshot>,
    whom: &Whom,
) -> Result<Consequences, Error> {
    let mut transaction = Transaction::begin_reading(pool).await?;
    let people = match whom {
        Whom::People(people) => people.clone(),
        Whom::Everybody => Picture::take(&mut transaction, &[]).await?.people(),
    };
    let picture = Picture::take(&mut transaction, &people).await?;
    drop(transaction);
    let comparing = move || aside(|| compare((&picture, &before), (&picture, &after), &people));
    tokio::task::spawn_blocking(comparing).await.map_err(Error::internal)
}
