//! Tables that were filled and proved in this process. A table follows from the rules alone, and versions often differ in
//! something else: sentences, labels, walls, golden cases. What was proved once is not proved again.

use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::finding::Finding;
use crate::rules::{RULES, Rule};
use crate::table::{BUDGET, Table};

/// How many are kept: what is in force, in shadow, and about to be.
const KEPT: usize = 4;

static PROVED: Proved = Proved(Mutex::new(Vec::new()));

/// The table of the rules, which `text` says.
pub(crate) fn table(text: &str, rules: &[Rule]) -> Result<Arc<Table>, Vec<Finding>> {
    PROVED.table(text, rules)
}

/// The newest last, each under the hash of the text that its rules were read from.
struct Proved(Mutex<Vec<([u8; 32], Arc<Table>)>>);

impl Proved {
    fn table(&self, text: &str, rules: &[Rule]) -> Result<Arc<Table>, Vec<Finding>> {
        let key = Sha256::digest(text).into();
        if let Some(table) = self.known(&key) {
            return Ok(table);
        }
        let table = Arc::new(prove(rules)?);
        let mut proved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if proved.len() == KEPT {
            proved.remove(0);
        }
        proved.push((key, Arc::clone(&table)));
        Ok(table)
    }

    fn known(&self, key: &[u8; 32]) -> Option<Arc<Table>> {
        let mut proved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = proved.iter().position(|(known, _)| known == key)?;
        // It is the newest again.
        let found = proved.remove(place);
        let table = Arc::clone(&found.1);
        proved.push(found);
        Some(table)
    }
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
    use crate::rules;

    #[test]
    fn the_same_rules_have_the_same_table_and_others_have_not() {
        let files = PolicyFiles::embedded();
        let text = files.text(RULES).unwrap();
        let rules = rules::load(text).unwrap().rules;
        let proved = Proved(Mutex::default());
        let one = proved.table(text, &rules).unwrap();
        assert!(Arc::ptr_eq(&one, &proved.table(text, &rules).unwrap()));
        // Few rules, which are quick to prove, in more texts than are kept.
        for number in 0..KEPT {
            let few = rules.get(..number + 1).unwrap();
            let other = proved.table(&format!("{number}"), few).unwrap();
            assert!(!Arc::ptr_eq(&one, &other));
        }
        assert_eq!(proved.0.lock().unwrap().len(), KEPT);
        let again = proved.table(text, &rules).unwrap();
        assert!(!Arc::ptr_eq(&one, &again), "the oldest went");
        assert_eq!(one.sha256(&rules), again.sha256(&rules));
    }
}
