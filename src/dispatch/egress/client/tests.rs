//! The client against receivers on real sockets.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::dispatch::egress::resolver::{Family, VettingResolver};
use crate::domain::destination::TargetPolicy;
use crate::domain::template::Origin;

/// A certificate of its own for `receiver.test`, valid until 2120, and its key: for these tests alone.
const CERTIFICATE: &[u8] = include_bytes!("receiver.test.crt.der");
const KEY: &[u8] = include_bytes!("receiver.test.key.der");

/// Longer than any of these tests needs.
const PATIENCE: Duration = Duration::from_secs(30);
const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

/// A client that knows these names and trusts the certificate of `receiver.test`.
fn client(hosts: &str) -> Client {
    let resolver = VettingResolver::with_hosts(hosts, TargetPolicy::anywhere()).for_family(Family::V4);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from(CERTIFICATE)).unwrap();
    let tls = tls(rustls::ClientConfig::builder_with_provider).with_root_certificates(roots).with_no_client_auth();
    Client::new(Connector::new(resolver, None, None, Arc::new(tls)), 2, Arc::new(Semaphore::new(3)))
}

#[tokio::test]
async fn connections_are_kept_to_as_many_receivers_as_there_are_files_for() {
    let client = client("");
    for _ in 0..4 {
        let (receiver, _) = receiver(&[OK, OK]).await;
        get(&client, &format!("http://{receiver}/")).await.unwrap();
    }
    assert_eq!(idle(&client, Duration::ZERO), 3);
    assert_eq!(idle(&client, Duration::from_secs(51)), 0);
    let (receiver, _) = receiver(&[OK, OK]).await;
    get(&client, &format!("http://{receiver}/")).await.unwrap();
    assert_eq!(idle(&client, Duration::ZERO), 1, "what was closed made room");
}

type Builder<Side> = rustls::ConfigBuilder<Side, rustls::WantsVersions>;

fn tls<Side: rustls::ConfigSide>(
    builder: impl Fn(Arc<rustls::crypto::CryptoProvider>) -> Builder<Side>,
) -> rustls::ConfigBuilder<Side, rustls::WantsVerifier> {
    builder(Arc::new(rustls::crypto::aws_lc_rs::default_provider())).with_safe_default_protocol_versions().unwrap()
}

/// A receiver whose connections answer with these in turn and are closed then; and how many connections it has taken.
async fn receiver(answers: &'static [&'static str]) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, taken) = (listener.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&taken);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(answer(stream, answers));
        }
    });
    (address, taken)
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, answers: &[&str]) {
    for answer in answers {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let Ok(byte) = stream.read_u8().await else { return };
            head.push(byte);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

fn request(url: &str) -> Request {
    let (origin, behind) = Origin::split(url).unwrap();
    Request::get(&Arc::new(origin), behind).unwrap()
}

/// What a GET is answered, to its end.
async fn get(client: &Client, url: &str) -> Result<String, Unanswered> {
    let request = request(url);
    let mut answer = client.send(request, clock::monotonic() + PATIENCE).await?;
    let mut body = Vec::new();
    while let Some(bytes) = answer.chunk().await.unwrap() {
        body.extend_from_slice(&bytes);
    }
    Ok(String::from_utf8(body).unwrap())
}

fn idle(client: &Client, after: Duration) -> usize {
    client.0.idle.close_old(clock::monotonic() + after)
}

#[tokio::test]
async fn a_connection_whose_exchange_has_ended_serves_the_next_one() {
    let (receiver, taken) = receiver(&[OK, OK, OK]).await;
    let client = client("");
    for _ in 0..3 {
        assert_eq!(get(&client, &format!("http://{receiver}/")).await.unwrap(), "OK");
    }
    assert_eq!(taken.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn no_more_connections_are_kept_than_may_be_and_none_longer_than_fifty_seconds() {
    let (receiver, taken) = receiver(&[OK, OK]).await;
    let (client, url) = (client(""), format!("http://{receiver}/"));
    let (a, b, c) = tokio::join!(get(&client, &url), get(&client, &url), get(&client, &url));
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(taken.load(Ordering::Relaxed), 3);
    assert_eq!(idle(&client, Duration::from_secs(49)), 2);
    let old = clock::monotonic() + Duration::from_secs(51);
    assert!(client.0.idle.take(&request(&url).origin, old).is_none(), "it is too old to be used");
    assert_eq!(idle(&client, Duration::from_secs(51)), 0);
}

#[tokio::test]
async fn what_a_receiver_closes_or_speaks_into_unasked_is_not_kept() {
    for answers in [&[OK][..], &["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOKHTTP/1.1 200 OK\r\n", OK]] {
        let (receiver, _) = receiver(answers).await;
        let client = client("");
        get(&client, &format!("http://{receiver}/")).await.unwrap();
        let gone = async {
            while idle(&client, Duration::ZERO) > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.expect("the connection is kept");
    }
}

#[tokio::test]
async fn a_request_that_found_its_kept_connection_ended_goes_out_on_a_new_one() {
    let (receiver, taken) = receiver(&[OK]).await;
    let (client, url) = (client(""), format!("http://{receiver}/"));
    get(&client, &url).await.unwrap();
    // The receiver's task ends, and the runtime hears of it, since it looks at its sockets every 61 turns.
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(get(&client, &url).await.unwrap(), "OK");
    assert_eq!(taken.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn a_receiver_that_vanishes_before_it_answers_is_asked_once() {
    let (receiver, taken) = receiver(&[]).await;
    let error = get(&client(""), &format!("http://{receiver}/")).await.unwrap_err();
    assert!(matches!(error, Unanswered::Broken(_)), "{error:?}");
    assert_eq!(taken.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn of_a_names_addresses_the_second_is_tried_when_the_first_drops_every_packet() {
    let (receiver, _) = receiver(&[OK]).await;
    // Whoever does not accept, and has no place left to wait in, is sent nothing more by the kernel.
    let full = TcpSocket::new_v4().unwrap();
    full.bind(([127, 0, 0, 2], receiver.port()).into()).unwrap();
    let full = full.listen(0).unwrap();
    let _waits = TcpStream::connect(full.local_addr().unwrap()).await.unwrap();
    let client = client("127.0.0.2 two.test\n127.0.0.1 two.test");
    let request = request(&format!("http://two.test:{}/", receiver.port()));
    let answer = client.send(request, clock::monotonic() + Duration::from_secs(2)).await.unwrap();
    assert_eq!(answer.peer, Some(receiver));
}

#[tokio::test]
async fn an_https_receiver_is_known_by_its_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let key = PrivateKeyDer::try_from(KEY).unwrap();
    let server = tls(rustls::ServerConfig::builder_with_provider).with_no_client_auth();
    let server = server.with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(answer(stream, &[OK, OK]));
            }
        }
    });
    let client = client("127.0.0.1 receiver.test other.test");
    for _ in 0..2 {
        assert_eq!(get(&client, &format!("https://receiver.test:{port}/")).await.unwrap(), "OK");
    }
    let error = get(&client, &format!("https://other.test:{port}/")).await.unwrap_err();
    assert!(matches!(error, Unanswered::NoConnection(_)), "{error:?}");
}

#[tokio::test]
async fn an_endless_handshake_is_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // Records of one change of the cipher, which a client of TLS 1.3 passes over.
        while stream.write_all(&[20, 3, 3, 0, 1, 1]).await.is_ok() {}
    });
    let error = get(&client(""), &url).await.unwrap_err();
    assert!(matches!(error, Unanswered::NoConnection(_)), "{error:?}");
}
