//! A private Postgres cluster, on a unix socket only.

mod standby;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Program, Service};
use crate::{Account, Durability, Error, Scratch, tools};

/// The cluster's only role, which owns everything in it.
const ROLE: &str = "chancery";

/// The file name of Postgres' socket, within the directory that clients are told.
const SOCKET: &str = ".s.PGSQL.5432";

/// The kernel's limit on a socket's path.
const SOCKET_PATH_LIMIT: usize = 107;

/// How long a server that is stopping already may take.
const PREDECESSOR: Duration = Duration::from_secs(30);

/// What a cluster that no one will miss goes without.
const RELAXED: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "autovacuum_naptime=1h",
];

/// A running cluster. Dropping it stops it.
#[derive(Debug)]
pub struct Postgres {
    server: Program,
    bin: PathBuf,
    log: PathBuf,
    service: Service,
    sockets: PathBuf,
    password: Option<String>,
    /// Where the sockets are, if the cluster's own path is too long for them.
    _short: Option<Scratch>,
}

impl Postgres {
    /// Starts the cluster of `directory`, which is made if there is none.
    ///
    /// A durable cluster asks for its password. A relaxed one trusts whoever can enter its directory, which is its
    /// owner: checking a password costs each of a test's many connections more than the test.
    pub fn start(directory: &Path, durability: Durability) -> Result<Self, Error> {
        Self::start_with(directory, durability, &[])
    }

    /// The same, where a cluster that there is none of yet is made with more arguments of `initdb`.
    pub fn start_with(directory: &Path, durability: Durability, initdb: &[&str]) -> Result<Self, Error> {
        let settings: &[&str] = if durability == Durability::Relaxed { &RELAXED } else { &[] };
        Self::launch(directory, durability, initdb, settings)
    }

    fn launch(
        directory: &Path,
        durability: Durability,
        initdb: &[&str],
        settings: &[&str],
    ) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        let data = directory.join("data");
        let version = fs::read_to_string(data.join("PG_VERSION")).ok();
        let bin = tools::postgres(version.as_deref().map(str::trim))?;
        if version.is_none() {
            make_cluster(&account, &bin, &directory, durability, initdb)?;
        }
        let password = match durability {
            Durability::Durable => {
                let path = directory.join("password");
                Some(fs::read_to_string(&path).map_err(Error::io("cannot read", &path))?)
            }
            Durability::Relaxed => None,
        };
        Self::serve(account, &directory, bin, password, settings)
    }

    /// Serves the cluster that lies in `directory`.
    fn serve(
        account: Account,
        directory: &Path,
        bin: PathBuf,
        password: Option<String>,
        settings: &[&str],
    ) -> Result<Self, Error> {
        let (data, log) = (directory.join("data"), directory.join("log"));
        let (sockets, short) = socket_directory(&account, directory)?;
        let server = Program {
            name: "postgres",
            path: bin.join("postgres"),
            arguments: server_arguments(&data, &sockets, settings),
            account,
            directory: directory.to_owned(),
        };
        wait_for_predecessor(&data);
        let service = server.serve(&log, |pid| is_ready(&data, pid))?;
        Ok(Self { server, bin, log, service, sockets, password, _short: short })
    }

    /// What to connect to, as `DATABASE_URL` has it.
    pub fn url(&self, database: &str) -> String {
        let password = self.password.as_ref().map(|password| format!(":{password}")).unwrap_or_default();
        let sockets = self.sockets.display().to_string().replace('%', "%25").replace('/', "%2F");
        format!("postgres://{ROLE}{password}@/{database}?host={sockets}&sslmode=disable")
    }

    /// Makes a role that may sign in and do nothing yet, where there is none of this name, and gives it this password. A
    /// relaxed cluster asks for none.
    pub fn settle_role(&self, role: &str, password: &str) -> Result<(), Error> {
        let exists =
            !self.sql("postgres", &format!("select 1 from pg_roles where rolname = '{role}'"))?.is_empty();
        let verb = if exists { "alter" } else { "create" };
        self.sql("postgres", &format!("{verb} role {role} login password '{password}'")).map(drop)
    }

    /// What such a role connects to.
    pub fn url_of(&self, role: &str, password: &str, database: &str) -> String {
        let own = self.password.as_ref().map(|own| format!(":{own}")).unwrap_or_default();
        let (from, to) = (format!("postgres://{ROLE}{own}@"), format!("postgres://{role}:{password}@"));
        self.url(database).replacen(&from, &to, 1)
    }

    /// The socket that it listens on.
    pub fn socket(&self) -> PathBuf {
        self.sockets.join(SOCKET)
    }

    /// The database that is always there: for what concerns the whole cluster.
    pub fn admin_url(&self) -> String {
        self.url("postgres")
    }

    /// Makes a database.
    pub fn create_database(&self, name: &str) -> Result<(), Error> {
        self.client("createdb", &[name])
    }

    /// Makes a database that is a copy of `template`, to which nobody may be connected.
    pub fn create_database_from(&self, name: &str, template: &str) -> Result<(), Error> {
        self.client("createdb", &["--template", template, name])
    }

    /// Removes a database, whoever is connected to it.
    pub fn drop_database(&self, name: &str) -> Result<(), Error> {
        self.client("dropdb", &["--force", name])
    }

    /// Whether there is such a database.
    pub fn has_database(&self, name: &str) -> Result<bool, Error> {
        let names = self.sql("postgres", "select datname from pg_database")?;
        Ok(names.lines().any(|found| found == name))
    }

    /// Runs `sql` with psql and hands back the rows, one a line, columns separated by `|`.
    pub fn sql(&self, database: &str, sql: &str) -> Result<String, Error> {
        let program = Program {
            name: "psql",
            path: self.bin.join("psql"),
            arguments: [
                "-X",
                "-q",
                "-A",
                "-t",
                "-v",
                "ON_ERROR_STOP=1",
                "-c",
                sql,
                "-d",
                &self.url(database),
            ]
            .map(str::to_owned)
            .to_vec(),
            ..self.server.clone()
        };
        program.run()
    }

    /// The server's process id.
    pub fn id(&self) -> u32 {
        self.service.id()
    }

    /// Kills the server as a crash would; `restart` then recovers what was committed.
    pub fn kill9(&mut self) -> Result<(), Error> {
        self.service.kill9()
    }

    /// Stops the server, if it still runs, and starts it on the same socket.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.service.stop()?;
        let data = self.server.directory.join("data");
        self.service = self.server.serve(&self.log, |pid| is_ready(&data, pid))?;
        Ok(())
    }

    /// Stops the server and waits until it is gone.
    pub fn stop(mut self) -> Result<(), Error> {
        self.service.stop()
    }

    fn client(&self, tool: &'static str, arguments: &[&str]) -> Result<(), Error> {
        let url = self.admin_url();
        let arguments =
            ["--maintenance-db", &url].into_iter().chain(arguments.iter().copied()).map(str::to_owned);
        let program = Program {
            name: tool,
            path: self.bin.join(tool),
            arguments: arguments.collect(),
            ..self.server.clone()
        };
        program.run().map(drop)
    }
}

/// Makes the cluster beside its place and then moves it there: a half-made one is never taken for whole.
fn make_cluster(
    account: &Account,
    bin: &Path,
    directory: &Path,
    durability: Durability,
    more: &[&str],
) -> Result<(), Error> {
    let (new, data) = (directory.join("data.new"), directory.join("data"));
    if new.exists() {
        fs::remove_dir_all(&new).map_err(Error::io("cannot remove", &new))?;
    }
    let mut arguments = vec![
        "-D".to_owned(),
        new.display().to_string(),
        "-U".to_owned(),
        ROLE.to_owned(),
        "--encoding=UTF8".to_owned(),
        "--locale=C.UTF-8".to_owned(),
        "--no-instructions".to_owned(),
    ];
    arguments.extend(more.iter().map(|&argument| argument.to_owned()));
    match durability {
        Durability::Durable => {
            let path = directory.join("password");
            account.write_file(&path, &random_password()?)?;
            arguments.extend(["--auth=scram-sha-256".to_owned(), format!("--pwfile={}", path.display())]);
        }
        Durability::Relaxed => arguments.extend(["--auth=trust".to_owned(), "--no-sync".to_owned()]),
    }
    let program = Program {
        name: "initdb",
        path: bin.join("initdb"),
        arguments,
        account: account.clone(),
        directory: directory.to_owned(),
    };
    program.run()?;
    fs::rename(&new, &data).map_err(Error::io("cannot rename", &new))
}

fn server_arguments(data: &Path, sockets: &Path, settings: &[&str]) -> Vec<String> {
    let sockets = format!("unix_socket_directories={}", sockets.display());
    let always = ["listen_addresses=", &sockets, "max_connections=200", "timezone=UTC", "jit=off"];
    let mut arguments = vec!["-D".to_owned(), data.display().to_string()];
    for setting in always.iter().chain(settings) {
        arguments.extend(["-c".to_owned(), (*setting).to_owned()]);
    }
    arguments
}

/// Within the cluster's directory, unless its path is too long for a socket.
fn socket_directory(account: &Account, directory: &Path) -> Result<(PathBuf, Option<Scratch>), Error> {
    let own = directory.join("run");
    let fits = own.join(SOCKET).as_os_str().len() < SOCKET_PATH_LIMIT;
    let (sockets, short) = if fits {
        (own, None)
    } else {
        let scratch = Scratch::new()?;
        (scratch.path().join("run"), Some(scratch))
    };
    account.own_directory(&sockets)?;
    Ok((sockets, short))
}

/// What `pg_ctl` waits for: the server of this process id says so in its own file.
fn is_ready(data: &Path, pid: u32) -> bool {
    let Ok(text) = fs::read_to_string(data.join("postmaster.pid")) else { return false };
    let mut lines = text.lines();
    lines.next() == Some(pid.to_string().as_str())
        && lines.nth(6).is_some_and(|status| status.trim() == "ready")
}

/// Waits for the server of a process that was killed a moment ago, which may still be writing its last checkpoint.
/// If it stays, the start will say so.
fn wait_for_predecessor(data: &Path) {
    let deadline = Instant::now() + PREDECESSOR;
    while Instant::now() < deadline && predecessor_runs(data).unwrap_or(false) {
        thread::sleep(Duration::from_millis(20));
    }
}

fn predecessor_runs(data: &Path) -> Option<bool> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    // The number may by now be another program's.
    let command = fs::read_to_string(format!("/proc/{}/cmdline", text.lines().next()?)).ok()?;
    Some(command.split('\0').any(|argument| Path::new(argument) == data))
}

fn random_password() -> Result<String, Error> {
    let mut bytes = [0; 16];
    let path = Path::new("/dev/urandom");
    let mut random = fs::File::open(path).map_err(Error::io("cannot read", path))?;
    random.read_exact(&mut bytes).map_err(Error::io("cannot read", path))?;
    Ok(format!("{:032x}", u128::from_ne_bytes(bytes)))
}
