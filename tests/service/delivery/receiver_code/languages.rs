//! Every language, over everything that is sent.

use super::program::Language;
use super::shown::show_all;

pub(super) const PHP: Language = Language {
    name: "php",
    compile: &[],
    run: &["php", "-d", "display_errors=stderr", "-S", "127.0.0.1:PORT", "receiver.php"],
    needs: "php",
};
pub(super) const NODE: Language = Language { name: "node", compile: &[], run: &["node", "receiver.js"], needs: "node" };
pub(super) const PYTHON: Language =
    Language { name: "python", compile: &[], run: &["python3", "-W", "error", "receiver.py"], needs: "python3" };
pub(super) const GO: Language = Language {
    name: "go",
    // What the formatter would change is printed, and so is a fault.
    compile: &["sh", "-c", "gofmt -d receiver.go && go build receiver.go"],
    run: &["./receiver"],
    needs: "Go",
};
pub(super) const RUBY: Language =
    Language { name: "ruby", compile: &[], run: &["ruby", "-W", "receiver.rb"], needs: "Ruby" };
pub(super) const JAVA: Language = Language {
    name: "java",
    compile: &["javac", "-Xlint:all,-serial", "Receiver.java"],
    run: &["java", "-XX:TieredStopAtLevel=1", "Receiver"],
    needs: "a JDK",
};
/// Mono stands in for .NET, of which Debian has none, with what its older library lacks beside the receiver.
pub(super) const CSHARP: Language = Language {
    name: "csharp",
    compile: &["mcs", "-langversion:latest", "-out:receiver.exe", "Program.cs", "lacking.cs"],
    run: &["mono", "receiver.exe"],
    needs: "Mono and its C# compiler",
};

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_php_takes_every_callback_once_and_none_that_was_changed() {
    show_all(PHP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_node_takes_every_callback_once_and_none_that_was_changed() {
    show_all(NODE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_python_takes_every_callback_once_and_none_that_was_changed() {
    show_all(PYTHON).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_go_takes_every_callback_once_and_none_that_was_changed() {
    show_all(GO).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_ruby_takes_every_callback_once_and_none_that_was_changed() {
    show_all(RUBY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_java_takes_every_callback_once_and_none_that_was_changed() {
    show_all(JAVA).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_in_csharp_takes_every_callback_once_and_none_that_was_changed() {
    show_all(CSHARP).await;
}
