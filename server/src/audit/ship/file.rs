//! Into a file that grows, or, of checkpoints, into a directory with a file for each.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use super::ShipError;
use super::format::Item;
use crate::config::{AuditReceiver, AuditTakes};

/// Writes them, and waits until the disk has them.
pub(super) async fn write(path: &str, receiver: &AuditReceiver, items: &[&Item]) -> Result<(), ShipError> {
    let path = Path::new(path).to_owned();
    let writing: Box<dyn FnOnce() -> std::io::Result<()> + Send> = match receiver.takes {
        AuditTakes::Entries => {
            let lines: String = items.iter().map(|item| item.line(receiver.format) + "\n").collect();
            Box::new(move || append(&path, &lines))
        }
        AuditTakes::Checkpoints => {
            let notes: Vec<(i64, String)> = items.iter().filter_map(|item| note(item)).collect();
            Box::new(move || drop_all(&path, &notes))
        }
    };
    let written = tokio::task::spawn_blocking(writing).await.map_err(std::io::Error::other)?;
    Ok(written?)
}

fn append(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut file = File::options().append(true).create(true).open(path)?;
    file.write_all(lines.as_bytes())?;
    file.sync_all()
}

fn note(item: &Item) -> Option<(i64, String)> {
    match item {
        Item::Checkpoint(signed) => Some((signed.size, signed.note.clone())),
        Item::Entry { .. } => None,
    }
}

fn drop_all(directory: &Path, notes: &[(i64, String)]) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    for (size, note) in notes {
        // Beside its place first, so that it is whole or not there.
        let (new, path) = (directory.join("new"), directory.join(format!("{size:012}.txt")));
        let mut file = File::create(&new)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
    }
    Ok(())
}
