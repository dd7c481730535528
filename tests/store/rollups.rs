//! What processes add up of callbacks, written, read together, folded and removed.

use std::time::Duration;

use ringback::domain::health::recipes::{RecipeRollup, RefusedCounts};
use ringback::domain::health::rollup::{Rollup, Step};
use ringback::domain::health::series::Series;
use ringback::domain::health::tally::Tally;
use ringback::domain::time::Timestamp;
use ringback::random;
use ringback::store::Store;
use ringback::store::recipe_rollups::{NodeRecipeRollup, Recipes};
use ringback::store::rollups::{NodeRollup, SecretUse};

use crate::setup::{NOW, store};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

fn of(app_id: &str, at: Timestamp, delivered: u64) -> NodeRollup {
    let tally = Tally { delivered, last_delivered_at: Some(at), ..Tally::default() };
    let mut rollup = Rollup { tally, ..Rollup::default() };
    (0..delivered).for_each(|_| rollup.latencies.add(7));
    NodeRollup { app_id: app_id.to_owned(), at: Step::FiveMinutes.begin(at), rollup }
}

async fn write(store: &Store, node: &str, rollup: NodeRollup) {
    store.write_rollups(node, vec![rollup], Vec::new()).await.unwrap();
}

/// What an app did over the last 24 hours.
async fn sum(store: &Store, app_id: &str, now: Timestamp) -> Tally {
    let sums = store.tallies(Some(vec![app_id.to_owned()]), Series::last_day(now)).await.unwrap();
    sums.get(app_id).copied().unwrap_or_default()
}

#[tokio::test]
async fn recipes_are_written_read_folded_and_removed_like_apps() {
    let fresh = store();
    let (one, other) = (random::new_id("nod"), random::new_id("nod"));
    let hour = Step::Hour.begin(NOW);
    let rollup = |recipe: &str, first_attempts| {
        let refused = RefusedCounts { forbidden: 1, ..RefusedCounts::default() };
        let rollup = RecipeRollup { first_attempts, delivered: first_attempts - 1, refused };
        vec![NodeRecipeRollup { recipe: recipe.to_owned(), at: hour, rollup }]
    };
    for first_attempts in [1, 3] {
        fresh.store.write_recipe_rollups(&one, rollup("x-acme@1", first_attempts)).await.unwrap();
    }
    fresh.another_node().write_recipe_rollups(&other, rollup("x-acme@1", 4)).await.unwrap();
    fresh.store.write_recipe_rollups(&one, rollup("x-acme@12", 5)).await.unwrap();
    fresh.store.write_recipe_rollups(&one, rollup("x-acme-other@1", 6)).await.unwrap();
    // Whatever tells of a recipe tells of an app as well.
    write(&fresh.store, &one, of("app_1", hour, 1)).await;
    let series = Series { from: hour, to: hour.plus(HOUR), step: HOUR };
    let read = async |of: Recipes| {
        let found = fresh.store.recipe_series(of, series).await.unwrap();
        let shown = |(recipe, buckets): (String, std::collections::BTreeMap<Timestamp, RecipeRollup>)| {
            (recipe, buckets.values().map(|one| (one.first_attempts, one.refused.all())).collect::<Vec<_>>())
        };
        found.into_iter().map(shown).collect::<Vec<_>>()
    };
    let (first, twelfth) = (("x-acme@1".to_owned(), vec![(7, 2)]), ("x-acme@12".to_owned(), vec![(5, 1)]));
    assert_eq!(read(Recipes::Named("x-acme".to_owned())).await, [first.clone(), twelfth.clone()]);
    assert_eq!(read(Recipes::Version("x-acme@1".to_owned())).await, std::slice::from_ref(&first));
    assert_eq!(read(Recipes::All).await.len(), 3);
    assert!(fresh.store.fold_rollups(hour.plus(2 * HOUR)).await.unwrap());
    assert_eq!(read(Recipes::Named("x-acme".to_owned())).await, [first, twelfth]);
    assert_eq!(fresh.store.prune_recipe_rollups(Step::FiveMinutes, hour.plus(HOUR)).await.unwrap(), 4);
    assert_eq!(read(Recipes::All).await.len(), 3, "the hours still tell");
    assert_eq!(fresh.store.prune_recipe_rollups(Step::Hour, hour.plus(HOUR)).await.unwrap(), 3);
}

#[tokio::test]
async fn a_process_writes_over_its_own_row_and_what_several_wrote_adds_up() {
    let fresh = store();
    let (one, other) = (random::new_id("nod"), random::new_id("nod"));
    for delivered in [1, 3] {
        write(&fresh.store, &one, of("app_1", NOW, delivered)).await;
    }
    write(&fresh.another_node(), &other, of("app_1", NOW, 5)).await;
    write(&fresh.store, &one, of("app_2", NOW, 9)).await;
    let sum = sum(&fresh.store, "app_1", NOW).await;
    assert_eq!((sum.delivered, sum.last_delivered_at), (8, Some(NOW)));
    let buckets = fresh.store.health_series(Some(vec!["app_1".to_owned()]), Series::last_day(NOW)).await.unwrap();
    let bucket = &buckets[&Step::FiveMinutes.begin(NOW)];
    assert_eq!((bucket.tally.delivered, bucket.latencies.quantile(990)), (8, Some(7)));
    let all = fresh.store.tallies(None, Series::last_day(NOW)).await.unwrap();
    assert_eq!(all["app_2"].delivered, 9);
}

#[tokio::test]
async fn a_folded_hour_says_what_its_five_minutes_said_and_each_is_read_once() {
    let fresh = store();
    let node = random::new_id("nod");
    let hour = Step::Hour.begin(NOW);
    for (minutes, delivered) in [(0, 1), (55, 2), (60, 4), (130, 8)] {
        write(&fresh.store, &node, of("app_1", hour.plus(MINUTE * minutes), delivered)).await;
    }
    let now = hour.plus(MINUTE * 140);
    let before = sum(&fresh.store, "app_1", now).await;
    // Two hours are over, the third is not.
    let mut folded = 0;
    while fresh.store.fold_rollups(now).await.unwrap() {
        folded += 1;
    }
    assert_eq!((folded, sum(&fresh.store, "app_1", now).await), (2, before));
    let series = Series { from: hour, to: hour.plus(3 * HOUR), step: HOUR };
    let hours = fresh.store.health_series(None, series).await.unwrap();
    assert_eq!(hours.values().map(|hour| hour.tally.delivered).collect::<Vec<_>>(), [3, 4, 8]);

    // Without their five minutes the hours still tell.
    let gone = fresh.store.prune_rollups(Step::FiveMinutes, hour.plus(2 * HOUR)).await.unwrap();
    assert_eq!(gone, 3);
    assert_eq!(fresh.store.health_series(None, series).await.unwrap(), hours);
    assert_eq!(fresh.store.prune_rollups(Step::Hour, hour.plus(HOUR)).await.unwrap(), 1);
}

#[tokio::test]
async fn of_a_secret_that_several_nodes_use_the_later_instants_stand() {
    let fresh = store();
    let used = |ms, acknowledged: Option<i64>| SecretUse {
        last_used_at: Timestamp::from_millis(ms),
        last_acknowledged_at: acknowledged.map(Timestamp::from_millis),
    };
    let id = random::new_id("sec");
    for one in [used(5, Some(5)), used(9, None), used(7, Some(7))] {
        fresh.store.write_rollups(&random::new_id("nod"), Vec::new(), vec![(id.clone(), one)]).await.unwrap();
    }
    assert_eq!(fresh.store.secret_uses(vec![id.clone()]).await.unwrap()[&id], used(9, Some(7)));
}
