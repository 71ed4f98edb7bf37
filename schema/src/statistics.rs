//! What Postgres knows of the numbers of rows, by which it chooses how to run statements. After many changes it learns of
//! them by itself, but only later.

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};

use crate::Error;

/// Gathers them anew for the tables of the mirror, in the transaction that changed these.
pub async fn gather_of_mirror(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    Ok(connection.batch_execute("select gather_statistics_of_mirror()").await?)
}

/// The same for the channels of units.
pub(crate) async fn gather_of_channels(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    Ok(connection.batch_execute("select gather_statistics_of_channels()").await?)
}
