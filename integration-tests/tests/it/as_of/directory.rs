//! What the directory changes: written as the sync writes it, in one transaction with the unit channels and the next version.

use chrono::{DateTime, Utc};
use schema::clearances::{self, Clearance};
use schema::delegations::{self, Delegation};
use schema::ids::{DelegationId, PersonId, PostId, SourceId, UnitId};
use schema::liaisons::{self, Liaison};
use schema::posts::{self, Post};
use schema::{Transaction, org_changes, org_state, people, ranks, unit_channels, units};

use super::world::World;

/// One transaction of the sync.
struct Sync {
    transaction: Transaction,
    source: SourceId,
    now: DateTime<Utc>,
    around: Vec<UnitId>,
    people: Vec<PersonId>,
    units: Vec<UnitId>,
}

impl Sync {
    async fn begin(world: &World, source: SourceId, people: &[PersonId]) -> Self {
        let now = world.tick().await;
        let mut transaction = Transaction::begin_alone(&world.pool, 77).await.unwrap();
        let around = unit_channels::units_around(&mut transaction, source, people).await.unwrap();
        Self { transaction, source, now, around, people: people.to_vec(), units: Vec::new() }
    }

    async fn commit(mut self, ladder: bool) {
        let transaction = &mut self.transaction;
        let after = unit_channels::units_around(transaction, self.source, &self.people).await.unwrap();
        self.around.extend(after);
        self.around.extend(&self.units);
        self.around.sort_unstable();
        self.around.dedup();
        let are_units = !self.units.is_empty();
        unit_channels::reconcile_part(transaction, self.source, &self.around, are_units, self.now)
            .await
            .unwrap();
        if ladder {
            org_state::bump(transaction).await.unwrap();
        } else {
            org_changes::bump(transaction, &self.people, &self.units).await.unwrap();
        }
        self.transaction.commit().await.unwrap();
    }
}

/// Somebody's row, and the source that they are of.
async fn row(world: &World, person: PersonId) -> people::Person {
    people::of(&mut world.pool.get().await.unwrap(), &[person]).await.unwrap().remove(0)
}

/// Changes what the directory says of a person themselves.
pub(super) async fn person(world: &mut World, change: impl FnOnce(&mut people::Person)) {
    let person = world.person();
    let mut row = row(world, person).await;
    change(&mut row);
    let mut sync = Sync::begin(world, row.source_id, &[person]).await;
    let is_out = row.status != "active";
    people::write(&mut sync.transaction, &[row]).await.unwrap();
    if is_out {
        people::end_sessions(&mut sync.transaction, &[person]).await.unwrap();
    }
    sync.commit(false).await;
}

/// Moves somebody into another unit, under another superior, into another rank, or ends their post soon.
pub(super) async fn moves(world: &mut World) -> Option<()> {
    let person = world.person();
    let source = row(world, person).await.source_id;
    let mut connection = world.pool.get().await.unwrap();
    let own = posts::list(&mut connection, source, Some(&[person])).await.unwrap();
    let mut post = own.into_iter().find(|post| post.kind == "primary")?;
    let tree = units::list(&mut connection, source).await.unwrap();
    let tree: Vec<UnitId> = tree.iter().filter(|unit| unit.status == "active").map(|unit| unit.id).collect();
    let ladder: Vec<_> =
        ranks::list(&mut connection, source).await.unwrap().iter().map(|rank| rank.id).collect();
    drop(connection);
    match world.dice.below(5) {
        // A post in another unit begins now, and its end was that of the one before.
        0 => (post.unit_id, post.until) = (world.dice.one(&tree), None),
        1 => post.rank_id = world.dice.one(&ladder),
        2 => {
            // Perhaps somebody below: then the chain runs in a circle, and is cut.
            let above = world.person();
            let is_of_source = row(world, above).await.source_id == source && above != person;
            post.superior_id = Some(above).filter(|_| is_of_source);
        }
        3 => {
            (post.unit_id, post.until) = (world.dice.one(&tree), None);
            post.superior_id = None;
        }
        _ => {
            let soon = world.tick().await + world.dice.millis(50, 900);
            post.until = if post.until.is_some() { None } else { Some(soon) };
        }
    }
    let mut sync = Sync::begin(world, source, &[person]).await;
    posts::write(&mut sync.transaction, &[post]).await.unwrap();
    sync.commit(false).await;
    Some(())
}

/// Gives somebody a post beside their own, or takes one away.
pub(super) async fn further_post(world: &mut World) -> Option<()> {
    let person = world.person();
    let source = row(world, person).await.source_id;
    let mut connection = world.pool.get().await.unwrap();
    let own = posts::list(&mut connection, source, Some(&[person])).await.unwrap();
    let tree = units::list(&mut connection, source).await.unwrap();
    let tree: Vec<UnitId> = tree.iter().filter(|unit| unit.status == "active").map(|unit| unit.id).collect();
    drop(connection);
    let until = world.tick().await + world.dice.millis(600, 2500);
    let further: Vec<PostId> = own.iter().filter(|post| post.kind != "primary").map(|post| post.id).collect();
    let mut sync = Sync::begin(world, source, &[person]).await;
    if further.len() > 1 {
        posts::remove(&mut sync.transaction, &further).await.unwrap();
    } else {
        let like = own.into_iter().find(|post| post.kind == "primary")?;
        let post = Post {
            id: PostId::new(),
            unit_id: world.dice.one(&tree),
            kind: world.dice.one(&["further", "secondment", "acting"]).to_owned(),
            superior_id: None,
            until: (!world.dice.once_in(3)).then_some(until),
            ..like
        };
        posts::write(&mut sync.transaction, &[post]).await.unwrap();
    }
    sync.commit(false).await;
    Some(())
}

/// Lets somebody act for another one, assist them or be on duty; or no longer.
pub(super) async fn delegation(world: &mut World) -> Option<()> {
    let (person, principal) = (world.person(), world.person());
    let source = row(world, person).await.source_id;
    if person == principal || row(world, principal).await.source_id != source {
        return None;
    }
    let mut connection = world.pool.get().await.unwrap();
    let held = delegations::list(&mut connection, source, Some(&[person])).await.unwrap();
    drop(connection);
    let now = world.tick().await;
    let until = now + world.dice.millis(600, 2500);
    let hat = world.dice.one(&["acting", "assistant", "assistant", "duty"]);
    let mut sync = Sync::begin(world, source, &[person, principal]).await;
    if let Some(first) = held.first().filter(|_| held.len() > 1 || world.dice.once_in(3)) {
        if world.dice.once_in(2) {
            delegations::remove(&mut sync.transaction, &[first.id]).await.unwrap();
        } else if first.until.is_none_or(|until| until > now) {
            let ends = Delegation { until: Some(until), ..first.clone() };
            delegations::write(&mut sync.transaction, &[ends]).await.unwrap();
        }
    } else {
        let principal_id = (hat != "duty").then_some(principal);
        if held.iter().any(|held| held.hat == hat && held.principal_id == principal_id) {
            return None;
        }
        let until = (!world.dice.once_in(2)).then_some(until);
        let new = Delegation {
            id: DelegationId::new(),
            person_id: person,
            principal_id,
            hat: hat.to_owned(),
            until,
        };
        delegations::write(&mut sync.transaction, &[new]).await.unwrap();
    }
    sync.commit(false).await;
    Some(())
}

/// Clears somebody for more, for less, or for nothing.
pub(super) async fn clearance(world: &mut World) {
    let person = world.person();
    let source = row(world, person).await.source_id;
    let level = i16::try_from(world.dice.below(4)).unwrap();
    let categories = ["budget", "personnel", "security", "foreign"];
    let categories = categories.into_iter().filter(|_| world.dice.once_in(2)).map(str::to_owned).collect();
    let mut sync = Sync::begin(world, source, &[person]).await;
    if level == 0 {
        clearances::remove(&mut sync.transaction, &[person]).await.unwrap();
    } else {
        let cleared = Clearance { person_id: person, level, categories };
        clearances::write(&mut sync.transaction, &[cleared]).await.unwrap();
    }
    sync.commit(false).await;
}

/// Makes somebody speak to another agency, or no longer.
pub(super) async fn liaison(world: &mut World) {
    let person = world.person();
    let source = row(world, person).await.source_id;
    let mut connection = world.pool.get().await.unwrap();
    let held = liaisons::list(&mut connection, source, Some(&[person])).await.unwrap();
    drop(connection);
    let agency_id = world.dice.one(&world.agencies.clone());
    let mut sync = Sync::begin(world, source, &[person]).await;
    if held.is_empty() {
        let new = Liaison { person_id: person, agency_id };
        liaisons::add(&mut sync.transaction, &[new]).await.unwrap();
    } else {
        liaisons::remove(&mut sync.transaction, &held).await.unwrap();
    }
    sync.commit(false).await;
}

/// Gives a unit another head, another name, or another place in the tree.
pub(super) async fn unit(world: &mut World) -> Option<()> {
    let source = world.dice.one(&world.sources.clone());
    let tree = units::list(&mut world.pool.get().await.unwrap(), source).await.unwrap();
    let tree: Vec<_> = tree.into_iter().filter(|unit| unit.status == "active").collect();
    let mut changed = tree[world.dice.below(tree.len())].clone();
    match world.dice.below(3) {
        0 => {
            let head = world.person();
            changed.head_id = Some(head).filter(|_| !world.dice.once_in(3));
            if row(world, head).await.source_id != source {
                return None;
            }
        }
        1 => changed.name = format!("Отдел № {}", world.dice.below(1000)),
        _ => {
            let departments: Vec<UnitId> =
                tree.iter().filter(|unit| unit.kind == "department").map(|unit| unit.id).collect();
            if changed.kind != "division" || departments.is_empty() {
                return None;
            }
            changed.parent_id = Some(world.dice.one(&departments));
        }
    }
    let mut sync = Sync::begin(world, source, &[]).await;
    sync.units.push(changed.id);
    units::write(&mut sync.transaction, &[changed]).await.unwrap();
    sync.commit(false).await;
    Some(())
}

/// Gives a rank another band.
pub(super) async fn ladder(world: &mut World) {
    let source = world.dice.one(&world.sources.clone());
    let mut steps = ranks::list(&mut world.pool.get().await.unwrap(), source).await.unwrap();
    let place = world.dice.below(steps.len());
    steps[place]
        .band
        .clone_from(&world.dice.one(&["support", "officer", "manager", "director", "executive"]).to_owned());
    let mut sync = Sync::begin(world, source, &[]).await;
    ranks::replace(&mut sync.transaction, source, &steps).await.unwrap();
    sync.commit(true).await;
}
