//! `chancery audit …`: checks the log, takes it away, signs how it stands.

use std::fs;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, ensure};
use audit_log::note::Verifier;
use clap::{Args, Subcommand};
use schema::Pool;
use secrecy::ExposeSecret;

use super::verify::report::Report;
use super::verify::{self, Progress};
use super::{export, grow, offline};
use crate::clock::Clock;
use crate::config::Config;
use crate::export::verify as exported;
use crate::policy::command::print;

/// The commands around the audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Looks for what somebody changed behind the log's back, and names it: entries, messages, labels, histories and policies in
    /// the database, or, with --export, the entries of an exported log, or the files and messages of what was taken out of a case,
    /// for which no database is needed. Ends with 1 where
    /// something is not as it should be.
    Verify(VerifyArguments),
    /// Writes the log into a directory that can be checked without the database. It says what happened and holds no body of a
    /// message. Needs the database.
    Export(ExportArguments),
    /// Signs how the log stands, prints the checkpoint, and keeps it. Give it away: whoever has it can tell later that something
    /// was cut off. Needs the database and the log's key.
    Checkpoint,
    /// Prints the verifier's key of the log, which whoever checks must have from you.
    Key,
}

/// What is checked, and against what.
#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The directory of an exported log, or of an archive taken out of a case, unpacked, instead of the database.
    #[arg(long, value_name = "DIRECTORY")]
    export: Option<PathBuf>,
    /// A checkpoint that was given away; may be given several times. Only these tell that the newest entries were cut off.
    #[arg(long, value_name = "FILE")]
    checkpoint: Vec<PathBuf>,
    /// The verifier's key of the log, `name+hash+key`, instead of that of the configuration.
    #[arg(long)]
    key: Option<String>,
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

/// Where to.
#[derive(Debug, Args)]
pub struct ExportArguments {
    /// The directory, which must be new or empty.
    #[arg(long)]
    out: PathBuf,
}

/// Runs one of them.
pub fn run(command: &AuditCommand, config: Option<&Config>) -> anyhow::Result<ExitCode> {
    match command {
        AuditCommand::Verify(arguments) => verify(arguments, config),
        AuditCommand::Export(arguments) => in_runtime(export(arguments, needed(config)?)),
        AuditCommand::Checkpoint => in_runtime(checkpoint(needed(config)?)),
        AuditCommand::Key => {
            let notary = needed(config)?.notary()?.context("audit.signing_key_file is not configured")?;
            print(&notary.verifier().to_string())?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn needed(config: Option<&Config>) -> anyhow::Result<&Config> {
    config.context("this needs the database: give --config")
}

fn in_runtime(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

fn verify(arguments: &VerifyArguments, config: Option<&Config>) -> anyhow::Result<ExitCode> {
    let key = match (&arguments.key, config) {
        (Some(key), _) => Some(Verifier::parse(key).context("--key")?),
        (None, Some(config)) => config.audit_verifier()?,
        (None, None) => None,
    };
    // A note that came by mail may have got other ends of lines.
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        anyhow::Ok(text.replace("\r\n", "\n"))
    };
    let notes: Vec<String> = arguments.checkpoint.iter().map(read).collect::<anyhow::Result<_>>()?;
    let report = match &arguments.export {
        Some(directory) if exported::is_one(directory) => {
            ensure!(notes.is_empty(), "--checkpoint is for the log: an archive of a case has its own");
            let checked = exported::verify(directory, key.as_ref())?;
            if !arguments.json {
                print(&checked.about)?;
            }
            checked.report
        }
        Some(directory) => offline::verify(directory, key.as_ref(), &notes)?,
        None => {
            let config =
                config.context("give --config, for the database, or --export, for an exported log")?;
            let pool = Pool::new(config.database_url()?.expose_secret(), 1)?;
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(verify::verify(&pool, key.as_ref(), &notes, &told))?
        }
    };
    if arguments.json {
        print(&serde_json::to_string_pretty(&report)?)?;
    } else {
        say(&report)?;
    }
    Ok(if report.is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says how far it is to whoever watches.
fn told(progress: Progress) {
    if std::io::stderr().is_terminal() {
        let total = progress.total.map(|total| format!(" of {total}")).unwrap_or_default();
        eprint!("\r\x1b[K{}: {}{total}", progress.stage.as_str(), progress.done);
    }
}

fn say(report: &Report) -> anyhow::Result<()> {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[K");
    }
    for finding in &report.findings {
        print(&finding.to_string())?;
    }
    if report.more > 0 {
        print(&format!("and {} more", report.more))?;
    }
    print(&report.summary())?;
    Ok(())
}

async fn export(arguments: &ExportArguments, config: &Config) -> anyhow::Result<ExitCode> {
    let pool = Pool::new(config.database_url()?.expose_secret(), 1)?;
    grow::grow(&mut *pool.get().await?, Clock::system().now()).await?;
    let written = export::write(&pool, &arguments.out, |done, total| {
        if std::io::stderr().is_terminal() {
            eprint!("\r\x1b[K{done} of {total}");
        }
    })
    .await?;
    let (leaves, checkpoints) = (written.leaves, written.checkpoints);
    print(&format!("{leaves} entries and {checkpoints} checkpoints are in {}", arguments.out.display()))?;
    Ok(ExitCode::SUCCESS)
}

async fn checkpoint(config: &Config) -> anyhow::Result<ExitCode> {
    let notary = config.notary()?.context("audit.signing_key_file is not configured")?;
    let pool = Pool::new(config.database_url()?.expose_secret(), 1)?;
    let (mut connection, now) = (pool.get().await?, Clock::system().now());
    grow::grow(&mut connection, now).await?;
    match notary.sign(&mut connection, now, true).await? {
        Some(signed) => print(signed.note.trim_end())?,
        None => print("the log is empty")?,
    }
    Ok(ExitCode::SUCCESS)
}
