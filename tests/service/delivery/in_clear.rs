//! A dialect whose secret travels itself goes by TLS alone, which no receiver here speaks: what goes out is asked for as a
//! preview, which has a mark in the secret's place.

use std::net::SocketAddr;
use std::time::Instant;

use serde_json::json;

use crate::support::{Received, Ringback, Wall, text};

/// Where callbacks of such a dialect go, to nobody.
pub(super) const ORIGIN: &str = "https://pub.example";

/// The request of a delivery with the secret in its place. Nothing that is shown of it holds the secret.
pub(super) async fn request(ringback: &Ringback, wall: &Wall, delivery: &str, secret: &str) -> Received {
    let shown = ringback.post(&wall.path("/preview"), json!({"deliveryId": delivery})).await.ok();
    let url = text(&shown, "url");
    let parts: String = shown["parts"].as_array().unwrap().iter().map(|part| text(part, "text")).collect();
    assert_eq!(parts, url, "the parts are what is shown of the URL");
    // Values are encoded, so that no other mark can stand in it.
    assert_eq!(url.matches('…').count(), 1, "{url}");
    let target = url.strip_prefix(ORIGIN).unwrap().replace('…', secret);
    let from = SocketAddr::from(([127, 0, 0, 1], 0));
    Received {
        head: format!("GET {target} HTTP/1.1\r\nHost: pub.example"),
        body: String::new(),
        from,
        at: Instant::now(),
    }
}
