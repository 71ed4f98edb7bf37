//! Runs a command with `DATABASE_URL` set to an empty database of a Postgres that lives no longer than the command.

use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitCode};

use local_services::{Durability, Postgres, Scratch};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let program = arguments.next().ok_or("usage: with_postgres <command> [argument]…")?;
    let scratch = Scratch::new()?;
    let postgres = Postgres::start(&scratch.path().join("postgres"), Durability::Relaxed)?;
    postgres.create_database("chancery")?;
    let status =
        Command::new(program).args(arguments).env("DATABASE_URL", postgres.url("chancery")).status()?;
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}
