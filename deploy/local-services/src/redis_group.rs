//! Several Redis servers that stand in for each other, on loopback ports: Sentinels with what they look after, or a cluster.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::process::{Program, Service};
use crate::redis::KEEPS_NOTHING;
use crate::smtp::free_port;
use crate::{Account, Error, tools};

/// What the Sentinels call the server that they look after.
const SERVICE: &str = "main";
/// After how much silence a server counts as gone, in milliseconds.
const GONE_AFTER: &str = "1000";
/// How many servers a cluster has that take writes; each has one that stands in for it.
const MASTERS: usize = 3;
/// How long they may take to be whole.
const PATIENCE: Duration = Duration::from_secs(30);

/// Running servers. Dropping it stops them.
#[derive(Debug)]
pub struct RedisGroup {
    servers: Vec<Service>,
    url: String,
}

impl RedisGroup {
    /// A server (number 0), its replica (1), and a Sentinel (2) that puts the replica in its place.
    pub fn sentinels(directory: &Path) -> Result<Self, Error> {
        let [master, replica, sentinel] = [free_port()?, free_port()?, free_port()?];
        let place = Place::new(directory)?;
        let of = ["--replicaof".to_owned(), format!("127.0.0.1 {master}")];
        let rules = place.directory.join("sentinel.conf");
        let text = format!(
            "port {sentinel}\nbind 127.0.0.1\nsentinel monitor {SERVICE} 127.0.0.1 {master} 1\n\
             sentinel down-after-milliseconds {SERVICE} {GONE_AFTER}\nsentinel failover-timeout {SERVICE} 5000\n"
        );
        place.account.write_file(&rules, &text)?;
        let watching = vec![rules.display().to_string(), "--sentinel".to_owned()];
        let servers = vec![
            place.server(master, Vec::new())?,
            place.server(replica, of.to_vec())?,
            place.start(sentinel, watching)?,
        ];
        until_every("INFO replication", "master_link_status:up", &[replica], &servers)?;
        Ok(Self { servers, url: format!("redis-sentinel://127.0.0.1:{sentinel}/{SERVICE}") })
    }

    /// A cluster of three, each with one that stands in for it.
    pub fn cluster(directory: &Path) -> Result<Self, Error> {
        let ports = (0..2 * MASTERS).map(|_| port_below_a_bus()).collect::<Result<Vec<_>, _>>()?;
        let place = Place::new(directory)?;
        let server = |port: &u16| {
            let file = format!("nodes-{port}.conf");
            let options = [
                "--cluster-enabled",
                "yes",
                "--cluster-config-file",
                &file,
                "--cluster-node-timeout",
                GONE_AFTER,
            ];
            place.server(*port, options.map(str::to_owned).to_vec())
        };
        let servers = ports.iter().map(server).collect::<Result<Vec<_>, _>>()?;
        let hosts: Vec<String> = ports.iter().map(|port| format!("127.0.0.1:{port}")).collect();
        let mut arguments = vec!["--cluster".to_owned(), "create".to_owned()];
        arguments.extend(hosts.clone());
        arguments.extend(["--cluster-replicas", "1", "--cluster-yes"].map(str::to_owned));
        place.program("redis-cli", "redis-tools", arguments)?.run()?;
        until_every("CLUSTER INFO", "cluster_state:ok", &ports, &servers)?;
        // One that was never in step with its master does not stand in for it, not even after hours.
        let replicas = ports.get(MASTERS..).unwrap_or_default();
        until_every("INFO replication", "master_link_status:up", replicas, &servers)?;
        Ok(Self { servers, url: format!("redis-cluster://{}", hosts.join(",")) })
    }

    /// What to connect to, as `REDIS_URL` has it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills one of the servers as a crash would.
    pub fn kill9(&mut self, number: usize) -> Result<(), Error> {
        self.servers.get_mut(number).map_or(Ok(()), Service::kill9)
    }
}

/// Where they run, and as whom.
struct Place {
    account: Account,
    directory: PathBuf,
}

impl Place {
    fn new(directory: &Path) -> Result<Self, Error> {
        let (account, directory) = Account::settle(directory)?;
        Ok(Self { account, directory })
    }

    fn server(&self, port: u16, options: Vec<String>) -> Result<Service, Error> {
        let (port_text, file) = (port.to_string(), format!("dump-{port}.rdb"));
        let listening = ["--port", &port_text, "--bind", "127.0.0.1", "--dbfilename", &file];
        let listening = listening.into_iter().chain(["--repl-diskless-sync-delay", "0"]);
        let mut arguments: Vec<String> = listening.chain(KEEPS_NOTHING).map(str::to_owned).collect();
        arguments.extend(options);
        self.start(port, arguments)
    }

    fn start(&self, port: u16, arguments: Vec<String>) -> Result<Service, Error> {
        let log = self.directory.join(format!("log-{port}"));
        self.program("redis-server", "redis-server", arguments)?.serve(&log, |_| says(port, "PING", "PONG"))
    }

    fn program(
        &self,
        name: &'static str,
        package: &'static str,
        arguments: Vec<String>,
    ) -> Result<Program, Error> {
        let (account, directory) = (self.account.clone(), self.directory.clone());
        Ok(Program { name, path: tools::find(name, package)?, arguments, account, directory })
    }
}

/// Waits until each of the servers at `ports` answers `command` with `wanted`.
fn until_every(command: &str, wanted: &str, ports: &[u16], servers: &[Service]) -> Result<(), Error> {
    let deadline = Instant::now() + PATIENCE;
    while !ports.iter().all(|port| says(*port, command, wanted)) {
        if Instant::now() > deadline {
            let output = servers.first().map(Service::said).unwrap_or_default();
            return Err(Error::NoAnswer { service: "redis-server", after: PATIENCE, output });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether the answer to `command` holds `wanted`.
fn says(port: u16, command: &str, wanted: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(format!("{command}\r\n").as_bytes())?;
        let mut answer = [0; 1024];
        let length = stream.read(&mut answer)?;
        Ok(answer.get(..length).is_some_and(|said| String::from_utf8_lossy(said).contains(wanted)))
    };
    ask().unwrap_or(false)
}

/// A free port with another one ten thousand above it, where servers of a cluster speak with each other.
fn port_below_a_bus() -> Result<u16, Error> {
    loop {
        let port = free_port()?;
        if let Some(bus) = port.checked_add(10_000)
            && TcpListener::bind(("127.0.0.1", bus)).is_ok()
        {
            return Ok(port);
        }
    }
}
