//! Connections: a pool with time limits, and one dedicated connection that listens.

use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{Object, Timeouts};
use diesel::ConnectionError;
use diesel_async::pooled_connection::deadpool::Pool as Deadpool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use crate::Error;

/// A connection taken from the pool; it goes back when dropped.
pub type Connection = Object<AsyncDieselConnectionManager<AsyncPgConnection>>;

/// How long a caller waits for a connection, for a new one to open, and for an old one to prove alive.
const PATIENCE: Duration = Duration::from_secs(5);

/// What holds for all connections of a pool. A limit of zero is none.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// What the database calls whoever is connected (`application_name`).
    pub name: &'static str,
    /// How long a statement may take (`statement_timeout`).
    pub statement: Duration,
    /// How long a statement may wait for what others hold (`lock_timeout`).
    pub lock: Duration,
    /// How long a transaction may do nothing (`idle_in_transaction_session_timeout`): it holds up others.
    pub idle: Duration,
    /// Whether nothing may be written (`default_transaction_read_only`).
    pub read_only: bool,
    /// Is told how long somebody waited for a connection, whether they got one or not.
    pub waited: fn(Duration),
}

impl TimeLimits {
    /// None: for programs whose statements take the time they need.
    #[must_use]
    pub fn none(name: &'static str) -> Self {
        Self {
            name,
            statement: Duration::ZERO,
            lock: Duration::ZERO,
            idle: Duration::ZERO,
            read_only: false,
            waited: |_| {},
        }
    }

    fn settings(&self) -> String {
        format!(
            "set application_name = '{}'; set statement_timeout = {}; set lock_timeout = {};
             set idle_in_transaction_session_timeout = {}{}",
            self.name.replace('\'', "''"),
            self.statement.as_millis(),
            self.lock.as_millis(),
            self.idle.as_millis(),
            if self.read_only { "; set default_transaction_read_only = on" } else { "" }
        )
    }
}

/// Lets the statements of the transaction that has begun take up to ten minutes, whatever the pool's limits: for what is asked
/// seldom and reads much, or waits for somebody who does.
pub async fn take_time(connection: &mut AsyncPgConnection) -> Result<(), Error> {
    let settings = "set local statement_timeout = '10min'; set local lock_timeout = '10min';
        set local idle_in_transaction_session_timeout = '10min'";
    Ok(connection.batch_execute(settings).await?)
}

/// A bounded set of connections to one database. Cloning shares it.
#[derive(Clone)]
pub struct Pool {
    connections: Deadpool<AsyncPgConnection>,
    url: String,
    /// The runtime that drives the connections: a web worker's own one would take them along when it stops, and
    /// hold up everybody who borrows them when it is busy.
    home: Option<Handle>,
    waited: fn(Duration),
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The address holds the password.
        f.debug_struct("Pool").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl Pool {
    /// Prepares a pool of at most `size` connections to the database at `url`, without limits; opens none yet. The runtime
    /// it is called in drives the connections.
    pub fn new(url: &str, size: usize) -> Result<Self, Error> {
        Self::limited(url, size, TimeLimits::none("chancery"))
    }

    /// The same, with limits.
    pub fn limited(url: &str, size: usize, limits: TimeLimits) -> Result<Self, Error> {
        let settings = limits.settings();
        let mut config = ManagerConfig::default();
        config.custom_setup = Box::new(move |url| connect(url.to_owned(), settings.clone()).boxed());
        let manager = AsyncDieselConnectionManager::<AsyncPgConnection>::new_with_config(url, config);
        let connections = Deadpool::builder(manager)
            .max_size(size)
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) })
            .build()
            .map_err(|error| Error::NoConnection(Box::new(error)))?;
        Ok(Self { connections, url: url.to_owned(), home: Handle::try_current().ok(), waited: limits.waited })
    }

    /// A connection from the pool, within five seconds or not at all.
    pub async fn get(&self) -> Result<Connection, Error> {
        let since = Instant::now();
        let connections = self.connections.clone();
        let getting =
            async move { connections.get().await.map_err(|error| Error::NoConnection(Box::new(error))) };
        let got = match &self.home {
            Some(home) => {
                home.spawn(getting).await.unwrap_or_else(|error| Err(Error::NoConnection(Box::new(error))))
            }
            None => getting.await,
        };
        (self.waited)(since.elapsed());
        got
    }

    /// Has `work` done by a thread of the runtime that drives the connections.
    pub(crate) fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        match &self.home {
            Some(home) => home.spawn(work),
            None => tokio::spawn(work),
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

async fn connect(url: String, settings: String) -> Result<AsyncPgConnection, ConnectionError> {
    let mut connection = AsyncPgConnection::establish(&url).await?;
    connection.batch_execute(&settings).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
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
