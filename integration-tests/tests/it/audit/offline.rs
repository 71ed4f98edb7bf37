//! An exported log, checked without the database.

use std::fs;

use local_services::Scratch;
use schema::Pool;
use server::audit::verify::report::Finding;
use server::audit::{export, offline};

use super::{an_office, signed_app};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_exported_log_is_checked_without_the_database() {
    let app = signed_app().await;
    an_office(&app).await;
    let pool = Pool::new(app.database_url(), 2).unwrap();
    let note = app.signed_log(&pool).await;
    let scratch = Scratch::new().unwrap();
    let directory = scratch.path().join("log");
    let written = export::write(&pool, &directory, |_, _| {}).await.unwrap();
    let key = app.config().audit_verifier().unwrap();
    let report = offline::verify(&directory, key.as_ref(), std::slice::from_ref(&note)).unwrap();
    assert!(report.is_whole, "{:?}", report.findings);
    assert_eq!(report.leaves, written.leaves);
    assert!(report.checkpoints >= 2, "the one that was given and those of the export");
    assert!(!fs::read_to_string(directory.join("leaves.txt")).unwrap().contains("said 3"), "no body leaves");
    assert!(export::write(&pool, &directory, |_, _| {}).await.is_err(), "nothing is written over");

    let leaves = directory.join("leaves.txt");
    let text = fs::read_to_string(&leaves).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let place = lines.len() / 2;
    let check = |lines: &[&str]| {
        fs::write(&leaves, lines.join("\n") + "\n").unwrap();
        offline::verify(&directory, key.as_ref(), std::slice::from_ref(&note)).unwrap().findings
    };

    let altered = lines[place].replacen('}', " }", 1);
    let found = check(&[&lines[..place], &[altered.as_str()], &lines[place + 1..]].concat());
    assert!(
        matches!(found[0], Finding::EntryAltered { leaf, .. } if leaf == place as u64),
        "the first that was altered is named: {found:?}"
    );
    assert!(found.iter().any(|finding| matches!(finding, Finding::NotAsSigned { .. })), "{found:?}");

    let found = check(&[&lines[..place], &lines[place + 1..]].concat());
    assert!(!found.is_empty());
    let found = check(&lines[..place]);
    assert!(found.iter().any(|finding| matches!(finding, Finding::CutOff { .. })), "{found:?}");

    // Also where whoever cut it off cut the hashes and the checkpoints, too: the one that was given away tells.
    let hashes = directory.join("hashes.bin");
    let kept = fs::read(&hashes).unwrap();
    fs::write(&hashes, &kept[..place * 32]).unwrap();
    for file in fs::read_dir(directory.join("checkpoints")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let found = check(&lines[..place]);
    assert_eq!(found, [Finding::CutOff { signed: lines.len() as u64, leaves: place as u64 }]);
    let without = offline::verify(&directory, key.as_ref(), &[]).unwrap();
    assert!(without.is_whole, "nobody but whoever has a checkpoint can tell");
}
