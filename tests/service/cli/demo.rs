//! `ringback demo`: its server ends with it, whatever ends the demo itself. (What it shows is judged by itself: see the
//! demo's step of `.ci/run`.)

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{Home, PATIENCE};

/// A demo that has begun.
struct Demo {
    process: Child,
    printed: Lines<BufReader<ChildStdout>>,
    /// Where its server listens.
    address: String,
    /// Of its temporary folder.
    folder: TempDir,
}

impl Demo {
    async fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Home::new().command(&["demo"]).env("TMPDIR", folder.path()).spawn().unwrap();
        let mut printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let first = timeout(PATIENCE, printed.next_line()).await.expect("it says nothing").unwrap().unwrap();
        let address = first.split_once("http://").unwrap().1.to_owned();
        Self { process, printed, address, folder }
    }

    /// What stands in the first line that has this before it.
    async fn line_after(&mut self, before: &str) -> String {
        loop {
            let line = timeout(PATIENCE, self.printed.next_line()).await.expect("it says nothing more").unwrap();
            if let Some((_, rest)) = line.expect("it has ended").split_once(before) {
                return rest.trim().to_owned();
            }
        }
    }

    async fn until_its_server_is_gone(&self) {
        let refused = async { while TcpStream::connect(&self.address).await.is_ok() {} };
        timeout(PATIENCE, refused).await.expect("its server goes on");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_demo_stops_its_server_and_removes_its_folder() {
    let mut demo = Demo::begin().await;
    let id = demo.process.id().unwrap().to_string();
    assert!(Command::new("sh").args(["-c", "kill -INT \"$0\"", &id]).status().await.unwrap().success());
    while timeout(PATIENCE, demo.printed.next_line()).await.expect("it does not end").unwrap().is_some() {}
    assert_eq!(demo.process.wait().await.unwrap().code(), Some(130));
    demo.until_its_server_is_gone().await;
    assert_eq!(demo.folder.path().read_dir().unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_demo_takes_its_server_along() {
    let mut demo = Demo::begin().await;
    demo.process.kill().await.unwrap();
    demo.until_its_server_is_gone().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_link_that_a_demo_prints_signs_a_person_in_and_nothing_beside_it_does() {
    let mut demo = Demo::begin().await;
    let link = demo.line_after("console, signed in").await;
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();

    let opened = browser.get(&link).send().await.unwrap();
    let leads_to = opened.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(leads_to, format!("http://{}/", demo.address));
    let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    for (path, shown) in [("", "Demo visitor"), ("apps", "Demo: offermaru")] {
        let page = browser.get(format!("{leads_to}{path}")).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(page.status(), 200, "/{path}");
        let page = page.text().await.unwrap();
        assert!(page.contains(shown), "/{path}: {page}");
    }

    let guessed = browser.get(format!("{link}0")).send().await.unwrap();
    assert_eq!((guessed.status().as_u16(), guessed.headers().get("set-cookie")), (404, None));
    demo.process.kill().await.unwrap();
    demo.until_its_server_is_gone().await;
}
