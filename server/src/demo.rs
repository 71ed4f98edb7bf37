//! `chancery demo`: the whole system on this machine, with the sample ministry, from nothing to a page in the browser.
//!
//! Everything is real: a private Postgres, a private OpenLDAP, the sync, the server. It keeps its state in one
//! directory, finds it there the next time, and leaves no process behind.

mod files;
mod parts;
mod welcome;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::{serve, telemetry};
use parts::Parts;

/// How long what was interrupted may take to notice.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the demo is told.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Where it keeps its state.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    data_dir: PathBuf,
    /// Where it listens, on this machine only.
    #[arg(long, env = "PORT", default_value_t = 8080)]
    port: u16,
    /// The built client of the browser.
    #[arg(long, env = "CHANCERY_WEB_ROOT", default_value = "web/dist")]
    web_root: PathBuf,
}

/// Starts everything, serves until it is told to stop, and stops everything.
pub fn run(arguments: &DemoArguments) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, arguments.port));
    // Said now rather than after everything has been started. The server takes it again in a moment.
    TcpListener::bind(address).map(drop).with_context(|| {
        format!(
            "{address} is taken; choose another port: PORT={} ./run demo",
            arguments.port.saturating_add(1)
        )
    })?;
    let client = arguments.web_root.join("index.html");
    anyhow::ensure!(
        client.is_file(),
        "{} is missing: run `npm ci && npm run build` in web/",
        client.display()
    );
    let home = files::Home::open(&arguments.data_dir)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?)
    };
    let told_to_stop = async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    };
    let web_root = arguments.web_root.canonicalize().context("the client cannot be found")?;
    let done = runtime.block_on(async {
        tokio::pin!(told_to_stop);
        let starting = tokio::task::spawn_blocking(move || start(&home, address, &web_root));
        let (parts, config) = tokio::select! {
            () = &mut told_to_stop => return Ok(()),
            started = starting => started??,
        };
        telemetry::start_logging(&config.log)?;
        let running = serve::start(config).await?;
        welcome::print(running.address(), &parts);
        running.until(told_to_stop).await?;
        tokio::task::spawn_blocking(move || parts.stop()).await?
    });
    // Ctrl-C while things start: what has been started by then dies with this process.
    runtime.shutdown_timeout(PATIENCE);
    done
}

fn start(
    home: &files::Home,
    address: SocketAddr,
    web_root: &Path,
) -> anyhow::Result<(Parts, crate::config::Config)> {
    let services = parts::Services::start(home)?;
    let text = home.write_configuration(address, web_root, &services)?;
    let config = crate::config::Config::from_toml(&text)?;
    let parts = services.with_sync(home)?;
    Ok((parts, config))
}
