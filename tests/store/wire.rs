//! A wire to PostgreSQL that counts how often it is asked: whatever a client says up to where it waits for an answer is one
//! round trip.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What a client may say before it begins a session: it asks for TLS, or for Kerberos.
const BEFORE_THE_START: [u32; 2] = [80_877_103, 80_877_104];

/// The wire to one server.
pub(crate) struct Wire {
    /// The database's URL by this wire.
    pub(crate) url: String,
    asked: Asked,
}

/// Of each connection, what it has asked since the count began: a simple query's text, or nothing for a prepared statement.
type Asked = Arc<Mutex<Vec<Vec<String>>>>;

impl Wire {
    /// A wire to the database at this URL.
    pub(crate) fn to(url: &str) -> Self {
        let server = url.split(['@', '/']).find_map(|part| part.parse::<SocketAddr>().ok()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let asked = Asked::default();
        let connections = Arc::clone(&asked);
        thread::spawn(move || {
            for client in listener.incoming() {
                let at = {
                    let mut connections = connections.lock().unwrap();
                    connections.push(Vec::new());
                    connections.len() - 1
                };
                connect(client.unwrap(), server, Arc::clone(&connections), at);
            }
        });
        Self { url: url.replace(&server.to_string(), &own.to_string()), asked }
    }

    /// Counts what is asked while `work` is done, on the connections that begin transactions: how many these are, and how
    /// many round trips they take.
    pub(crate) async fn count<T>(&self, work: impl Future<Output = T>) -> (usize, usize) {
        self.asked.lock().unwrap().iter_mut().for_each(Vec::clear);
        work.await;
        let asked = self.asked.lock().unwrap();
        let begins = |said: &String| said.starts_with("BEGIN");
        let writing: Vec<&String> = asked.iter().filter(|asked| asked.iter().any(begins)).flatten().collect();
        (writing.iter().filter(|said| begins(said)).count(), writing.len())
    }
}

fn connect(client: TcpStream, server: SocketAddr, asked: Asked, at: usize) {
    let server = TcpStream::connect(server).unwrap();
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        std::io::copy(&mut from_server, &mut to_client).ok();
        to_client.shutdown(Shutdown::Both).ok();
    });
    thread::spawn(move || listen(client, server, &asked, at));
}

/// Passes on what a client says, and notes what it asks before the server hears of it.
fn listen(mut client: TcpStream, mut server: TcpStream, asked: &Asked, at: usize) {
    let (mut buffer, mut said, mut has_started) = (vec![0; 64 * 1024], Vec::new(), false);
    while let Ok(read @ 1..) = client.read(&mut buffer) {
        said.extend_from_slice(&buffer[..read]);
        while let Some(message) = next_message(&mut said, has_started) {
            match (has_started, message[0]) {
                (false, _) => {
                    let code = u32::from_be_bytes(message[4..8].try_into().unwrap());
                    has_started = !BEFORE_THE_START.contains(&code);
                }
                (true, b'Q') => {
                    let text = String::from_utf8_lossy(&message[5..message.len() - 1]).into_owned();
                    asked.lock().unwrap()[at].push(text);
                }
                (true, b'S') => asked.lock().unwrap()[at].push(String::new()),
                _ => {}
            }
        }
        if server.write_all(&buffer[..read]).is_err() {
            break;
        }
    }
    server.shutdown(Shutdown::Both).ok();
}

/// Takes the first message, if it is complete: its length stands behind its kind, and before the start there is no kind.
fn next_message(said: &mut Vec<u8>, has_started: bool) -> Option<Vec<u8>> {
    let kind = usize::from(has_started);
    let length = u32::from_be_bytes(said.get(kind..kind + 4)?.try_into().unwrap());
    let length = kind + usize::try_from(length).unwrap();
    (said.len() >= length).then(|| said.drain(..length).collect())
}
