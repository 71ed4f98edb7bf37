//! Everything a request needs, in one cheap handle.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use chrono::{DateTime, Utc};
use policies::facts::Moment;
use policies::gate::Gate;
use schema::Pool;
use secrecy::SecretString;
use tokio::sync::Notify;

use crate::access::past::scenes::Scenes;
use crate::audit::checkpoint::Notary;
use crate::auth::attempts::Attempts;
use crate::auth::session::Directories;
use crate::auth::{SessionRegistry, Tokens};
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::files::Files;
use crate::limits::Limits;
use crate::org::OrgMirror;
use crate::policy::Policies;
use crate::realtime::Chat;
use crate::realtime::bus::Bus;
use crate::realtime::hub::Hub;
use crate::replica::Reads;
use crate::send::commit::Commits;

/// The running server's parts. Cloning shares them.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// See [`App`].
pub struct Parts {
    /// The configuration.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// The database.
    pub pool: Pool,
    /// The database, for the writers of messages alone: nobody who reads can hold them up.
    pub writing: Pool,
    /// The database, for what a standby may answer.
    pub reads: Reads,
    /// The ways to the writers of messages.
    pub commits: Commits,
    /// What decides.
    pub gate: Gate,
    /// The policies that this node has, and how sure it is of them.
    pub policies: Policies,
    /// The organisation that it decides about.
    pub org: OrgMirror,
    /// Signs and checks access tokens.
    pub tokens: Tokens,
    /// Sessions that ended a short while ago.
    pub sessions: SessionRegistry,
    /// How much each person has done lately.
    pub limits: Limits,
    /// Whether this node is about to stop: it takes nobody in any more.
    pub draining: AtomicBool,
    /// Attempts to sign in.
    pub attempts: Attempts,
    /// The directories that check passwords.
    pub directories: Directories,
    /// What a reader of the figures must bring.
    pub metrics_token: Option<SecretString>,
    /// Who listens on this node.
    pub hub: Hub,
    /// The way to the other nodes.
    pub bus: Bus,
    /// Who signs how the audit log stands, if this node has the key.
    pub notary: Option<Notary>,
    /// What is remembered of conversations.
    pub chat: Chat,
    /// What is remembered of the past.
    pub past: Scenes,
    /// Where files are kept, if they are.
    pub files: Option<Files>,
    /// Rings when somebody asks for an export.
    pub exports: Notify,
}

impl App {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The handle that the request's server was started with.
    pub fn of(request: &HttpRequest) -> Result<Self, Error> {
        request
            .app_data::<Self>()
            .cloned()
            .ok_or_else(|| Error::internal("the server was started without its parts"))
    }

    /// Whether this node is about to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// The moment at which something is decided.
    pub fn moment(&self) -> Moment {
        self.moment_at(self.clock.now())
    }

    /// The moment `at`, by the configuration of today.
    pub fn moment_at(&self, at: DateTime<Utc>) -> Moment {
        Moment {
            now: at.timestamp_micros(),
            crisis: self.config.policy.crisis,
            office_hours: self.config.office.is_open(at),
        }
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRequest for App {
    type Error = Error;
    type Future = std::future::Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Self::of(request))
    }
}
