//! What the guard counts by, after something was taken back.

use ldap_sync::report::State;
use ldap_sync::undo::{Order, undo};

use crate::harness::{AGENCY, Database, Directory, Ldif, run_to};

#[tokio::test(flavor = "multi_thread")]
async fn the_counts_are_those_of_what_was_there_before() {
    let directory = Directory::with(Ldif::small().text(), &[]);
    let database = Database::new();
    let source = directory.source();
    let first = run_to(&database, &source, State::Applied).await;
    directory.delete(&format!("cn=s4,ou=South,{AGENCY}")).await;
    let second = run_to(&database, &source, State::Applied).await;
    assert_eq!(second.counts.entries + 1, first.counts.entries);
    let order = Order {
        run: second.run_id.unwrap(),
        by: None,
        by_account: Some("tester".to_owned()),
        reason: "order 1".to_owned(),
        request: None,
    };
    let id = database.sql("select id from sources").parse().unwrap();
    let version: i64 = database.sql("select version from org_state").parse().unwrap();
    let undone = undo(&database.pool, (id, "agency"), None, &order).await.unwrap();
    assert_eq!(undone.org_version, version + 1);
    let found =
        schema::sync_runs::last_found(&mut database.pool.get().await.unwrap(), id).await.unwrap().unwrap();
    let counted = |number: usize| i32::try_from(number).unwrap();
    assert_eq!(found.entries, counted(first.counts.entries));
    assert_eq!(found.people, counted(first.counts.people));
    assert_eq!(found.units, counted(first.counts.units));
    // Those whom it concerns are listed: no node has to read everybody anew.
    let listed =
        database.sql(&format!("select kind from org_changes where version = {}", undone.org_version));
    assert!(!listed.contains("all") && listed.contains("person"), "{listed}");
}
