//! Tables that were filled and proved in this process. A table follows from the rules alone, and versions often differ in
//! something else: sentences, labels, walls, golden cases. What was proved once is not proved again.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::rules::{RULES, Rule};
use crate::table::{BUDGET, Table};

/// How many are kept: what is in force, in shadow, and about to be.
const KEPT: usize = 4;

/// The newest last, each under the hash of the text that its rules were read from.
static PROVED: Mutex<Vec<([u8; 32], Arc<Table>)>> = Mutex::new(Vec::new());

/// The table of the rules, which `text` says.
pub(crate) fn table(text: &str, rules: &[Rule]) -> Result<Arc<Table>, Vec<Finding>> {
    let key = Sha256::digest(text).into();
    if let Some(table) = known(&key) {
        return Ok(table);
    }
    let table = Arc::new(prove(rules)?);
    let mut proved = PROVED.lock().unwrap_or_else(PoisonError::into_inner);
    if proved.len() == KEPT {
        proved.remove(0);
    }
    proved.push((key, Arc::clone(&table)));
    Ok(table)
}

fn known(key: &[u8; 32]) -> Option<Arc<Table>> {
    let mut proved = PROVED.lock().unwrap_or_else(PoisonError::into_inner);
    let place = proved.iter().position(|(known, _)| known == key)?;
    // It is the newest again.
    let found = proved.remove(place);
    let table = Arc::clone(&found.1);
    proved.push(found);
    Some(table)
}

/// Has Casbin fill the table, and proves it; or says what is wrong.
fn prove(rules: &[Rule]) -> Result<Table, Vec<Finding>> {
    let broken = |message: String| vec![Finding::new(RULES, None, None, message)];
    let mut table = Table::shape(rules)
        .map_err(|cells| broken(format!("the rules make {cells} cells; at most {BUDGET} can be checked")))?;
    table.fill(rules).map_err(|error| broken(error.to_string()))?;
    match table.disproof(rules) {
        Some(facts) => Err(broken(format!("the table and the rules differ for {facts:?}"))),
        None => Ok(table),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::PolicyFiles;
    use crate::gate::Snapshot;

    #[test]
    fn a_version_with_the_same_rules_has_the_same_table_and_one_with_others_has_not() {
        let files = PolicyFiles::embedded();
        let one = Snapshot::load(&files, 1).unwrap();
        let other = Snapshot::load(&files, 2).unwrap();
        assert!(std::ptr::eq(one.table(), other.table()));
        let mut changed = files.map().clone();
        let rules = changed.get_mut(RULES).unwrap();
        rules.push_str("# The same rules, and another text.\n");
        let third = Snapshot::load(&PolicyFiles::from_map(changed), 3).unwrap();
        assert!(!std::ptr::eq(one.table(), third.table()));
        assert_eq!(one.table_sha256(), third.table_sha256());
    }
}
