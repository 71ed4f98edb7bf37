//! What frames back and forth cost, by a server that does nothing else, in a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use integration_tests::load::{self, Echoes};
use tokio::net::TcpListener;

/// Listens, says where, and gives back every frame.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "ws://{}", listener.local_addr()?)?;
    load::serve_echoes(listener).await
}

/// Measures with so many sockets, for so long.
pub(super) async fn measure(sockets: usize, length: Duration) -> anyhow::Result<Echoes> {
    let mut server = Command::new(std::env::current_exe()?).arg("echo").stdout(Stdio::piped()).spawn()?;
    let mut url = String::new();
    if let Some(said) = server.stdout.take() {
        BufReader::new(said).read_line(&mut url)?;
    }
    let measured = load::echo(url.trim(), server.id(), sockets, length).await;
    server.kill()?;
    server.wait()?;
    measured
}
