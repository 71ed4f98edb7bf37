//! A child process that dies with its parent, whatever happens to the parent.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Account, Error, tools};

/// How long a service may take to begin answering.
const START: Duration = Duration::from_secs(30);

/// How long a service may take to stop when asked to.
const STOP: Duration = Duration::from_secs(10);

/// How to start a program.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// What messages call it.
    pub(crate) name: &'static str,
    /// Its full path.
    pub(crate) path: PathBuf,
    /// What it is told.
    pub(crate) arguments: Vec<String>,
    /// Who it runs as.
    pub(crate) account: Account,
    /// Where it runs.
    pub(crate) directory: PathBuf,
}

impl Program {
    /// A command that becomes the account, and is sent SIGINT when the thread that spawned it ends.
    ///
    /// One call of `setpriv` does both, in this order: a change of account clears the signal.
    fn command(&self) -> Result<Command, Error> {
        let mut command = Command::new(tools::find("setpriv", "util-linux")?);
        command.args(self.account.setpriv_arguments());
        command.args(["--no-new-privs", "--pdeathsig", "INT", "--"]);
        command.arg(&self.path).args(&self.arguments).current_dir(&self.directory);
        // What the environment says about Postgres or LDAP is about others than these.
        command.env_clear().env("LC_ALL", "C.UTF-8");
        if let Ok(path) = std::env::join_paths(tools::search_path()) {
            command.env("PATH", path);
        }
        // Ctrl-C at the terminal is for us, who then stop the services in order.
        command.process_group(0).stdin(Stdio::null());
        Ok(command)
    }

    /// Runs it to its end and hands back what it printed.
    pub(crate) fn run(&self) -> Result<String, Error> {
        let output = self.command()?.output().map_err(Error::io("cannot run", &self.path))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = [output.stdout, output.stderr].concat();
        Err(Error::Failed {
            tool: self.name,
            status: output.status,
            output: tail(&String::from_utf8_lossy(&said)),
        })
    }

    /// Starts it as a service that writes its messages to `log`, and waits until `answers` says yes.
    pub(crate) fn serve(&self, log: &Path, mut answers: impl FnMut(u32) -> bool) -> Result<Service, Error> {
        let file = || File::options().create(true).append(true).open(log);
        let begins_at = fs::metadata(log).map_or(0, |found| found.len());
        let mut command = self.command()?;
        command.stdout(file().map_err(Error::io("cannot write", log))?);
        command.stderr(file().map_err(Error::io("cannot write", log))?);
        let child = spawn(command).map_err(Error::io("cannot run", &self.path))?;
        let mut service = Service { name: self.name, child, log: log.to_owned(), begins_at };
        let deadline = Instant::now() + START;
        while !answers(service.child.id()) {
            if let Some(status) = service.ended()? {
                return Err(Error::Ended { service: self.name, status, output: service.said() });
            }
            if Instant::now() > deadline {
                return Err(Error::NoAnswer { service: self.name, after: START, output: service.said() });
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(service)
    }
}

/// A running child. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Service {
    name: &'static str,
    child: Child,
    log: PathBuf,
    begins_at: u64,
}

impl Service {
    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it in mid-air, as a crash would.
    pub(crate) fn kill9(&mut self) -> Result<(), Error> {
        self.child.kill().and_then(|()| self.child.wait()).map_err(Error::io("cannot kill", &self.log))?;
        Ok(())
    }

    /// Asks it to stop, and kills it if it does not.
    pub(crate) fn stop(&mut self) -> Result<(), Error> {
        if self.ended()?.is_some() {
            return Ok(());
        }
        // SIGINT: Postgres waits for its clients on SIGTERM, the others make no difference.
        self.signal(Signal::INT)?;
        // A frozen one would not hear it.
        self.signal(Signal::CONT)?;
        let deadline = Instant::now() + STOP;
        while self.ended()?.is_none() {
            if Instant::now() > deadline {
                tracing::warn!(service = self.name, "does not stop when asked to and is killed");
                return self.kill9();
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Freezes it.
    pub(crate) fn pause(&self) -> Result<(), Error> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) -> Result<(), Error> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Result<(), Error> {
        let sent = kill_process(Pid::from_child(&self.child), signal);
        sent.map_err(io::Error::from).map_err(Error::io("cannot signal the service of", &self.log))
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>, Error> {
        self.child.try_wait().map_err(Error::io("cannot watch the service of", &self.log))
    }

    /// The end of what it said since it was started.
    pub(crate) fn said(&self) -> String {
        let read = || -> io::Result<String> {
            let mut log = File::open(&self.log)?;
            log.seek(SeekFrom::Start(self.begins_at))?;
            let mut text = Vec::new();
            log.read_to_end(&mut text)?;
            Ok(String::from_utf8_lossy(&text).into_owned())
        };
        read()
            .map_or_else(|error| format!("(cannot read {}: {error})", self.log.display()), |text| tail(&text))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            tracing::warn!(service = self.name, %error, "could not be stopped");
        }
    }
}

/// The last lines of a text: enough to see what went wrong.
fn tail(text: &str) -> String {
    let mut lines: VecDeque<&str> = VecDeque::new();
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if lines.len() == 12 {
            lines.pop_front();
        }
        lines.push_back(line);
    }
    Vec::from(lines).join("\n")
}

type Job = (Command, Sender<io::Result<Child>>);

/// Spawns from one thread that never ends: the kernel sends the death signal when the spawning *thread* is gone,
/// and the threads of a test or of a runtime come and go.
fn spawn(command: Command) -> io::Result<Child> {
    static STARTER: OnceLock<Mutex<Sender<Job>>> = OnceLock::new();
    let starter = STARTER.get_or_init(|| {
        let (jobs, queue) = channel::<Job>();
        thread::spawn(move || {
            for (mut command, answer) in queue {
                // Nobody waits any more: then the child is dropped, and nobody knows it.
                drop(answer.send(command.spawn()));
            }
        });
        Mutex::new(jobs)
    });
    let (answer, spawned) = channel();
    let gone = || io::Error::other("the thread that starts processes is gone");
    starter.lock().unwrap_or_else(PoisonError::into_inner).send((command, answer)).map_err(|_| gone())?;
    spawned.recv().map_err(|_| gone())?
}
