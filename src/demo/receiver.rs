//! A publisher's server: it lets in the issued address alone, verifies, credits each transaction once, and answers as
//! its temper is.
//!
//! It knows only what a publisher knows: its secret, the egress IP to allow-list, the dialect's documentation.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use super::board::{Board, Callback};
use super::cast::{FLAKY_FAILURES, Part, Temper};
use super::checks::verify;
use super::received::Received;
use super::told::Told;
use crate::command::{Failure, now_ms};

/// A server that runs.
#[derive(Debug)]
pub(super) struct Receiver {
    address: SocketAddr,
    publisher: Data<Publisher>,
    handle: ServerHandle,
}

/// What a publisher knows and remembers.
#[derive(Debug)]
struct Publisher {
    part: &'static Part,
    /// Pasted in once the app has been given one.
    secret: OnceLock<String>,
    ledger: Mutex<Ledger>,
    board: Arc<Board>,
}

#[derive(Debug, Default)]
struct Ledger {
    credited: HashSet<String>,
    failed: HashMap<String, usize>,
}

/// How a callback is answered.
struct Reply {
    status: StatusCode,
    words: &'static str,
}

impl Receiver {
    /// Starts the server of one part on a free port of its address.
    pub(super) fn start(part: &'static Part, board: &Arc<Board>) -> Result<Self, Failure> {
        let publisher =
            Data::new(Publisher { part, secret: OnceLock::new(), ledger: Mutex::default(), board: Arc::clone(board) });
        let shared = publisher.clone();
        // One thread answers a dozen callbacks easily, and without a grace period nobody waits for idle connections.
        let server = HttpServer::new(move || App::new().app_data(shared.clone()).default_service(web::to(answer)))
            .workers(1)
            .shutdown_timeout(0)
            .disable_signals()
            .bind((part.listens_on, 0))?;
        let address = server.addrs().first().copied().ok_or("a publisher's server listens nowhere")?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { address, publisher, handle })
    }

    /// The callback URL that its publisher sets.
    pub(super) fn callback_url(&self) -> String {
        format!("http://{}{}", self.address, self.publisher.part.callback)
    }

    /// Gives the server its secret, as its publisher would after having copied it.
    pub(super) fn learn(&self, secret: &str) {
        self.publisher.secret.get_or_init(|| secret.to_owned());
    }

    /// Stops it.
    pub(super) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(publisher: Data<Publisher>, request: HttpRequest, body: Bytes) -> HttpResponse {
    let at_ms = now_ms();
    let received = received(&request, &body, at_ms);
    let from = request.peer_addr().map(|peer| peer.ip());
    let part = publisher.part;
    let secret = publisher.secret.get().map(String::as_str).unwrap_or_default();
    let verified = verify(part.dialect, secret, &received);
    let told = Told::read(part.dialect, &received);
    let mut repeated = false;
    let reply = match verified {
        Err(why) => Reply { status: StatusCode::UNAUTHORIZED, words: why },
        Ok(()) if from != Some(IpAddr::V4(part.egress)) => {
            Reply { status: StatusCode::FORBIDDEN, words: "not from the address on the allow-list" }
        }
        Ok(()) => publisher.settle(&told, &mut repeated),
    };
    publisher.board.heard(Callback {
        at_ms,
        part,
        from,
        status: reply.status.as_u16(),
        verified: verified.is_ok(),
        told,
        repeated,
        words: reply.words,
    });
    HttpResponse::build(reply.status).content_type("text/plain").body(reply.words)
}

impl Publisher {
    /// What becomes of a callback that is genuine.
    fn settle(&self, told: &Told, repeated: &mut bool) -> Reply {
        let key = told.key.as_str();
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        match self.part.temper {
            Temper::Dead => return Reply { status: StatusCode::SERVICE_UNAVAILABLE, words: "down for good" },
            Temper::Flaky => {
                let failed = ledger.failed.entry(key.to_owned()).or_default();
                if *failed < FLAKY_FAILURES {
                    *failed += 1;
                    return Reply { status: StatusCode::INTERNAL_SERVER_ERROR, words: "out of order, come again" };
                }
            }
            Temper::Steady => {}
        }
        let taken_back = told.takes_back();
        // Some dialects tell a reversal under the id of what it takes back.
        *repeated = !ledger.credited.insert(if taken_back { format!("{key} reversed") } else { key.to_owned() });
        let words = match (*repeated, taken_back) {
            (true, _) => "credited before",
            (false, true) => "taken back",
            (false, false) => "credited",
        };
        Reply { status: StatusCode::OK, words }
    }
}

fn received(request: &HttpRequest, body: &Bytes, at_ms: i64) -> Received {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers = request.headers().iter();
    let headers: Vec<_> = headers.map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes()))).collect();
    let host = headers.iter().find(|(name, _)| name == "host").map(|(_, value)| value.clone());
    Received {
        host: host.unwrap_or_default(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_vec(),
        at_ms,
    }
}
