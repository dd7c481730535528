//! A way to the database that a drill can spoil: it falls silent with every connection open, at a moment of the drill's
//! choice, it refuses some words, or it cuts connections off at random.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Bytes after which a connection is cut off at the latest. Some do not even come to be; a full group of reports, of some
/// ten thousand bytes, still comes through now and then.
const LONGEST: i64 = 120_000;

/// The way to one server. It ends with the test's runtime.
pub(crate) struct Proxy {
    /// The database's URL by this way.
    pub(crate) url: String,
    line: Arc<Line>,
}

#[derive(Default)]
struct Line {
    silent: watch::Sender<bool>,
    /// What mentions these words is committed, and whoever asked for it does not hear of it, because of this.
    unheard: Mutex<Option<(String, Fate)>>,
    /// Whoever says this is cut off.
    refused: OnceLock<String>,
    cutting: AtomicBool,
    dice: AtomicU64,
    cuts: AtomicU64,
}

/// What becomes of a line that carried a commit that shall not be heard of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It and all others fall silent.
    Silent,
    /// The same, and the server is not even asked.
    Vanished,
    /// It breaks.
    Broken,
}

/// Which way bytes go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    ToServer,
    ToNode,
}

impl Proxy {
    /// A way to the database at this URL.
    pub(crate) async fn to(url: &str) -> Self {
        let server: SocketAddr = url::Url::parse(url).unwrap().socket_addrs(|| None).unwrap()[0];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = listener.local_addr().unwrap();
        let line: Arc<Line> = Arc::default();
        let shared = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((node, _)) = listener.accept().await {
                tokio::spawn(connect(node, server, Arc::clone(&shared)));
            }
        });
        Self { url: url.replace(&server.to_string(), &own.to_string()), line }
    }

    /// From here on nothing comes through, and nobody is told.
    pub(crate) fn fall_silent(&self) {
        self.line.silent.send_replace(true);
    }

    /// The same from the moment at which the server is asked to commit what mentions these words: it will, and whoever
    /// asked for it will not hear of it.
    pub(crate) fn fall_silent_at_the_commit_of(&self, words: &str) {
        *self.line.unheard.lock().unwrap() = Some((words.to_owned(), Fate::Silent));
    }

    /// From the moment at which the server is to be asked to commit what mentions these words nothing comes through, not
    /// even that: as if the node had lost its power in the middle of a transaction.
    pub(crate) fn vanish_before_the_commit_of(&self, words: &str) {
        *self.line.unheard.lock().unwrap() = Some((words.to_owned(), Fate::Vanished));
    }

    /// Breaks one connection: the one that asks the server to commit what mentions these words. It will.
    pub(crate) fn break_at_the_commit_of(&self, words: &str) {
        *self.line.unheard.lock().unwrap() = Some((words.to_owned(), Fate::Broken));
    }

    /// Whether that has happened.
    pub(crate) fn has_broken(&self) -> bool {
        self.line.unheard.lock().unwrap().is_none()
    }

    /// Returns once it is silent.
    pub(crate) async fn has_fallen_silent(&self) {
        self.line.silent.subscribe().wait_for(|silent| *silent).await.unwrap();
    }

    /// From here on everything comes through, first of all what was held up.
    pub(crate) fn speak(&self) {
        self.line.silent.send_replace(false);
    }

    /// Whoever says these words to the server is cut off, before it has heard them.
    pub(crate) fn refuse(&self, words: &str) {
        self.line.refused.set(words.to_owned()).unwrap();
    }

    /// From here on connections are cut off, each after a number of bytes that follows from the seed.
    pub(crate) fn cut(&self, seed: u64) {
        self.line.dice.store(seed, Ordering::SeqCst);
        self.line.cutting.store(true, Ordering::SeqCst);
    }

    /// From here on they are left alone; answers how many were cut off.
    pub(crate) fn stop_cutting(&self) -> u64 {
        self.line.cutting.store(false, Ordering::SeqCst);
        self.line.cuts.load(Ordering::SeqCst)
    }
}

impl Line {
    /// How many bytes the next connection may carry (SplitMix64).
    fn length(&self) -> i64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.dice.fetch_add(STEP, Ordering::SeqCst).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        i64::try_from((mixed ^ (mixed >> 31)) >> 1).unwrap() % LONGEST
    }

    /// What becomes of the line if these bytes ask for the commit that is waited for. `seen`: the words that this
    /// connection has mentioned.
    fn fate(&self, bytes: &[u8], seen: &mut String) -> Option<Fate> {
        let mut unheard = self.unheard.lock().unwrap();
        let (words, fate) = unheard.as_ref()?;
        if holds(bytes, words) {
            seen.clone_from(words);
        }
        let fate = (seen == words && holds(bytes, "COMMIT")).then_some(*fate)?;
        *unheard = None;
        Some(fate)
    }
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

async fn connect(mut node: TcpStream, server: SocketAddr, line: Arc<Line>) {
    // A server that is gone refuses; so does this.
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let left = AtomicI64::new(line.length());
    let ((from_node, to_node), (from_server, to_server)) = (node.split(), server.split());
    // When either way ends, both streams are dropped.
    tokio::select! {
        () = carry(Way::ToServer, from_node, to_server, &left, &line) => {}
        () = carry(Way::ToNode, from_server, to_node, &left, &line) => {}
    }
}

async fn carry(way: Way, mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, left: &AtomicI64, line: &Line) {
    let (mut buffer, mut seen) = (vec![0; 64 * 1024], String::new());
    let mut silent = line.silent.subscribe();
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let mut bytes = &buffer[..read];
        silent.wait_for(|silent| !silent).await.unwrap();
        let fate = if way == Way::ToServer { line.fate(bytes, &mut seen) } else { None };
        if matches!(fate, Some(Fate::Silent | Fate::Vanished)) {
            line.silent.send_replace(true);
        }
        if fate == Some(Fate::Vanished) {
            silent.wait_for(|silent| !silent).await.unwrap();
        }
        if line.refused.get().is_some_and(|words| way == Way::ToServer && holds(bytes, words)) {
            return;
        }
        let mut is_last = fate == Some(Fate::Broken);
        if line.cutting.load(Ordering::SeqCst) {
            let length = i64::try_from(read).unwrap();
            let left = left.fetch_sub(length, Ordering::SeqCst);
            is_last = left <= length;
            line.cuts.fetch_add(u64::from(is_last), Ordering::SeqCst);
            bytes = &bytes[..usize::try_from(left.clamp(0, length)).unwrap()];
        }
        if to.write_all(bytes).await.is_err() || is_last {
            return;
        }
    }
}
