//! One transaction that is not a closure: for work that is too long and too varied to be one.

use std::ops::{Deref, DerefMut};

use deadpool::managed::Object;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};

use crate::pool::take_time;
use crate::{Error, Pool};

/// What statements run on, in a transaction or not.
pub type Link = AsyncPgConnection;

#[derive(QueryableByName)]
struct Alone {
    #[diesel(sql_type = Bool)]
    is_ours: bool,
}

/// Whether nobody else works at what is called `work`, and nobody will until the transaction ends. Nothing is written by this.
pub(crate) async fn try_alone(connection: &mut AsyncPgConnection, work: &str) -> Result<bool, Error> {
    let alone: Alone = sql_query("select pg_try_advisory_xact_lock(hashtext($1)) as is_ours")
        .bind::<Text, _>(work)
        .get_result(connection)
        .await?;
    Ok(alone.is_ours)
}

/// An open transaction. Dropped without a commit, its connection is closed and nothing was written.
pub struct Transaction {
    connection: AsyncPgConnection,
}

/// A moment, as the database has it.
#[derive(QueryableByName)]
struct Moment {
    #[diesel(sql_type = Timestamptz)]
    at: chrono::DateTime<chrono::Utc>,
}

impl Transaction {
    /// Begins, and waits until nobody else works under `lock`.
    pub async fn begin_alone(pool: &Pool, lock: i64) -> Result<Self, Error> {
        let mut connection = Object::take(pool.get().await?);
        AnsiTransactionManager::begin_transaction(&mut connection).await?;
        sql_query("select pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(lock)
            .execute(&mut connection)
            .await?;
        Ok(Self { connection })
    }

    /// Begins.
    pub async fn begin(pool: &Pool) -> Result<Self, Error> {
        let mut connection = Object::take(pool.get().await?);
        AnsiTransactionManager::begin_transaction(&mut connection).await?;
        Ok(Self { connection })
    }

    /// Begins one that only reads, and sees the database as it is at its first question, whatever others write.
    pub async fn begin_reading(pool: &Pool) -> Result<Self, Error> {
        let mut connection = Object::take(pool.get().await?);
        AnsiTransactionManager::begin_transaction(&mut connection).await?;
        sql_query("set transaction isolation level repeatable read, read only")
            .execute(&mut connection)
            .await?;
        take_time(&mut connection).await?;
        Ok(Self { connection })
    }

    /// The time that everything in the transaction carries.
    pub async fn began_at(&mut self) -> Result<chrono::DateTime<chrono::Utc>, Error> {
        let moment: Moment = sql_query("select now() as at").get_result(&mut self.connection).await?;
        Ok(moment.at)
    }

    /// Makes it so.
    pub async fn commit(mut self) -> Result<(), Error> {
        Ok(AnsiTransactionManager::commit_transaction(&mut self.connection).await?)
    }
}

impl Deref for Transaction {
    type Target = AsyncPgConnection;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}
