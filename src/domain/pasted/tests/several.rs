//! Several callbacks in one paste, and logs that are longer than what is read of one.

use super::stage::{KEY, target, told};
use super::*;

fn chosen(text: &str, key: &str) -> Chosen {
    let (config, _) = told("besitos");
    let recipe = Catalog::builtin().get("besitos").unwrap().clone();
    let keys = [("active".to_owned(), SecretText::known(key.to_owned()))];
    read(text).unwrap().chosen(&recipe, &config, &keys).unwrap()
}

fn line(target: &str) -> String {
    format!("203.0.113.7 - - [01/Jul/2024:18:40:00 +0000] \"GET {target} HTTP/1.1\" 401 12 \"-\" \"Ringback/1\"\n")
}

#[test]
fn of_a_long_log_the_last_lines_are_read_and_it_is_told_how_many_are_not() {
    let (_, received) = told("besitos");
    let other: String = (0..150).map(|at| line(&format!("/shop?page={at}"))).collect();
    for text in [
        format!("{other}{}", line(target(&received))),
        format!("{other}{}{}", line(target(&received)), line("/favicon.ico").repeat(80)),
    ] {
        let chosen = chosen(&text, KEY);
        assert_eq!(chosen.received.url, received.url);
        assert!(chosen.note.as_ref().unwrap().starts_with("91 lines"), "{:?}", chosen.note);
    }
    assert_eq!(chosen(&line(target(&received)), KEY).note, None);
}

#[test]
fn of_several_callbacks_the_one_that_does_not_verify_is_looked_at() {
    let (_, received) = told("besitos");
    let good = target(&received);
    let (before, signature) = good.rsplit_once('=').unwrap();
    let bad = format!("{before}={}", signature.chars().rev().collect::<String>());
    let chosen = chosen(&format!("{}{}{}", line(good), line(&bad), line(good)), KEY);
    assert!(chosen.received.url.ends_with(&bad));
    let note = chosen.note.unwrap();
    assert!(note.starts_with("2 callbacks were read in this; this is number 2"), "{note}");
}

#[test]
fn a_body_in_chunks_is_joined() {
    let head = "POST /hook HTTP/1.1\r\nHost: pub.example\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (body, joined) in [
        ("8\r\n{\"a\": 1,\r\nA;x=y\r\n \"b\": \"é\"\r\n1\r\n}\r\n0\r\n\r\n", "{\"a\": 1, \"b\": \"é\"}"),
        ("8\n{\"a\": 1}\n0\n", "{\"a\": 1}"),
        ("{\"a\": 1}", "{\"a\": 1}"),
    ] {
        assert_eq!(received(&format!("{head}{body}")).body.as_deref(), Some(joined));
    }
}
