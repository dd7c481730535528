//! Leaving through a SOCKS proxy: it is given vetted addresses, never names, and its credentials.

use std::net::{IpAddr, SocketAddr};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::support::{Receiver, Ringback, has};

/// What the proxy was asked to connect to.
#[derive(Debug, PartialEq)]
enum Asked {
    Address(SocketAddr),
    Name(String),
    By(String, String),
}

/// A SOCKS5 proxy (RFC 1928 and 1929) that tunnels to addresses and hands over what it was asked for, and by whom, if
/// that was offered.
async fn socks5() -> (SocketAddr, mpsc::UnboundedReceiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, asked) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(tunnel(stream, sender.clone()));
        }
    });
    (address, asked)
}

async fn tunnel(mut client: TcpStream, asked: mpsc::UnboundedSender<Asked>) -> std::io::Result<()> {
    client.read_u8().await?;
    let by_password = counted(&mut client).await?.contains(&2);
    client.write_all(&[5, if by_password { 2 } else { 0 }]).await?;
    if by_password {
        client.read_u8().await?;
        let [user, password] = [counted(&mut client).await?, counted(&mut client).await?].map(String::from_utf8);
        let _ = asked.send(Asked::By(user.unwrap(), password.unwrap()));
        client.write_all(&[1, 0]).await?;
    }
    let mut head = [0; 4];
    client.read_exact(&mut head).await?;
    let request = match head[3] {
        1 => Asked::Address((IpAddr::from(read::<4>(&mut client).await?), client.read_u16().await?).into()),
        4 => Asked::Address((IpAddr::from(read::<16>(&mut client).await?), client.read_u16().await?).into()),
        _ => Asked::Name(String::from_utf8_lossy(&counted(&mut client).await?).into_owned()),
    };
    let target = match &request {
        Asked::Address(address) => TcpStream::connect(address).await.ok(),
        Asked::Name(_) | Asked::By(..) => None,
    };
    let _ = asked.send(request);
    let reply = if target.is_some() { 0 } else { 5 };
    client.write_all(&[5, reply, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    if let Some(mut target) = target {
        copy_bidirectional(&mut client, &mut target).await?;
    }
    Ok(())
}

/// So many bytes as the first one says.
async fn counted(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; client.read_u8().await?.into()];
    client.read_exact(&mut bytes).await.map(|_| bytes)
}

async fn read<const N: usize>(client: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).await.map(|_| bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_given_the_vetted_address_and_never_the_name() {
    let ringback = Ringback::start().await;
    let (proxy, mut asked) = socks5().await;
    for host in ["localhost", "127.0.0.1"] {
        let receiver = Receiver::start().await;
        let url = format!("http://{host}:{}/hook", receiver.address.port());
        let wall = ringback.wall("affonso", json!({"callbackUrl": url})).await;
        let address = if host == "localhost" { "192.0.2.7" } else { "192.0.2.8" };
        let egress_ip = json!({"address": address, "bind": format!("socks5://{proxy}")});
        ringback.issue(egress_ip, json!({"appId": wall.id})).await;
        let delivery = wall.report_until("tx-1", "delivered").await;
        assert_eq!(asked.recv().await, Some(Asked::Address(receiver.address)), "{host}");
        let head = receiver.next().await.head;
        assert!(head.contains(&format!("Host: {host}:")), "{head}");
        has(&delivery, json!({"attempts": [{"egressIp": address, "peer": null}]}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_told_the_credentials_of_its_bind() {
    let ringback = Ringback::start().await;
    let (proxy, mut asked) = socks5().await;
    let wall = ringback.wall("affonso", json!({})).await;
    let egress_ip = json!({"address": "192.0.2.7", "bind": format!("socks5://us%40er:p%3Aw@{proxy}")});
    ringback.issue(egress_ip, json!({"appId": wall.id})).await;
    wall.report_until("tx-1", "delivered").await;
    assert_eq!(asked.recv().await, Some(Asked::By("us@er".to_owned(), "p:w".to_owned())));
    assert_eq!(asked.recv().await, Some(Asked::Address(wall.receiver.address)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_not_asked_for_a_target_that_is_not_public() {
    let ringback = Ringback::start().await;
    let (proxy, mut asked) = socks5().await;
    let wall = ringback.wall("affonso", json!({"callbackUrl": "http://localhost:1/hook"})).await;
    let egress_ip = json!({"address": "192.0.2.7", "bind": format!("socks5://{proxy}")});
    ringback.issue(egress_ip, json!({"appId": wall.id})).await;
    let ringback = ringback.restart_with("RINGBACK_ALLOW_TARGETS", "10.0.0.0/8").await;
    let delivery = wall.at(&ringback).report_until("tx-1", "retrying").await;
    has(&delivery, json!({"attempts": [{"outcome": "blocked_target"}]}));
    assert!(asked.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_would_resolve_names_itself_is_refused_at_saving() {
    let ringback = Ringback::start().await;
    for bind in ["http://127.0.0.1:3128", "https://127.0.0.1:3128", "socks5h://127.0.0.1:1080", "socks5://proxy.test:1"]
    {
        ringback.post("/v1/egress-ips", json!({"address": "192.0.2.7", "bind": bind})).await.refuses(422, &["bind"]);
    }
    let bind = json!({"address": "2001:db8::7", "bind": "socks5://127.0.0.1:1080"});
    assert_eq!(ringback.post("/v1/egress-ips", bind).await.status, 422);
}
