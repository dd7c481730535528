//! Callbacks of several dialects in every form in which servers, gateways, tools and languages print them. Each is read as it was
//! sent, so it verifies; where it cannot, it is told why.

use super::*;
use crate::domain::completion::Completion;
use crate::domain::dialect::callback::{Callback, CallbackEvent};
use crate::domain::dialect::compose::compose;
use crate::domain::dialect::diagnose::{Code, diagnose};
use crate::domain::dialect::trial::{OFFERMARU, completion, config};

pub(super) const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) fn told(dialect: &str) -> (CallbackConfig, Received) {
    let mut config = config(dialect);
    if dialect == "ayet" {
        let url = "https://pub.example/cb?external_identifier={external_identifier}&transaction_id={transaction_id}&note={offer_name}";
        config.settings.callback_url = Some(CallbackUrl::new(url));
    }
    assert!(dialect != "offermaru" || config.settings.callback_url.as_ref().unwrap().as_str() == OFFERMARU);
    let completion =
        Completion { user_id: "u 1".to_owned(), offer_name: Some("Gems & Gold, (iOS)".to_owned()), ..completion() };
    let callback = Callback {
        event_id: "evt_1",
        completion: &completion,
        event: &CallbackEvent::Completed,
        attempted_at: completion.recorded_at,
        created_at: completion.recorded_at,
        is_test: false,
    };
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let request = compose(&recipe, &config, &callback, &[&SecretText::known(KEY.to_owned())]).unwrap();
    let headers = request.headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect();
    (config, Received { method: request.method.to_owned(), url: request.url, headers, body: request.body })
}

/// What is found of a paste.
fn found(dialect: &str, config: &CallbackConfig, text: &str) -> Result<(bool, Code, String), String> {
    let recipe = Catalog::builtin().get(dialect).unwrap().clone();
    let paste = read(text).ok_or("no request")?;
    let received = paste.chosen(&recipe, config, &[]).map_err(|elsewhere| elsewhere.to_string())?.received;
    let found = diagnose(&recipe, &received, &[("active".to_owned(), SecretText::known(KEY.to_owned()))], config);
    Ok((found.verifies, found.code, format!("{} {}", found.finding, received.url)))
}

pub(super) fn target(received: &Received) -> &str {
    received.url.strip_prefix("https://pub.example").unwrap()
}

/// Every header in this form, one after the other.
fn headers(received: &Received, write: impl Fn(&str, &str) -> String, join: &str) -> String {
    received.headers.iter().map(|(name, value)| write(name, value)).collect::<Vec<_>>().join(join)
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

type Form = (&'static str, fn(&Received) -> String);

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

/// Forms that hold everything.
const WHOLE: &[Form] = &[
    ("a request", |it| {
        format!(
            "{} {} HTTP/1.1\n{}\n\n{}",
            it.method,
            target(it),
            headers(it, |n, v| format!("{n}: {v}"), "\n"),
            body(it)
        )
    }),
    ("a request behind words", |it| {
        format!(
            "incoming request:\n{} {} HTTP/1.1\nHost: pub.example\n{}\n\n{}",
            it.method,
            target(it),
            headers(it, |n, v| format!("{}: {v}", n.to_lowercase()), "\n"),
            body(it)
        )
    }),
    ("curl -v", |it| {
        format!(
            "* Connected to pub.example\n> {} {} HTTP/1.1\n> Host: pub.example\n{}\n> \n< HTTP/1.1 401 Unauthorized\n",
            it.method,
            target(it),
            headers(it, |n, v| format!("> {n}: {v}"), "\n")
        )
    }),
    ("a line of JSON with headers", |it| {
        let headers = headers(it, |n, v| format!("{}:{}", json(&n.to_lowercase()), json(v)), ",");
        format!(
            "{{\"level\":\"info\",\"url\":{},\"method\":\"{}\",\"headers\":{{{headers}}},\"body\":{}}}",
            json(target(it)),
            it.method,
            json(body(it))
        )
    }),
    ("HAR", |it| {
        let headers = headers(it, |n, v| format!("{{\"name\":{},\"value\":{}}}", json(n), json(v)), ",");
        let body = json(body(it));
        format!(
            "{{\"log\":{{\"entries\":[{{\"request\":{{\"method\":\"{}\",\"url\":{},\"headers\":[{headers}],\"postData\":{{\"mimeType\":\"application/json\",\"text\":{body}}}}},\"response\":{{\"status\":401,\"headers\":[],\"content\":{{\"text\":\"no\"}}}}}}]}}}}",
            it.method,
            json(&it.url)
        )
    }),
    ("an event of a gateway", |it| {
        let (path, query) = target(it).split_once('?').unwrap_or((target(it), ""));
        let headers = headers(it, |n, v| format!("{}:{}", json(&n.to_lowercase()), json(v)), ",");
        format!(
            "{{\"version\":\"2.0\",\"rawPath\":\"{path}\",\"rawQueryString\":{},\"headers\":{{{headers},\"host\":\"pub.example\"}},\"requestContext\":{{\"http\":{{\"method\":\"{}\",\"path\":\"{path}\"}}}},\"body\":{},\"isBase64Encoded\":false}}",
            json(query),
            it.method,
            json(body(it))
        )
    }),
    ("a dictionary of Python", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let headers = headers(it, |n, v| format!("{}: {}", quoted(n), quoted(v)), ", ");
        format!(
            "{{'method': '{}', 'url': {}, 'headers': {{{headers}}}, 'body': b{}}}",
            it.method,
            quoted(&it.url),
            quoted(body(it))
        )
    }),
    ("a hash of Ruby", |it| {
        let headers = headers(it, |n, v| format!("\"HTTP_{}\"=>{}", n.to_uppercase().replace('-', "_"), json(v)), ", ");
        format!(
            "{{\"REQUEST_METHOD\"=>\"{}\", \"REQUEST_URI\"=>{}, {headers}, \"rack.body\"=>{}, \"body\"=>{}}}",
            it.method,
            json(target(it)),
            json(""),
            json(body(it))
        )
    }),
    ("an object of Node", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let headers = headers(it, |n, v| format!("    {}: {}", quoted(&n.to_lowercase()), quoted(v)), ",\n");
        format!(
            "{{\n  method: '{}',\n  url: {},\n  headers: {{\n    host: 'pub.example',\n{headers}\n  }},\n  body: {}\n}}",
            it.method,
            quoted(target(it)),
            quoted(body(it))
        )
    }),
    ("$_SERVER printed by PHP", |it| {
        let headers = headers(it, |n, v| format!("    [HTTP_{}] => {v}", n.to_uppercase().replace('-', "_")), "\n");
        format!(
            "Array\n(\n    [REQUEST_METHOD] => {}\n    [REQUEST_URI] => {}\n{headers}\n)\n{}",
            it.method,
            target(it),
            ""
        )
    }),
    ("curl with a body", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let headers = headers(it, |n, v| format!("-H{}", quoted(&format!("{n}: {v}"))), " ");
        let data = if body(it).is_empty() { String::new() } else { format!("--data-binary {}", quoted(body(it))) };
        format!("curl -sSX {} {headers} {data} {}", it.method, quoted(&it.url))
    }),
];

fn body(received: &Received) -> &str {
    received.body.as_deref().unwrap_or_default()
}

fn faults(dialect: &str, forms: &[Form]) -> Vec<String> {
    let (config, received) = told(dialect);
    let fault = |(form, write): &Form| {
        let text = write(&received);
        match found(dialect, &config, &text) {
            Ok((true, ..)) => None,
            other => Some(format!("{dialect} as {form}: {other:?}\n{text}")),
        }
    };
    forms.iter().filter_map(fault).collect()
}

#[test]
fn a_url_is_found_in_whatever_stands_around_it() {
    let faults = faults("besitos", OF_URLS);
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn a_request_is_read_however_it_was_printed() {
    let without_body = |form: &&Form| !matches!(form.0, "curl -v" | "$_SERVER printed by PHP");
    let with_body: Vec<Form> = WHOLE.iter().filter(without_body).copied().collect();
    let mut all = Vec::new();
    for dialect in ["besitos", "offermaru", "ayet"] {
        all.extend(faults(dialect, WHOLE));
    }
    for dialect in ["affonso", "attribloom", "standard-webhooks"] {
        all.extend(faults(dialect, &with_body));
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
}

#[test]
fn parameters_that_were_decoded_before_they_were_printed_are_put_together_again() {
    let (config, received) = told("besitos");
    let pairs: Vec<(String, String)> =
        ::url::form_urlencoded::parse(target(&received).split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let of = |write: &dyn Fn(&str, &str) -> String, join: &str| {
        pairs.iter().map(|(name, value)| write(name, value)).collect::<Vec<_>>().join(join)
    };
    for text in [
        format!("Array\n(\n{}\n)", of(&|name, value| format!("    [{name}] => {value}"), "\n")),
        format!("{{{}}}", of(&|name, value| format!("{}:{}", json(name), json(value)), ",")),
        format!("ImmutableMultiDict([{}])", of(&|name, value| format!("('{name}', '{value}')"), ", ")),
        format!("  Parameters: {{{}}}", of(&|name, value| format!("{}=>{}", json(name), json(value)), ", ")),
        format!(
            "{{\"query\":{{{}}},\"path\":\"/pb\"}}",
            of(&|name, value| format!("{}:{}", json(name), json(value)), ",")
        ),
    ] {
        let found = found("besitos", &config, &text);
        assert!(matches!(found, Ok((true, ..))), "{found:?}\n{text}");
    }
}

#[test]
fn a_body_in_a_file_that_was_not_pasted_is_asked_for() {
    let (config, received) = told("affonso");
    let head = headers(&received, |name, value| format!("-H '{name}: {value}'"), " ");
    for data in ["-d @body.json", "--data-binary @body.json", "--json @body.json", "--data=@body.json"] {
        let refused = found("affonso", &config, &format!("curl -X POST https://pub.example/pb {head} {data}"));
        assert!(refused.as_ref().unwrap_err().contains("body.json"), "{data}: {refused:?}");
    }
    // A file of headers, or of what is not signed, takes nothing away.
    let (config, received) = told("besitos");
    let text = format!("curl -H @headers.txt -d @body.json '{}'", received.url);
    assert!(found("besitos", &config, &text).is_ok());
}

#[test]
fn the_words_of_a_command_are_those_of_its_shell() {
    let (config, received) = told("affonso");
    let head = headers(&received, |name, value| format!("-H $'{name}: {value}'"), " ");
    let data = body(&received).replace('\'', "\\u0027");
    let text = format!("curl 'https://pub.example/pb' {head} --data-raw $'{data}'");
    assert!(matches!(found("affonso", &config, &text), Ok((true, ..))), "{text}");
    let cmd = |text: &str| text.replace('"', "^\\^\"");
    let head = headers(&received, |name, value| format!("-H ^\"{name}: {value}^\""), " ^\n ");
    let text = format!("curl ^\"https://pub.example/pb^\" ^\n {head} ^\n --data-raw ^\"{}^\"", cmd(body(&received)));
    let found = found("affonso", &config, &text);
    assert!(matches!(found, Ok((true, ..))), "{found:?} {text}");
    let several = self::received("curl -d a=1 --data-urlencode 'b=x y' -d c=3 https://pub.example/pb");
    assert_eq!((several.method.as_str(), several.body.as_deref()), ("POST", Some("a=1&b=x%20y&c=3")));
}

#[test]
fn a_host_that_a_log_tells_is_the_one_that_was_seen() {
    let (config, received) = told("besitos");
    for (text, host) in [
        (format!("GET {} HTTP/1.1\nHost: inner.example:8080\n", target(&received)), "inner.example:8080"),
        (format!(":method: GET\n:authority: inner.example\n:path: {}", target(&received)), "inner.example"),
        (
            format!("{{\"url\":{},\"headers\":{{\"Host\":\"inner.example\"}}}}", json(target(&received))),
            "inner.example",
        ),
    ] {
        let (verifies, code, finding) = found("besitos", &config, &text).unwrap();
        assert!(!verifies && code == Code::OriginChanged && finding.contains(host), "{finding}\n{text}");
    }
}
