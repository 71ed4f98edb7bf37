//! `chancery policy key | sign | versions | publish | rollback`: the acts of officers, for whoever works at a terminal. The key
//! says who acts; what they may do is what the directory says of them now.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use policies::explain::Language;
use schema::ids::{PersonId, UnitId};
use schema::org_snapshot::ends;
use schema::policy_activations::{self, Activation, Mode};
use schema::policy_versions::{self, Version};
use schema::signing_keys::{self, SigningKey};
use schema::{Connection, Pool, nodes, people, units};
use secrecy::ExposeSecret;

use super::print;
use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::policy::life::{self, Act, Draft, Start};
use crate::policy::shelf::Shelf;
use crate::policy::statement::{OfficersKey, Statement};

/// Where the new key goes.
#[derive(Debug, Args)]
pub struct KeyArguments {
    /// The file to write; there must be none yet.
    #[arg(long)]
    out: PathBuf,
}

/// What to sign, and with what.
#[derive(Debug, Args)]
pub struct SignArguments {
    /// The number of a version that is kept already.
    #[arg(required_unless_present = "directory", conflicts_with = "directory")]
    number: Option<i64>,
    /// The directory of a policy that you wrote.
    #[arg(long, requires = "note")]
    directory: Option<PathBuf>,
    /// What it is for, in a sentence.
    #[arg(long)]
    note: Option<String>,
    /// The file of your key.
    #[arg(long)]
    key: PathBuf,
}

/// What to put in force, and where.
#[derive(Debug, Args)]
pub struct PublishArguments {
    /// The number of the version.
    number: i64,
    /// In the shadow: it decides nothing, and what it would say is compared with what is decided.
    #[arg(long, conflicts_with = "agency")]
    shadow: bool,
    /// In this agency alone: its id, or its name.
    #[arg(long)]
    agency: Option<String>,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The file of your key.
    #[arg(long)]
    key: PathBuf,
}

/// Where to go back to.
#[derive(Debug, Args)]
pub struct RollBackArguments {
    /// The number of a version that was in force everywhere; the last one without it.
    #[arg(long)]
    to: Option<i64>,
    /// Why.
    #[arg(long)]
    reason: String,
    /// The file of your key.
    #[arg(long)]
    key: PathBuf,
}

/// Makes a key.
pub(super) fn key(arguments: &KeyArguments) -> anyhow::Result<ExitCode> {
    let text = OfficersKey::generate()?;
    let path = &arguments.out;
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let file = file.as_mut().map_err(|error| anyhow!("cannot write {}: {error}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let key = OfficersKey::from_pem(&text)?;
    print(&format!("public key: {}", STANDARD.encode(key.public_key())))?;
    Ok(ExitCode::SUCCESS)
}

/// Somebody at a terminal, known by their key.
struct Terminal {
    pool: Pool,
    connection: Connection,
    key: OfficersKey,
    kept: SigningKey,
    act: Act,
}

impl Terminal {
    async fn open(config: &Config, key: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(key).with_context(|| format!("cannot read {}", key.display()))?;
        let key = OfficersKey::from_pem(&text)?;
        let pool = Pool::new(config.database_url()?.expose_secret(), 2)?;
        let mut connection = pool.get().await?;
        let kept = signing_keys::by_octets(&mut connection, key.public_key()).await?;
        let kept = kept.context("nobody brought this key: do so on the policies' page")?;
        if !kept.is_in_use() {
            bail!("the key is not confirmed by another officer yet, or was revoked");
        }
        let officer = life::officer(&mut connection, kept.person_id).await.map_err(said)?;
        Ok(Self { pool, connection, key, kept, act: Act { officer, at: Clock::system().now() } })
    }

    async fn sign(&mut self, number: i64) -> anyhow::Result<()> {
        let (version, role) =
            life::to_sign(&mut self.connection, self.act.officer, number, self.act.at).await.map_err(said)?;
        let octets = self.key.sign(&Statement::of(&version, role));
        let role =
            life::sign(&mut self.connection, self.act, number, &self.kept, octets).await.map_err(said)?;
        print(&format!("version {number} is signed by its {}", role.as_str()))?;
        Ok(())
    }

    async fn keep_draft(&mut self, directory: &Path, note: &str) -> anyhow::Result<i64> {
        let files = super::files(Some(directory));
        let files = files.with_context(|| format!("cannot read {}", directory.display()))?;
        let number = policy_activations::everywhere(&mut self.connection).await?;
        let number = number.context("no policy is in force yet: start the server once")?;
        let base = Shelf::new(self.pool.clone()).get(number).await?;
        let draft = Draft { base: number, files, note: note.to_owned() };
        let drafted = life::draft(&mut self.connection, self.act, &base, draft).await.map_err(said)?;
        let number = drafted.version.number;
        print(&format!("version {number} is kept"))?;
        if !drafted.touches.is_empty() {
            let touches: Vec<&str> = drafted.touches.iter().map(|touch| touch.as_str()).collect();
            print(&format!("it changes {}: the security office has to sign it", touches.join(", ")))?;
        }
        Ok(number)
    }
}

/// An error of the pages in English, with everything that is wrong where a policy is refused.
fn said(error: Error) -> anyhow::Error {
    match &error {
        Error::PolicyInvalid(findings) => {
            let lines: Vec<String> = findings.iter().map(|finding| format!("\n  {finding}")).collect();
            anyhow!("{}{}", error.message(Language::En), lines.concat())
        }
        Error::Internal(_) => anyhow::Error::new(error),
        _ => anyhow!("{}", error.message(Language::En)),
    }
}

/// Signs.
pub(super) async fn sign(arguments: &SignArguments, config: &Config) -> anyhow::Result<ExitCode> {
    let mut terminal = Terminal::open(config, &arguments.key).await?;
    let number = match (arguments.number, &arguments.directory, &arguments.note) {
        (Some(number), ..) => number,
        (None, Some(directory), Some(note)) => terminal.keep_draft(directory, note).await?,
        _ => bail!("give a number, or --directory and --note"),
    };
    terminal.sign(number).await?;
    Ok(ExitCode::SUCCESS)
}

/// Puts in force.
pub(super) async fn publish(arguments: &PublishArguments, config: &Config) -> anyhow::Result<ExitCode> {
    let mut terminal = Terminal::open(config, &arguments.key).await?;
    let agency = match &arguments.agency {
        Some(wanted) => Some(agency(&mut terminal.connection, wanted).await?),
        None => None,
    };
    let mode = if arguments.shadow { Mode::Shadow } else { Mode::Active };
    let start = Start { number: arguments.number, mode, agency, reason: arguments.reason.clone() };
    life::begin(&mut terminal.connection, terminal.act, start).await.map_err(said)?;
    tell_nodes(&mut terminal.connection, arguments.number).await
}

async fn agency(connection: &mut Connection, wanted: &str) -> anyhow::Result<UnitId> {
    let agencies = units::agencies(connection).await?;
    let found = agencies.iter().find(|(id, name)| id.to_string() == wanted || name == wanted);
    let names: Vec<&str> = agencies.iter().map(|(_, name)| name.as_str()).collect();
    found.map(|(id, _)| *id).with_context(|| format!("there is no agency `{wanted}`: {}", names.join(", ")))
}

/// Goes back.
pub(super) async fn roll_back(arguments: &RollBackArguments, config: &Config) -> anyhow::Result<ExitCode> {
    let mut terminal = Terminal::open(config, &arguments.key).await?;
    let reason = arguments.reason.clone();
    let number =
        life::roll_back(&mut terminal.connection, terminal.act, arguments.to, reason).await.map_err(said)?;
    tell_nodes(&mut terminal.connection, number).await
}

async fn tell_nodes(connection: &mut Connection, number: i64) -> anyhow::Result<ExitCode> {
    let running = nodes::proofs(connection, &[number]).await?.len();
    print(&format!("version {number} is in force; {running} nodes take it over now"))?;
    Ok(ExitCode::SUCCESS)
}

/// Lists.
pub(super) async fn versions(config: &Config) -> anyhow::Result<ExitCode> {
    let pool = Pool::new(config.database_url()?.expose_secret(), 2)?;
    let mut connection = pool.get().await?;
    let versions = policy_versions::list(&mut connection, 20).await?;
    let current = policy_activations::current(&mut connection).await?;
    for version in versions {
        let line = line(&mut connection, &version, &current).await?;
        print(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn line(
    connection: &mut Connection,
    version: &Version,
    current: &[Activation],
) -> anyhow::Result<String> {
    let number = version.number;
    let mut parts = vec![format!("{number:>4}  {}", version.created_at.format("%Y-%m-%d %H:%M"))];
    for signature in policy_versions::signatures(connection, &[number]).await? {
        let name = name(connection, signature.person_id).await?;
        parts.push(format!("{} {name}", signature.role.as_str()));
    }
    for activation in current.iter().filter(|one| one.number == number) {
        let since = ends(&activation.valid).0.map(|at| at.format("%Y-%m-%d %H:%M").to_string());
        let place = match (activation.mode, activation.agency_id) {
            (Mode::Shadow, _) => "in the shadow".to_owned(),
            (Mode::Active, None) => "in force everywhere".to_owned(),
            (Mode::Active, Some(agency)) => format!("in force in {agency}"),
        };
        parts.push(format!("{place} since {}", since.unwrap_or_default()));
    }
    if version.withdrawn_at.is_some() {
        parts.push("withdrawn".to_owned());
    }
    if !version.note.is_empty() {
        parts.push(version.note.clone());
    }
    Ok(parts.join("  "))
}

async fn name(connection: &mut Connection, id: PersonId) -> anyhow::Result<String> {
    let found = people::of(connection, &[id]).await?.into_iter().next();
    Ok(found.map_or_else(|| id.to_string(), |person| person.display_name))
}
