//! Somebody who looks at the console, as a browser does: signed in by a cookie, over one kept connection.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use crate::actions::home::RENEWED_EVERY;
use crate::bench::node::Node;
use crate::bench::wire::{self, Connection, Message};
use crate::command::Failure;

/// What the address of a page's live part stands behind.
const LIVE: &str = "data-poll=";
const ASKS: &str = "hx-get=\"";
/// How the address of Home's live part begins.
const OF_HOME: &str = "/?";
/// How often a part is asked for that goes on changing.
const TRIES: usize = 10;

/// A person with a session.
#[derive(Debug)]
pub(super) struct Viewer {
    connection: Connection,
    session: String,
    publisher: Option<String>,
}

/// A page that was answered.
#[derive(Debug)]
pub(super) struct Shown {
    /// How long that took.
    pub(super) micros: u64,
    pub(super) body: bytes::Bytes,
}

impl Viewer {
    /// Invites somebody, an operator or one of a publisher's, and joins in its place.
    pub(super) async fn sign_in(node: &Node, publisher: Option<&str>) -> Result<Self, Failure> {
        let role = if publisher.is_some() { "publisher" } else { "operator" };
        let mut invitation = json!({ "email": format!("{role}@ringback.example"), "name": "Viewer", "role": role });
        if let Some(publisher) = publisher {
            invitation["publisherId"] = publisher.into();
        }
        let invited = call(node, "POST", "/v1/invitations", &invitation).await?;
        let link = invited["link"].as_str().unwrap_or_default();
        let token = link.rsplit('/').next().unwrap_or_default();
        // It is a password for as long as the measurement takes, on loopback.
        let joining = json!({ "token": token, "password": token });
        let joined = call(node, "POST", "/v1/join", &joining).await?;
        let session = joined["token"].as_str().ok_or("somebody who joined was given no session")?;
        Ok(Self {
            connection: Connection::open(node.address()).await?,
            session: session.to_owned(),
            publisher: publisher.map(str::to_owned),
        })
    }

    /// Who it is.
    pub(super) fn name(&self) -> &'static str {
        if self.publisher.is_some() { "publisher" } else { "operator" }
    }

    /// Whether it is a publisher's, and whose.
    pub(super) fn publisher(&self) -> Option<&str> {
        self.publisher.as_deref()
    }

    /// Opens a page.
    pub(super) async fn open(&mut self, path: &str) -> Result<Shown, Failure> {
        let began = Instant::now();
        let answer = self.get(path, &[]).await?;
        let micros = u64::try_from(began.elapsed().as_micros())?;
        match answer.status() {
            Some(200) => Ok(Shown { micros, body: answer.body }),
            other => Err(format!("{} was answered {other:?} at {path}", self.name()).into()),
        }
    }

    /// Asks again for the live part of a page that was opened, until nothing is new in it; answers how long that last answer took.
    /// Nothing where the page has no such part, or where it goes on changing.
    pub(super) async fn ask_again(&mut self, shown: &Shown) -> Result<Option<u64>, Failure> {
        let Some(path) = live_part(&String::from_utf8_lossy(&shown.body)) else { return Ok(None) };
        let mut known = vec!["HX-Request: true".to_owned()];
        for again in 0..TRIES {
            if again > 0 && path.starts_with(OF_HOME) {
                self.let_home_be_renewed().await?;
            }
            let began = Instant::now();
            let answer = self.get(&path, &known).await?;
            let micros = u64::try_from(began.elapsed().as_micros())?;
            if answer.status() == Some(204) {
                return Ok(Some(micros));
            }
            let head = String::from_utf8_lossy(&answer.head).into_owned();
            let version = head.lines().find_map(|line| line.strip_prefix("etag: ").or(line.strip_prefix("ETag: ")));
            let version = version.ok_or_else(|| format!("{path} was answered without a version"))?;
            known.truncate(1);
            known.push(format!("If-None-Match: {version}"));
        }
        Ok(None)
    }

    /// The node looks again while Home is open. An open page asks every 15 seconds, so what is timed is an answer from one of those
    /// looks and not from the one that opened the page.
    async fn let_home_be_renewed(&mut self) -> Result<(), Failure> {
        for _ in 0..=RENEWED_EVERY.as_secs() {
            tokio::time::sleep(Duration::from_secs(1)).await;
            // The server closes a connection that is not used for as long.
            self.get("/healthz", &[]).await?;
        }
        Ok(())
    }

    async fn get(&mut self, path: &str, headers: &[String]) -> Result<Message, Failure> {
        let mut all = vec![format!("Cookie: ringback={}", self.session)];
        all.extend_from_slice(headers);
        Ok(self.connection.exchange(&wire::request("GET", path, &all, b"")).await?)
    }
}

/// An operator's call.
pub(super) async fn call(node: &Node, method: &str, path: &str, body: &Value) -> Result<Value, Failure> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    Ok(serde_json::from_slice(&node.call(method, path, body.as_bytes()).await?)?)
}

/// Where the first live part of a page is asked for.
fn live_part(page: &str) -> Option<String> {
    let tag = &page[page.find(LIVE)?..];
    let tag = &tag[..tag.find('>')?];
    let path = &tag[tag.find(ASKS)? + ASKS.len()..];
    Some(path[..path.find('"')?].replace("&#38;", "&").replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_live_part_of_a_page_is_found_with_its_query() {
        let page = r#"<p><div data-poll="5" hx-get="/deliveries?part=rows&#38;state=all" hx-trigger="poll"></div>"#;
        assert_eq!(live_part(page).as_deref(), Some("/deliveries?part=rows&state=all"));
        assert_eq!(live_part("<p>Nothing lives here.</p>"), None);
    }
}
