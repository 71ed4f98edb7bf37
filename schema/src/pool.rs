//! Connections: a pool with time limits, and one dedicated connection that listens.

use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{Object, Timeouts};
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::AsyncDieselConnectionManager;
use diesel_async::pooled_connection::deadpool::Pool as Deadpool;
use tokio::runtime::Handle;

use crate::Error;

/// A connection taken from the pool; it goes back when dropped.
pub type Connection = Object<AsyncDieselConnectionManager<AsyncPgConnection>>;

/// How long a caller waits for a connection, for a new one to open, and for an old one to prove alive.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bounded set of connections to one database. Cloning shares it.
#[derive(Clone)]
pub struct Pool {
    connections: Deadpool<AsyncPgConnection>,
    url: String,
    /// The runtime that drives the connections: a web worker's own one would take them along when it stops, and
    /// hold up everybody who borrows them when it is busy.
    home: Option<Handle>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds the password.
        f.debug_struct("Pool").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Pool {
    /// Prepares a pool of at most `size` connections to the database at `url`; opens none yet. The runtime it is
    /// called in drives the connections.
    pub fn new(url: &str, size: usize) -> Result<Self, Error> {
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new(url);
        let connections = Deadpool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) })
            .build()
            .map_err(|error| Error::NoConnection(Box::new(error)))?;
        Ok(Self { connections, url: url.to_owned(), home: Handle::try_current().ok() })
    }

    /// A connection from the pool, within five seconds or not at all.
    pub async fn get(&self) -> Result<Connection, Error> {
        let connections = self.connections.clone();
        let getting =
            async move { connections.get().await.map_err(|error| Error::NoConnection(Box::new(error))) };
        match &self.home {
            Some(home) => home.spawn(getting).await.map_err(|error| Error::NoConnection(Box::new(error)))?,
            None => getting.await,
        }
    }

    /// How many connections are open, how many of them idle, and how many callers wait: for the metrics.
    pub fn status(&self) -> PoolStatus {
        let status = self.connections.status();
        PoolStatus { open: status.size, idle: status.available, waiting: status.waiting }
    }

    /// Where the pool connects to; it holds the password, so it must not be logged.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A moment's figures of a pool.
#[derive(Debug, Clone, Copy)]
pub struct PoolStatus {
    /// Connections that are open, in use or not.
    pub open: usize,
    /// Open connections that nobody uses.
    pub idle: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}
