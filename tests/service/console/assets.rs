//! Stylesheet and scripts, as a browser gets them.

use reqwest::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, VARY};
use reqwest::{Method, Response, StatusCode};
use ringback::web::console::assets;

use crate::support::{Api, Ringback};

async fn asked(api: &Api, path: &str, encoding: &str) -> Response {
    api.request(Method::GET, path).header(ACCEPT_ENCODING, encoding).send().await.unwrap()
}

#[tokio::test]
async fn an_asset_is_kept_for_ever_and_compressed_for_whoever_takes_it() {
    let ringback = Ringback::start().await;
    for asset in assets::all() {
        let small = asked(&ringback, &asset.address, "gzip, br").await;
        let header = |name| small.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header(CONTENT_ENCODING).as_deref(), Some("gzip"));
        assert_eq!(header(CACHE_CONTROL).as_deref(), Some("public, max-age=31536000, immutable"));
        assert_eq!(header(VARY).as_deref(), Some("accept-encoding"));
        assert_eq!(small.bytes().await.unwrap(), asset.gzipped);

        let plain = asked(&ringback, &asset.address, "identity").await;
        assert!(plain.headers().get(CONTENT_ENCODING).is_none());
        assert_eq!(plain.bytes().await.unwrap(), asset.plain);
    }
}

#[tokio::test]
async fn an_asset_of_another_version_is_not_there() {
    let ringback = Ringback::start().await;
    let status = async |path| asked(&ringback, path, "gzip").await.status();
    assert_eq!(status("/assets/console-000000000000.css").await, StatusCode::NOT_FOUND);
    assert_eq!(status("/assets/..%2fCargo.toml").await, StatusCode::NOT_FOUND);
    assert_eq!(status("/ui").await, StatusCode::SEE_OTHER, "nobody is let in without a session");
}
