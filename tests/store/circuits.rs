//! Open circuits: known to every node, and probed by one of them.

use std::time::Duration;

use ringback::domain::circuit::OpenCircuit;

use crate::setup::{NOW, store};

fn circuit() -> OpenCircuit {
    OpenCircuit::open("end_1", 1, 1_000, NOW)
}

#[tokio::test]
async fn a_circuit_is_open_for_every_node_until_one_closes_it() {
    let fresh = store();
    assert!(fresh.store.open_circuits().await.unwrap().is_empty());
    fresh.store.open_circuit(circuit()).await.unwrap();
    let later = OpenCircuit { opened_at: NOW.plus(Duration::from_secs(1)), ..circuit() };
    fresh.store.open_circuit(later).await.unwrap();
    assert_eq!(fresh.store.open_circuits().await.unwrap(), [circuit()], "the first one stands");
    fresh.store.close_circuit("end_1".to_owned()).await.unwrap();
    assert!(fresh.store.open_circuits().await.unwrap().is_empty());
}

#[tokio::test]
async fn of_many_nodes_that_want_to_probe_one_does() {
    let fresh = store();
    fresh.store.open_circuit(circuit()).await.unwrap();
    let (known, probed) = (circuit(), circuit().probed(1, 1_000, NOW.plus(Duration::from_secs(10))));
    let take = async |known: &OpenCircuit, probed: &OpenCircuit| {
        fresh.store.take_probes(vec![(known.clone(), probed.clone())]).await.unwrap()
    };
    assert_eq!(take(&known, &probed).await, std::slice::from_ref(&probed));
    assert!(take(&known, &probed).await.is_empty());
    assert_eq!(fresh.store.open_circuits().await.unwrap(), std::slice::from_ref(&probed));
    fresh.store.close_circuit("end_1".to_owned()).await.unwrap();
    assert!(take(&probed, &probed.probed(1, 1_000, NOW)).await.is_empty());
}
