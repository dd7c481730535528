//! Circuits that are open while the node that opened them dies: the other nodes show them, go on with their probes, and
//! deliver all that waited once the receivers are back.

use std::time::{Duration, Instant};

use ringback::dispatch::sending::pacing::MOST;
use serde_json::{Value, json};

use super::{holding, in_time};
use crate::support::{Api, Home, Load, Received, Reply, Wall, all_delivered, tally, text};

/// The setting that multiplies the pauses, and what it makes of those before the probes, in seconds: the last one stays.
const SCALE: &str = "0.05";
const PAUSES: [f64; 5] = [0.5, 1.0, 2.0, 4.0, 6.0];
/// Reports to each receiver that is down, before there is any other load: ten failures in a row open a circuit.
const FIRST: usize = 12;
const COMPLETIONS: usize = 7_200;
const KILLED_AT: usize = 600;

/// The walls of the drill, by where they stand among them.
const DOWN: std::ops::Range<usize> = 0..4;
/// The one whose egress IP only the killed node holds, and those that another one can probe as well.
const OF_A_ALONE: usize = 3;
const TAKEN_OVER: std::ops::Range<usize> = 0..3;
/// The healthy ones: one behind the egress IP of one that is down, one behind an egress IP that the killed node lacks.
const BESIDE: usize = 4;
const NEVER_OF_A: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn circuits_outlive_the_node_that_opened_them_and_all_that_waited_is_delivered_and_counted() {
    in_time(drill()).await;
}

async fn drill() {
    let home = Home::on_postgres().with("RINGBACK_RETRY_SCALE", SCALE);
    let of_a = holding(&home, &["127.0.0.51", "127.0.0.53", "127.0.0.54"]);
    let a = of_a.serve().await;
    let b = holding(&home, &["127.0.0.51", "127.0.0.52"]).serve().await;
    let c = holding(&home, &["127.0.0.52", "127.0.0.53"]).serve().await;
    let walls = walls(&a).await;
    let mut seen: Vec<Vec<Received>> = walls.iter().map(|_| Vec::new()).collect();

    // Reported to the one node alone, which therefore opens the circuits.
    let begun = Instant::now();
    let replies = [Reply::status(500), Reply::status(503), Reply::Hang, Reply::status(502)];
    for (wall, reply) in walls[DOWN].iter().zip(replies) {
        wall.receiver.always(reply);
        let first: Vec<Value> = (0..FIRST).map(|number| wall.completion(&format!("first-{number}"))).collect();
        wall.source.report_batch(&first).await;
    }
    let opened = open(&a, &walls).await;
    for other in [&b, &c] {
        assert_eq!(open(other, &walls).await, opened, "the same circuits are shown by every node");
    }
    look(&walls, &mut seen);
    let before_probes: Vec<usize> = seen.iter().map(Vec::len).collect();

    let mut load = Load::start(COMPLETIONS, &walls, vec![a.api(), b.api(), c.api()]).await;
    load.acknowledged(KILLED_AT).await;
    // A probe that is certainly on its way from the killed node, because it is never answered.
    walls[OF_A_ALONE].receiver.hang(1).await;
    a.kill().await;
    load.report_to(vec![b.api(), c.api()]);

    let healthy_before = look(&walls, &mut seen)[BESIDE];
    for number in TAKEN_OVER {
        // One probe of a circuit is on its way at a time, so only the first of two can be the killed node's.
        for _ in 0..2 {
            seen[number].push(walls[number].receiver.next().await);
        }
    }
    let arrived = look(&walls, &mut seen);
    assert!(arrived[BESIDE] > healthy_before, "nothing arrived at the healthy one meanwhile");
    let probes_due = probes_within(begun.elapsed());
    for number in DOWN {
        let probes = seen[number].len() - before_probes[number];
        assert!(probes <= probes_due, "{probes} probes of the wall {number} went where {probes_due} were due");
    }

    let a = of_a.serve().await;
    for node in [&a, &b, &c] {
        assert_eq!(open(node, &walls).await, opened, "nothing has closed them, and who starts anew knows them");
    }
    walls[DOWN].iter().for_each(|wall| wall.receiver.always(Reply::acknowledgement()));
    load.report_to(vec![a.api(), b.api(), c.api()]);
    load.finished().await;

    let delivered = all_delivered(&a, COMPLETIONS + DOWN.len() * FIRST).await;
    look(&walls, &mut seen);
    let mut cut_off = Vec::new();
    for (wall, seen) in walls.iter().zip(&seen) {
        cut_off.push(tally(&a, wall, seen, &delivered).await);
    }
    assert_eq!(cut_off[OF_A_ALONE], 1, "the probe that was cut off: {cut_off:?}");
    // One that was on its way, and at most one before it whose end was not written down yet.
    assert!(cut_off[TAKEN_OVER].iter().all(|probes| *probes <= 2), "of the others: {cut_off:?}");
    assert!(cut_off[BESIDE] <= MOST && cut_off[NEVER_OF_A] == 0, "{cut_off:?}");
    for node in [&a, &b, &c] {
        for wall in &walls[DOWN] {
            node.once(&wall.path(""), "closed", |app| app["circuit"].is_null()).await;
        }
    }
    let reconciled = home.run(&["reconcile"]).await.done();
    assert!(reconciled.contains("Everything holds."), "{reconciled}");
}

async fn walls(api: &Api) -> Vec<Wall> {
    let first = api.wall("besitos", json!({})).await;
    let shared = api.issue(json!({"address": "127.0.0.51"}), json!({"appId": first.id})).await;
    let beside = api.wall("besitos", json!({})).await;
    api.post(&format!("{shared}/assignments"), json!({"appId": beside.id})).await.ok();
    let from = "127.0.0.51".parse().unwrap();
    vec![
        Wall { from, ..first },
        api.wall_from("127.0.0.53").await,
        api.wall("besitos", json!({"timeoutMs": 1000})).await,
        api.wall_from("127.0.0.54").await,
        Wall { from, ..beside },
        api.wall_from("127.0.0.52").await,
    ]
}

/// When the circuits of those that are down were opened, once this node shows all of them.
async fn open(node: &Api, walls: &[Wall]) -> Vec<String> {
    let mut opened = Vec::new();
    for wall in &walls[DOWN] {
        let app = node.once(&wall.path(""), "an open circuit", |app| app["circuit"].is_object()).await;
        opened.push(text(&app["circuit"], "openedAt"));
    }
    opened
}

/// Takes over what the receivers saw since the last look; answers how much each has seen by now.
fn look(walls: &[Wall], seen: &mut [Vec<Received>]) -> Vec<usize> {
    for (wall, seen) in walls.iter().zip(&mut *seen) {
        seen.extend(wall.receiver.so_far());
    }
    seen.iter().map(Vec::len).collect()
}

/// How many probes of a circuit may go in this time, whoever sends them.
fn probes_within(time: Duration) -> usize {
    let last = *PAUSES.last().unwrap();
    let pauses = PAUSES.into_iter().chain(std::iter::repeat(last));
    let due = pauses.scan(0.0, |at, pause| {
        *at += pause;
        Some(*at)
    });
    due.take_while(|at| *at <= time.as_secs_f64()).count()
}
