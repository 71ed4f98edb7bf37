//! Reading everything: the floor, the first time, and again when nothing has changed.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use sample_ministry::{LARGE, SYNC_DN, SYNC_PASSWORD};
use serde::Serialize;

use super::ground::Ground;
use crate::say;
use integration_tests::figures::middle;
use integration_tests::measure::{self, Cost};

/// What they cost.
#[derive(Debug, Serialize)]
pub(super) struct Reads {
    /// How many entries there are to read.
    pub(super) entries: usize,
    pub(super) floor: Read,
    /// What the first sync would do, foretold: everything is new, so there is no larger preview.
    pub(super) preview_of_first: Read,
    pub(super) first: Read,
    pub(super) again: Read,
    /// What another sync would do, foretold: nothing.
    pub(super) preview_of_again: Read,
}

/// One way of reading.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Read {
    /// Of the program that reads.
    pub(super) program: Cost,
    /// The processor time that slapd took for it.
    pub(super) slapd_cpu_seconds: f64,
    /// And Postgres.
    pub(super) postgres_cpu_seconds: f64,
}

/// Measures all of them on an empty database.
pub(super) fn measure(ground: &Ground, repeat: usize) -> anyhow::Result<Reads> {
    let expected = ground.large.expected();
    let entries = expected.people + expected.units;
    let repeat = repeat.max(1);

    say("   the floor: ldapsearch");
    // Once for the directory's memory, so that the programs meet it as warm as ldapsearch does; and to see that it
    // finds what the sync is to find.
    let dump = ground.programs.file("ldapsearch.out");
    floor(ground, &dump)?;
    let lines = BufReader::new(File::open(&dump)?).lines();
    let found = lines.filter(|line| line.as_ref().is_ok_and(|line| line.starts_with("dn:"))).count();
    fs::remove_file(&dump)?;
    if found != entries {
        bail!("ldapsearch found {found} entries instead of {entries}");
    }
    let nowhere = Path::new("/dev/null");
    let floor = (0..repeat).map(|_| floor(ground, nowhere)).collect::<Result<Vec<_>, _>>()?;
    say("   a preview of the first sync");
    let preview_of_first = sync(ground, "plan")?;
    say("   the first sync");
    let first = sync(ground, "once")?;
    say("   the same without a change, and a preview of it");
    let again = (0..repeat).map(|_| sync(ground, "once")).collect::<Result<Vec<_>, _>>()?;
    let preview_of_again = sync(ground, "plan")?;
    let typical = |reads| middle(reads, |read: &Read| read.program.seconds).context("nothing was measured");
    Ok(Reads {
        entries,
        floor: typical(floor)?,
        preview_of_first,
        first,
        again: typical(again)?,
        preview_of_again,
    })
}

/// The same entries and attributes, over TLS as well, by a program that does nothing with them.
fn floor(ground: &Ground, output: &Path) -> anyhow::Result<Read> {
    let config = fs::read_to_string(&ground.programs.config)?;
    let config = ldap_sync::config::parse(&config, [])?;
    let source = config.sources.first().context("there is no source")?;
    let mut search = Command::new("ldapsearch");
    search.args(["-x", "-LLL", "-ZZ", "-o", "ldif-wrap=no", "-E", "pr=1000/noprompt"]);
    search.args(["-H", &ground.slapd.ldap_url(), "-D", SYNC_DN, "-w", SYNC_PASSWORD, "-b", LARGE.dn]);
    search
        .arg(source.entries.filter(!source.groups.is_empty()))
        .arg("objectClass")
        .args(source.attributes.names());
    search.env("LDAPTLS_CACERT", ground.slapd.ca_pem_path());
    search.stdin(Stdio::null()).stdout(File::create(output)?);
    watched(ground, &mut search, &[0])
}

/// One run of the sync, or a preview of it: well, or well but for the entries that are meant to be wrong.
fn sync(ground: &Ground, command: &str) -> anyhow::Result<Read> {
    let (output, log) = (ground.programs.file("sync.out"), ground.programs.file("sync.log"));
    let mut sync = ground.programs.sync(command)?;
    sync.arg("--json").stdin(Stdio::null()).stdout(File::create(&output)?).stderr(File::create(&log)?);
    watched(ground, &mut sync, &[0, 4]).with_context(|| {
        let said = [&log, &output].map(|path| fs::read_to_string(path).unwrap_or_default()).concat();
        said.lines().take(40).collect::<Vec<_>>().join("\n")
    })
}

fn watched(ground: &Ground, command: &mut Command, well: &[i32]) -> anyhow::Result<Read> {
    let cpu = || {
        anyhow::Ok((
            measure::cpu_of(ground.slapd.id())?,
            measure::cpu_of_family(ground.programs.postgres_pid)?,
        ))
    };
    let before = cpu()?;
    let (status, program) = measure::run(command)?;
    let after = cpu()?;
    if !status.code().is_some_and(|code| well.contains(&code)) {
        bail!("{} ended with {status}", command.get_program().display());
    }
    Ok(Read { program, slapd_cpu_seconds: after.0 - before.0, postgres_cpu_seconds: after.1 - before.1 })
}
