//! A node that dies and one that is told to end, under load: the others and what comes back deliver everything.

use ringback::dispatch::sending::pacing::MOST;
use serde_json::json;

use super::{holding, in_time};
use crate::support::{Home, Load, again, settle};

const COMPLETIONS: usize = 3_000;
const KILLED_AT: usize = 600;
const ENDED_AT: usize = 1_500;
/// Requests of the killed node that are certainly in flight, because they are never answered.
const HUNG: usize = 8;

#[tokio::test(flavor = "multi_thread")]
async fn of_three_nodes_one_is_killed_and_one_ends_in_mid_load_and_all_is_delivered_from_the_right_addresses() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres();
    let of_a = holding(&home, &["127.0.0.11", "127.0.0.14"]);
    let a = of_a.serve().await;
    let b = holding(&home, &["127.0.0.12", "127.0.0.14"]).serve().await;
    let c = holding(&home, &["127.0.0.12", "127.0.0.13"]).serve().await;
    let walls = [
        a.wall_from("127.0.0.11").await,
        a.wall_from("127.0.0.12").await,
        a.wall_from("127.0.0.13").await,
        a.wall_from("127.0.0.14").await,
        a.wall("besitos", json!({})).await,
    ];
    let mut load = Load::start(COMPLETIONS, &walls, vec![a.api(), b.api(), c.api()]).await;

    load.acknowledged(KILLED_AT).await;
    // Only this node sends to the first.
    walls[0].receiver.hang(HUNG).await;
    a.kill().await;
    load.report_to(vec![b.api(), c.api()]);
    let a = of_a.serve().await;
    load.report_to(vec![a.api(), b.api(), c.api()]);

    load.acknowledged(ENDED_AT).await;
    // The reporters find out by themselves.
    b.terminate().await.done();
    load.report_to(vec![a.api(), c.api()]);
    load.finished().await;

    let repeats = settle(&a, &walls, COMPLETIONS).await;
    let by_the_kill = again(&repeats[0]);
    assert!((HUNG..=MOST).contains(&by_the_kill), "{by_the_kill} arrived again from the killed node's address");
    for of_a_and_others in [&repeats[3], &repeats[4]] {
        assert!(again(of_a_and_others) <= MOST, "{of_a_and_others:?}");
    }
    for never_of_a in [&repeats[1], &repeats[2]] {
        assert_eq!(again(never_of_a), 0, "nothing of these was in flight on the killed node: {never_of_a:?}");
    }
}
