//! Finds who is on a cycle of the chain of command: whoever can be reached from themselves.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// Everybody from whom `above` leads back to themselves. Those who merely lead to a cycle are not on it.
pub(super) fn on_cycles(above: &BTreeMap<Uuid, Uuid>) -> BTreeSet<Uuid> {
    let mut found = BTreeSet::new();
    let mut settled = BTreeSet::new();
    for &start in above.keys() {
        let mut path = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut here = Some(start);
        while let Some(id) = here {
            if settled.contains(&id) {
                break;
            }
            if !on_path.insert(id) {
                let cycle = path.iter().skip_while(|step| **step != id);
                found.extend(cycle.copied());
                break;
            }
            path.push(id);
            here = above.get(&id).copied();
        }
        settled.extend(path);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn cycles_of_any_length_are_found_and_nothing_else() {
        let above = [(1, 1), (2, 3), (3, 2), (4, 2), (5, 6), (6, 7), (8, 9), (9, 10), (10, 8), (11, 9)];
        let above = above.into_iter().map(|(low, high)| (id(low), id(high))).collect();
        let found: Vec<_> = on_cycles(&above).into_iter().collect();
        assert_eq!(found, [1, 2, 3, 8, 9, 10].map(id));
    }
}
