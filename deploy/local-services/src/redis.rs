//! A private Redis, on a unix socket only. It keeps nothing: Chancery's Redis only carries events.

use std::path::{Path, PathBuf};

use crate::probe::answers_with;
use crate::process::{Program, Service};
use crate::{Account, Error, tools};

/// How a server is told to keep nothing, and to stay our child.
pub(crate) const KEEPS_NOTHING: [&str; 6] = ["--save", "", "--appendonly", "no", "--daemonize", "no"];

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct Redis {
    program: Program,
    log: PathBuf,
    socket: PathBuf,
    service: Service,
}

impl Redis {
    /// Starts one in `directory`.
    pub fn start(directory: &Path) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        let socket = directory.join("redis.sock");
        let socket_path = socket.display().to_string();
        let listening = ["--port", "0", "--unixsocket", &socket_path, "--unixsocketperm", "700"];
        let program = Program {
            name: "redis-server",
            path: tools::find("redis-server", "redis-server")?,
            arguments: listening.into_iter().chain(KEEPS_NOTHING).map(str::to_owned).collect(),
            account,
            directory: directory.clone(),
        };
        let log = directory.join("log");
        let service = program.serve(&log, |_| answers_with(&socket, b"PING\r\n", b"+PONG"))?;
        Ok(Self { program, log, socket, service })
    }

    /// What to connect to, as `REDIS_URL` has it.
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.socket.display())
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The server's process id.
    pub fn id(&self) -> u32 {
        self.service.id()
    }

    /// Kills the server as a crash would.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.service.kill9()
    }

    /// Stops the server, if it still runs, and starts it on the same socket.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.service.stop()?;
        self.service =
            self.program.serve(&self.log, |_| answers_with(&self.socket, b"PING\r\n", b"+PONG"))?;
        Ok(())
    }

    /// Stops the server and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.service.stop()
    }
}
