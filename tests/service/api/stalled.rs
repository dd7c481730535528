//! Bodies that never end: they neither fill the memory nor keep anybody's report out.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Api, Home, PATIENCE, Ringback};

const EIGHT_MIB: usize = 8 * 1024 * 1024;

/// A connection on which a batch of eight mebibytes was announced, with these headers.
async fn announce(api: &Api, headers: &str) -> TcpStream {
    let base = api.url("");
    let address = base.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let mut caller = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /v1/conversions/batch HTTP/1.1\r\nHost: {address}\r\nContent-Length: {EIGHT_MIB}\r\n{headers}\r\n"
    );
    caller.write_all(head.as_bytes()).await.unwrap();
    caller
}

/// The same, and all of its body but the last byte, or as much as is taken.
async fn stall(api: Api) -> TcpStream {
    let headers =
        format!("x-ea-surface: unknown\r\nx-ea-timestamp: {}\r\nx-ea-signature: 00\r\n", api.now().as_millis());
    let mut caller = announce(&api, &headers).await;
    caller.write_all(&vec![b' '; EIGHT_MIB - 1]).await.ok();
    caller
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_and_fifty_bodies_that_stall_cost_little_memory_and_keep_no_report_out() {
    let home = Home::new();
    let server = home.serve().await;
    let wall = server.wall("besitos", json!({})).await;
    wall.report_until("before", "delivered").await;
    let before = server.memory_kib();
    let stalled: Vec<_> = (0..150).map(|_| tokio::spawn(stall(server.api()))).collect();
    let stalled = futures_util::future::try_join_all(stalled).await.unwrap();
    for n in 0..20 {
        wall.report(&format!("x{n}")).await.is(200, json!({"status": "accepted"}));
    }
    // 150 bodies would be 1.2 GiB, and twice that while their buffers grow.
    let grown = server.memory_kib().saturating_sub(before);
    assert!(grown < 300 * 1024, "it has grown by {grown} KiB");
    // Who runs it is told of them.
    let metrics = server.get("/metrics").await;
    assert!(!metrics.as_str().unwrap().contains("ringback_bodies_turned_away_total 0\n"), "{metrics}");
    drop(stalled);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_names_no_time_near_ours_is_refused_before_a_body_is_read() {
    let ringback = Ringback::start().await;
    for headers in ["", "x-ea-timestamp: 1\r\n", "x-ea-timestamp: abc\r\n"] {
        let mut caller = announce(&ringback, headers).await;
        let mut answer = String::new();
        let read = tokio::time::timeout(PATIENCE, caller.read_to_string(&mut answer)).await;
        read.expect("a body is waited for that nobody would believe").unwrap();
        assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
        assert!(answer.contains("x-ea-timestamp") && answer.contains("serverTime"), "{answer}");
    }
}
