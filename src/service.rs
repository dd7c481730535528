//! The composition root: settings in, a running Ringback out.
//!
//! The one place where the floors meet. It binds before it answers, so that port 0 can be used and asked for, and it
//! ends within ten seconds of being told to.

mod open_files;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use futures_util::future::join_all;
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;

pub use open_files::{OpenFiles, TooFewFiles};

use crate::actions::{Actions, generate};
use crate::clock::Clock;
use crate::dispatch::dispatcher::{Dispatcher, NotAssembled, Setup};
use crate::dispatch::running::Running;
use crate::domain::destination::TargetPolicy;
use crate::domain::secret::SecretText;
use crate::domain::time::Timestamp;
use crate::settings::Settings;
use crate::store::{ServeLock, Store, StoreError};
use crate::web::{Web, metrics_routes, routes, routes_without_metrics, worker_routes, worker_routes_without_metrics};

/// Threads that answer requests: the work behind them is the store's and the sender's, on threads of their own.
const WEB_THREADS: usize = 2;
/// Connections to the address of `/metrics` alone.
const SCRAPERS: usize = 64;
/// Seconds that requests being answered may take after a stop.
const LET_ANSWER: u64 = 2;

/// A running Ringback.
#[derive(Debug)]
pub struct Service {
    /// Where API and console listen.
    pub address: SocketAddr,
    /// Where people open the console; nowhere where this node answers none.
    pub console: Option<String>,
    /// Whether links lead to this machine alone, because it listens on every address and nobody said where people reach it.
    pub links_stay_here: bool,
    /// Where `/metrics` alone listens.
    pub metrics_address: Option<SocketAddr>,
    /// A token that was made because the store had none; shown once.
    pub first_token: Option<String>,
    /// A link by which the first operator joins, while nobody has; shown once.
    pub first_operator: Option<SecretText>,
    /// How the open files of the process are shared out.
    pub files: OpenFiles,
    /// Everything behind the web floor.
    pub dispatcher: Arc<Dispatcher>,
    running: Running,
    servers: Vec<Server>,
    /// Held until the end: nobody else serves from this file.
    _lock: ServeLock,
}

/// What answers at one address.
#[derive(Debug)]
struct Server {
    handle: ServerHandle,
    running: JoinHandle<std::io::Result<()>>,
}

/// Ringback could not start.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The dispatcher.
    #[error(transparent)]
    Dispatcher(#[from] NotAssembled),
    /// The process may have too few open files.
    #[error(transparent)]
    TooFewFiles(#[from] TooFewFiles),
    /// An address cannot be listened on.
    #[error("cannot listen on {address} ({setting}): {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The setting that names it.
        setting: &'static str,
        /// What the operating system said.
        reason: String,
    },
}

impl Service {
    /// Starts everything; answers once requests are taken.
    pub async fn start(settings: &Settings, clock: Clock) -> Result<Self, NotStarted> {
        let files = OpenFiles::of_this_process()?;
        let lock = ServeLock::take(&settings.store.location)?;
        let store = Store::open(&settings.store)?;
        let setup = Setup {
            targets: TargetPolicy::new(settings.allow_targets.clone(), settings.allow_http),
            egress_bind: settings.egress_bind.clone(),
            egress_echo_url: settings.egress_echo_url.clone(),
            retry_scale_thousandths: settings.retry_scale_thousandths,
            retention_days: settings.retention_days,
            most_sends: files.sends,
            most_idle: files.idle,
            role: settings.role,
        };
        let dispatcher = Arc::new(Dispatcher::assemble(store.clone(), clock.clone(), setup).await?);
        dispatcher.join().await?;
        let actions = Arc::new(Actions::new(Arc::clone(&dispatcher)));
        if let Some(origin) = &settings.public_url {
            actions.public_url.set(origin.clone());
        }
        // Bound before the loops start, since a taken port must not cost a claimed delivery; and before the first token is made,
        // since a start that fails shows it to nobody, and the next one makes no other.
        let listener = bind(settings.listen, "RINGBACK_LISTEN")?;
        let metrics = settings.metrics_listen.map(|listen| bind(listen, "RINGBACK_METRICS_LISTEN")).transpose()?;
        let (address, metrics_address) = (listener.1, metrics.as_ref().map(|(_, address)| *address));
        // Known only now where port 0 was asked for, and told before anybody is answered.
        actions.public_url.set(format!("http://{}", reachable(address)));
        let console = settings.role.serves().then(|| actions.public_url.link("/"));
        let first_operator = if settings.role.serves() { actions.first_operator_link().await? } else { None };
        let first_token = first_token(&store, settings, clock.now()).await?;
        let public = match (settings.role.serves(), settings.metrics_listen) {
            (true, None) => routes,
            (true, Some(_)) => routes_without_metrics,
            (false, None) => worker_routes,
            (false, Some(_)) => worker_routes_without_metrics,
        };
        let web = Web::new(Arc::clone(&actions), settings.trusted_proxies.clone());
        let mut servers = vec![serve(&web, listener, "RINGBACK_LISTEN", public, files.inbound)?];
        if let Some(metrics) = metrics {
            servers.push(serve(&web, metrics, "RINGBACK_METRICS_LISTEN", metrics_routes, SCRAPERS)?);
        }
        let running = dispatcher.start();
        Ok(Self {
            address,
            console,
            links_stay_here: settings.public_url.is_none() && address.ip().is_unspecified(),
            metrics_address,
            first_token,
            first_operator,
            files,
            dispatcher,
            running,
            servers,
            _lock: lock,
        })
    }

    /// Stops claiming and taking requests, lets what is being answered and sent finish, and writes the rest down.
    pub async fn stop(mut self) {
        let answered = join_all(self.servers.into_iter().map(|server| async move {
            server.handle.stop(true).await;
            server.running.await.ok();
        }));
        tokio::join!(self.running.stop_claiming(), answered);
        self.running.finish().await;
    }
}

/// Sees to it that there is an operator's token; answers it if it had to be made.
async fn first_token(store: &Store, settings: &Settings, now: Timestamp) -> Result<Option<String>, StoreError> {
    if let Some(token) = &settings.bootstrap_token {
        store.bootstrap_operator(token.expose(), now).await?;
        return Ok(None);
    }
    let token = generate::token();
    Ok(store.bootstrap_operator(&token, now).await?.then_some(token))
}

/// Connections that wait to be taken, while all workers are busy: the standard library's 128 are a burst of reports.
const BACKLOG: u32 = 1_024;

/// An address that is listened on, with nobody yet who answers: whoever connects waits.
fn bind(listen: SocketAddr, setting: &'static str) -> Result<(TcpListener, SocketAddr), NotStarted> {
    let bound = || {
        let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        // A port of a server that has just ended may be taken at once.
        socket.set_reuseaddr(true)?;
        socket.bind(listen)?;
        let listener = socket.listen(BACKLOG)?.into_std()?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound().map_err(|error: std::io::Error| cannot_listen(listen, setting, &error))
}

fn cannot_listen(address: SocketAddr, setting: &'static str, error: &std::io::Error) -> NotStarted {
    NotStarted::Listen { address, setting, reason: error.to_string() }
}

/// Where a browser of this machine finds what listens there: no link leads to the address that stands for all of them.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn serve(
    web: &Web,
    (listener, address): (TcpListener, SocketAddr),
    setting: &'static str,
    routes: fn(&mut web::ServiceConfig),
    connections: usize,
) -> Result<Server, NotStarted> {
    let state = web::Data::new(web.clone());
    let server = HttpServer::new(move || App::new().app_data(state.clone()).configure(routes))
        .workers(WEB_THREADS)
        // Of each thread. Further ones wait in the listener's queue, which costs no file.
        .max_connections(connections.div_ceil(WEB_THREADS))
        .shutdown_timeout(LET_ANSWER)
        .disable_signals()
        .listen(listener)
        .map_err(|error| cannot_listen(address, setting, &error))?
        .run();
    let handle = server.handle();
    Ok(Server { handle, running: tokio::spawn(server) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_on_every_address_is_reached_on_the_machines_own() {
        for (listens, reached) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("192.0.2.7:8080", "192.0.2.7:8080"),
        ] {
            assert_eq!(reachable(listens.parse().unwrap()).to_string(), reached);
        }
    }
}
