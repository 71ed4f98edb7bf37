//! The private Active Directory: made once, copied often, gone with whoever started it.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use local_services::{Samba, SambaOptions, Scratch};
use sample_ministry::active_directory as domain;

fn options(cache: &Path, realm: &str) -> SambaOptions {
    SambaOptions {
        realm: realm.to_owned(),
        admin_password: "Adm1nistrator".to_owned(),
        ldif: domain::LDIF.to_owned(),
        may_see_deleted: vec![domain::SYNC_DN.to_owned()],
        cache: cache.to_owned(),
    }
}

/// The cache of all test programs: beside the one that runs.
fn cache() -> PathBuf {
    std::env::current_exe().unwrap().parent().unwrap().parent().unwrap().join("samba")
}

#[test]
fn several_domains_run_side_by_side_and_leave_nothing() {
    let scratch = Scratch::new().unwrap();
    let began = Instant::now();
    let one = Samba::start(&scratch.path().join("one"), options(&cache(), domain::REALM)).unwrap();
    eprintln!("the first was there after {:?}", began.elapsed());
    let began = Instant::now();
    let two = Samba::start(&scratch.path().join("two"), options(&cache(), domain::REALM)).unwrap();
    eprintln!("the second was there after {:?}", began.elapsed());
    assert_ne!(one.ldap_url(), two.ldap_url());
    for samba in [&one, &two] {
        assert!(samba.ca_pem_path().exists());
    }
    let ids = [one.id(), two.id()];
    one.stop().unwrap();
    drop(two);
    let deadline = Instant::now() + Duration::from_secs(5);
    while ids.iter().any(|id| Path::new(&format!("/proc/{id}/exe")).exists()) {
        assert!(Instant::now() < deadline, "a server has outlived its handle");
    }
}

#[test]
fn what_several_want_at_once_is_made_once() {
    let (scratch, fresh) = (Scratch::new().unwrap(), Scratch::new().unwrap());
    let cache = fresh.path().join("cache");
    let small =
        SambaOptions { ldif: String::new(), may_see_deleted: Vec::new(), ..options(&cache, "once.example") };
    std::thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let (path, options) = (scratch.path().join(name), small.clone());
            scope.spawn(move || Samba::start(&path, options).unwrap().stop().unwrap());
        }
    });
    let made = std::fs::read_dir(&cache).unwrap().flatten().filter(|entry| entry.path().is_dir());
    assert_eq!(made.count(), 1);
}
