//! A node that dies and one that is told to end, under load: the others and what comes back deliver everything.

use ringback::dispatch::sending::pacing::PER_ENDPOINT;

use crate::account::{again, settle};
use crate::load::Load;
use crate::nodes::{DRILL, Publisher, holding, nodes_on};
use crate::place;
use crate::receiver::Reply;

const COMPLETIONS: usize = 3_000;
const KILLED_AT: usize = 600;
const ENDED_AT: usize = 1_500;
/// Requests of the killed node that are certainly in flight, because they are never answered.
const HUNG: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn of_three_nodes_one_is_killed_and_one_ends_in_mid_load_and_all_is_delivered_from_the_right_addresses() {
    tokio::time::timeout(DRILL, drill()).await.expect("the drill did not come to its end");
}

async fn drill() {
    let place = place::on_postgres();
    let home = nodes_on(&place.url);
    let of_a = holding(&home, &["127.0.0.11", "127.0.0.14"]);
    let a = of_a.serve().await;
    let b = holding(&home, &["127.0.0.12", "127.0.0.14"]).serve().await;
    let c = holding(&home, &["127.0.0.12", "127.0.0.13"]).serve().await;
    let mut publishers = vec![
        Publisher::from_address(&a, "127.0.0.11").await,
        Publisher::from_address(&a, "127.0.0.12").await,
        Publisher::from_address(&a, "127.0.0.13").await,
        Publisher::from_address(&a, "127.0.0.14").await,
        Publisher::new(&a).await,
    ];
    let apps = publishers.iter().map(|publisher| publisher.app.clone()).collect();
    let mut load = Load::start(COMPLETIONS, apps, vec![a.api(), b.api(), c.api()]).await;

    load.acknowledged(KILLED_AT).await;
    let only_a_sends = &publishers[0].receiver;
    for _ in 0..HUNG {
        only_a_sends.then(Reply::Hang).await;
    }
    while !only_a_sends.has_played_all().await {
        tokio::task::yield_now().await;
    }
    a.kill().await;
    load.report_to(vec![b.api(), c.api()]);
    let a = of_a.serve().await;
    load.report_to(vec![a.api(), b.api(), c.api()]);

    load.acknowledged(ENDED_AT).await;
    // The reporters find out by themselves.
    let ended = b.terminate().await;
    assert!(ended.status.success(), "{}", ended.complaint);
    load.report_to(vec![a.api(), c.api()]);
    load.finished().await;

    let repeats = settle(&a, &mut publishers, COMPLETIONS).await;
    let by_the_kill = again(&repeats[0]);
    assert!((HUNG..=PER_ENDPOINT).contains(&by_the_kill), "{by_the_kill} arrived again from the killed node's address");
    for of_a_and_others in [&repeats[3], &repeats[4]] {
        assert!(again(of_a_and_others) <= PER_ENDPOINT, "{of_a_and_others:?}");
    }
    for never_of_a in [&repeats[1], &repeats[2]] {
        assert_eq!(again(never_of_a), 0, "nothing of these was in flight on the killed node: {never_of_a:?}");
    }
}
