//! Any node, killed again and again while reports keep coming: nothing is lost and nothing stays stuck.

use std::time::Duration;

use ringback::dispatch::sending::pacing::MOST;
use serde_json::json;

use super::holding;
use crate::support::{Home, Load, again, settle};

/// Long enough for a dozen kills and more.
const COMPLETIONS: usize = 20_000;
/// The rhythm of the kills: shorter than a take-over lasts, so that the claims of several dead nodes lie about at once.
const EVERY: Duration = Duration::from_secs(2);
/// What it may take on a busy machine.
const DRILL: Duration = Duration::from_secs(400);

#[tokio::test(flavor = "multi_thread")]
async fn of_three_nodes_one_is_killed_every_two_seconds_and_all_of_twenty_thousand_completions_are_delivered() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

#[expect(clippy::print_stdout, reason = "what was counted is what a reader of a drill wants to know")]
async fn drill() {
    let home = Home::on_postgres();
    // Each address is held by two of the three, so that a dead node's callbacks have somewhere to go.
    let homes = [
        holding(&home, &["127.0.0.41", "127.0.0.43"]),
        holding(&home, &["127.0.0.41", "127.0.0.42"]),
        holding(&home, &["127.0.0.42", "127.0.0.43"]),
    ];
    let mut nodes = Vec::new();
    for home in &homes {
        nodes.push(home.serve().await);
    }
    let walls = [
        nodes[0].wall_from("127.0.0.41").await,
        nodes[0].wall_from("127.0.0.42").await,
        nodes[0].wall_from("127.0.0.43").await,
        nodes[0].wall("besitos", json!({})).await,
    ];
    let load = Load::start(COMPLETIONS, &walls, nodes.iter().map(|node| node.api()).collect()).await;
    let report_to = load.reported_to();

    let mut rhythm = tokio::time::interval(EVERY);
    rhythm.tick().await;
    let mut finished = std::pin::pin!(load.finished());
    let mut kills = 0;
    loop {
        tokio::select! {
            _ = &mut finished => break,
            _ = rhythm.tick() => {}
        }
        let chosen = rand_below(nodes.len());
        let killed = nodes.remove(chosen);
        report_to.send_replace(nodes.iter().map(|node| node.api()).collect());
        killed.kill().await;
        nodes.insert(chosen, homes[chosen].serve().await);
        report_to.send_replace(nodes.iter().map(|node| node.api()).collect());
        kills += 1;
    }
    assert!(kills >= 3, "the load was over after {kills} kills");

    let repeats = settle(&nodes[0], &walls, COMPLETIONS).await;
    let arrived_again: Vec<usize> = repeats.iter().map(again).collect();
    println!("{kills} kills, callbacks that arrived again, by wall: {arrived_again:?}");
    assert!(arrived_again.iter().all(|again| *again <= kills * MOST), "{kills} kills: {arrived_again:?}");
}

/// One of so many, another one in each run.
fn rand_below(count: usize) -> usize {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    usize::try_from(u64::from_le_bytes(bytes) % count as u64).unwrap()
}
