//! A URL in whatever servers, gateways, tools and languages print around it. It is read as it was sent, so it verifies.

use super::stage::*;

/// Forms that hold a URL and no headers.
const OF_URLS: &[Form] = &[
    ("a log with a date in front", |it| format!("Nov 30 10:00:00 host nginx: 203.0.113.7 GET {} 401", target(it))),
    ("a date in brackets", |it| {
        format!("[30/Nov/2026:10:00:00 +0000] \"GET {} HTTP/1.1\" 401 12 \"-\" \"Ringback/1\"", target(it))
    }),
    ("an instant and a level", |it| format!("2026-11-30T10:00:00Z INFO GET {} 401 12ms", target(it))),
    ("a level with a colon", |it| {
        format!("INFO: 203.0.113.7:52100 - \"GET {} HTTP/1.1\" 401 Unauthorized", target(it))
    }),
    ("several lines of a log", |it| {
        let other =
            "203.0.113.9 - - [x] \"GET /favicon.ico HTTP/1.1\" 404 0\n203.0.113.9 - - [x] \"GET /?a=b HTTP/1.1\" 200 0";
        format!("{other}\n203.0.113.7 - - [x] \"GET {} HTTP/1.1\" 401 9 \"-\" \"-\"\n{other}", target(it))
    }),
    ("a URL with the rest of a line", |it| format!("{} HTTP/1.1\" 200 12 \"-\" \"curl\"", it.url)),
    ("a URL in a sentence", |it| format!("We got ({}), and refused it.", it.url)),
    ("a URL at the end of a sentence", |it| format!("The callback was {}.", it.url)),
    ("a URL in a chat", |it| format!("see <{}|pub.example> please", it.url)),
    ("a URL as Markdown", |it| format!("[callback]({})", it.url)),
    ("a closing quote", |it| format!("{}\"", it.url)),
    ("a comma behind it", |it| format!("{},", it.url)),
    ("two URLs joined", |it| format!("{}https://pub.example/other?x=1", it.url)),
    ("two URLs on two lines", |it| format!("https://pub.example/other?x=1\n{}", it.url)),
    ("the same URL twice", |it| format!("{}{}", it.url, it.url)),
    ("a line of JSON", |it| {
        format!("{{\"level\":\"info\",\"method\":\"GET\",\"url\":{},\"status\":401}}", json(target(it)))
    }),
    ("a line of JSON behind words", |it| {
        format!(
            "Nov 30 10:00:00 app[12]: {{\"msg\":\"request\",\"req\":{{\"method\":\"GET\",\"url\":{}}}}}",
            json(target(it))
        )
    }),
    ("nginx in JSON", |it| {
        let (path, query) = target(it).split_once('?').unwrap();
        format!(
            "{{\"remote_addr\":\"203.0.113.7\",\"request_method\":\"GET\",\"uri\":\"{path}\",\"args\":{},\"status\":\"401\"}}",
            json(query)
        )
    }),
    ("nginx with the request in one field", |it| {
        format!("{{\"status\":401,\"request\":{}}}", json(&format!("GET {} HTTP/1.1", target(it))))
    }),
    ("logfmt", |it| format!("time=2026-11-30T10:00:00Z level=warn method=GET path={} status=401", json(target(it)))),
    ("HTTP/2 in pseudo headers", |it| {
        format!(":method: GET\n:path: {}\n:scheme: https\n:authority: pub.example\nuser-agent: Ringback/1", target(it))
    }),
    ("HTTP/2 in brackets", |it| format!("[:method: GET]\n[:path: {}]\n[:authority: pub.example]", target(it))),
    ("PHP's print_r", |it| {
        let (path, query) = target(it).split_once('?').unwrap();
        format!(
            "Array\n(\n    [REQUEST_METHOD] => GET\n    [QUERY_STRING] => {query}\n    [REQUEST_URI] => {path}?{query}\n    [HTTP_HOST] => pub.example\n)\n"
        )
    }),
    ("PHP's var_dump", |it| {
        let uri = target(it);
        format!(
            "array(2) {{\n  [\"REQUEST_METHOD\"]=>\n  string(3) \"GET\"\n  [\"REQUEST_URI\"]=>\n  string({}) \"{uri}\"\n}}",
            uri.len()
        )
    }),
    ("a Rails log", |it| format!("Started GET \"{}\" for 203.0.113.7 at 2026-11-30 10:00:00 +0000", target(it))),
    ("curl with joined options", |it| format!("curl -sSkL --compressed '{}'", it.url)),
    ("curl with an option for the URL", |it| {
        format!("$ curl -sX GET --http2 --url \"{}\" -o /dev/null | jq .", it.url)
    }),
    ("curl with options that nobody knows", |it| {
        format!("curl --ssl-no-revoke --retry 3 --parallel '{}' --new-thing x", it.url)
    }),
    ("curl through a proxy", |it| {
        format!("curl -x http://proxy.example:3128 -e https://x.example/?a=b -- '{}'", it.url)
    }),
    ("curl of cmd.exe", |it| {
        let url = it.url.replace('&', "^&").replace('%', "^%");
        format!("curl ^\"{url}^\" ^\n  -H ^\"Accept: */*^\" ^\n  --compressed")
    }),
    ("curl -G", |it| {
        let (before, query) = it.url.split_once('?').unwrap();
        let data: String = query.split('&').map(|pair| format!(" -d '{pair}'")).collect();
        format!("curl -G '{before}'{data}")
    }),
    ("curl behind words", |it| format!("This is what we replayed:\n\n  curl '{}'\n", it.url)),
    ("a quotation", |it| format!("> {}", it.url)),
    ("a spreadsheet's row", |it| format!("2026-11-30\t401\t{}\tRingback/1", it.url)),
    ("an Apache error", |it| {
        format!(
            "[Mon Nov 30 10:00:00 2026] [error] [client 203.0.113.7:1] ModSecurity: denied [uri \"{}\"]",
            target(it)
        )
    }),
    ("wget", |it| format!("wget -qO- \"{}\"", it.url)),
];

#[test]
fn a_url_is_found_in_whatever_stands_around_it() {
    let faults = faults("besitos", OF_URLS);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}
