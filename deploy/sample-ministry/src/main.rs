//! Writes the checked-in files anew.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    for (name, text) in sample_ministry::generated() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if let Err(error) = std::fs::write(&path, text) {
            eprintln!("cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
