//! The receivers of the troubles: each listens on a port of its own, hence is a host of its own, and answers as it is told.
//!
//! They run on a thread of their own, so that the healthy app's reporter and receiver are not held up by them but for the
//! cores that all share.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use bytes::Bytes;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::bench::wire::Connection;
use crate::command::Failure;

const ACKNOWLEDGED: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
const FAILED: &[u8] = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const CHUNKED: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const LAST_CHUNK: &[u8] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
/// Bytes that an endless answer writes at a time, about: enough that the system's call is not what it waits for.
const AT_A_TIME: usize = 4096;

/// How a receiver answers a callback.
#[derive(Clone, Debug)]
pub(super) enum Conduct {
    /// At once, with 200.
    Acknowledges,
    /// Never; the connection stays open.
    IsSilent,
    /// At once, with 500.
    Fails,
    /// With the first bytes once, and with the second ones for ever.
    Floods(&'static [u8], Bytes),
}

/// Receivers that run. They end with this value.
#[derive(Debug)]
pub(super) struct Receivers {
    /// Where callbacks to each of them go.
    pub(super) urls: Vec<String>,
    called: Arc<AtomicU64>,
    _ends: oneshot::Sender<()>,
}

impl Conduct {
    /// Answers without an end: heads that announce another one, a chunk's size, and trailers.
    pub(super) fn floods() -> Vec<Self> {
        let for_ever = |text: &str| Bytes::from(text.repeat(AT_A_TIME / text.len()));
        vec![
            Self::Floods(b"", for_ever("HTTP/1.1 100 Continue\r\n\r\n")),
            Self::Floods(b"", for_ever("HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n")),
            Self::Floods(CHUNKED, for_ever("0")),
            Self::Floods(LAST_CHUNK, for_ever("X-Trailer: x\r\n")),
        ]
    }
}

impl Receivers {
    /// Starts one for each conduct.
    pub(super) fn start(conducts: Vec<Conduct>) -> Result<Self, Failure> {
        let mut listening = Vec::with_capacity(conducts.len());
        for conduct in conducts {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            listener.set_nonblocking(true)?;
            listening.push((listener, conduct));
        }
        let addresses = listening.iter().map(|(listener, _)| listener.local_addr());
        let addresses: Vec<SocketAddr> = addresses.collect::<Result<_, _>>()?;
        let called = Arc::<AtomicU64>::default();
        let (ends, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let counting = Arc::clone(&called);
        thread::Builder::new().name("troubles".to_owned()).spawn(move || {
            runtime.block_on(async {
                for (listener, conduct) in listening {
                    tokio::spawn(accept(listener, conduct, Arc::clone(&counting)));
                }
                drop(ended.await);
            });
        })?;
        let urls = addresses.into_iter().map(|address| format!("http://{address}/callback")).collect();
        Ok(Self { urls, called, _ends: ends })
    }

    /// The callbacks that all of them were sent so far.
    pub(super) fn called(&self) -> u64 {
        self.called.load(Ordering::Relaxed)
    }
}

async fn accept(listener: TcpListener, conduct: Conduct, called: Arc<AtomicU64>) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that breaks concerns nobody else.
        tokio::spawn(serve(stream, conduct.clone(), Arc::clone(&called)));
    }
}

async fn serve(stream: TcpStream, conduct: Conduct, called: Arc<AtomicU64>) -> std::io::Result<()> {
    let mut connection = Connection::over(stream)?;
    while connection.read().await?.is_some() {
        called.fetch_add(1, Ordering::Relaxed);
        match &conduct {
            Conduct::Acknowledges => connection.write(ACKNOWLEDGED).await?,
            Conduct::IsSilent => {}
            Conduct::Fails => return connection.write(FAILED).await,
            Conduct::Floods(once, for_ever) => {
                connection.write(once).await?;
                // Until the other side closes the connection.
                loop {
                    connection.write(for_ever).await?;
                }
            }
        }
    }
    Ok(())
}
