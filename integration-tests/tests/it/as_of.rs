//! As of: what is decided again of a moment is what the live gate decided then. Changes at random, decisions after each, and all of
//! them asked again over the API. `AS_OF_CHANGES=500 AS_OF_SEED=…` plays more, and others, than fit into a run of all tests.

mod answers;
mod changes;
mod directory;
mod known;
mod policies;
mod questions;
mod settings;
mod under_way;
mod world;

use std::collections::BTreeMap;
use std::env;

use integration_tests::app::App;

use self::world::World;
use crate::dice::Dice;

/// How many changes are played, unless `AS_OF_CHANGES` says otherwise, and which, unless `AS_OF_SEED` does.
const CHANGES: usize = 40;
const SEED: u64 = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "it says what it played")]
async fn what_is_asked_of_then_is_what_was_decided_then() {
    let number = |name: &str| env::var_os(name)?.to_str()?.parse::<u64>().ok();
    let seed = number("AS_OF_SEED").unwrap_or(SEED);
    let wanted = number("AS_OF_CHANGES").map_or(CHANGES, |wanted| usize::try_from(wanted).unwrap());
    println!("as of: AS_OF_SEED={seed} AS_OF_CHANGES={wanted}");
    let mut world = World::new(App::start().await, Dice::new(seed)).await;
    let (mut played, mut records) = (BTreeMap::new(), Vec::new());
    let mut tries = 0;
    while played.values().sum::<usize>() < wanted {
        tries += 1;
        assert!(tries < wanted * 4 + 100, "too many changes were refused: {played:?}");
        let Some(change) = changes::play(&mut world).await else { continue };
        *played.entry(change).or_default() += 1;
        records.push(questions::record(&mut world, change).await);
    }
    let differences = answers::compare(&world, &records).await;
    let decisions: usize = records.iter().map(|moment| moment.decisions.len()).sum();
    let shown: usize = records.iter().map(|moment| moment.access.len() + moment.reached.len()).sum();
    let allowed = records.iter().flat_map(|moment| &moment.decisions).filter(|one| one.allow).count();
    println!("as of: changes {played:?}");
    println!(
        "as of: {} moments, {decisions} decisions ({allowed} allowed), {shown} entries of lists, {} differences",
        records.len(),
        differences.len()
    );
    let first: Vec<&String> = differences.iter().take(10).collect();
    assert!(
        differences.is_empty(),
        "AS_OF_SEED={seed}: {} differences, the first: {first:#?}",
        differences.len()
    );
    assert!(allowed * 10 > decisions && allowed < decisions, "one-sided: {allowed} of {decisions}");
}
