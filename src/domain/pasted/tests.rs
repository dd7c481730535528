//! One request in every form in which people paste it.

mod requests;
mod several;
mod stage;
mod urls;

use super::*;
use crate::domain::dialect::catalog::Catalog;

const URL: &str = "https://pub.example/pb?user_id=u%201&verifier=8724";
const PATH: &str = "/pb?user_id=u%201&verifier=8724";

fn received(text: &str) -> Received {
    let url = Some(CallbackUrl::new("https://pub.example/pb"));
    let config = CallbackConfig::default().with(|settings| settings.callback_url = url);
    let pasted = read(text).unwrap_or_else(|| panic!("{text}"));
    pasted.chosen(Catalog::builtin().get("besitos").unwrap(), &config, &[]).unwrap().received
}

#[test]
fn a_url_is_found_however_it_was_copied() {
    for text in [
        URL.to_owned(),
        format!("  <{URL}>\r\n"),
        format!("\"{URL}\""),
        format!("'{URL}'\n"),
        format!("```\n{URL}\n```"),
        PATH.to_owned(),
        PATH.trim_start_matches("/pb").to_owned(),
        PATH.trim_start_matches("/pb?").to_owned(),
        URL.replace('&', "\n&"),
        format!("GET {PATH}"),
        format!("GET {PATH} HTTP/1.1"),
        format!("the callback was {URL} and we refused it"),
        format!("{{\"msg\":\"callback\",\"url\":\"{}\"}}", URL.replace('/', "\\/").replace('&', "\\u0026")),
    ] {
        assert_eq!((received(&text).url.as_str(), received(&text).method.as_str()), (URL, "GET"), "{text}");
    }
}

#[test]
fn a_line_of_an_access_log_tells_method_target_and_host() {
    for line in [
        format!("203.0.113.7 - - [01/Jul/2024:18:40:00 +0000] \"GET {PATH} HTTP/1.1\" 401 12"),
        format!("203.0.113.7 - - [01/Jul/2024:18:40:00 +0000] \"GET {PATH} HTTP/2.0\" 401 12 \"-\" \"Ringback/1\""),
        format!("pub.example:443 203.0.113.7 - - [01/Jul/2024:18:40:00 +0000] \"GET {PATH} HTTP/1.1\" 401 12"),
        format!("2024/07/01 18:40:00 [error] 7#7: *1 refused, request: \"GET {PATH} HTTP/1.1\", host: \"x\""),
    ] {
        assert_eq!(received(&line).url, URL, "{line}");
    }
    let inner = received(&format!("inner.example:8080 10.0.0.1 - - [x] \"GET {PATH} HTTP/1.1\" 401 12"));
    assert_eq!(inner.url, URL.replace("pub.example", "inner.example:8080"));
    let decoded = received("1.2.3.4 - - [x] \"GET /pb?user_id=u 1&verifier=8724 HTTP/1.1\" 401 12");
    assert_eq!(decoded.url, URL.replace("%20", " "));
}

#[test]
fn a_whole_request_tells_headers_in_any_case_and_the_body_as_it_was() {
    for text in [
        "POST /hook HTTP/1.1\r\nHost: pub.example\r\nx-affonso-signature: t=1,v1=ab\r\n\r\n{\"a\": 1}",
        "POST /hook HTTP/1.1\nHOST: pub.example\nX-AFFONSO-SIGNATURE:t=1,v1=ab\n\n{\"a\": 1}\n",
        "> POST /hook HTTP/1.1\n> Host: pub.example\n> X-Affonso-Signature: t=1,v1=ab\n>\n> {\"a\": 1}",
    ] {
        let received = received(text);
        assert_eq!((received.method.as_str(), received.url.as_str()), ("POST", "https://pub.example/hook"), "{text}");
        assert_eq!(received.header("X-Affonso-Signature"), Some("t=1,v1=ab"), "{text}");
        assert_eq!(received.body.as_deref(), Some("{\"a\": 1}"), "{text}");
    }
    let counted = received("POST / HTTP/1.1\nHost: pub.example\nContent-Length: 4\n\n{}\n\n");
    assert_eq!(counted.body.as_deref(), Some("{}\n\n"));
    let headers_alone = received("X-Affonso-Signature: t=1,v1=ab\nContent-Type: application/json\n\n{}");
    assert_eq!((headers_alone.headers.len(), headers_alone.body.as_deref()), (2, Some("{}")));
    let proxied = received("GET /pb?a=1 HTTP/1.1\nHost: 10.0.0.7:8080\nX-Forwarded-Proto: http");
    assert_eq!(proxied.url, "http://10.0.0.7:8080/pb?a=1");
}

#[test]
fn a_curl_command_is_read_as_a_shell_reads_it() {
    let text = "curl -X POST 'https://pub.example/hook?a=1&b=2' \\\n  -H 'X-Affonso-Signature: t=1,v1=ab' \\\r\n  \
        --header \"Content-Type: application/json\" -s --data-raw $'{\"a\":\"it\\'s\"}'";
    let received = received(text);
    assert_eq!((received.method.as_str(), received.url.as_str()), ("POST", "https://pub.example/hook?a=1&b=2"));
    assert_eq!(received.header("x-affonso-signature"), Some("t=1,v1=ab"));
    assert_eq!(received.body.as_deref(), Some("{\"a\":\"it's\"}"));
    let bare = self::received(&format!("curl \"{URL}\""));
    assert_eq!((bare.method.as_str(), bare.url.as_str()), ("GET", URL));
}

#[test]
fn what_is_no_request_is_not_read() {
    for text in ["", "   ", "hello", "it does not work, why?", "\u{0}", "curlew"] {
        assert_eq!(read(text), None, "{text:?}");
    }
}
