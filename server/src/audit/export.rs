//! Writes the log into a directory that can be checked without the database, by us and by others: every leaf a line, in the order
//! of the tree, the hashes that were kept of them, and the checkpoints. It says what happened and holds no body of a message.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use schema::transaction::Transaction;
use schema::{Pool, audit_checkpoints, audit_tree};

use super::grow;

/// The leaves, one a line.
pub(super) const LEAVES: &str = "leaves.txt";
/// Their hashes, 32 octets each.
pub(super) const HASHES: &str = "hashes.bin";
/// The directory of the checkpoints, each a signed note.
pub(super) const CHECKPOINTS: &str = "checkpoints";

/// How many tiles are read at a time.
const TILES: i32 = 32;

const README: &str = "The audit log of Chancery: what happened, and no body of a message.

leaves.txt    one entry a line, in the order of the tree: version, seq, time, kind, actor, fields as JSON, with tabs between them
hashes.bin    the hash of each line: SHA-256 over an octet 0 and the line without its line feed (RFC 9162, 2.1.1), 32 octets each
checkpoints/  how the log stood, signed: C2SP tlog-checkpoint in a signed-note, Ed25519

To check it: chancery audit verify --export . --key <the verifier's key of the log>
Whoever does not trust that program may use any other for these formats.
";

/// What was written.
#[derive(Debug, Default)]
pub struct Written {
    /// So many leaves.
    pub leaves: u64,
    /// So many checkpoints.
    pub checkpoints: u64,
}

/// Writes everything that is in the tree to `directory`, which must not be there or be empty. `told` hears how many leaves are.
pub async fn write(pool: &Pool, directory: &Path, told: impl Fn(u64, u64)) -> anyhow::Result<Written> {
    fs::create_dir_all(directory.join(CHECKPOINTS))
        .with_context(|| format!("cannot make {}", directory.display()))?;
    let create = |name: &str| {
        let path = directory.join(name);
        let made = File::create_new(&path).with_context(|| format!("cannot make {}", path.display()))?;
        anyhow::Ok(BufWriter::with_capacity(1 << 20, made))
    };
    let (mut leaves, mut hashes) = (create(LEAVES)?, create(HASHES)?);
    create("README.txt")?.write_all(README.as_bytes())?;
    let mut transaction = Transaction::begin_reading(pool).await?;
    let total = u64::try_from(audit_tree::state(&mut transaction).await?.size).unwrap_or_default();
    let (mut written, mut number, mut line) = (Written::default(), 0, Vec::new());
    loop {
        let tiles = audit_tree::tiles_from(&mut transaction, 0, number, TILES).await?;
        let Some(last) = tiles.last() else { break };
        number = last.number + 1;
        let seqs: Vec<i64> =
            tiles.iter().filter_map(|tile| tile.seqs.as_deref()).flatten().copied().collect();
        for entry in audit_tree::entries(&mut transaction, &seqs).await? {
            line.clear();
            grow::leaf_of(&entry).write(&mut line);
            line.push(b'\n');
            leaves.write_all(&line)?;
        }
        for tile in &tiles {
            hashes.write_all(&tile.hashes)?;
        }
        written.leaves += seqs.len() as u64;
        told(written.leaves, total);
    }
    let mut size = 0;
    loop {
        let some = audit_checkpoints::after(&mut transaction, size, 1_000).await?;
        let Some(last) = some.last() else { break };
        size = last.size;
        for signed in &some {
            fs::write(directory.join(CHECKPOINTS).join(format!("{:012}.txt", signed.size)), &signed.note)?;
            written.checkpoints += 1;
        }
    }
    leaves.flush()?;
    hashes.flush()?;
    Ok(written)
}
