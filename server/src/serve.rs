//! Starts the server and stops it: for `chancery serve`, for the demo, and in process for the tests.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as Routes, HttpServer, web as extract};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use policies::gate::Gate;
use schema::Pool;
use schema::messages::{self, kept_from};
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::{AppExt, scope};

use crate::access::past::scenes::{self, Scenes};
use crate::app::{App, Parts};
use crate::audit;
use crate::auth::attempts::Attempts;
use crate::auth::session::Directories;
use crate::auth::{SessionRegistry, Tokens};
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::error::{Error, describe};
use crate::limits::{self, Limits};
use crate::org::{OrgMirror, follow, in_force};
use crate::policy::{self, keeper};
use crate::realtime::hub::{Closing, Hub};
use crate::realtime::{Chat, bus, relay};
use crate::replica::Reads;
use crate::routes::{self, body, fallback, headers, openapi, web};
use crate::send::commit::{self, Commits};
use crate::telemetry::{self, RequestSpan};
use crate::{export, files, retention, words};

/// How often what nobody needs any more is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(30);
/// So many sockets are closed at once when the node stops, at least, and so often.
const WAVE: usize = 100;
const WAVE_EVERY: Duration = Duration::from_millis(100);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The key that signs tokens is none.
    #[error(transparent)]
    Key(#[from] crate::auth::token::KeyError),
    /// The settings of a directory are wrong.
    #[error(transparent)]
    Directory(#[from] ldap_sync::directory::SettingsError),
    /// The files of the policy cannot be read.
    #[error("policy.directory: {0}")]
    PolicyFiles(#[source] std::io::Error),
    /// The database is not there, or not migrated.
    #[error("the database cannot be used (is it there, and was `chancery migrate` run?)")]
    Database(#[from] schema::Error),
    /// The address of Redis is none.
    #[error("redis.url: {0}")]
    Bus(#[from] bus::BusError),
    /// The policy cannot be used, or not be published.
    #[error(transparent)]
    Policy(#[from] policy::PublishError),
    /// The mirror of the organisation cannot be loaded.
    #[error("the mirror of the organisation cannot be loaded: {}", describe::chain(.0))]
    Mirror(#[from] Error),
    /// The address is taken, or not ours.
    #[error("server.listen {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A server that runs.
pub struct RunningServer {
    address: SocketAddr,
    app: App,
    handle: ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts a server by the machine's clock.
pub async fn start(config: Config) -> Result<RunningServer, StartError> {
    start_at(config, Clock::system()).await
}

/// Starts a server by `clock`. Must be called within a multi-threaded Tokio runtime.
pub async fn start_at(config: Config, clock: Clock) -> Result<RunningServer, StartError> {
    telemetry::recorder();
    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let app = assemble(config, clock, &stop, &tasks).await?;
    // Before anybody can ask: a session that ended while this node was away is ended here too.
    follow::catch_up_sessions(&app).await?;
    tasks.spawn(follow::follow(app.clone(), stop.clone()));
    tasks.spawn(in_force::keep(app.clone(), stop.clone()));
    tasks.spawn(keeper::keep(app.clone(), stop.clone()));
    tasks.spawn(audit::keep::keep(app.clone(), stop.clone()));
    for receiver in app.config.audit.receivers.clone() {
        tasks.spawn(audit::ship::keep(app.clone(), receiver, stop.clone()));
    }
    tasks.spawn(keep_house(app.clone(), stop.clone()));
    tasks.spawn(retention::keep(app.clone(), stop.clone()));
    tasks.spawn(words::keep(app.clone(), stop.clone()));
    tasks.spawn(export::keep(app.clone(), stop.clone()));
    tasks.spawn(files::keep(app.clone(), stop.clone()));
    let (address, handle, serving) = match listen(&app) {
        Ok(listening) => listening,
        Err(error) => {
            stop.cancel();
            return Err(error);
        }
    };
    tasks.close();
    tracing::info!(%address, policy = app.gate.snapshot().version(), org = app.org.current().version(), "listening");
    Ok(RunningServer { address, app, handle, serving, stop, tasks })
}

async fn assemble(
    config: Config,
    clock: Clock,
    stop: &CancellationToken,
    tasks: &TaskTracker,
) -> Result<App, StartError> {
    let lifetime = TimeDelta::minutes(config.auth.token_minutes.into());
    let tokens = Tokens::new(&config.token_key()?, lifetime)?;
    let directories = Directories::open(&config.sources)?;
    let files = policy::files(config.policy.directory.as_deref()).map_err(StartError::PolicyFiles)?;
    let (url, database) = (config.database_url()?, &config.database);
    let pool = Pool::limited(url.expose_secret(), database.pool_size, database.limits())?;
    let writing = Pool::limited(url.expose_secret(), database.writers, database.writers_limits())?;
    let replica = config.replica_url()?;
    let replica = replica
        .map(|url| Pool::limited(url.expose_secret(), database.replica_pool_size, database.replica_limits()))
        .transpose()?;
    let (commits, queues) = Commits::new(config.database.writers);
    let (policies, in_force) = policy::open(&pool, &config.policy, files, &clock).await?;
    // Before the first message: a month that the default partition has begun cannot get its own any more.
    make_partitions(&pool, clock.now().date_naive()).await?;
    let org = OrgMirror::load(&pool, in_force.everywhere(), &clock).await?;
    scenes::note_settings(&pool, &config, clock.now()).await?;
    let metrics_token = config.metrics_token()?;
    let notary = config.notary()?;
    let (bus, hearing) = bus::connect(config.redis_url()?.as_ref(), &clock, stop, tasks)?;
    let parts = Parts {
        attempts: Attempts::new(&config.auth),
        limits: Limits::new(&config.limits),
        draining: AtomicBool::new(false),
        chat: Chat::new(pool.clone(), config.database.pool_size),
        reads: Reads::new(pool.clone(), replica),
        past: Scenes::default(),
        files: config.files()?,
        exports: Notify::new(),
        gate: Gate::new(in_force),
        policies,
        hub: Hub::default(),
        sessions: SessionRegistry::default(),
        config,
        clock,
        pool,
        writing,
        commits,
        org,
        tokens,
        directories,
        metrics_token,
        notary,
        bus,
    };
    let app = App::new(parts);
    commit::start(&app, queues, stop, tasks);
    if let Some(hearing) = hearing {
        tasks.spawn(relay::follow(app.clone(), hearing, stop.clone()));
        tasks.spawn(limits::share(app.clone(), stop.clone()));
    }
    Ok(app)
}

fn listen(app: &App) -> Result<(SocketAddr, ServerHandle, JoinHandle<std::io::Result<()>>), StartError> {
    let settings = &app.config.server;
    let document = openapi::document();
    let addresses = extract::Data::new(fallback::Addresses::of(&document));
    let document = extract::Data::new(document);
    let patience = Duration::from_secs(settings.request_timeout_seconds);
    let failed = |source| StartError::Listen { address: settings.listen, source };
    let listener = std::net::TcpListener::bind(settings.listen).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let origin = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let shared = app.clone();
    let mut server = HttpServer::new(move || {
        let app = shared.clone();
        let client = app.config.web.root.as_deref().map(web::client);
        let (routes, _) = Routes::new()
            .into_utoipa_app()
            .map(|routes| {
                routes
                    .wrap(from_fn(describe::describe))
                    .wrap(from_fn(web::cache))
                    .wrap(headers::protection(&app.config.server, &origin))
                    .wrap(Compress::default())
                    .wrap(TracingLogger::<RequestSpan>::new())
                    .app_data(app.clone())
                    .app_data(document.clone())
                    .app_data(addresses.clone())
                    .app_data(body::path_config())
                    .app_data(body::query_config())
            })
            .service(scope::scope("/api/v1").configure(routes::api))
            .configure(routes::operations)
            .split_for_parts();
        let fallback = extract::to(fallback::nothing_here);
        routes
            .service(extract::scope("/api").default_service(extract::to(fallback::nothing_here)))
            .configure(|map| {
                if let Some(client) = client {
                    map.service(client);
                }
            })
            .default_service(fallback)
    })
    .shutdown_timeout(settings.shutdown_seconds)
    .client_request_timeout(patience)
    .client_disconnect_timeout(patience)
    .keep_alive(Duration::from_secs(75))
    // Frames are small and must go out at once, and not when the client has confirmed the one before.
    .tcp_nodelay(true)
    .disable_signals();
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    let server = server.listen(listener).map_err(failed)?.run();
    let handle = server.handle();
    Ok((address, handle, tokio::spawn(server)))
}

/// Checks what [`start`] reads of files, without starting anything: the configuration, its key, certificates, policy.
pub fn check(config: &Config) -> Result<(), StartError> {
    config.database_url()?;
    config.replica_url()?;
    config.redis_url()?;
    config.metrics_token()?;
    config.notary()?;
    config.audit_verifier()?;
    Tokens::new(&config.token_key()?, TimeDelta::minutes(config.auth.token_minutes.into()))?;
    Directories::open(&config.sources)?;
    let files = policy::files(config.policy.directory.as_deref()).map_err(StartError::PolicyFiles)?;
    policy::load(&files, 1).map_err(policy::PublishError::Rejected)?;
    Ok(())
}

async fn keep_house(app: App, stop: CancellationToken) {
    let mut interval = tokio::time::interval(HOUSEKEEPING);
    let mut partitions_on = Some(app.clock.now().date_naive());
    let mut detached_on = None;
    while stop.run_until_cancelled(interval.tick()).await.is_some() {
        let today = app.clock.now().date_naive();
        if partitions_on != Some(today) {
            match make_partitions(&app.pool, today).await {
                Ok(()) => partitions_on = Some(today),
                Err(error) => {
                    tracing::warn!(error = %describe::chain(&error), "no partitions could be made ahead");
                }
            }
        }
        if let Some(months) = app.config.retention.messages_months
            && detached_on != Some(today)
        {
            match detach_months(&app.pool, kept_from(today, months), app.clock.now()).await {
                Ok(()) => detached_on = Some(today),
                // Sends go first: it is tried again in a while.
                Err(error) => tracing::warn!(error = %describe::chain(&error), "no month was detached"),
            }
        }
        app.attempts.forget();
        app.limits.forget();
        app.sessions.forget(app.clock.now(), app.tokens.lifetime());
        telemetry::recorder().run_upkeep();
    }
}

/// Makes the partitions of this month and the next ones.
async fn make_partitions(pool: &Pool, today: NaiveDate) -> Result<(), schema::Error> {
    let mut connection = pool.get().await?;
    messages::make_partitions(&mut connection, today).await
}

/// Detaches the months before `kept_from`, one after the other; where another node does, this one finds nothing to do.
async fn detach_months(pool: &Pool, kept_from: NaiveDate, now: DateTime<Utc>) -> Result<(), schema::Error> {
    let mut connection = pool.get().await?;
    while let Some(month) = messages::detach_oldest(&mut connection, kept_from, now).await? {
        tracing::info!(table = month.name, "a month of messages was detached");
    }
    Ok(())
}

impl RunningServer {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it runs with.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until `ended` is, then stops.
    pub async fn until(mut self, ended: impl Future<Output = ()>) -> std::io::Result<()> {
        tokio::select! {
            () = ended => {}
            served = &mut self.serving => return served.map_err(std::io::Error::other)?,
        }
        self.stop().await;
        Ok(())
    }

    /// Closes the sockets in waves. Few go at once; of many, none waits longer than the configuration says.
    async fn drain(&self) {
        let (hub, patience) = (&self.app.hub, Duration::from_secs(self.app.config.server.drain_seconds));
        let waves = usize::try_from(patience.as_millis() / WAVE_EVERY.as_millis()).unwrap_or(usize::MAX);
        let wave = hub.open().div_ceil(waves.max(1)).max(WAVE);
        let until = Instant::now() + patience;
        while hub.open() > wave && Instant::now() < until {
            hub.close_some(wave, Closing::Restart);
            tokio::time::sleep(WAVE_EVERY).await;
        }
        hub.close_all(Closing::Restart);
    }

    /// Takes nobody in any more, closes sockets, answers what was asked, and ends every task.
    pub async fn stop(self) {
        self.app.draining.store(true, Ordering::Relaxed);
        self.drain().await;
        self.handle.stop(true).await;
        self.stop.cancel();
        self.tasks.wait().await;
    }
}
