//! The embedded migrations, run one program at a time.

use diesel_async::{AsyncConnection, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::Error;

/// Every migration, embedded in the binary.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// The advisory lock that a migrating program holds (an arbitrary number, only ours).
const LOCK: i64 = 0x0063_6861_6e63_6572;

/// Brings the database at `url` up to date and names the migrations that were run.
///
/// Makes a runtime of its own, because the harness needs a multi-threaded one: not to be called within another.
pub fn run(url: &str) -> Result<Vec<String>, Error> {
    in_own_runtime(url, |harness| {
        let done = harness.run_pending_migrations(MIGRATIONS).map_err(Error::Migration)?;
        Ok(done.iter().map(ToString::to_string).collect())
    })
}

/// Gives `role`, which must be there, what the server and the sync need, and takes the rest from it. To be done after each
/// migration; by the owner of the tables.
pub async fn grant_to_server(url: &str, role: &str) -> Result<(), Error> {
    let mut connection =
        AsyncPgConnection::establish(url).await.map_err(|error| Error::NoConnection(Box::new(error)))?;
    diesel::sql_query("select grant_to_server($1::name)")
        .bind::<diesel::sql_types::Text, _>(role)
        .execute(&mut connection)
        .await?;
    Ok(())
}

/// Takes every migration back, newest first: for tests.
pub fn revert_all(url: &str) -> Result<(), Error> {
    in_own_runtime(url, |harness| {
        harness.revert_all_migrations(MIGRATIONS).map_err(Error::Migration)?;
        Ok(())
    })
}

fn in_own_runtime<T: Send>(
    url: &str,
    work: impl FnOnce(&mut AsyncMigrationHarness<AsyncPgConnection>) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Error::Migration(Box::new(error)))?;
    runtime.block_on(async {
        let mut connection =
            AsyncPgConnection::establish(url).await.map_err(|error| Error::NoConnection(Box::new(error)))?;
        // Released with the connection, so that a program that dies does not keep it.
        diesel::sql_query("select pg_advisory_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(LOCK)
            .execute(&mut connection)
            .await?;
        let mut harness = AsyncMigrationHarness::new(connection);
        let done = tokio::task::block_in_place(|| work(&mut harness))?;
        Ok(done)
    })
}
