//! `chancery policy whatif`: what another policy would mean for the people and conversations that there are.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use org_input::consequences::words;
use policies::gate::Snapshot;
use schema::{Pool, people, policy_activations};
use secrecy::ExposeSecret;

use super::{Rejected, Which, chosen, print};
use crate::config::Config;
use crate::policy::shelf::Shelf;
use crate::policy::whatif::{self, Whom};

/// Which policies, and whom to ask about.
#[derive(Debug, Args)]
pub struct WhatIf {
    /// The number of the other policy, if it is kept already.
    #[arg(required_unless_present = "directory", conflicts_with = "directory")]
    number: Option<i64>,
    /// The directory of the other policy.
    #[arg(long)]
    directory: Option<PathBuf>,
    /// The number of the policy to compare with, instead of that which is in force everywhere.
    #[arg(long)]
    from: Option<i64>,
    /// The login of somebody to ask about; may be given several times. Everybody without it.
    #[arg(long = "person")]
    people: Vec<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Asks.
pub(super) async fn run(arguments: &WhatIf, config: &Config) -> anyhow::Result<ExitCode> {
    let pool = Pool::new(config.database_url()?.expose_secret(), 2)?;
    let mut connection = pool.get().await?;
    let from = match arguments.from {
        Some(number) => number,
        None => policy_activations::everywhere(&mut connection)
            .await?
            .context("no policy is in force yet: start the server once")?,
    };
    let mut named = Vec::new();
    for login in &arguments.people {
        let found = people::by_login(&mut connection, login).await?;
        named.extend([found.with_context(|| format!("nobody signs in as `{login}`"))?]);
    }
    drop(connection);
    let whom = if named.is_empty() { Whom::Everybody } else { Whom::People(named) };
    let built = Shelf::new(pool.clone());
    let before = built.snapshot(from).await?;
    let after = if let Some(number) = arguments.number {
        built.snapshot(number).await?
    } else {
        let which = Which { directory: arguments.directory.clone() };
        Arc::new(Snapshot::load(&chosen(&which, Some(config))?, 0).map_err(Rejected)?)
    };
    let consequences = serde_json::to_value(whatif::weigh(&pool, before, after, &whom).await?)?;
    if arguments.json {
        print(&serde_json::to_string_pretty(&consequences)?)?;
    } else {
        print(&format!("compared with policy version {from}:"))?;
        print(words::text(&consequences).trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}
