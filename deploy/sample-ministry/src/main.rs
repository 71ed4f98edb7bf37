//! Writes the checked-in files anew, or a large directory to the standard output.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sample_ministry::Large;

/// The sample ministry: writes `ministry.ldif` and what else is checked in, always alike.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints a large directory as LDIF, for slapadd.
    #[command(after_help = "\
One agency of so many people, a unit for every twelve of them, and everything that real directories have wrong:
names that need escaping, double logins, chains of command that go in circles, photos that are none. The same
numbers always give the same file. How to load it, beside a slapd.conf that includes both schema files:

    sample-ministry large --people 10000 --seed 1 > large.ldif
    slapadd -q -f slapd.conf -l large.ldif

The files: deploy/sample-ministry/{gov.schema,large.schema}. The suffix: dc=gov,dc=example. The sync's account:
cn=sync,ou=services,dc=gov,dc=example, password sync. Everybody's password: chancery. A reader's configuration is
made by `Large::source_toml`; it differs from that of the sample ministry (sources.toml) in
`attributes = { phone = \"govTelephone\", acting_until = \"govActingEnd\" }`.")]
    Large {
        /// How many people there are in the agency.
        #[arg(long, default_value_t = 10_000)]
        people: usize,
        /// Another number, other people.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How often each oddity occurs; 0 for a directory without a fault [default: 1 + people / 10000].
        #[arg(long)]
        odd: Option<usize>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        None => write_files(),
        Some(Command::Large { people, seed, odd }) => {
            let large = match odd {
                Some(each) => Large::with_odd(people, seed, each),
                None => Large::new(people, seed),
            };
            // Whoever reads the beginning only is not an error.
            large.write(io::stdout().lock()).or_else(|error| match error.kind() {
                ErrorKind::BrokenPipe => Ok(()),
                _ => Err(format!("cannot write: {error}")),
            })
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write_files() -> Result<(), String> {
    for (name, text) in sample_ministry::generated() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        std::fs::write(&path, text).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}
