//! The master key of a real process: made once, then never replaced in silence.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::support::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_missing_master_key_is_refused_by_the_fingerprint_and_the_right_one_opens_again() {
    let home = Home::new();
    let child = home.serve().await;
    let app = child.app("besitos", json!({})).await;
    child.secret(&app, "sekret").await;
    child.kill().await;
    let file = home.path("ringback.db.key");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(&file).unwrap();

    fs::remove_file(&file).unwrap();
    let missing = home.run(&["serve"]).await;
    missing.is_refused(&["ringback.db.key", "missing", "fingerprint", "RINGBACK_MASTER_KEY_FILE"]);
    assert!(!file.exists(), "a new key was made although it opens nothing");

    fs::write(&file, "0".repeat(64)).unwrap();
    let wrong = home.run(&["serve"]).await;
    wrong.is_refused(&["ringback.db.key", "fingerprint", "RINGBACK_MASTER_KEY_FILE"]);
    fs::write(&file, "no key").unwrap();
    home.run(&["serve"]).await.is_refused(&["ringback.db.key", "64 hexadecimal digits"]);
    for ended in [missing, wrong] {
        assert!(!ended.complaint.contains(key.trim()), "the key itself was printed");
    }

    fs::remove_file(&file).unwrap();
    fs::write(home.path("elsewhere"), &key).unwrap();
    let elsewhere = home.path("elsewhere");
    let home = home.with("RINGBACK_MASTER_KEY_FILE", elsewhere.to_str().unwrap());
    let child = home.serve().await;
    let preview = child.post(&app.path("/preview"), json!({"completion": {}})).await;
    preview.refuses(422, &["callbackUrl"]);
    child.change(&app, json!({"callbackUrl": "http://127.0.0.1/"})).await;
    child.post(&app.path("/preview"), json!({"completion": {}})).await.ok();
}
